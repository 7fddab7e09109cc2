"""Pages that belong to no app."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers
from rest_framework.authtoken.models import Token

from catalog.access import StudioRequest, workspace_view
from catalog.models import User
from catalog.selectors import workspaces_of
from studio.context import Frame


@login_required
def front_door(request: HttpRequest) -> HttpResponse:
    """Send a person to the workspace they used last, or say that nobody has let them in yet."""
    workspace = workspaces_of(request.user).first()
    if workspace is None:
        return render(request, "studio/no_workspace.html")
    return redirect("catalog:home", workspace=workspace.slug)


@require_http_methods(["GET", "POST"])
@login_required
def api_token(request: HttpRequest) -> HttpResponse:
    """Make or withdraw the token with which one's own programs use the API; shown once."""
    user = cast(User, request.user)
    mine = Token.objects.filter(user=user)
    key = ""
    if request.method == "POST":
        mine.delete()
        if "make" in request.POST:
            key = Token.objects.create(user=user).key
    return render(request, "studio/api_token.html", {"key": key, "exists": mine.exists()})


@require_GET
@vary_on_headers("HX-Request")
@workspace_view()
def jobs(request: StudioRequest) -> HttpResponse:
    """Say what runs in the background; to htmx only how much, for the top bar."""
    template = "components/jobs.html" if request.htmx else "studio/jobs.html"
    return render(request, template, {"jobs": Frame(request).jobs, "jobs_url": request.path})

"""Pages that belong to no app."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from catalog.selectors import workspaces_of


@login_required
def front_door(request: HttpRequest) -> HttpResponse:
    """Send a person to the workspace they used last, or say that nobody has let them in yet."""
    workspace = workspaces_of(request.user).first()
    if workspace is None:
        return render(request, "studio/no_workspace.html")
    return redirect("catalog:home", workspace=workspace.slug)

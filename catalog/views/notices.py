"""What the studio told a person: a page, and one press that marks it read."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from catalog.access import StudioRequest, workspace_view
from catalog.models import Notice
from catalog.services.notices import mark_read
from catalog.views.pages import page_of


@require_http_methods(["GET", "POST"])
@workspace_view()
def notices(request: StudioRequest) -> HttpResponse:
    """List the person's notices, the newest first; posting marks all as read."""
    if request.method == "POST":
        mark_read(access=request.access, now=timezone.now())
        return redirect("catalog:notices", request.access.workspace.slug)
    rows = Notice.objects.visible_to(request.access)
    context = {"page": page_of(request, rows), "unread": rows.unread().count()}
    return render(request, "catalog/notices.html", context)

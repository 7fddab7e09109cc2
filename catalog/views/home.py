"""Home: what waits for me, and where I was."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from catalog import selectors
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import User


@require_GET
@workspace_view()
def home(request: StudioRequest) -> HttpResponse:
    """Show recent tracks and changes; analysis and surfacing add what waits there."""
    access = request.access
    if access.user.last_workspace_id != access.workspace_id:
        User.objects.filter(pk=access.user_id).update(last_workspace=access.workspace)
    tracks = selectors.search_tracks(access=access)
    context = {
        "tracks": tracks[:6],
        "track_count": tracks.count(),
        "change_sets": selectors.change_sets_for_list(access)[:6],
        "can_edit": access.can(Permission.EDIT_OWN),
    }
    return render(request, "catalog/home.html", context)

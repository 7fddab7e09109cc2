"""How people listen: a page for the workspace or a track, and the section of a track's report."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import engagement, selectors
from analytics.domain.engagement import FEWEST, FEWEST_LISTENERS
from catalog.access import StudioRequest, workspace_view


@require_GET
@workspace_view()
def engagement_report(request: StudioRequest) -> HttpResponse:
    """Show how people listen to the workspace's tracks."""
    context = {
        "report": engagement.report(request.access),
        "fewest": FEWEST,
        "fewest_listeners": FEWEST_LISTENERS,
    }
    return render(request, "analytics/engagement.html", context)


@require_GET
@workspace_view()
def track_engagement(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show how people listen to one track: as a section of its report, or as a page."""
    track = selectors.track(request.access, track_id)
    if track is None:
        raise Http404
    context = {
        "track": track,
        "report": engagement.report(request.access, track=track),
        "fewest": FEWEST,
        "fewest_listeners": FEWEST_LISTENERS,
    }
    template = "parts/engagement.html" if request.htmx else "engagement.html"
    return render(request, f"analytics/{template}", context)

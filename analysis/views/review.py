"""Review: one track after another, by keyboard, without loading a page in between."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from analysis import selectors
from analysis.views.places import panel_context
from catalog.access import StudioRequest, workspace_view


@require_GET
@workspace_view()
@vary_on_headers("HX-Request")
def review(request: StudioRequest) -> HttpResponse:
    """Show the next track with open suggestions, or the one asked for."""
    asked = request.GET.get("track", "")
    hearing = selectors.track_hearing(request.access, int(asked)) if asked.isdigit() else None
    if hearing is None:
        track_id = selectors.track_to_review(request.access, _remembered(request))
        hearing = selectors.track_hearing(request.access, track_id) if track_id else None
    template = "analysis/parts/review.html" if request.htmx else "analysis/review.html"
    if hearing is None:
        return render(request, template, {"waiting": selectors.waiting_for(request.access)})
    request.session[_name(request)] = hearing.track.pk
    before, after = selectors.neighbours(request.access, hearing.track.pk)
    context = panel_context(request, hearing, "review") | {"before": before, "after": after}
    return render(request, template, context)


def _remembered(request: StudioRequest) -> int | None:
    """Give the track the person was at when they left."""
    found = request.session.get(_name(request))
    return found if isinstance(found, int) else None


def _name(request: StudioRequest) -> str:
    return f"review-{request.access.workspace_id}"

"""Review: one track after another, by keyboard, without loading a page in between."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
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
    start = int(asked) if asked.isdigit() else _remembered(request)
    place = selectors.review_place(request.access, start)
    track_id = start if asked.isdigit() else place.onwards
    hearing = selectors.track_hearing(request.access, track_id) if track_id else None
    if hearing is None and place.onwards:
        return redirect("analysis:review", request.access.workspace.slug)
    template = "analysis/parts/review.html" if request.htmx else "analysis/review.html"
    if hearing is None:
        return render(request, template)
    if hearing.track.pk != start:
        place = selectors.review_place(request.access, hearing.track.pk)
    if _remembered(request) != hearing.track.pk:
        request.session[_name(request)] = hearing.track.pk
    context = panel_context(request, hearing, "review")
    return render(request, template, context | {"place": place, "waiting": place.waiting})


def _remembered(request: StudioRequest) -> int:
    """Give the track the person was at when they left; 0 at first."""
    found = request.session.get(_name(request))
    return found if isinstance(found, int) else 0


def _name(request: StudioRequest) -> str:
    return f"review-{request.access.workspace_id}"

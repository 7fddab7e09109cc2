"""The places of one track over wordings and seeds, and more seeds."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics import selectors
from analytics.approaches import results_by_run
from analytics.models import SimulationRun
from analytics.places import BANDS, places_of
from analytics.services.approaches import repeat
from analytics.services.runs import SimulationRefused
from analytics.views.reports import simulation_context
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import Track

SEEDS_AT_A_TIME = 3


@require_GET
@workspace_view()
def track_places(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show how the places of a track vary with the wording and with the seed."""
    track = _track(request, track_id)
    context = simulation_context(request.access)
    run = context["run"]
    if not isinstance(run, SimulationRun):
        raise Http404
    results = results_by_run(request.access, track)
    context |= {
        "track": track,
        "places": places_of(run, list(results.values()), request.access),
        "band_names": BANDS,
    }
    return render(request, "analytics/places.html", context)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def track_repeat(request: StudioRequest, track_id: int) -> HttpResponse:
    """Repeat the shown simulation with other seeds, one after the other."""
    track = _track(request, track_id)
    run = selectors.latest_run(request.access)
    if run is None:
        raise Http404
    used = {row.run.seed for row in results_by_run(request.access, track).values()}
    try:
        repeat(run, seeds=SEEDS_AT_A_TIME, used=used, by=request.access.user)
    except SimulationRefused as refused:
        messages.error(request, f"{refused} {refused.hint}".strip())
    else:
        messages.success(request, f"{SEEDS_AT_A_TIME} more seeds run one after the other.")
    return redirect("analytics:track_places", request.access.workspace.slug, track.pk)


def _track(request: StudioRequest, track_id: int) -> Track:
    track = selectors.track(request.access, track_id)
    if track is None:
        raise Http404
    return track

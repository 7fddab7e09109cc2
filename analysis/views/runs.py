"""Single runs: their waveform, starting again, stopping."""

import array

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from analysis.models import UNFINISHED, AnalysisRun, Status, Waveform
from analysis.services.queueing import RunBusy, cancel_run, retry_run
from analysis.views.places import hearing_of, panel_context, place_of
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import Track
from catalog.selectors import audio_visible_to

FULL_SCALE = 127
KEPT_S = 3600


@require_GET
@workspace_view()
def peaks(request: StudioRequest, audio_id: int) -> HttpResponse:
    """Give the outline of a recording as JSON: highest and lowest values, from -1 to 1."""
    if audio_visible_to(request.access, audio_id) is None:
        raise Http404
    found = Waveform.objects.filter(run__audio_id=audio_id).order_by("-run_id").first()
    if found is None:
        raise Http404
    values = array.array("b", bytes(found.peaks))
    lowest, highest = values[0::2], values[1::2]
    response = JsonResponse({"peaks": [_unit(highest), _unit(lowest)]})
    response["Cache-Control"] = f"private, max-age={KEPT_S}"
    return response


def _unit(values: "array.array[int]") -> list[float]:
    return [round(value / FULL_SCALE, 3) for value in values]


@require_POST
@workspace_view(Permission.EDIT_OWN)
def run_retry(request: StudioRequest, run_id: int) -> HttpResponse:
    """Hear a recording again; on a track, with all others that were stopped like it."""
    run = _run(request, run_id)
    try:
        for each in _with_others(request, run, Status.CANCELLED):
            retry_run(run=each)
    except RunBusy as error:
        return _back(request, str(error), messages.WARNING)
    return _back(request, f"“{run.audio}” is analysed again.", messages.SUCCESS)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def run_cancel(request: StudioRequest, run_id: int) -> HttpResponse:
    """Stop hearing a recording; on a track, with all others that are still to come."""
    run = _run(request, run_id)
    try:
        for each in _with_others(request, run, *UNFINISHED):
            cancel_run(run=each)
    except RunBusy as error:
        return _back(request, str(error), messages.WARNING)
    return _back(request, f"The analysis of “{run.audio}” was stopped.", messages.SUCCESS)


def _with_others(request: StudioRequest, run: AnalysisRun, *states: Status) -> list[AnalysisRun]:
    """Give the run, and with it those of the form's track that share its state, if it is named."""
    track_id = request.POST.get("track", "")
    if run.status not in states or not track_id.isdigit():
        return [run]
    tracks = Track.objects.editable_by(request.access).filter(pk=int(track_id))
    others = AnalysisRun.objects.on_tracks(tracks).filter(status__in=states).exclude(pk=run.pk)
    return [run, *others.select_related("audio")]


def _run(request: StudioRequest, run_id: int) -> AnalysisRun:
    found = AnalysisRun.objects.editable_by(request.access).filter(pk=run_id)
    run = found.select_related("audio").first()
    if run is None:
        raise Http404
    return run


def _back(request: StudioRequest, sentence: str, level: int) -> HttpResponse:
    """Go back to the track or page that the form names."""
    track_id = request.POST.get("track", "")
    if track_id.isdigit() and request.htmx:
        hearing = hearing_of(request, int(track_id))
        context = panel_context(request, hearing, place_of(request))
        return render(request, "analysis/parts/hearing.html", context)
    messages.add_message(request, level, sentence)
    slug = request.access.workspace.slug
    if track_id.isdigit():
        return redirect("catalog:track_detail", slug, int(track_id))
    return redirect(_asked_page(request) or reverse("catalog:home", args=[slug]))


def _asked_page(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}) else ""

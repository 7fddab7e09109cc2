"""The workspace's report, the creator's report of a track, and the fragments other pages load."""

import csv
import io

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from analytics import downloads, fairness, observed, reports, selectors
from analytics.advice import advise
from analytics.approaches import GOES_BY, of_track, results_by_run
from analytics.forms import SimulationForm
from analytics.models import SimulationRun
from analytics.services import sharing, what_if
from analytics.services.what_if import Answer, Edit, WhatIfUnavailable
from catalog.access import Access, Permission, StudioRequest, workspace_view
from catalog.models import Description, Track
from catalog.views.pages import page_of

PANEL_SPACES = 3
LONGEST_WORDING = 5_000


def simulation_context(access: Access) -> dict[str, object]:
    """What pages of surfacing say about simulations: the newest report, the run under way."""
    state = selectors.run_state(access)
    return {
        "run": state.report,
        "progress": state.progress,
        "failure": state.failure,
        "honesty": reports.honesty(state.report) if state.report else "",
        "goes_by": GOES_BY.get(state.report.approach, "") if state.report else "",
        "form": SimulationForm(access=access),
        "can_start": access.can(Permission.EDIT_OWN),
        "has_tracks": state.report is not None or _has_tracks(access),
    }


def _has_tracks(access: Access) -> bool:
    return Track.objects.visible_to(access).simulatable().exists()


@require_GET
@workspace_view()
def report(request: StudioRequest) -> HttpResponse:
    """Show which tracks surface where, and let a person run the simulation."""
    context = simulation_context(request.access)
    run = context["run"]
    if isinstance(run, SimulationRun):
        context |= {
            "report": reports.workspace_report(request.access, run),
            "can_bulk": request.access.can(Permission.BULK),
            "page": page_of(request, selectors.track_results(request.access, run)),
        }
    return render(request, "analytics/report.html", context)


@require_GET
@workspace_view()
def track_report(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show a creator where her track surfaces, what that is worth, and what it nearly reaches."""
    track = _track(request, track_id)
    context = simulation_context(request.access)
    run = context["run"]
    if isinstance(run, SimulationRun):
        results = results_by_run(request.access, track)
        result = results.get(run.pk)
        if result is not None:
            context["report"] = reports.report_of(request.access, run, track, result)
        context["by_approach"] = of_track(run, results)
    context |= {
        "track": track,
        "seen": observed.report(
            request.access, track=track, run=run if isinstance(run, SimulationRun) else None
        ),
        "can_edit": Track.objects.editable_by(request.access).filter(pk=track.pk).exists(),
        "shares": sharing.open_shares(request.access, track),
        "share_days": sharing.DAYS,
    }
    return render(request, "analytics/track_report.html", context)


@require_GET
@workspace_view()
def track_advice(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show what would move the track, tried against the last simulation (a fragment)."""
    track = _track(request, track_id)
    context: dict[str, object] = {
        "track": track,
        "can_edit": Track.objects.editable_by(request.access).filter(pk=track.pk).exists(),
    }
    try:
        context["advice"] = advise(access=request.access, run=_latest_run(request), track=track)
    except WhatIfUnavailable as unavailable:
        context["unavailable"] = unavailable
    return render(request, "analytics/parts/advice.html", context)


@require_GET
@workspace_view()
def track_what_if(request: StudioRequest, track_id: int) -> HttpResponse:
    """Answer `?add=mood/calm&remove=genre/rock&text=...` as JSON, before anything is saved."""
    track = _track(request, track_id)
    run = _latest_run(request)
    known = selectors.term_labels(request.access)
    add = [_term(written) for written in request.GET.getlist("add")]
    remove = [_term(written) for written in request.GET.getlist("remove")]
    unknown = [f"{facet}/{slug}" for facet, slug in (*add, *remove) if (facet, slug) not in known]
    if unknown:
        return JsonResponse(
            {"error": f"Not in the vocabulary: {', '.join(unknown)}.", "unknown": unknown},
            status=400,
        )
    edit = Edit(tuple(add), tuple(remove), tuple(request.GET.getlist("text")))
    try:
        answer = what_if.answer(run=run, track_id=track.pk, edit=edit)
    except WhatIfUnavailable as unavailable:
        return JsonResponse({"error": str(unavailable), "hint": unavailable.hint}, status=409)
    return JsonResponse({"note": reports.honesty(run), **answer_as_json(answer)})


@require_POST
@workspace_view()
def track_wording(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show what a wording gains and loses while it is typed, before it is saved (a fragment)."""
    track = _track(request, track_id)
    run = selectors.latest_run(request.access)
    context: dict[str, object] = {"track": track, "run": run}
    if run is not None:
        text = request.POST.get("text", "").replace("\x00", "")[:LONGEST_WORDING].strip()
        saved = Description.objects.visible_to(request.access).filter(
            track=track,
            language=request.POST.get("language", "en")[:35].replace("\x00", ""),
            length=_number(request.POST.get("length", "")),
            purpose=request.POST.get("purpose", Description.Purpose.TEXT)[:6].replace("\x00", ""),
        )
        old = tuple(saved.exclude(text="").values_list("text", flat=True))
        edit = Edit(add_texts=(text,) if text else (), remove_texts=old)
        try:
            answer = what_if.answer(run=run, track_id=track.pk, edit=edit)
        except WhatIfUnavailable as unavailable:
            context["unavailable"] = unavailable
        else:
            context |= {"answer": answer, "honesty": reports.honesty(run)}
    return render(request, "analytics/parts/wording.html", context)


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 6 else 0


def answer_as_json(answer: Answer) -> dict[str, object]:
    """Give an answer's figures before and after."""
    return {
        "add": [f"{facet}/{slug}" for facet, slug in answer.edit.add],
        "remove": [f"{facet}/{slug}" for facet, slug in answer.edit.remove],
        "before": {
            "reach": answer.before.reach.as_dict(),
            "saves_per_10000_prompts": answer.before.saves.as_dict(),
            "spaces_surfaced": answer.before.spaces_surfaced,
        },
        "after": {
            "reach": answer.after.reach.as_dict(),
            "saves_per_10000_prompts": answer.after.saves.as_dict(),
            "spaces_surfaced": answer.after.spaces_surfaced,
        },
        "spaces": [
            {
                "space": shift.space,
                "name": shift.name,
                "surfaced_before": shift.before.surfaced if shift.before else 0,
                "surfaced_after": shift.after.surfaced if shift.after else 0,
                "prompts": shift.prompts,
            }
            for shift in answer.shifts
        ],
    }


def _term(written: str) -> tuple[str, str]:
    facet, _, slug = written.partition("/")
    return facet, slug


@require_GET
@workspace_view()
def track_panel(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show a track's strongest spaces on its page (a fragment)."""
    track = _track(request, track_id)
    state = selectors.run_state(request.access)
    run = state.report
    result = selectors.track_result(request.access, run, track.pk) if run else None
    rows = (
        list(selectors.space_results(request.access, run).filter(track=track, surfaced__gt=0))
        if run and result
        else []
    )
    context = {
        "track": track,
        "run": run,
        "result": result,
        "headline": reports.headline(rows, run.bank.space_count) if run and result else "",
        "rows": rows[:PANEL_SPACES],
        "is_stale": reports.is_stale(run, request.access) if run else False,
        "in_progress": state.progress is not None,
    }
    return render(request, "analytics/parts/track_panel.html", context)


@require_GET
@workspace_view()
def home_panel(request: StudioRequest) -> HttpResponse:
    """Show the newest finding on Home (a fragment)."""
    state = selectors.run_state(request.access)
    run = state.report
    context = {
        "run": run,
        "report": reports.workspace_report(request.access, run) if run else None,
        "progress": state.progress,
        "has_tracks": run is not None or _has_tracks(request.access),
        "alarm": fairness.alarm(request.access, run) if run else None,
    }
    return render(request, "analytics/parts/home_panel.html", context)


@require_GET
@workspace_view()
def track_csv(request: StudioRequest, track_id: int) -> HttpResponse:
    """Download a track's figures as CSV."""
    track = _track(request, track_id)
    run = _latest_run(request)
    if track.opt_out_export:
        raise Http404
    rows = selectors.space_results(request.access, run).filter(track=track)
    room = io.StringIO()
    writer = csv.writer(room)
    writer.writerow(downloads.CSV_HEADER)
    for row in downloads.csv_rows(rows):
        writer.writerow([downloads.harmless(cell) for cell in row])
    response = HttpResponse(room.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="surfacing-{track.pk}.csv"'
    return response


@require_GET
@workspace_view()
def track_json(request: StudioRequest, track_id: int) -> HttpResponse:
    """Download a track's figures as JSON."""
    track = _track(request, track_id)
    run = _latest_run(request)
    result = selectors.track_result(request.access, run, track.pk)
    if result is None or track.opt_out_export:
        raise Http404
    rows = selectors.space_results(request.access, run).filter(track=track)
    return JsonResponse(
        {**downloads.run_as_json(run), "track": downloads.track_as_json(result, rows)}
    )


def _track(request: StudioRequest, track_id: int) -> Track:
    track = selectors.track(request.access, track_id)
    if track is None:
        raise Http404
    return track


def _latest_run(request: StudioRequest) -> SimulationRun:
    run = selectors.latest_run(request.access)
    if run is None:
        raise Http404
    return run

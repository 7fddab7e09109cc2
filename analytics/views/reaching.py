"""From a prompt space to the edit that would bring a track there."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from analytics import reports, selectors
from analytics.models import PromptSpace, SimulationRun
from analytics.services.evidence import Evidence, evidence_for
from analytics.services.reaching import Way, Ways, ways_into
from analytics.services.what_if import WhatIfUnavailable
from catalog.access import Access, StudioRequest, workspace_view
from catalog.models import Track

NEAREST = 12


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term of an edit with what speaks for it."""

    facet: str
    label: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class WayLine:
    """An edit as the page shows it; `address` opens the form with it filled in."""

    way: Way
    terms: tuple[TermLine, ...]
    address: str


@require_GET
@workspace_view()
def reach(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show the smallest truthful edits that bring a track into the space that was chosen."""
    track = selectors.track(request.access, track_id)
    run = selectors.latest_run(request.access)
    if track is None or run is None:
        raise Http404
    chosen = request.GET.get("space", "")
    space = selectors.space(request.access, run, chosen) if chosen else None
    if chosen and space is None:
        raise Http404
    near, others = _choices(request.access, run, track)
    context: dict[str, object] = {
        "track": track,
        "run": run,
        "space": space,
        "near": near,
        "others": others,
        "honesty": reports.honesty(run),
        "is_stale": reports.is_stale(run, request.access),
        "can_edit": Track.objects.editable_by(request.access).filter(pk=track.pk).exists(),
    }
    if space is not None and not track.opt_out_simulation:
        evidence = evidence_for(request.access, track)
        try:
            found = ways_into(run=run, track_id=track.pk, space=space, evidence=evidence)
        except WhatIfUnavailable as unavailable:
            context["unavailable"] = unavailable
        else:
            context |= _shown(request.access, track, found, evidence)
    return render(request, "analytics/reach.html", context)


def _choices(
    access: Access, run: SimulationRun, track: Track
) -> tuple[list[PromptSpace], list[PromptSpace]]:
    """Spaces to choose from: those the track is nearest to, and all others by name."""
    rows = list(selectors.space_results(access, run).filter(track=track, surfaced=0))
    rows.sort(key=lambda row: -reports.nearness(row))
    near = [row.space for row in rows[:NEAREST]]
    known = {space.pk for space in near}
    spaces = PromptSpace.objects.visible_to(access).filter(bank_id=run.bank_id).order_by("name")
    return near, [space for space in spaces if space.pk not in known]


def _shown(
    access: Access, track: Track, found: Ways, evidence: dict[tuple[str, str], Evidence]
) -> dict[str, object]:
    labels = selectors.term_labels(access)
    edit = reverse("catalog:track_edit", args=[access.workspace.slug, track.pk])

    def label(term: tuple[str, str]) -> str:
        return labels.get(term, term[1].replace("-", " "))

    lines = []
    for way in found.ways:
        terms = way.edit.add
        query = urlencode([("add", f"{facet}/{slug}") for facet, slug in terms])
        lines.append(
            WayLine(
                way=way,
                terms=tuple(TermLine(term[0], label(term), evidence[term]) for term in terms),
                address=f"{edit}?{query}",
            )
        )
    return {
        "found": found,
        "lines": lines,
        "without_evidence": [(term[0], label(term)) for term in found.without_evidence],
    }

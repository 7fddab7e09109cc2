"""The approaches side by side: what each found, where all else was the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q

from analytics import selectors
from analytics.domain.intervals import Interval
from analytics.models import FairnessLedger, SimulationRun, TrackResult
from analytics.models.runs import Status
from catalog.access import Access
from catalog.models import Track
from prompts.approaches import APPROACHES, Approach

MOST_LOOKED_AT = 60
"""Runs looked through, the newest first."""

GOES_BY = {
    "prompt": "The words of the prompt, against tags, facts and descriptions.",
    "content-based": "How alike recordings sound to tracks the asker has liked. It does not read "
    "tags, so an edit moves nothing but conditions.",
    "hybrid": "The prompt for 60 %, sound for 25 %, and what listeners saved for 15 %.",
    "collaborative": "What others saved who saved what the asker likes. A track that nobody saved "
    "is never returned.",
    "on-device": "The prompt's list, put in order by what the asker's device has learned of her.",
    "mix": "One style a listener, the best known first, made before anybody asks. It ignores the "
    "prompt, and is the baseline.",
}


@dataclass(frozen=True, slots=True)
class ApproachLine:
    """One approach and its newest run like the one shown; `run` None where there is none."""

    approach: Approach
    goes_by: str
    run: SimulationRun | None = None
    is_shown: bool = False
    is_other_catalog: bool = False
    """Whether the catalog was edited between this run and the one shown."""
    tracks: int = 0
    tracks_surfaced: int = 0
    spaces: int = 0
    exposure: Interval | None = None
    """Our tracks' share of all exposure; None where the run kept no ledger."""


def alike_runs(access: Access, shown: SimulationRun) -> dict[str, SimulationRun]:
    """The newest run of each approach that differs from the shown one in nothing else (a query)."""
    found = {shown.approach: shown}
    newest = selectors.runs(access).filter(status=Status.DONE)
    for run in newest.order_by("-pk")[:MOST_LOOKED_AT]:
        if run.approach not in found and run.asks_like(shown):
            found[run.approach] = run
    return found


def side_by_side(access: Access, shown: SimulationRun) -> list[ApproachLine]:
    """Every approach with what it found for the tracks a person may see (four queries)."""
    runs = alike_runs(access, shown)
    of_runs = list(runs.values())
    ledgers = {
        ledger.run_id: ledger
        for ledger in FairnessLedger.objects.visible_to(access).filter(run__in=of_runs)
    }
    tracks = {
        pk: (every, surfaced)
        for pk, every, surfaced in TrackResult.objects.visible_to(access)
        .filter(run__in=of_runs)
        .order_by()
        .values_list("run_id")
        .annotate(every=Count("pk"), surfaced=Count("pk", filter=Q(spaces_surfaced__gt=0)))
    }
    spaces = dict(
        selectors.space_results(access, *of_runs)
        .filter(surfaced__gt=0)
        .order_by()
        .values_list("run_id")
        .annotate(held=Count("space_id", distinct=True))
    )
    lines = []
    for name, approach in APPROACHES.items():
        line = ApproachLine(approach, GOES_BY[name])
        if (run := runs.get(name)) is not None:
            every, surfaced = tracks.get(run.pk, (0, 0))
            ledger = ledgers.get(run.pk)
            line = replace(
                line,
                run=run,
                is_shown=run.pk == shown.pk,
                is_other_catalog=run.catalog_stamp != shown.catalog_stamp,
                tracks=every,
                tracks_surfaced=surfaced,
                spaces=spaces.get(run.pk, 0),
                exposure=_interval(ledger) if ledger else None,
            )
        lines.append(line)
    return lines


def _interval(ledger: FairnessLedger) -> Interval:
    """Our tracks' share of all exposure."""
    estimate, low, high = ledger.groups["whose"][0]["exposure"]
    return Interval(estimate, low, high, ledger.prompt_count)


def results_by_run(access: Access, track: Track) -> dict[int, TrackResult]:
    """The results of one track in the newest runs, each with its run (a query)."""
    rows = (
        TrackResult.objects.visible_to(access)
        .filter(track=track, run__status=Status.DONE)
        .select_related("run__bank", "run__market", "track")
        .defer(*(f"run__{name}" for name in SimulationRun.HEAVY))
        .order_by("-run_id")[:MOST_LOOKED_AT]
    )
    return {row.run_id: row for row in rows}


def of_track(
    shown: SimulationRun, results: Mapping[int, TrackResult]
) -> Sequence[tuple[Approach, TrackResult]]:
    """One track by every approach that was simulated alike; empty where only one was."""
    found: dict[str, TrackResult] = {}
    for result in results.values():
        if result.run_id == shown.pk or (
            result.run.approach not in found and result.run.asks_like(shown)
        ):
            found[result.run.approach] = result
    lines = [(way, found[name]) for name, way in APPROACHES.items() if name in found]
    return lines if len(lines) > 1 else ()

"""Reads that pages, downloads and the API of surfacing share."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from analytics.domain.atlas import SpacePoint
from analytics.models import (
    PromptSpace,
    SimulationRun,
    SimulationShard,
    SpaceResult,
    SpaceStanding,
    TrackResult,
)
from analytics.models.results import RowT, TrackRowQuerySet
from analytics.models.runs import UNFINISHED, SimulationRunQuerySet, Status
from catalog.access import Access
from catalog.models import Term, Track

_HEAVY = (
    *SimulationRun.HEAVY,
    "bank__prompt_list__content",
    "bank__size_prior__sizes",
    "bank__size_prior__changes",
)


def runs(access: Access) -> SimulationRunQuerySet:
    """Runs of the workspace without their heavy columns."""
    return (
        SimulationRun.objects.visible_to(access)
        .select_related("bank__prompt_list", "bank__size_prior", "market", "created_by")
        .defer(*_HEAVY)
    )


def latest_run(access: Access) -> SimulationRun | None:
    """The run whose report is shown: the newest, unless another one was chosen since."""
    return runs(access).finished().first()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, in words and numbers."""

    run: SimulationRun
    done: int
    total: int

    @property
    def label(self) -> str:
        if self.done == 0 and self.run.status == Status.QUEUED:
            return "Waiting for a worker"
        if self.done < self.total:
            return f"Asking the prompts: {self.done} of {self.total} parts done"
        return "Summing up"


@dataclass(frozen=True, slots=True)
class RunState:
    """What there is to show of simulations: the newest report, a run under way, a failure."""

    report: SimulationRun | None
    progress: Progress | None
    failure: SimulationRun | None


def run_state(access: Access) -> RunState:
    """Read the state of simulations (one or two queries)."""
    every = SimulationRun.objects.visible_to(access)
    wanted = every.order_by("-pk").values("pk")[:1], every.finished().values("pk")[:1]
    found = runs(access).filter(Q(pk__in=wanted[0]) | Q(pk__in=wanted[1])).order_by("-pk")
    last = list(found)
    newest = last[0] if last else None
    report = next((run for run in reversed(last) if run.status == Status.DONE), None)
    if newest is None or newest.status == Status.DONE:
        return RunState(report, None, None)
    return RunState(
        report=report,
        progress=_progress(newest) if newest.status in UNFINISHED else None,
        failure=newest if newest.status == Status.FAILED else None,
    )


def progress(access: Access) -> Progress | None:
    """How far the unfinished run of the workspace is; None when there is none."""
    run = runs(access).filter(status__in=UNFINISHED).first()
    return _progress(run) if run else None


def _progress(run: SimulationRun) -> Progress:
    counts = SimulationShard.objects.filter(run=run).aggregate(
        total=Count("pk"), done=Count("pk", filter=Q(status=Status.DONE))
    )
    return Progress(run, counts["done"], counts["total"])


def track_results(access: Access, run: SimulationRun) -> TrackRowQuerySet[TrackResult]:
    """Results of the tracks one may see, the most saved first."""
    return TrackResult.objects.visible_to(access).filter(run=run).select_related("track")


def track_result(access: Access, run: SimulationRun, track_id: int) -> TrackResult | None:
    """The result of one track."""
    return track_results(access, run).filter(track_id=track_id).first()


def space_results(access: Access, *runs: SimulationRun) -> TrackRowQuerySet[SpaceResult]:
    """Results by track and space of the tracks one may see, of one run or of several."""
    found = SpaceResult.objects.visible_to(access).filter(run__in=runs)
    return found.select_related("space", "track")


def for_download(rows: "TrackRowQuerySet[RowT]") -> "TrackRowQuerySet[RowT]":
    """Leave out tracks whose owners allow no export: files and links leave the studio."""
    return rows.filter(track__opt_out_export=False)


def standings(access: Access, run: SimulationRun) -> QuerySet[SpaceStanding]:
    """How the workspace stands in each space, the largest space first."""
    return (
        SpaceStanding.objects.visible_to(access)
        .filter(run=run)
        .select_related("space")
        .order_by("-space__size", "space__number")
    )


def space_points(access: Access, run: SimulationRun) -> list[SpacePoint]:
    """Every space of a run with its competition and how well our best track fits (two queries)."""
    best = {
        row["space_id"]: row["fit"]
        for row in SpaceResult.objects.visible_to(access)
        .filter(run=run)
        .order_by()
        .values("space_id")
        .annotate(fit=Max("relevance"))
    }
    return [
        SpacePoint(
            slug=row.space.slug,
            name=row.space.name,
            size=row.space.size,
            competition=row.last_place_relevance,
            fit=best.get(row.space_id, 0.0),
            our_tracks=row.tracks_surfaced,
        )
        for row in standings(access, run)
    ]


def space(access: Access, run: SimulationRun, slug: str) -> PromptSpace | None:
    """A space of the run's bank."""
    return PromptSpace.objects.visible_to(access).filter(bank_id=run.bank_id, slug=slug).first()


def track(access: Access, track_id: int) -> Track | None:
    """A track one may see."""
    return Track.objects.visible_to(access).filter(pk=track_id).first()


def term_labels(access: Access) -> dict[tuple[str, str], str]:
    """What people call each term of the workspace's vocabulary."""
    rows = Term.objects.visible_to(access).values_list("facet", "slug", "label")
    return {(facet, slug): label for facet, slug, label in rows}

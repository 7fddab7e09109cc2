"""What a page, a download or the command shows of a run: figures with words, charts with tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from analytics import selectors
from analytics.domain.charts import Chart, Estimate, bar_chart, interval_chart, share
from analytics.domain.choice import Stage
from analytics.domain.track_figures import EXAMINATION
from analytics.models import PromptSpace, SimulationRun, SpaceResult, TrackResult
from analytics.reference import choice_model
from catalog.access import Access
from catalog.models import Track

CHART_ROWS = 10
NEAR_SHOWN = 8
FAR_OFF = 0.5
"""Lacking half of what the last place has is as good as out of reach. Chosen."""

STAGE_WORDS: Mapping[str, str] = {
    Stage.SURFACED.value: "Surfaced in a list",
    Stage.EXAMINED.value: "Looked at",
    Stage.PLAYED.value: "Played past 30 seconds",
    Stage.COMPLETED.value: "Heard out",
    Stage.SAVED.value: "Saved",
    Stage.REPLAYED.value: "Played again within 28 days",
    Stage.FOLLOWED.value: "Artist followed",
}


@dataclass(frozen=True, slots=True)
class FacetTerm:
    """A term as a chip wants it."""

    facet: str
    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """One space of a track's report, with its missing terms named."""

    result: SpaceResult
    missing: tuple[FacetTerm, ...]

    @property
    def space(self) -> PromptSpace:
        return self.result.space


@dataclass(frozen=True, slots=True)
class FunnelLine:
    """One stage of the funnel, per 10,000 prompts asked."""

    words: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SensitivityLine:
    """What one assumption does to simulated saves, and where it comes from."""

    label: str
    low: float
    high: float
    origin: str


@dataclass(frozen=True, slots=True)
class TrackReport:
    """The creator's page."""

    run: SimulationRun
    track: Track
    result: TrackResult
    spaces_in_bank: int
    headline: str
    surfaced: tuple[SpaceLine, ...]
    near: tuple[SpaceLine, ...]
    rate_chart: Chart | None
    conversion_chart: Chart | None
    rate_finding: str
    conversion_finding: str
    funnel: tuple[FunnelLine, ...]
    sensitivity: tuple[SensitivityLine, ...]
    is_stale: bool


def is_stale(run: SimulationRun, access: Access) -> bool:
    """Whether the catalog changed since the run began."""
    return run.catalog_stamp < access.workspace.catalog_stamp


def honesty(run: SimulationRun) -> str:
    """Name everything the numbers of a run come from, in one line."""
    bank, market = run.bank, run.market
    listed = f", {bank.listed_count:,} of them from {bank.prompt_list}" if bank.prompt_list else ""
    sizes = f"sizes {bank.size_prior.number} set here" if bank.size_prior else "stated sizes"
    name = market.name.lower() if market.kind == market.Kind.GENERATED else f"market {market.name}"
    return (
        f"Simulation of a prompt system, not a measurement of a streaming service. "
        f"Approach: {run.approach_label.lower()}. "
        f"Prompt bank {bank.grammar_version} ({bank.prompt_count:,} prompts{listed}; {sizes}), "
        f"{name} {market.version} ({market.track_count:,} tracks), "
        f"seed {run.seed}, engine {run.engine_version}, listener {run.choice_version} "
        f"({run.examination}{', fitted to your events' if run.listener_fit_id else ''})."
    )


def track_report(access: Access, run: SimulationRun, track: Track) -> TrackReport | None:
    """Assemble the report of one track; None where the run does not know it (three queries)."""
    result = selectors.track_result(access, run, track.pk)
    return report_of(access, run, track, result) if result is not None else None


def report_of(access: Access, run: SimulationRun, track: Track, result: TrackResult) -> TrackReport:
    """Assemble the report of one track from its result (two queries)."""
    labels = selectors.term_labels(access)
    rows = list(selectors.space_results(access, run).filter(track=track))
    surfaced = tuple(_line(row, labels) for row in rows if row.surfaced)
    near = sorted((row for row in rows if not row.surfaced), key=lambda row: -nearness(row))
    spaces = run.bank.space_count
    return TrackReport(
        run=run,
        track=track,
        result=result,
        spaces_in_bank=spaces,
        headline=headline([line.result for line in surfaced], spaces),
        surfaced=surfaced,
        near=tuple(_line(row, labels) for row in near[:NEAR_SHOWN]),
        rate_chart=_rate_chart(surfaced),
        conversion_chart=_conversion_chart(surfaced),
        rate_finding=_rate_finding(surfaced),
        conversion_finding=_conversion_finding(surfaced),
        funnel=_funnel(result),
        sensitivity=_sensitivity(result),
        is_stale=is_stale(run, access),
    )


def nearness(row: SpaceResult) -> float:
    """How near a track is to a space: for how many prompts, and by how little it falls short."""
    return row.near / row.prompt_count * max(0.0, 1 - (row.short_by or 0.0) / FAR_OFF)


def _line(row: SpaceResult, labels: Mapping[tuple[str, str], str]) -> SpaceLine:
    missing = tuple(
        FacetTerm(facet, slug, labels.get((facet, slug), slug.replace("-", " ")))
        for facet, slug in row.missing
    )
    return SpaceLine(row, missing)


def headline(surfaced: Sequence[SpaceResult], spaces: int) -> str:
    """Say the finding in a sentence."""
    if not surfaced:
        return f"It does not surface in any of {spaces} prompt spaces yet."
    best = surfaced[0]
    count = "1 prompt space" if len(surfaced) == 1 else f"{len(surfaced)} prompt spaces"
    place = _place(best.median_rank)
    return (
        f"It surfaces in {count} of {spaces}, most often in {best.space.name}: "
        f"for {best.surfaced} of {best.prompt_count} prompts, typically at place {place}."
    )


def _place(rank: float | None) -> str:
    return "–" if rank is None else f"{rank:.0f}"


def _rate_chart(lines: Sequence[SpaceLine]) -> Chart | None:
    rows = [
        Estimate(
            label=line.space.name,
            detail=f"{line.result.surfaced} of {line.result.prompt_count}",
            estimate=line.result.rate,
            low=line.result.rate_low,
            high=line.result.rate_high,
        )
        for line in lines[:CHART_ROWS]
    ]
    return bar_chart(rows, what="Share of prompts for which it surfaces") if rows else None


def _conversion_chart(lines: Sequence[SpaceLine]) -> Chart | None:
    rows = [
        Estimate(
            label=line.space.name,
            detail=f"n = {line.result.surfaced}",
            estimate=line.result.conversion,
            low=line.result.conversion_low or line.result.conversion,
            high=line.result.conversion_high or line.result.conversion,
        )
        for line in lines[:CHART_ROWS]
        if line.result.conversion
    ]
    return interval_chart(rows, what="Simulated saves per surfaced impression") if rows else None


def _rate_finding(lines: Sequence[SpaceLine]) -> str:
    if not lines:
        return ""
    best = lines[0]
    return f"It surfaces for {share(best.result.rate)} of the prompts in {best.space.name}"


def _conversion_finding(lines: Sequence[SpaceLine]) -> str:
    rated = [line for line in lines[:CHART_ROWS] if line.result.conversion]
    if not rated:
        return ""
    best = max(rated, key=lambda line: line.result.conversion or 0.0)
    others = [line for line in rated if line is not best]
    apart = [
        line
        for line in others
        if (line.result.conversion_high or 0) < (best.result.conversion_low or 0)
    ]
    if others and not apart:
        return "Once surfaced, no space saves it clearly more often than another"
    return f"Once surfaced, it is saved most in {best.space.name}"


def _funnel(result: TrackResult) -> tuple[FunnelLine, ...]:
    # Saves carry both kinds of doubt, as everywhere; the other stages that of the listener only.
    figures = {
        **result.funnel,
        Stage.SAVED.value: (result.saves, result.saves_low, result.saves_high),
    }
    return tuple(
        FunnelLine(words, *figures[stage])
        for stage, words in STAGE_WORDS.items()
        if stage in result.funnel
    )


def _sensitivity(result: TrackResult) -> tuple[SensitivityLine, ...]:
    known = {one.name: (one.label, one.origin) for one in choice_model().parameters}
    known[EXAMINATION] = (
        "looks down the list in another way",
        "Least and most of the three listener models: geometric, cascade, uniform.",
    )
    return tuple(
        SensitivityLine(known[name][0], low, high, known[name][1])
        for name, low, high in result.sensitivity
        if name in known
    )


# The workspace


@dataclass(frozen=True, slots=True)
class WorkspaceReport:
    """Which tracks surface where."""

    run: SimulationRun
    headline: str
    spaces_in_bank: int
    spaces_held: int
    is_stale: bool
    chart: Chart | None
    finding: str
    best: tuple[TrackResult, ...] = field(default=())


def workspace_report(access: Access, run: SimulationRun) -> WorkspaceReport:
    """Assemble the workspace's page but for its table (three queries)."""
    results = selectors.track_results(access, run)
    counts = results.aggregate(
        total=Count("pk"), surfacing=Count("pk", filter=Q(spaces_surfaced__gt=0))
    )
    best = tuple(results.filter(spaces_surfaced__gt=0)[:CHART_ROWS])
    held = (
        selectors.space_results(access, run)
        .filter(surfaced__gt=0)
        .values("space_id")
        .distinct()
        .count()
    )
    spaces = run.bank.space_count
    return WorkspaceReport(
        run=run,
        headline=tracks_headline(counts["surfacing"], counts["total"], held, spaces),
        spaces_in_bank=spaces,
        spaces_held=held,
        is_stale=is_stale(run, access),
        chart=reach_chart(best),
        finding=reach_finding(best),
        best=best,
    )


@dataclass(frozen=True, slots=True)
class GroupSpace:
    """A space that tracks of a group hold, with the best of them."""

    name: str
    slug: str
    tracks: int
    best: str
    surfaced: int
    prompts: int


@dataclass(frozen=True, slots=True)
class GroupReport:
    """Where the tracks of a release or of an artist surface."""

    headline: str
    spaces: tuple[GroupSpace, ...]
    chart: Chart | None
    finding: str


def group_report(access: Access, run: SimulationRun, tracks: QuerySet[Track]) -> GroupReport:
    """Assemble the report of some tracks but for its table (three queries)."""
    results = selectors.track_results(access, run).filter(track__in=tracks)
    counts = results.aggregate(
        total=Count("pk"), surfacing=Count("pk", filter=Q(spaces_surfaced__gt=0))
    )
    best = tuple(results.filter(spaces_surfaced__gt=0)[:CHART_ROWS])
    held: dict[str, list[SpaceResult]] = {}
    rows = selectors.space_results(access, run).filter(track__in=tracks, surfaced__gt=0)
    for row in rows.order_by("-surfaced", "best_rank", "pk"):
        held.setdefault(row.space.slug, []).append(row)
    spaces = sorted(
        (
            GroupSpace(
                name=found[0].space.name,
                slug=slug,
                tracks=len(found),
                best=found[0].track.display_title,
                surfaced=found[0].surfaced,
                prompts=found[0].prompt_count,
            )
            for slug, found in held.items()
        ),
        key=lambda space: (-space.tracks, -space.surfaced / space.prompts, space.name),
    )
    return GroupReport(
        headline=tracks_headline(
            counts["surfacing"], counts["total"], len(held), run.bank.space_count
        ),
        spaces=tuple(spaces),
        chart=reach_chart(best),
        finding=reach_finding(best),
    )


def tracks_headline(surfacing: int, total: int, held: int, spaces: int) -> str:
    """Say how many tracks surface, and in how many spaces."""
    if not total:
        return "None of your tracks was in this simulation."
    if not surfacing:
        only = "Your track surfaces" if total == 1 else f"None of your {total:,} tracks surfaces"
        no = " in none" if total == 1 else " in any"
        return f"{only}{no} of {spaces} prompt spaces yet."
    tracks = "1 track" if total == 1 else f"{surfacing:,} of {total:,} tracks"
    verb = "surfaces" if surfacing == 1 else "surface"
    return f"{tracks} {verb}, in {held:,} of {spaces:,} prompt spaces."


def reach_chart(results: Sequence[TrackResult]) -> Chart | None:
    """Draw the share of all prompts of some tracks."""
    rows = [
        Estimate(
            label=result.track.display_title,
            detail=f"{result.spaces_surfaced} space{'' if result.spaces_surfaced == 1 else 's'}",
            estimate=result.reach,
            low=result.reach_low,
            high=result.reach_high,
        )
        for result in sorted(results, key=lambda result: -result.reach)
    ]
    return bar_chart(rows, what="Share of all prompts for which it surfaces") if rows else None


def reach_finding(results: Sequence[TrackResult]) -> str:
    """Say which track surfaces most."""
    if not results:
        return ""
    best = max(results, key=lambda result: result.reach)
    return f"{best.track.display_title} surfaces for {share(best.reach)} of all prompts"

"""What was observed, as pages, downloads and the API read it; never mixed with simulation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, Count, F, Max, Min, Q, QuerySet, Sum

from analytics import selectors
from analytics.domain.events import COUNTS, NO_MORE_THAN
from analytics.domain.intervals import Interval, wilson
from analytics.domain.paired_chart import Pair, PairedChart, paired_chart
from analytics.models import ObservedDay, SimulationRun, SpaceResult
from analytics.prompt_spaces import known_spaces
from catalog.access import Access
from catalog.models import Track

CHART_ROWS = 10
NO_SPACE = "In no prompt space"


@dataclass(frozen=True, slots=True)
class ObservedSpace:
    """Counts of one space added up; None where no source reports them."""

    slug: str
    name: str
    counts: Mapping[str, int | None]
    rated_saves: int
    rated_impressions: int
    """Saves and impressions of the rows that report both."""
    rated_plays: int = 0
    rated_by_plays: int = 0
    """Plays and impressions of the rows that report both."""
    simulated: SpaceResult | None = None

    @property
    def conversion(self) -> Interval | None:
        """Saves per impression, with its 95 % interval."""
        if not self.rated_impressions:
            return None
        return wilson(min(self.rated_saves, self.rated_impressions), self.rated_impressions)


@dataclass(frozen=True, slots=True)
class ObservedReport:
    """What was counted for a track, or for the whole workspace."""

    lines: tuple[ObservedSpace, ...]
    totals: ObservedSpace
    first_day: date | None
    last_day: date | None
    chart: PairedChart | None
    finding: str
    contrary: tuple[str, ...]
    """Where the counts of a day cannot all be true, in words."""


def days(access: Access) -> QuerySet[ObservedDay]:
    """Counts of the tracks one may see."""
    return ObservedDay.objects.visible_to(access)


def report(
    access: Access, *, track: Track | None = None, run: SimulationRun | None = None
) -> ObservedReport | None:
    """Add up what was observed by space, beside what a run simulated; None where nothing was.

    Two or three queries.
    """
    rows = days(access) if track is None else days(access).filter(track=track)
    summed: list[dict[str, Any]] = [
        dict(row) for row in rows.order_by().values("space").annotate(**_SUMS)
    ]
    if not summed:
        return None
    simulated = _simulated(access, run, track)
    names = known_spaces()
    lines = [
        ObservedSpace(
            slug=row["space"],
            name=names.get(row["space"], NO_SPACE),
            counts={name: row[f"{name}_sum"] for name in COUNTS},
            rated_saves=row["rated_saves"] or 0,
            rated_impressions=row["rated_impressions"] or 0,
            rated_plays=row["rated_plays"] or 0,
            rated_by_plays=row["rated_by_plays"] or 0,
            simulated=simulated.get(row["space"]),
        )
        for row in summed
    ]
    lines.sort(key=lambda line: (not line.slug, -(line.counts["impressions"] or 0), line.name))
    pairs = _pairs(lines)
    return ObservedReport(
        lines=tuple(lines),
        totals=_total(lines),
        first_day=min(row["first_day"] for row in summed),
        last_day=max(row["last_day"] for row in summed),
        chart=paired_chart(pairs, what="Saves per impression, simulated and observed")
        if pairs
        else None,
        finding=_finding(lines),
        contrary=_contrary(rows),
    )


def _contrary(rows: QuerySet[ObservedDay]) -> tuple[str, ...]:
    """Say which counts are larger than what they are a part of.

    A file with such a row is refused that row; single events add up to one when some are still on
    their way, or when a source sends plays and forgets impressions.
    """
    found = rows.order_by().aggregate(
        **{
            f"{part}_{whole}": Count("pk", filter=Q(**{f"{part}__gt": F(whole)}))
            for part, whole in NO_MORE_THAN
        }
    )
    return tuple(
        f"{number:,} day{'' if number == 1 else 's'} with more {part} than {whole}"
        for part, whole in NO_MORE_THAN
        if (number := found[f"{part}_{whole}"])
    )


_SUMS: dict[str, Aggregate] = {
    **{f"{name}_sum": Sum(name) for name in COUNTS},
    "rated_saves": Sum("saves", filter=Q(impressions__isnull=False)),
    "rated_impressions": Sum("impressions", filter=Q(saves__isnull=False)),
    "rated_plays": Sum("plays", filter=Q(impressions__isnull=False)),
    "rated_by_plays": Sum("impressions", filter=Q(plays__isnull=False)),
    "first_day": Min("day"),
    "last_day": Max("day"),
}


def _simulated(
    access: Access, run: SimulationRun | None, track: Track | None
) -> dict[str, SpaceResult]:
    if run is None or track is None:
        return {}
    rows = selectors.space_results(access, run).filter(track=track, surfaced__gt=0)
    return {row.space.slug: row for row in rows}


def _total(lines: Sequence[ObservedSpace]) -> ObservedSpace:
    counts: dict[str, int | None] = {}
    for name in COUNTS:
        reported = [line.counts[name] for line in lines if line.counts[name] is not None]
        counts[name] = sum(value or 0 for value in reported) if reported else None
    return ObservedSpace(
        slug="",
        name="All",
        counts=counts,
        rated_saves=sum(line.rated_saves for line in lines),
        rated_impressions=sum(line.rated_impressions for line in lines),
        rated_plays=sum(line.rated_plays for line in lines),
        rated_by_plays=sum(line.rated_by_plays for line in lines),
    )


def _pairs(lines: Sequence[ObservedSpace]) -> list[Pair]:
    pairs: list[Pair] = []
    for line in lines:
        simulated = simulated_interval(line.simulated)
        if line.slug and line.conversion and len(pairs) < CHART_ROWS:
            pairs.append(Pair(line.name, simulated, line.conversion))
    return pairs


def simulated_interval(row: SpaceResult | None) -> Interval | None:
    """The simulated conversion of a track in a space."""
    if row is None or row.conversion is None:
        return None
    return Interval(
        row.conversion,
        row.conversion_low or 0.0,
        row.conversion_high or 1.0,
        row.surfaced,
    )


def _finding(lines: Sequence[ObservedSpace]) -> str:
    """Say how well the simulation fits what happened, where both are known."""
    both = [
        (line, simulated, line.conversion)
        for line in lines
        if line.conversion and (simulated := simulated_interval(line.simulated))
    ]
    if not both:
        return "What listeners really did"
    fits = sum(simulated.overlaps(seen) for _, simulated, seen in both)
    if fits == len(both):
        return "Simulation and reality agree within their intervals"
    return f"Simulation and reality agree in {fits} of {len(both)} spaces"

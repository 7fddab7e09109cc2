"""What came of a campaign: observed counts before, during and after, beside what was simulated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log, sqrt
from typing import Any

import numpy as np
from django.db.models import Max, Min, Sum
from django.utils import timezone

from analytics import selectors
from analytics.domain.charts import Chart, Difference, difference_chart
from analytics.domain.intervals import Interval
from analytics.domain.lift import Lift, Period, lift
from analytics.domain.timeline import Timeline, draw_timeline
from analytics.models import Campaign, CampaignTrack, ObservedDay, SimulationRun, SpaceResult
from analytics.prompt_spaces import known_spaces, space_of
from catalog.access import Access
from catalog.models import Track

AFTER_DAYS = 90
"""The time after the end that is looked at, at most."""

Z = 1.959964
NOTHING_BEFORE = "Nothing was counted for these tracks before the start"
METRICS = (("impressions", "Impressions"), ("plays", "Plays"), ("saves", "Saves"))
Part = CampaignTrack.Part


@dataclass(frozen=True, slots=True)
class Span:
    """A period of the campaign that has begun, both days included."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class MetricLine:
    """One count: totals of the campaign's tracks by period, and its lifts."""

    name: str
    a_day: tuple[float | None, ...]
    """Per day (or per impression) before, during and after; None where the time has not come."""
    totals: tuple[int, ...]
    control_a_day: tuple[float | None, ...]
    during: Lift | None
    after: Lift | None
    is_rate: bool = False


@dataclass(frozen=True, slots=True)
class SimulatedChange:
    """Simulated saves per 10,000 prompts of the campaign's tracks, at the start and now."""

    before: float
    now: float
    ratio: Interval
    run_before: SimulationRun
    run_now: SimulationRun


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """Everything the page of a campaign shows of its effect."""

    spans: tuple[Span, ...]
    lines: tuple[MetricLine, ...]
    chart: Chart | None
    timeline: Timeline | None
    simulated: SimulatedChange | None
    simulated_chart: Chart | None
    finding: str
    days_with_counts: int


def spans_of(campaign: Campaign, today: date) -> tuple[Span, ...]:
    """Before, during and after, as far as they have begun; a day is counted once it is over."""
    yesterday = today - timedelta(days=1)
    found = [Span("before", campaign.before_from, campaign.starts_on - timedelta(days=1))]
    if yesterday >= campaign.starts_on:
        found.append(Span("during", campaign.starts_on, min(campaign.ends_on, yesterday)))
    if yesterday > campaign.ends_on:
        last = min(campaign.ends_on + timedelta(days=AFTER_DAYS), yesterday)
        found.append(Span("after", campaign.ends_on + timedelta(days=1), last))
    return tuple(found)


def campaign_spaces(campaign: Campaign) -> frozenset[str]:
    """Spaces that were named, and those that its prompts belong to."""
    return frozenset({*campaign.spaces, *filter(None, map(space_of, campaign.prompts))})


def report(
    access: Access, campaign: Campaign, *, only_spaces: bool = False, today: date | None = None
) -> CampaignReport:
    """Compare the periods of a campaign (six queries). `only_spaces` counts only its own spaces.

    Sources report late, so periods end at the last day that has a count; the time before begins no
    earlier than the workspace's first count, for days that nobody counted are not days of nothing.
    """
    parts = list(campaign.parts.all())
    own = {part.track_id for part in parts if part.part == Part.CAMPAIGN}
    control = {part.track_id for part in parts if part.part == Part.CONTROL}
    rows = ObservedDay.objects.filter(workspace=access.workspace, track_id__in=own | control)
    if only_spaces:
        rows = rows.filter(space__in=campaign_spaces(campaign))
    spans = _counted_spans(
        spans_of(campaign, today or timezone.localdate()),
        first=ObservedDay.objects.filter(workspace=access.workspace).aggregate(n=Min("day"))["n"],
        last=rows.aggregate(n=Max("day"))["n"],
    )
    simulated = _simulated(access, campaign, own)
    if not spans:
        return CampaignReport(
            (), (), None, None, simulated, _simulated_chart(simulated), NOTHING_BEFORE, 0
        )
    series = _series(rows, own, control, spans)
    lines = tuple(_line(series, name, label, spans, bool(control)) for name, label in METRICS)
    lines += (_rate_line(series, spans, bool(control)),)
    return CampaignReport(
        spans=spans,
        lines=lines,
        chart=_chart(lines),
        timeline=_timeline(series, campaign, spans),
        simulated=simulated,
        simulated_chart=_simulated_chart(simulated),
        finding=_finding(lines),
        days_with_counts=len({day for group in series.values() for day in group["days"]}),
    )


def _counted_spans(
    spans: Sequence[Span], *, first: date | None, last: date | None
) -> tuple[Span, ...]:
    """Cut the periods to the days that anything was counted on; none without a day before."""
    if first is None or last is None or first > spans[0].last or last < spans[0].first:
        return ()
    cut = [Span(one.name, max(one.first, first), min(one.last, last)) for one in spans]
    return tuple(one for one in cut if one.first <= one.last)


Series = Mapping[str, Mapping[str, Any]]


def _series(rows: Any, own: set[int], control: set[int], spans: Sequence[Span]) -> Series:
    """Counts by day from the first day on: `{"own": {"plays": array, ...}, "control": ...}`."""
    first, last = spans[0].first, spans[-1].last
    length = (last - first).days + 1
    names = [name for name, _ in METRICS]
    series: dict[str, dict[str, Any]] = {
        group: {"days": set(), **{name: np.zeros(length) for name in (*names, "rated")}}
        for group in ("own", "control")
    }
    found = (
        rows.filter(day__range=(first, last))
        .order_by()
        .values("track_id", "day")
        .annotate(**{f"{name}_sum": Sum(name) for name in names})
    )
    for row in found:
        group = series["own" if row["track_id"] in own else "control"]
        at = (row["day"] - first).days
        group["days"].add(row["day"])
        for name in names:
            group[name][at] += row[f"{name}_sum"] or 0
        if row["impressions_sum"] is not None and row["saves_sum"] is not None:
            group["rated"][at] += row["impressions_sum"]
    return series


def _period(series: Series, group: str, name: str, spans: Sequence[Span], number: int) -> Period:
    span, first = spans[number], spans[0].first
    rows = slice((span.first - first).days, (span.last - first).days + 1)
    counts = series[group][name][rows]
    return Period(counts, np.ones(len(counts)))


def _line(
    series: Series, name: str, label: str, spans: Sequence[Span], has_control: bool
) -> MetricLine:
    own = [_period(series, "own", name, spans, number) for number in range(len(spans))]
    other = [_period(series, "control", name, spans, number) for number in range(len(spans))]
    return MetricLine(
        name=label,
        a_day=_padded([one.rate for one in own]),
        totals=tuple(int(one.total) for one in own),
        control_a_day=_padded([one.rate for one in other]) if has_control else (None,) * 3,
        during=_lift(own, other, 1, has_control),
        after=_lift(own, other, 2, has_control),
    )


def _rate_line(series: Series, spans: Sequence[Span], has_control: bool) -> MetricLine:
    """Saves per impression: counted of impressions, so that being shown more is no lift."""

    def period(group: str, number: int) -> Period:
        saves = _period(series, group, "saves", spans, number)
        shown = _period(series, group, "rated", spans, number).counts
        return Period(np.minimum(saves.counts, shown), shown)

    own = [period("own", number) for number in range(len(spans))]
    other = [period("control", number) for number in range(len(spans))]
    return MetricLine(
        name="Saves per impression",
        a_day=_padded([one.rate if one.exposure.sum() else None for one in own]),
        totals=tuple(int(one.total) for one in own),
        control_a_day=_padded([one.rate if one.exposure.sum() else None for one in other])
        if has_control
        else (None,) * 3,
        during=_lift(own, other, 1, has_control),
        after=_lift(own, other, 2, has_control),
        is_rate=True,
    )


def _padded(values: Sequence[float | None]) -> tuple[float | None, ...]:
    return (*values, *(None,) * (3 - len(values)))


def _lift(
    own: Sequence[Period], other: Sequence[Period], number: int, has_control: bool
) -> Lift | None:
    if number >= len(own):
        return None
    return lift(
        own[0],
        own[number],
        control_before=other[0] if has_control else None,
        control_then=other[number] if has_control else None,
    )


def best_of(found: Lift | None) -> Interval | None:
    """The lift to show: against the control group, else against the tracks' own past."""
    return (found.ratio or found.against_itself) if found else None


def _chart(lines: Sequence[MetricLine]) -> Chart | None:
    rows = [
        _difference(f"{line.name}, {when}", one)
        for line in lines
        for when, found in (("during", line.during), ("after", line.after))
        if (one := best_of(found))
    ]
    what = "Observed change against the time before, beside the control group"
    return difference_chart(rows, what=what, lowest=-1.0) if rows else None


def _difference(label: str, one: Interval) -> Difference:
    return Difference(
        label=label,
        detail=f"n = {one.n:,}",
        estimate=one.estimate - 1,
        low=one.low - 1,
        high=one.high - 1,
    )


def _finding(lines: Sequence[MetricLine]) -> str:
    clear = [
        (line, one)
        for line in lines
        if line.during and (one := line.during.ratio) and (one.low > 1 or one.high < 1)
    ]
    if clear:
        line, one = clear[-1] if clear[-1][0].is_rate else clear[0]
        change = abs(one.estimate - 1)
        verb = "rose" if one.estimate > 1 else "fell"
        return f"{line.name} {verb} by {change * 100:.0f} % against the control group"
    if any(line.during and line.during.ratio for line in lines):
        return "No change that stands out from the control group"
    return "Not enough to say whether anything changed"


def _timeline(series: Series, campaign: Campaign, spans: Sequence[Span]) -> Timeline | None:
    name = next((n for n, _ in METRICS[1:2] + METRICS if series["own"][n].sum() > 0), None)
    if name is None:
        return None
    return draw_timeline(
        own=series["own"][name],
        control=series["control"][name],
        first=spans[0].first,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        what=name,
    )


# Simulated


def _simulated(access: Access, campaign: Campaign, own: set[int]) -> SimulatedChange | None:
    """Compare the simulation at the start with the one shown; None without two of one approach.

    Both ask the same listeners, so what we do not know about these falls out of the ratio; the
    prompts at hand do not.
    """
    now = selectors.latest_run(access)
    before = campaign.run_before
    if now is None or before is None or now.pk == before.pk or now.approach != before.approach:
        return None
    tracks = Track.objects.visible_to(access).filter(pk__in=own)
    spaces = campaign_spaces(campaign)
    sums = [_saves(access, run, tracks, spaces) for run in (before, now)]
    if min(total for total, _ in sums) <= 0:
        return None
    middle = log(sums[1][0] / sums[0][0])
    half = Z * sqrt(sums[0][1] + sums[1][1])
    return SimulatedChange(
        before=sums[0][0],
        now=sums[1][0],
        ratio=Interval(exp(middle), exp(middle - half), exp(middle + half), now.bank.prompt_count),
        run_before=before,
        run_now=now,
    )


def _saves(
    access: Access, run: SimulationRun, tracks: Any, spaces: frozenset[str]
) -> tuple[float, float]:
    """Simulated saves per 10,000 prompts, and the variance of their logarithm by the prompts."""
    rows = SpaceResult.objects.visible_to(access).filter(run=run, track__in=tracks, surfaced__gt=0)
    if spaces:
        rows = rows.filter(space__slug__in=spaces)
    total = variance = 0.0
    for row in rows.select_related("space"):
        if not row.conversion:
            continue
        saves = 10_000 * row.space.size * row.rate * row.conversion
        spread = log((row.conversion_high or 1.0) / (row.conversion_low or 1e-9)) / (2 * Z)
        own = spread**2 * (1 - (row.parameter_share or 0.0)) + (1 - row.rate) / row.surfaced
        total += saves
        variance += saves**2 * own
    return total, variance / total**2 if total else 0.0


def _simulated_chart(found: SimulatedChange | None) -> Chart | None:
    if found is None:
        return None
    row = Difference(
        label="Simulated saves, now against the start",
        detail=f"n = {found.ratio.n:,} prompts",
        estimate=found.ratio.estimate - 1,
        low=found.ratio.low - 1,
        high=found.ratio.high - 1,
    )
    return difference_chart(
        [row], what="Simulated change in saves of the campaign's tracks", lowest=-1.0
    )


def space_names(campaign: Campaign) -> list[str]:
    """Names of the campaign's spaces."""
    names = known_spaces()
    return [names.get(slug, slug) for slug in campaign.spaces]

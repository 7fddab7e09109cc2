"""What the fairness page and its download show of a ledger, in words and pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from analytics.domain.fairness import GroupShare
from analytics.domain.fairness_charts import (
    Plot,
    TradePoint,
    WeekPoint,
    trade_chart,
    week_chart,
)
from analytics.domain.intervals import Interval
from analytics.models import FairnessLedger, FairnessWatch, SimulationRun
from analytics.models.fairness import ALARM_ABOVE, Measure
from catalog.access import Access

WEEKS_SHOWN = 26

DEFINITIONS: Mapping[str, str] = {
    Measure.GINI: (
        "How unevenly exposure is shared over all tracks, the market's and ours: 0 when every "
        "track gets the same, near 1 when a few get all. A track's exposure is the chance that its "
        "places are looked at, summed over all prompts by their weight."
    ),
    Measure.COVERAGE: (
        "Share of all tracks that stand in the first 20 places of at least one prompt. More "
        "prompts cover more, so compare only runs with equally many."
    ),
    Measure.TAIL_SHARE: (
        "Share of exposure that goes to the long tail: all tracks but the most popular fifth. A "
        "track whose popularity nobody knows counts as long tail. An even share would be 80 %."
    ),
    Measure.DIFFERENCE: (
        "How unlike the tracks of one list are: for each pair, the share of their terms that only "
        "one of them has (Jaccard distance); the mean over pairs and lists. 0 is all alike."
    ),
    Measure.CROWD_OUT: (
        "How much well-tagged tracks crowd out the rest: of the exposure that the four less-tagged "
        "fifths would have if every track got the same, the part that the best-tagged fifth has "
        "instead. 0 is no crowding; below 0, the best-tagged get less than their share."
    ),
}

GROUPINGS: Mapping[str, tuple[str, str]] = {
    "richness": (
        "By tag richness",
        "Tracks in five equal parts by how many tags they have, of all facets. Tracks of equally "
        "many share what they get together.",
    ),
    "artist": (
        "By size of the artist",
        "Tracks by how many tracks their artist has in this market, or in our catalog.",
    ),
    "language": (
        "By language",
        "Tracks by the language of their lyrics. The generated market states none.",
    ),
    "whose": ("Ours and the market's", "Our tracks against everybody else's."),
}

TARGETS: Mapping[str, tuple[str, str]] = {
    "tail": ("the long tail", "All tracks but the most popular fifth"),
    "thin": ("thinly tagged tracks", "Tracks with fewer tags than the track in the middle"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the ledger with its definition."""

    measure: str
    name: str
    value: Interval
    definition: str


@dataclass(frozen=True, slots=True)
class Grouping:
    title: str
    definition: str
    lines: tuple[GroupShare, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """The boost slider: where it stands, what that gives, and the whole curve."""

    target: str
    who: str
    who_definition: str
    step: int
    steps: tuple[TradePoint, ...]
    chosen: TradePoint
    start: TradePoint
    unsure: float
    chart: Plot

    @property
    def gained(self) -> float:
        """Exposure gained against no boost, in shares of all exposure."""
        return self.chosen.exposure.estimate - self.start.exposure.estimate


@dataclass(frozen=True, slots=True)
class Trend:
    """The watched figure over the runs that can be compared."""

    measure: str
    name: str
    points: tuple[WeekPoint, ...]
    chart: Plot | None
    left_out: int


def _interval(three: Sequence[float], n: int) -> Interval:
    estimate, low, high = three
    return Interval(estimate, low, high, n)


def figures(ledger: FairnessLedger) -> tuple[Figure, ...]:
    """The five figures, each with interval, n and definition."""
    return tuple(
        Figure(
            measure.value,
            str(measure.label),
            _interval(ledger.figures[measure.value], ledger.prompt_count),
            _definition(ledger, measure),
        )
        for measure in Measure
    )


def _definition(ledger: FairnessLedger, measure: Measure) -> str:
    if measure is Measure.TAIL_SHARE and ledger.tail_by == "artist":
        return (
            "Share of exposure that goes to the long tail. This market states no popularity, so "
            "the head are the tracks of the artists with the most tracks, a fifth of all tracks "
            "at most; the tail is the rest."
        )
    return DEFINITIONS[measure]


def groupings(ledger: FairnessLedger) -> tuple[Grouping, ...]:
    """Exposure by group, one grouping after another."""
    return tuple(
        Grouping(
            title,
            definition,
            tuple(_line(row, ledger.prompt_count) for row in ledger.groups[name]),
        )
        for name, (title, definition) in GROUPINGS.items()
    )


def _line(row: Mapping[str, Any], n: int) -> GroupShare:
    return GroupShare(row["name"], row["tracks"], row["track_share"], _interval(row["exposure"], n))


def trade(ledger: FairnessLedger, *, target: str, step: int) -> Trade:
    """The trade of exposure for relevance; an unknown target or step becomes the nearest."""
    target = target if target in TARGETS else "tail"
    rows = ledger.boosts[target]
    steps = tuple(
        TradePoint(
            row["strength"],
            _interval(row["exposure"], ledger.prompt_count),
            _interval(row["lost"], ledger.prompt_count),
        )
        for row in rows
    )
    step = min(max(step, 0), len(steps) - 1)
    who, definition = TARGETS[target]
    return Trade(
        target=target,
        who=who,
        who_definition=definition,
        step=step,
        steps=steps,
        chosen=steps[step],
        start=steps[0],
        unsure=rows[step]["unsure"],
        chart=trade_chart(steps, chosen=steps[step].strength, who=f"Exposure of {who}"),
    )


def trend(access: Access, run: SimulationRun, watch: FairnessWatch | None) -> Trend:
    """The watched figure (or the Gini) week by week, over runs like the newest one (one query).

    Only runs on the same market, prompts and seed are compared: another market moves every figure.
    Of each week the newest run counts.
    """
    measure = Measure(watch.measure) if watch else Measure.GINI
    rows = list(
        FairnessLedger.objects.visible_to(access)
        .filter(run_id__lte=run.pk)
        .select_related("run", "run__market", "run__bank")
        .defer(
            "run__documents",
            "run__statistics",
            "run__market_traits",
            "run__heard",
            "run__listening",
            "groups",
            "boosts",
        )
        .order_by("run_id")
    )
    alike = [row for row in rows if row.run.asks_like(run) and row.run.goes_by_same(run)]
    weeks = {_week(row): row for row in alike}
    points = tuple(
        WeekPoint(_day(row), _interval(row.figures[measure.value], row.prompt_count))
        for row in list(weeks.values())[-WEEKS_SHOWN:]
    )
    chart = None
    if len(points) > 1:
        chart = week_chart(points, what=str(measure.label), line=watch.line if watch else None)
    return Trend(measure.value, str(measure.label), points, chart, len(rows) - len(alike))


def _day(row: FairnessLedger) -> Any:
    return timezone.localdate(row.created_at)


def _week(row: FairnessLedger) -> tuple[int, int]:
    year, week, _ = _day(row).isocalendar()
    return year, week


def is_crossed(ledger: FairnessLedger | None, watch: FairnessWatch | None) -> bool:
    """Whether the watched figure is past its line in this ledger."""
    return bool(ledger and watch and watch.is_crossed(ledger.figures[watch.measure][0]))


def alarm(access: Access, run: SimulationRun) -> FairnessWatch | None:
    """The watch whose line the newest ledger is past; None where all is well (two queries)."""
    watch = FairnessWatch.objects.visible_to(access).first()
    if watch is None:
        return None
    ledger = FairnessLedger.objects.visible_to(access).filter(run=run).first()
    return watch if is_crossed(ledger, watch) else None


def side(measure: str) -> str:
    """On which side of the line the alarm rings."""
    return "above" if measure in ALARM_ABOVE else "below"


def as_json(ledger: FairnessLedger) -> dict[str, object]:
    """The ledger for the API and downloads; every number is simulated."""
    n = ledger.prompt_count
    return {
        "run": ledger.run_id,
        "kind": "simulated",
        "prompts": n,
        "tracks": ledger.track_count,
        "figures": {
            figure.measure: {**figure.value.as_dict(), "definition": figure.definition}
            for figure in figures(ledger)
        },
        "groups": {
            name: [{**row, "exposure": _interval(row["exposure"], n).as_dict()} for row in rows]
            for name, rows in ledger.groups.items()
        },
        "boosts": {
            name: [
                {
                    "strength": row["strength"],
                    "exposure": _interval(row["exposure"], n).as_dict(),
                    "relevance_lost": _interval(row["lost"], n).as_dict(),
                    "unsure_share_of_prompts": row["unsure"],
                }
                for row in rows
            ]
            for name, rows in ledger.boosts.items()
        },
    }

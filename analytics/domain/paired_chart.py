"""Simulated beside observed: two marks a row on one logarithmic axis, unlike in shape and line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analytics.domain.charts import (
    AXIS_HEIGHT,
    LABEL_BASELINE,
    Tick,
    across,
    drawn_ticks,
    log_axis,
    share,
    shortened,
)
from analytics.domain.intervals import Interval

ROW_HEIGHT = 60
FIRST_MARK = 28
SECOND_MARK = 44


@dataclass(frozen=True, slots=True)
class Pair:
    """One row: what was simulated and what was observed, either may be missing."""

    label: str
    simulated: Interval | None
    observed: Interval | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One point with its interval; `kind` is simulated or observed."""

    kind: str
    y: int
    estimate: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class PairRow:
    label: str
    label_y: int
    detail: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class PairedChart:
    rows: tuple[PairRow, ...]
    ticks: tuple[Tick, ...]
    height: int
    axis_y: int
    said: str


def paired_chart(
    pairs: Sequence[Pair], *, what: str, say: Callable[[float], str] = share
) -> PairedChart:
    """Draw pairs under each other; heights are pixels, positions per cent of the width.

    `say` writes a value: as a percentage, or as money.
    """
    known = [one for pair in pairs for one in (pair.simulated, pair.observed) if one]
    place, ticks = log_axis([value for one in known for value in (one.low, one.high)])

    def mark(kind: str, y: int, one: Interval) -> Mark:
        low, middle, high = (across(place(value)) for value in (one.low, one.estimate, one.high))
        return Mark(kind, y, middle, low, high)

    rows = tuple(
        PairRow(
            label=shortened(pair.label),
            label_y=number * ROW_HEIGHT + LABEL_BASELINE,
            detail=f"n = {pair.observed.n:,}" if pair.observed else "",
            marks=tuple(
                mark(kind, number * ROW_HEIGHT + y, one)
                for kind, y, one in (
                    ("simulated", FIRST_MARK, pair.simulated),
                    ("observed", SECOND_MARK, pair.observed),
                )
                if one
            ),
        )
        for number, pair in enumerate(pairs)
    )
    axis = len(pairs) * ROW_HEIGHT
    return PairedChart(
        rows=rows,
        ticks=drawn_ticks(ticks, place, say=say),
        height=axis + AXIS_HEIGHT,
        axis_y=axis,
        said=f"{what}. " + ". ".join(_said(pair, say) for pair in pairs),
    )


def _said(pair: Pair, say: Callable[[float], str]) -> str:
    parts = [
        f"{kind} {say(one.estimate)}, 95 % interval {say(one.low)} to {say(one.high)}"
        for kind, one in (("simulated", pair.simulated), ("observed", pair.observed))
        if one
    ]
    return f"{pair.label}: " + "; ".join(parts)

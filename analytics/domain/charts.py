"""Geometry of the charts: where marks stand, in per cent of the width, so that text never scales.

Every chart is a list of rows: a label above, a mark with its interval below. Templates only draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log10

ROW_HEIGHT = 46
LABEL_BASELINE = 15
MARK_MIDDLE = 30
AXIS_HEIGHT = 24
LONGEST_LABEL = 40
MOST_GAPS = 4
"""Between the ticks of an axis, so that their texts do not touch on a phone."""
PLOT_END = 97.0
"""Per cent of the width where the axis ends, so that the last tick's text stays inside."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one row shows. `detail` stands at the right end ("9 of 34 prompts")."""

    label: str
    detail: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    detail: str
    label_y: int
    mark_y: int
    bar_y: int
    estimate: str
    low: str
    high: str
    said: str
    """The row in words, for screen readers."""


@dataclass(frozen=True, slots=True)
class Tick:
    position: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows and axis of a chart; heights are pixels, positions per cent of the width."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    height: int
    axis_y: int
    said: str

    @property
    def bar_height(self) -> int:
        return 12


def bar_chart(rows: Sequence[Estimate], *, what: str) -> Chart:
    """Bars of shares from zero, with their intervals."""
    top = _round_up(max((row.high for row in rows), default=1.0))
    ticks = [top * step / 4 for step in range(5)]
    return _chart(rows, what=what, place=lambda value: value / top, ticks=ticks)


def interval_chart(rows: Sequence[Estimate], *, what: str) -> Chart:
    """Points with intervals on a logarithmic axis: rates that differ by factors."""
    place, ticks = log_axis([value for row in rows for value in (row.low, row.high)])
    return _chart(rows, what=what, place=place, ticks=ticks)


@dataclass(frozen=True, slots=True)
class Difference(Estimate):
    """A relative difference; nought is no difference."""


def difference_chart(rows: Sequence[Difference], *, what: str, lowest: float = -inf) -> Chart:
    """Points with intervals on a linear axis that is even on both sides of no difference.

    `lowest` is what cannot be gone below: a rate falls by 100 % at most.
    """
    widest = max((abs(end) for row in rows for end in (row.low, row.high)), default=0.0)
    top = _round_up(max(widest, 0.05))
    low = max(-top, lowest)
    ticks = [low, *(() if low > -top else (low / 2,)), 0.0, top / 2, top]
    return _chart(rows, what=what, place=lambda value: (value - low) / (top - low), ticks=ticks)


def log_axis(values: Sequence[float]) -> tuple[Callable[[float], float], list[float]]:
    """Give a logarithmic axis that holds some values: where each stands (0 to 1), and its ticks.

    What is not positive stands at the low end.
    """
    positive = [value for value in values if value > 0]
    first = floor(log10(min(positive))) if positive else -3
    last = max(ceil(log10(max(positive))) if positive else 0, first + 1)
    step = ceil((last - first) / MOST_GAPS)

    def place(value: float) -> float:
        return (log10(max(value, 10.0**first)) - first) / (last - first)

    return place, [10.0**power for power in range(first, last + 1, step)]


def _chart(
    rows: Sequence[Estimate],
    *,
    what: str,
    place: Callable[[float], float],
    ticks: Sequence[float],
) -> Chart:
    drawn = tuple(
        Row(
            label=shortened(row.label),
            detail=row.detail,
            label_y=number * ROW_HEIGHT + LABEL_BASELINE,
            mark_y=number * ROW_HEIGHT + MARK_MIDDLE,
            bar_y=number * ROW_HEIGHT + MARK_MIDDLE - 6,
            estimate=across(place(row.estimate)),
            low=across(place(row.low)),
            high=across(place(row.high)),
            said=f"{row.label}: {share(row.estimate)}, "
            f"95 % interval {share(row.low)} to {share(row.high)}, {row.detail}",
        )
        for number, row in enumerate(rows)
    )
    axis = len(rows) * ROW_HEIGHT
    return Chart(
        rows=drawn,
        ticks=drawn_ticks(ticks, place),
        height=axis + AXIS_HEIGHT,
        axis_y=axis,
        said=f"{what}. " + ". ".join(row.said for row in drawn),
    )


def drawn_ticks(
    ticks: Sequence[float],
    place: Callable[[float], float],
    *,
    say: Callable[[float], str] | None = None,
) -> tuple[Tick, ...]:
    """Draw the ticks of an axis, as percentages unless `say` writes them; the ends stay inside."""
    last = len(ticks) - 1
    return tuple(
        Tick(
            across(place(value)),
            (say or share)(value),
            "start" if number == 0 else "end" if number == last else "middle",
        )
        for number, value in enumerate(ticks)
    )


def shortened(label: str) -> str:
    """Keep a label clear of the figures at the right end on a phone; tables show it whole."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"


def across(place: float) -> str:
    """Write a place from 0 to 1 as per cent of the width."""
    return f"{min(max(place, 0.0), 1.0) * PLOT_END:.2f}%"


def _round_up(share_of_all: float) -> float:
    """Give the end of a linear axis: 5, 10, 20, 25, 50 or 100 per cent, or smaller alike."""
    if share_of_all <= 0:
        return 1.0
    power = 10.0 ** floor(log10(share_of_all))
    return next(
        (step * power for step in (1.0, 2.0, 2.5, 5.0) if step * power >= share_of_all),
        10.0 * power,
    )


def share(value: float) -> str:
    """Write a share as a percentage with as many figures as it deserves.

    >>> share(0.4567), share(0.0213), share(0.0004), share(0.00002), share(0.0)
    ('46 %', '2.1 %', '0.04 %', '0.002 %', '0 %')
    """
    if value < 0:
        return f"−{share(-value)}"
    percent = value * 100
    if percent == 0:
        return "0 %"
    decimals = max(0, 1 - floor(log10(abs(percent)))) if percent < 10 else 0
    text = f"{percent:.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"

"""The reliability curve: foretold against observed save rates, both on one logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.domain.charts import log_axis, share
from analytics.domain.fitting import Bin
from analytics.domain.intervals import wilson

SIZE = 320
LEFT = 56
BOTTOM = 36
TOP = 12
RIGHT = 16


@dataclass(frozen=True, slots=True)
class Point:
    """One bin: where it stands, and its interval upright; pixels of the picture."""

    x: float
    y: float
    low_y: float
    high_y: float


@dataclass(frozen=True, slots=True)
class AxisTick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ReliabilityChart:
    """Points of the assumed and the fitted listener; on the diagonal foretold equals observed."""

    assumed: tuple[Point, ...]
    fitted: tuple[Point, ...]
    x_ticks: tuple[AxisTick, ...]
    y_ticks: tuple[AxisTick, ...]
    said: str
    size: int = SIZE
    left: int = LEFT
    top: int = TOP
    right: int = SIZE - RIGHT
    bottom: int = SIZE - BOTTOM


def reliability_chart(assumed: Sequence[Bin], fitted: Sequence[Bin]) -> ReliabilityChart:
    """Draw bins of impressions: foretold rate to the right, observed rate with its interval up."""
    bins = [*assumed, *fitted]
    place, ticks = log_axis(
        [value for one in bins for value in (one.predicted, one.observed) if value]
    )

    def x(value: float) -> float:
        return round(LEFT + place(value) * (SIZE - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(SIZE - BOTTOM - place(value) * (SIZE - TOP - BOTTOM), 1)

    def points(some: Sequence[Bin]) -> tuple[Point, ...]:
        drawn = []
        for one in some:
            seen = wilson(round(one.observed * one.impressions), one.impressions)
            drawn.append(Point(x(one.predicted), y(seen.estimate), y(seen.low), y(seen.high)))
        return tuple(drawn)

    return ReliabilityChart(
        assumed=points(assumed),
        fitted=points(fitted),
        x_ticks=tuple(AxisTick(x(value), share(value)) for value in ticks),
        y_ticks=tuple(AxisTick(y(value), share(value)) for value in ticks),
        said="Foretold and observed save rates. "
        + ". ".join(
            f"Foretold {share(one.predicted)}, observed {share(one.observed)} "
            f"of {one.impressions:,} impressions"
            for one in fitted
        ),
    )

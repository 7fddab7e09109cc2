"""Two pictures of fairness: what a boost gains and costs, and a figure week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from analytics.domain.charts import share
from analytics.domain.intervals import Interval

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 24, 40
MOST_DATES = 5


@dataclass(frozen=True, slots=True)
class PlotTick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A point with its interval upright; `name` stands beside it."""

    x: float
    y: float
    low_y: float
    high_y: float
    name: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """Points joined by a line, axes, and perhaps a level line; units of the picture."""

    points: tuple[PlotPoint, ...]
    path: str
    x_ticks: tuple[PlotTick, ...]
    y_ticks: tuple[PlotTick, ...]
    said: str
    level_y: float | None = None
    level_text: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class TradePoint:
    """One strength of a boost: what the boosted tracks get, and the relevance it costs."""

    strength: float
    exposure: Interval
    lost: Interval


@dataclass(frozen=True, slots=True)
class WeekPoint:
    """A figure as it was on a day."""

    day: date
    value: Interval


class _Axis:
    """A linear axis whose ends and ticks are round numbers, `lowest` and `highest` at most."""

    def __init__(
        self,
        values: Sequence[float],
        start: int,
        end: int,
        *,
        lowest: float = float("-inf"),
        highest: float = float("inf"),
    ) -> None:
        low, high = min(values, default=0.0), max(values, default=1.0)
        self.step = _round_step((high - low) or abs(high) or 1.0)
        self.low = max(floor(low / self.step) * self.step, lowest)
        self.high = min(ceil(high / self.step) * self.step, highest)
        if self.high <= self.low:
            self.high = self.low + self.step
        self.start, self.end = start, end

    def at(self, value: float) -> float:
        """Place of a value."""
        part = (value - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Round values from one end to the other."""
        number = round((self.high - self.low) / self.step)
        return [round(self.low + self.step * place, 12) for place in range(number + 1)]


def _round_step(span: float) -> float:
    """Give a round distance between ticks that cuts a span into two to five parts."""
    power = 10.0 ** floor(log10(span))
    return next(step * power / 10 for step in (2.0, 5.0, 10.0, 20.0) if span <= step * power / 2)


def _path(points: Sequence[PlotPoint]) -> str:
    return " ".join(
        f"{'M' if number == 0 else 'L'}{point.x} {point.y}" for number, point in enumerate(points)
    )


def trade_chart(points: Sequence[TradePoint], *, chosen: float, who: str) -> Plot:
    """Relevance lost to the right, exposure of the boosted tracks upwards."""
    x = _Axis([0.0, *(point.lost.estimate for point in points)], LEFT, WIDTH - RIGHT)
    y = _Axis(
        [edge for point in points for edge in (point.exposure.low, point.exposure.high)],
        HEIGHT - BOTTOM,
        TOP,
        lowest=0.0,
        highest=1.0,
    )
    drawn = tuple(
        PlotPoint(
            x.at(point.lost.estimate),
            y.at(point.exposure.estimate),
            y.at(point.exposure.low),
            y.at(point.exposure.high),
            share(point.strength),
            point.strength == chosen,
        )
        for point in points
    )
    return Plot(
        points=drawn,
        path=_path(drawn),
        x_ticks=tuple(PlotTick(x.at(value), share(value)) for value in x.ticks()),
        y_ticks=tuple(PlotTick(y.at(value), share(value)) for value in y.ticks()),
        said=f"{who} by strength of the boost. "
        + ". ".join(
            f"Boost {share(point.strength)}: {share(point.exposure.estimate)} of exposure, "
            f"{share(point.lost.estimate)} of relevance lost"
            for point in points
        ),
    )


def week_chart(points: Sequence[WeekPoint], *, what: str, line: float | None) -> Plot:
    """A figure day by day with its interval, and the line it must not cross."""
    days = [point.day.toordinal() for point in points]
    edges = [edge for point in points for edge in (point.value.low, point.value.high)]
    x = _Axis(days, LEFT + 16, WIDTH - RIGHT - 24)
    y = _Axis(edges if line is None else [*edges, line], HEIGHT - BOTTOM, TOP)
    drawn = tuple(
        PlotPoint(
            x.at(point.day.toordinal()),
            y.at(point.value.estimate),
            y.at(point.value.low),
            y.at(point.value.high),
            "",
        )
        for point in points
    )
    step = max(1, -(-len(points) // MOST_DATES))
    shown = [*points[::-step]][::-1] if points else []
    level = f", line {line:.3g}" if line is not None else ""
    return Plot(
        points=drawn,
        path=_path(drawn),
        x_ticks=tuple(
            PlotTick(x.at(point.day.toordinal()), f"{point.day.day} {point.day:%b}")
            for point in shown
        ),
        y_ticks=tuple(PlotTick(y.at(value), f"{value:.3g}") for value in y.ticks()),
        said=f"{what} by day{level}. "
        + ". ".join(
            f"{point.day.day} {point.day:%b %Y}: {point.value.estimate:.3f}" for point in points
        ),
        level_y=y.at(line) if line is not None else None,
        level_text=f"Your line: {line:.3g}" if line is not None else "",
    )

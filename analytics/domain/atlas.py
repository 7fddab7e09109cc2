"""The atlas: every prompt space as a circle, by competition, by how well we fit, by size.

To the left a list's last place lacks much of what was asked for, so it is easy to enter; upwards
our best track has more of it. What is above the diagonal we could hold; far above it, we should.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 960
HEIGHT = 560
LEFT = 56
RIGHT = 24
TOP = 40
BOTTOM = 48
LARGEST_RADIUS = 14.0
SMALLEST_RADIUS = 2.5
MOST_LABELS = 12
LETTER = 6.2
"""Width of a letter at the size of the labels, in units of the picture; errs on the wide side."""
LINE = 14.0
Box = tuple[float, float, float, float]
ROUND_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class SpacePoint:
    """One space: sizes sum to 1; fit and competition run from 0 to 1."""

    slug: str
    name: str
    size: float
    competition: float
    """Mean relevance of what stands at the last place of its lists."""
    fit: float
    """Relevance of our best track there; 0 where none comes near."""
    our_tracks: int
    """Tracks of ours that surface."""

    @property
    def opening(self) -> float:
        """How much better our best track fits than the last place of the list."""
        return self.fit - self.competition


@dataclass(frozen=True, slots=True)
class Circle:
    point: SpacePoint
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Label:
    text: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class AtlasTick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Atlas:
    """Circles (largest first, so that small ones stay on top), some labels, axes."""

    circles: tuple[Circle, ...]
    labels: tuple[Label, ...]
    x_ticks: tuple[AtlasTick, ...]
    y_ticks: tuple[AtlasTick, ...]
    diagonal: tuple[float, float, float, float]
    """Where our best track fits as well as the last place: x, y of both ends."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw_atlas(points: Sequence[SpacePoint]) -> Atlas:
    """Place circles, and name those that have room: what we could hold first, then the largest."""
    least = min((point.competition for point in points), default=0.0)
    start = max((tick for tick in ROUND_TICKS if tick <= least), default=0.0)
    start = min(start, 0.75)
    largest = max((point.size for point in points), default=1.0)

    def x(value: float) -> float:
        share = (min(max(value, start), 1.0) - start) / (1 - start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - min(max(value, 0.0), 1.0) * (HEIGHT - TOP - BOTTOM), 1)

    circles = tuple(
        Circle(
            point,
            x(point.competition),
            y(point.fit),
            round(max(SMALLEST_RADIUS, LARGEST_RADIUS * (point.size / largest) ** 0.5), 1),
        )
        for point in sorted(points, key=lambda point: (-point.size, point.slug))
    )
    steps = [tick for tick in ROUND_TICKS if tick >= start]
    return Atlas(
        circles=circles,
        labels=_labels(circles),
        diagonal=(x(start), y(start), x(1.0), y(1.0)),
        x_ticks=tuple(AtlasTick(x(value), f"{value:.0%}".replace("%", " %")) for value in steps),
        y_ticks=tuple(
            AtlasTick(y(value), f"{value:.0%}".replace("%", " %")) for value in ROUND_TICKS
        ),
    )


def openings(points: Sequence[SpacePoint], *, below: float) -> list[SpacePoint]:
    """Under-served spaces that our catalog already fits, the most promising first.

    Under-served: the last place of the list has less than `below` of what was asked for. Worth is
    how often the space is asked times how much better we fit than that last place.
    """
    open_ones = [point for point in points if point.competition < below and point.opening > 0]
    return sorted(open_ones, key=lambda point: (-point.size * point.opening, point.slug))


def _labels(circles: Sequence[Circle]) -> tuple[Label, ...]:
    placed: list[Box] = []
    labels: list[Label] = []
    worth = sorted(circles, key=lambda one: -max(one.point.opening, 0.0) * one.point.size)
    for circle in worth:
        if len(labels) == MOST_LABELS:
            break
        wide = len(circle.point.name) * LETTER
        for anchor, start in (
            ("start", circle.x + circle.radius + 4),
            ("end", circle.x - circle.radius - 4 - wide),
        ):
            box = (start, circle.y - LINE / 2, start + wide, circle.y + LINE / 2)
            if box[0] < LEFT or box[2] > WIDTH - 4 or any(_touch(box, other) for other in placed):
                continue
            placed.append(box)
            at = start if anchor == "start" else start + wide
            labels.append(Label(circle.point.name, round(at, 1), round(circle.y + 4, 1), anchor))
            break
    return tuple(labels)


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

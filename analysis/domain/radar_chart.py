"""The radar picture of a sonic signature as points of a drawing 320 wide and 260 high."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.domain.signature import Axis

CENTRE_X, CENTRE_Y, RADIUS = 160.0, 130.0, 88.0
LABEL_GAP = 14.0
RINGS = (0.25, 0.5, 0.75, 1.0)
LEAST_AXES = 3


@dataclass(frozen=True)
class Spoke:
    """One axis: its end, its mark, and where its name stands."""

    axis: Axis
    end_x: float
    end_y: float
    mark_x: float
    mark_y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class RadarChart:
    """Everything the drawing needs; points are written as SVG takes them."""

    spokes: tuple[Spoke, ...]
    outline: str
    rings: tuple[str, ...]

    @property
    def said(self) -> str:
        """The picture in words."""
        return ", ".join(f"{spoke.axis.name} {spoke.axis.figure}" for spoke in self.spokes)


def draw(axes: Sequence[Axis]) -> RadarChart | None:
    """Place the axes around a circle, the first at the top; None with too few to make a shape."""
    if len(axes) < LEAST_AXES:
        return None
    angles = [2 * math.pi * place / len(axes) - math.pi / 2 for place in range(len(axes))]

    def at(angle: float, radius: float) -> tuple[float, float]:
        x, y = math.cos(angle) * radius, math.sin(angle) * radius
        return round(CENTRE_X + x, 1), round(CENTRE_Y + y, 1)

    def polygon(shares: Sequence[float]) -> str:
        places = [at(angle, RADIUS * share) for angle, share in zip(angles, shares, strict=True)]
        return " ".join(f"{x},{y}" for x, y in places)

    spokes = []
    for axis, angle in zip(axes, angles, strict=True):
        side = math.cos(angle)
        anchor = "middle" if abs(side) < 0.2 else "start" if side > 0 else "end"
        label_x, label_y = at(angle, RADIUS + LABEL_GAP)
        spokes.append(
            Spoke(
                axis, *at(angle, RADIUS), *at(angle, RADIUS * axis.place), label_x, label_y, anchor
            )
        )
    return RadarChart(
        spokes=tuple(spokes),
        outline=polygon([axis.place for axis in axes]),
        rings=tuple(polygon([ring] * len(axes)) for ring in RINGS),
    )

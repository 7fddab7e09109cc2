"""A course over days: the campaign's tracks and its control group as seven-day means.

Both lines are drawn against their own mean before the start (100 %), so that groups of unlike size
can be compared. Positions are thousandths of the width and pixels of height.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WIDTH, HEIGHT = 1000, 200
WINDOW = 7
HEADROOM = 1.1


@dataclass(frozen=True, slots=True)
class Mark:
    """A tick or a boundary: where it stands (per cent or pixels), and its text."""

    at: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Two lines as SVG points; `control` is empty without a group. `height` in pixels."""

    own: str
    control: str
    starts: Mark
    ends: Mark | None
    ticks: tuple[Mark, ...]
    said: str
    height: int = HEIGHT
    width: int = WIDTH


def draw_timeline(
    *,
    own: Floats,
    control: Floats,
    first: date,
    starts_on: date,
    ends_on: date,
    what: str,
) -> Timeline | None:
    """Draw counts by day, shape (n_days,) each; None where there is nothing before the start."""
    start = (starts_on - first).days
    lines = [_indexed(counts, start) for counts in (own, control)]
    if lines[0] is None or len(own) < 2:
        return None
    known = [line for line in lines if line is not None]
    top = max(float(line.max()) for line in known) * HEADROOM
    days = len(own) - 1
    end = (ends_on - first).days + 1
    last = first + timedelta(days=days)
    during = lines[0][start:]
    change = f", {float(during.mean()):.0%} since the start" if len(during) else ""
    return Timeline(
        own=_points(lines[0], top),
        control=_points(lines[1], top) if lines[1] is not None else "",
        starts=Mark(f"{100 * start / days:.2f}%", f"start, {starts_on.day} {starts_on:%b}"),
        ends=Mark(
            f"{100 * end / days:.2f}%",
            f"end, {ends_on.day} {ends_on:%b}",
            "end" if end > 0.95 * days else "middle",
        )
        if end <= days
        else None,
        ticks=tuple(
            Mark(f"{HEIGHT * (1 - share / top):.1f}", f"{share:.0%}".replace("%", " %"))
            for share in _shares(top)
        ),
        said=f"{what.capitalize()} a day, seven-day mean against the mean before the start, "
        f"{first:%d %b %Y} to {last:%d %b %Y}: 100 % before{change}.".replace("%,", " %,"),
    )


def _indexed(counts: Floats, start: int) -> Floats | None:
    """Seven-day means (of what there is at the ends) as shares of the mean before the start."""
    base = float(counts[:start].mean()) if start else 0.0
    if base <= 0:
        return None
    kernel = np.ones(min(WINDOW, len(counts)))
    weight = np.convolve(np.ones(len(counts)), kernel, mode="same")
    return np.asarray(np.convolve(counts, kernel, mode="same") / weight / base)


def _points(line: Floats, top: float) -> str:
    across = np.linspace(0, WIDTH, len(line))
    down = HEIGHT * (1 - line / top)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))


def _shares(top: float) -> tuple[float, ...]:
    step = next((one for one in (0.5, 1.0, 2.0, 5.0, 10.0, 50.0) if top / one <= 5), 100.0)
    return tuple(step * number for number in range(int(top / step) + 1))

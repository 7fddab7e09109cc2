"""Bar lines as a ruler under a waveform."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.domain.result import Bars

WIDTH = 1000
PHRASE = 4
"""Bars in a phrase: every fourth line is longer, and the only one where space is short."""


@dataclass(frozen=True)
class BarRuler:
    """The bars of a recording, and their lines as SVG paths in a box of 1000 by 1."""

    bars: Bars
    lines: str
    phrases: str


def ruler(bars: Bars, duration_s: float) -> BarRuler:
    """Draw the bar lines of a recording.

    >>> ruler(Bars(4, 1.0, 0.97, (1.0, 3.0, 5.0)), 10.0).lines
    'M100 0V1M300 0V1M500 0V1'
    """
    return BarRuler(
        bars=bars,
        lines=_path(bars.starts_s, duration_s),
        phrases=_path(bars.starts_s[::PHRASE], duration_s),
    )


def _path(starts_s: Sequence[float], duration_s: float) -> str:
    return "".join(
        f"M{round(at_s / duration_s * WIDTH, 1):g} 0V1" for at_s in starts_s if at_s <= duration_s
    )

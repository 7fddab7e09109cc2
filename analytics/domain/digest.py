"""What changed between two digests: figures of tracks and counts of real events, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

TRACKS_NAMED = 3
USUAL = "prompt"
"""The approach of facts that do not name theirs."""


@dataclass(frozen=True, slots=True)
class TrackShift:
    """One track's simulated share of all prompts, before and now; `before` None if it is new."""

    title: str
    track_id: int
    before: float | None
    now: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be told. Simulated: `up`, `down`, `new`, spaces; observed: `saves_counted`."""

    up: tuple[TrackShift, ...]
    down: tuple[TrackShift, ...]
    new: tuple[TrackShift, ...]
    spaces_before: int
    spaces_now: int
    saves_counted: int
    """Real saves that came in since, which may be negative where counts were corrected."""

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return (
            not (self.up or self.down or self.new or self.saves_counted)
            and self.spaces_before == self.spaces_now
        )


def period_of(rhythm: str, day: date) -> str:
    """Name the week or month of a day.

    >>> period_of("weekly", date(2026, 11, 30)), period_of("monthly", date(2026, 11, 30))
    ('2026-W49', '2026-11')
    """
    if rhythm == "weekly":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{day:%Y-%m}"


def compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> Changes:
    """Compare the facts of two digests; the largest changes come first.

    Parameters
    ----------
    before, now : `tracks` by id as text: [title, reach, low, high]; `spaces`, `saves`: counts;
        `approach`: simulated figures of two approaches are not compared
    """
    if before and before.get("approach", USUAL) != now.get("approach", USUAL):
        before = {
            "tracks": now.get("tracks", {}),
            "saves": before.get("saves", now.get("saves", 0)),
        }
    then: Mapping[str, Any] = before.get("tracks", {})
    shifts = [
        TrackShift(title, int(key), then[key][1] if key in then else None, reach, low, high)
        for key, (title, reach, low, high) in now.get("tracks", {}).items()
    ]
    moved = [shift for shift in shifts if shift.before is not None and shift.now != shift.before]
    moved.sort(key=lambda shift: -abs(shift.now - (shift.before or 0.0)))
    new = [shift for shift in shifts if shift.before is None and before]
    new.sort(key=lambda shift: -shift.now)
    return Changes(
        up=tuple(s for s in moved if s.now > (s.before or 0.0))[:TRACKS_NAMED],
        down=tuple(s for s in moved if s.now < (s.before or 0.0))[:TRACKS_NAMED],
        new=tuple(new[:TRACKS_NAMED]),
        spaces_before=before.get("spaces", now.get("spaces", 0)),
        spaces_now=now.get("spaces", 0),
        saves_counted=now.get("saves", 0) - before.get("saves", now.get("saves", 0)),
    )

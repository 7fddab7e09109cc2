"""A control group: tracks that are like those of a campaign and are not in it.

Likeness is what was known before the start only: shared tags (Jaccard's index) and about as many
plays a day. Nothing that happened during a campaign may choose its control group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p

EACH = 3
"""Controls for one track, at most."""

LEAST_ALIKE = 0.05
"""Below this a track shares next to nothing, and its ups and downs say nothing."""

METHOD = (
    f"For each track up to {EACH} others that share most tags (Jaccard's index) and had about as "
    "many plays a day before the start, each used once; only what was known before it counts."
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track: its tags, and plays a day before the start."""

    track_id: int
    tags: frozenset[tuple[str, str]]
    plays_a_day: float


@dataclass(frozen=True, slots=True)
class Match:
    """A control, the track it stands for, and how alike they are (0 to 1)."""

    track_id: int
    stands_for: int
    likeness: float


def likeness(one: Candidate, other: Candidate) -> float:
    """How alike two tracks are: shared tags, less where plays a day differ by factors."""
    union = one.tags | other.tags
    shared = len(one.tags & other.tags) / len(union) if union else 0.0
    return shared * exp(-abs(log1p(one.plays_a_day) - log1p(other.plays_a_day)))


def choose_controls(treated: Sequence[Candidate], pool: Sequence[Candidate]) -> tuple[Match, ...]:
    """Choose the most alike pairs first, each control once; the same input gives the same choice.

    Tracks that nobody played before the start are no control: they have no past to compare with.
    """
    own = {one.track_id for one in treated}
    pairs = [
        Match(other.track_id, one.track_id, likeness(one, other))
        for one in treated
        for other in pool
        if other.track_id not in own and other.plays_a_day > 0
    ]
    pairs.sort(key=lambda pair: (-pair.likeness, pair.stands_for, pair.track_id))
    chosen: list[Match] = []
    used: set[int] = set()
    count: dict[int, int] = {}
    for pair in pairs:
        if pair.likeness < LEAST_ALIKE:
            break
        if pair.track_id not in used and count.get(pair.stands_for, 0) < EACH:
            chosen.append(pair)
            used.add(pair.track_id)
            count[pair.stands_for] = count.get(pair.stands_for, 0) + 1
    return tuple(chosen)

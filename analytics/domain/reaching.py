"""The smallest edits that bring a track into a prompt space: a search over what could be true.

Single terms first, then pairs and triples of those that did most. An edit is kept only if it does
more than every part of it that was tried: nobody should add a word that changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

MOST_TERMS = 3
BEAM = 5
"""Of the edits of one size, this many are tried with one term more."""

Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """How a track stands in a space: for how many prompts it surfaces, then how near it is.

    `near` counts prompts for which it is within the known depth of the list; `places` is the sum
    of one over its place, so that a better place counts where the numbers of prompts are equal.
    """

    surfaced: int
    near: int
    places: float


@dataclass(frozen=True, slots=True)
class Found(Generic[Piece]):
    """An edit worth showing and what it comes to."""

    pieces: tuple[Piece, ...]
    standing: Standing


def smallest_edits(
    pieces: Sequence[Piece],
    *,
    before: Standing,
    standing_of: Callable[[tuple[Piece, ...]], Standing],
    most: int = 5,
) -> list[Found[Piece]]:
    """Search edits made of some of `pieces`, the most effective first, of equal ones the smaller.

    Parameters
    ----------
    standing_of : asked once for each edit that is tried, at most
        len(pieces) * (1 + (MOST_TERMS - 1) * BEAM) times
    """
    tried: dict[frozenset[int], Standing] = {}
    frontier: list[frozenset[int]] = [frozenset()]
    for _ in range(MOST_TERMS):
        wider = {
            base | {number}
            for base in frontier
            for number in range(len(pieces))
            if number not in base
        }
        for chosen in sorted(wider, key=sorted):
            tried[chosen] = standing_of(tuple(pieces[number] for number in sorted(chosen)))
        frontier = sorted(wider, key=lambda chosen: (_worst_first(tried[chosen]), sorted(chosen)))
        frontier = frontier[:BEAM]
    worth = [chosen for chosen in tried if _is_worth_it(chosen, tried, before)]
    worth.sort(key=lambda chosen: (_worst_first(tried[chosen]), len(chosen), sorted(chosen)))
    return [
        Found(tuple(pieces[number] for number in sorted(chosen)), tried[chosen])
        for chosen in worth[:most]
    ]


def _worst_first(standing: Standing) -> tuple[int, int, float]:
    return (-standing.surfaced, -standing.near, -standing.places)


def _is_worth_it(
    chosen: frozenset[int], tried: dict[frozenset[int], Standing], before: Standing
) -> bool:
    """Whether an edit does more than nothing, and than every smaller one inside it.

    Once a smaller edit surfaces, one more term has to surface for more prompts: a better place
    alone is not worth another claim about the track.
    """
    if tried[chosen] <= before:
        return False
    inside = (
        frozenset(part) for size in range(1, len(chosen)) for part in combinations(chosen, size)
    )
    return all(part not in tried or _adds(tried[part], tried[chosen]) for part in inside)


def _adds(part: Standing, whole: Standing) -> bool:
    return part.surfaced < whole.surfaced if part.surfaced else part < whole

"""An outcome with what is derived from it once, for all figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.domain.simulation import DEPTH, Outcome

Floats = NDArray[np.float64]

PER_PROMPTS = 10_000

RANK_BANDS = ((1, 3), (4, 10), (11, 20), (21, 50), (51, DEPTH))


@dataclass(frozen=True, slots=True)
class BankLayout:
    """Which space each prompt belongs to (numbers into `sizes`), and the sizes, summing to 1."""

    space_of_prompt: NDArray[np.int32]
    sizes: Floats

    @property
    def prompts_in(self) -> NDArray[np.int64]:
        return np.bincount(self.space_of_prompt, minlength=len(self.sizes))


@dataclass(frozen=True, slots=True)
class Hits:
    """An outcome with what was derived from it; `chances` has a column a surfaced hit."""

    outcome: Outcome
    bank: BankLayout
    surfaced: NDArray[np.bool_]
    relevance: Floats
    lists: Floats
    chances: Floats


def banded(ranks: NDArray[np.int32]) -> tuple[int, ...]:
    """Count places by `RANK_BANDS`."""
    return tuple(int(((ranks >= low) & (ranks <= high)).sum()) for low, high in RANK_BANDS)

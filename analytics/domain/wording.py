"""Which wording is saved more: variants compared on the same prompts and the same listeners.

Pairing takes out what variants share, so far fewer prompts are needed than for two separate runs.
There is no winner below the number of prompts that a difference worth acting on would need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics.domain.intervals import Interval

Floats = NDArray[np.float64]

FEWEST_VARIANTS = 2
MOST_VARIANTS = 4
LEVEL = 0.95
POWER = 0.8
WORTHWHILE = 0.1
"""A tenth more saves is the smallest difference worth a new wording. Chosen; the page says so."""

FEWEST_PROMPTS = 30
"""Whatever the spread: below this many prompts a mean is no evidence."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One variant against the first: relative difference in saves, with what it would take."""

    variant: int
    difference: Interval
    """Share of the first variant's saves; `n` counts prompts where either surfaces."""
    prompts_needed: int
    """To find a difference of `WORTHWHILE` with the stated power."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`winner` is None without enough prompts, or where no variant is better than all others."""

    comparisons: tuple[Comparison, ...]
    saves: tuple[float, ...]
    """Per 10,000 prompts, by variant."""
    winner: int | None
    is_enough: bool
    reason: str


def compare_variants(saves: Floats, *, shown: NDArray[np.bool_], names: Sequence[str]) -> Verdict:
    """Compare variants with each other.

    Parameters
    ----------
    saves : shape (n_variants, n_draws, n_prompts), expected saves of each prompt, already weighed
        so that the sum over prompts is the saves of 10,000 prompts
    shown : shape (n_prompts,), where any variant surfaces; the others cannot tell them apart

    Returns
    -------
    Verdict : intervals are simultaneous (Bonferroni), so that the chance of any false winner stays
        below 5 % however many variants there are
    """
    totals = saves.mean(axis=1).sum(axis=1)
    n = int(shown.sum())
    comparisons = tuple(_comparison(saves, totals, 0, other, n) for other in range(1, len(saves)))
    needed = max((one.prompts_needed for one in comparisons), default=0)
    if n < max(needed, FEWEST_PROMPTS):
        reason = (
            f"The wordings meet in {n:,} prompts; {max(needed, FEWEST_PROMPTS):,} would be needed "
            f"to find a difference of {WORTHWHILE:.0%}."
        ).replace("%", " %")
        return Verdict(comparisons, tuple(map(float, totals)), None, False, reason)
    best = int(np.argmax(totals))
    beaten = all(
        _comparison(saves, totals, other, best, n).difference.low > 0
        for other in range(len(saves))
        if other != best
    )
    reason = (
        f"{names[best]} is saved more than every other wording."
        if beaten
        else "No wording is clearly saved more than the others."
    )
    return Verdict(comparisons, tuple(map(float, totals)), best if beaten else None, True, reason)


def _comparison(saves: Floats, totals: Floats, base: int, other: int, n: int) -> Comparison:
    """Relative difference of two variants: prompts and listeners both are samples."""
    pairs = max(1, len(saves) * (len(saves) - 1) // 2)
    z = float(ndtri(1 - (1 - LEVEL) / 2 / pairs))
    scale = float(totals[base])
    if scale <= 0:
        return Comparison(other, Interval(0.0, 0.0, 0.0, n), FEWEST_PROMPTS)
    change = saves[other] - saves[base]
    middle = float(change.mean(axis=0).sum())
    by_prompt = change.mean(axis=0)
    by_draw = change.sum(axis=1)
    prompts = float(by_prompt.var(ddof=1)) * len(by_prompt) if len(by_prompt) > 1 else 0.0
    draws = float(by_draw.var(ddof=1)) if len(by_draw) > 1 else 0.0
    half = z * float(np.sqrt(prompts + draws))
    # The spread of one prompt's difference decides how many are needed, as in any paired design.
    power = (z + float(ndtri(POWER))) * float(np.sqrt(prompts)) / (WORTHWHILE * scale)
    return Comparison(
        other,
        Interval(middle / scale, (middle - half) / scale, (middle + half) / scale, n),
        ceil(n * power**2),
    )

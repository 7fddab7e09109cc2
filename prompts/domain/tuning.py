"""Weights of the blend from what listeners kept and skipped, held near the shipped ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from prompts.domain.queries import Blend

PARTS = ("concepts", "text", "words")
PULL = 30.0
"""How strongly the weights are held to the shipped ones, in pairs."""

STEPS = 300
RATE = 0.05
LEAST_WEIGHT = 0.02


@dataclass(frozen=True, slots=True)
class Pair:
    """Of one list: points (concepts, text, words) of a kept track minus those of a refused one."""

    difference: tuple[float, float, float]
    listening: str


def fit_blend(pairs: Sequence[Pair], shipped: Blend) -> Blend:
    """Logistic regression on pairs, by factors on the shipped weights; their sum stays the same.

    Deterministic. Every weight stays positive, so no part can be turned against what was asked.
    """
    if not pairs:
        return shipped
    table = np.array([pair.difference for pair in pairs])
    scale = max(float(np.abs(table).mean()), 1e-6)
    table = table / scale
    factors = np.ones(len(PARTS))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(table @ factors, -30, 30)))
        slope = table.T @ (1 - chance) - PULL * (factors - 1)
        factors = np.maximum(LEAST_WEIGHT, factors + RATE * slope / (len(pairs) + PULL))
    weights = factors * np.array([getattr(shipped, part) for part in PARTS])
    weights *= sum(getattr(shipped, part) for part in PARTS) / weights.sum()
    return replace(shipped, **{p: round(float(w), 4) for p, w in zip(PARTS, weights, strict=True)})


def pairs_in_order(pairs: Sequence[Pair], blend: Blend, shipped: Blend) -> float | None:
    """Share of pairs whose kept track scores higher, ties count half; None without pairs."""
    if not pairs:
        return None
    factors: NDArray[np.float64] = np.array(
        [getattr(blend, part) / max(getattr(shipped, part), 1e-9) for part in PARTS]
    )
    gaps = np.array([pair.difference for pair in pairs]) @ factors
    return float(((gaps > 0) + 0.5 * (gaps == 0)).mean())

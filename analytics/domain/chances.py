"""Chances per surfaced hit: what every figure of saves and conversion is summed from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analytics.domain.choice import (
    ChoiceModel,
    Draws,
    Examination,
    examination_of_list,
    saving_chance,
)
from analytics.domain.simulation import Outcome

Floats = NDArray[np.float64]

ROWS_A_CHUNK = 20_000


def saving_chances(
    outcome: Outcome,
    surfaced: NDArray[np.bool_],
    *,
    model: ChoiceModel,
    draws: Draws,
    full_relevance: float,
) -> Floats:
    """Chance that each surfaced hit ends in a save, shape (n_draws, n_surfaced)."""
    chances = np.zeros((len(draws), int(surfaced.sum())))
    lists = relevance_of(outcome.list_fits, full_relevance)
    prompt, rank = outcome.prompt[surfaced], outcome.rank[surfaced]
    relevance = relevance_of(outcome.fit, full_relevance)[surfaced]
    for rows in chunks(len(prompt)):
        chances[:, rows] = saving_chance(
            draws,
            examined=looked_at(model.examination, draws, lists, prompt[rows], rank[rows]),
            relevance=relevance[rows],
        )
    return chances


def relevance_of(fits: NDArray[np.float32], full_relevance: float) -> Floats:
    """Fits as relevance, 0 to 1; a refused or empty place has none."""
    finite = np.where(np.isfinite(fits), fits, 0.0).astype(np.float64)
    return np.clip(finite / full_relevance, 0.0, 1.0)


def chunks(rows: int) -> Iterator[slice]:
    """Cut many hits into pieces that fit into memory with all their draws."""
    return (slice(at, min(at + ROWS_A_CHUNK, rows)) for at in range(0, rows, ROWS_A_CHUNK))


def looked_at(
    examination: Examination,
    draws: Draws,
    lists: Floats,
    prompt: NDArray[np.int32],
    rank: NDArray[np.int32],
) -> Floats:
    """Chance that each surfaced hit is looked at: shape (n_draws, n_hits)."""
    if examination is Examination.CASCADE:
        looked = examination_of_list(examination, draws, lists[prompt])
        return np.asarray(looked[:, np.arange(len(rank)), rank - 1])
    looked = examination_of_list(examination, draws, lists[:1])[:, 0, :]
    return np.asarray(looked[:, rank - 1])

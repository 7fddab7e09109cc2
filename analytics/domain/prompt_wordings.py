"""Which wording of a prompt finds more that is saved: lists of one catalog, paired by filling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.domain.chances import relevance_of
from analytics.domain.choice import ChoiceModel, Draws, examination_of_list, saving_chance

Floats = NDArray[np.float64]


def saves_of_lists(
    scores: NDArray[np.float32], *, model: ChoiceModel, draws: Draws, full_relevance: float
) -> Floats:
    """Expected saves of each list as shown, whichever of its tracks is saved.

    Parameters
    ----------
    scores : shape (n_lists, places), best first, -inf where a list has ended

    Returns
    -------
    ndarray, shape (n_draws, n_lists)
    """
    relevance = relevance_of(scores, full_relevance)
    examined = np.broadcast_to(
        examination_of_list(model.examination, draws, relevance), (len(draws), *scores.shape)
    )
    chances = saving_chance(
        draws,
        examined=examined.reshape(len(draws), -1),
        relevance=relevance.reshape(-1),
    ).reshape(examined.shape)
    return np.asarray(np.where(np.isfinite(scores), chances, 0.0).sum(axis=2))


def only_shown(positions: NDArray[np.int32]) -> list[list[int]]:
    """The tracks of each list; -1 marks places that nothing fills."""
    return [[int(track) for track in row if track >= 0] for row in positions]


def pairs_of(count: int) -> Sequence[tuple[int, int]]:
    """Every pair of variants, the first with each other one first.

    >>> pairs_of(3)
    [(0, 1), (0, 2), (1, 2)]
    """
    return [(one, other) for one in range(count) for other in range(one + 1, count)]

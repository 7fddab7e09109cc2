"""Softmax regression over candidates: which of several answers is right, from what each is like."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Choice:
    """One piece: `evidence` of shape (n_candidates, n_features), and which candidates are right."""

    evidence: np.ndarray
    right: np.ndarray


def fit(choices: Sequence[Choice], ridge: float) -> np.ndarray:
    """Find the weights under which right candidates are most likely, with a quadratic penalty.

    Pieces of which no candidate is right teach nothing and are left out.
    """
    from scipy.optimize import minimize

    usable = [choice for choice in choices if choice.right.any()]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = 0.5 * ridge * float(weights @ weights), ridge * weights
        for choice in usable:
            chances = softmax(choice.evidence @ weights)
            share = float(chances[choice.right].sum())
            value -= np.log(max(share, 1e-300))
            target = np.where(choice.right, chances, 0.0) / max(share, 1e-300)
            slope = slope - choice.evidence.T @ (target - chances)
        return value, slope

    start = np.zeros(choices[0].evidence.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return np.asarray(found.x)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn scores into chances."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def cross_validated(
    choices: Sequence[Choice], folds: Sequence[int], learn: Callable[[list[Choice]], np.ndarray]
) -> Iterator[tuple[int, np.ndarray]]:
    """Give, for each piece, its chances under weights that were learnt without its fold."""
    for fold in sorted(set(folds)):
        weights = learn([c for c, other in zip(choices, folds, strict=True) if other != fold])
        for place, choice in enumerate(choices):
            if folds[place] == fold:
                yield place, softmax(choice.evidence @ weights)

"""How well scores tell recordings with a term from those without: F1, ROC-AUC, precision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata


def roc_auc(scores: ArrayLike, truth: ArrayLike) -> float | None:
    """Give the chance that a recording with the term scores above one without; None if one-sided.

    >>> roc_auc([0.1, 0.9, 0.5], [False, True, False])
    1.0
    """
    values, there = np.asarray(scores, float), np.asarray(truth, bool)
    with_it, without = int(there.sum()), int((~there).sum())
    if not with_it or not without:
        return None
    ranks = rankdata(values)
    return float((ranks[there].sum() - with_it * (with_it + 1) / 2) / (with_it * without))


def f1(shown: ArrayLike, truth: ArrayLike) -> float:
    """Give the harmonic mean of precision and recall; 0 when nothing right is shown.

    >>> f1([True, True, False], [True, False, False])
    0.6666666666666666
    """
    said, there = np.asarray(shown, bool), np.asarray(truth, bool)
    right = int((said & there).sum())
    return 2 * right / max(int(said.sum()) + int(there.sum()), 1)


def best_f1(scores: ArrayLike, truth: ArrayLike) -> float:
    """Give the F1 at the limit that suits this very data best: kinder than any fixed limit."""
    values = np.asarray(scores, float)
    return max((f1(values >= limit, truth) for limit in np.unique(values)), default=0.0)


def mean(values: Sequence[float | None]) -> float | None:
    """Give the mean of what could be measured, to three places."""
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 3) if known else None

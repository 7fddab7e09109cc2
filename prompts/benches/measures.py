"""Figures for rankings: recall, reciprocal rank, AUC; and the peers that run beside ours."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prompts.encoders import StaticEncoder
from prompts.minilm import MiniLmEncoder

Scores = NDArray[np.float32]
UNRANKED = np.float32(-1e9)


def ranks_of(scores: Scores, relevant: Sequence[int]) -> NDArray[np.float64]:
    """Rank of the relevant column in each row, 1 is best; ties count half."""
    usable = np.where(np.isfinite(scores), scores, UNRANKED)
    own = usable[np.arange(len(relevant)), np.asarray(relevant)][:, None]
    ahead = (usable > own).sum(axis=1)
    tied = (usable == own).sum(axis=1) - 1
    return np.asarray(1 + ahead + tied / 2)


def ranking_figures(ranks: NDArray[np.float64]) -> dict[str, float]:
    """Recall at 1 and 10, mean reciprocal rank, median rank."""
    return {
        "recall_at_1": round(float((ranks <= 1).mean()), 4),
        "recall_at_10": round(float((ranks <= 10).mean()), 4),
        "mrr": round(float((1 / ranks).mean()), 4),
        "median_rank": float(np.median(ranks)),
        "n": len(ranks),
    }


def auc(liked: Sequence[float], disliked: Sequence[float]) -> float:
    """How often a liked one scores above a disliked one; ties count half."""
    better = np.asarray(liked)[:, None] - np.asarray(disliked)[None]
    return float(((better > 0) + 0.5 * (better == 0)).mean())


class Bm25:
    """Plain BM25 (bm25s, English stop words): the peer of every text bench."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        self._tokenize: Any = bm25s.tokenize
        self._index = bm25s.BM25()
        tokens = self._tokenize(list(texts), stopwords="en", show_progress=False)
        self._index.index(tokens, show_progress=False)

    def scores(self, prompts: Sequence[str]) -> Scores:
        """Scores of every text for every prompt."""
        rows = []
        for prompt in prompts:
            words = self._tokenize([prompt], stopwords="en", show_progress=False, return_ids=False)[
                0
            ]
            rows.append(self._index.get_scores(words))
        return np.asarray(np.stack(rows), dtype=np.float32)


def static_scores(texts: Sequence[str], prompts: Sequence[str]) -> Scores:
    """Cosines of plain wordllama embeddings, all 256 numbers."""
    encoder = StaticEncoder(dimensions=256)
    return np.asarray(encoder.encode(list(prompts)) @ encoder.encode(list(texts)).T)


def minilm_scores(texts: Sequence[str], prompts: Sequence[str]) -> Scores:
    """Cosines of MiniLM's embeddings of the whole texts."""
    encoder = MiniLmEncoder()
    return np.asarray(encoder.encode(list(prompts)) @ encoder.encode(list(texts)).T)


def standardised(scores: Scores) -> Scores:
    """Rows with mean 0 and deviation 1, so that different scores can be summed."""
    deviation = scores.std(axis=1, keepdims=True)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / np.maximum(deviation, 1e-9))


def peers(texts: Sequence[str], prompts: Sequence[str]) -> dict[str, Scores]:
    """BM25, wordllama and their plain sum."""
    lexical = Bm25(texts).scores(prompts)
    static = static_scores(texts, prompts)
    return {
        "bm25": lexical,
        "wordllama": static,
        "bm25_plus_wordllama": standardised(lexical) + standardised(static),
    }

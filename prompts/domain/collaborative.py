"""Collaborative filtering from implicit feedback: which tracks the same listenings contain.

Item to item: two tracks are near when the same people (in the same conversation) liked both. Only
co-occurrence counts, so a track nobody has touched has no neighbours and is never returned.

References
----------
Hu, Koren, Volinsky (2008), "Collaborative Filtering for Implicit Feedback Datasets", for weighing
kinds of events by confidence. Ours differs in: cosine of items with shrinkage, no factors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

WEIGHTS = {
    "saved": 3.0,
    "liked": 2.0,
    "completed": 1.0,
    "played": 0.4,
    "skipped": -0.5,
    "disliked": -3.0,
}
"""How much an event says for a track. Judgements; a sum below zero counts as nothing."""

SHRINKAGE = 1.0
"""Two tracks that met once are less sure to belong together than two that met often."""

MOST_NEIGHBOURS = 50
FIRST = 10

Basket = Mapping[int, float]
"""One listening: what each track of it is worth."""

Neighbours = Mapping[int, Mapping[int, float]]


@dataclass(frozen=True, slots=True)
class Tested:
    """How often a left-out track is among the first ten that the others of its basket name."""

    recall: float | None
    n: int


def baskets_of(events: Iterable[tuple[str, int, str]]) -> list[Basket]:
    """Group events (who and where, track, kind) into baskets of what was liked."""
    sums: dict[str, dict[int, float]] = {}
    for listening, track, kind in events:
        basket = sums.setdefault(listening, {})
        basket[track] = basket.get(track, 0.0) + WEIGHTS.get(kind, 0.0)
    kept = ({t: w for t, w in basket.items() if w > 0} for basket in sums.values())
    return [basket for basket in kept if basket]


def fit(baskets: Sequence[Basket]) -> dict[int, dict[int, float]]:
    """The nearest neighbours of each track that meets another one."""
    tracks = sorted({track for basket in baskets for track in basket})
    place = {track: at for at, track in enumerate(tracks)}
    rows = [row for row, basket in enumerate(baskets) for _ in basket]
    columns = [place[track] for basket in baskets for track in basket]
    values = [weight for basket in baskets for weight in basket.values()]
    table = csr_array(
        (values, (rows, columns)), shape=(len(baskets), len(tracks)), dtype=np.float32
    )
    near = nearness(table, table)
    near.setdiag(0)
    near.eliminate_zeros()
    found: dict[int, dict[int, float]] = {}
    for at, track in enumerate(tracks):
        start, stop = near.indptr[at], near.indptr[at + 1]
        others, sure = near.indices[start:stop], near.data[start:stop]
        order = np.lexsort((others, -sure))[:MOST_NEIGHBOURS]
        if len(order):
            found[track] = {tracks[others[i]]: round(float(sure[i]), 5) for i in order}
    return found


def nearness(one: csr_array, other: csr_array) -> csr_array:
    """How near the tracks of one table are to those of another: cosine with shrinkage.

    Parameters
    ----------
    one, other : shapes (listenings, tracks) and (the same listenings, other tracks), what each
        track is worth to each listening

    Returns
    -------
    csr_array, shape (tracks of one, tracks of other), 0 to 1; empty where two never met
    """
    together = (one.T @ other).tocsr()
    together.sort_indices()
    met = ((one > 0).astype(np.float32).T @ (other > 0).astype(np.float32)).tocsr()
    met.sort_indices()
    rows = np.repeat(np.arange(together.shape[0]), np.diff(together.indptr))
    scale = _lengths(one)[rows] * _lengths(other)[together.indices]
    cosine = together.data / np.maximum(scale, 1e-12)
    values = (cosine * met.data / (met.data + SHRINKAGE)).astype(np.float32)
    return csr_array((values, together.indices, together.indptr), shape=together.shape)


def _lengths(table: csr_array) -> NDArray[np.float32]:
    squares = np.asarray(table.multiply(table).sum(axis=0), dtype=np.float32)
    return np.asarray(np.sqrt(squares.ravel()))


def recommend(neighbours: Neighbours, seeds: Mapping[int, float]) -> dict[int, float]:
    """Tracks near the seeds, 1 at most; the seeds themselves are not returned."""
    sums: dict[int, float] = {}
    for seed, weight in seeds.items():
        for track, near in neighbours.get(seed, {}).items():
            if track not in seeds:
                sums[track] = sums.get(track, 0.0) + weight * near
    best = max(sums.values(), default=0.0)
    return {track: value / best for track, value in sums.items()} if best > 0 else {}


def leave_one_out(neighbours: Neighbours, held: Sequence[Basket]) -> Tested:
    """Recall of the best track of each held-back basket from the others of that basket."""
    hits = asked = 0
    for basket in held:
        if len(basket) < 2:
            continue
        hidden = max(basket, key=lambda track: (basket[track], -track))
        named = recommend(neighbours, {t: w for t, w in basket.items() if t != hidden})
        first = sorted(named, key=lambda track: (-named[track], track))[:FIRST]
        hits += hidden in first
        asked += 1
    return Tested(hits / asked if asked else None, asked)

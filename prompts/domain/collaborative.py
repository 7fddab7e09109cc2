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
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=0)).ravel())
    together = (table.T @ table).tocsr()
    met = ((table > 0).astype(np.float32).T @ (table > 0).astype(np.float32)).tocsr()
    found: dict[int, dict[int, float]] = {}
    for at, track in enumerate(tracks):
        start, stop = together.indptr[at], together.indptr[at + 1]
        others = together.indices[start:stop]
        cosine = together.data[start:stop] / (lengths[at] * lengths[others])
        counts = met[[at]].toarray().ravel()[others]
        sure = cosine * counts / (counts + SHRINKAGE)
        order = np.lexsort((others, -sure))
        near = {tracks[others[i]]: round(float(sure[i]), 5) for i in order if others[i] != at}
        if near:
            found[track] = dict(list(near.items())[:MOST_NEIGHBOURS])
    return found


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

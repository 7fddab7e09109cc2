"""For each key, who has it: sorted positions, and optionally a weight for each."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Positions = NDArray[np.int32]

Weights = NDArray[np.float32] | NDArray[np.float16]

Rows = tuple[Positions, Positions]
"""Keys and the positions that have them, as pairs."""


@dataclass(frozen=True, slots=True)
class Postings:
    """For each key, the sorted positions that have it, and optionally a weight for each."""

    starts: NDArray[np.int64]
    positions: Positions
    weights: Weights | None = None

    def of(self, key: int) -> Positions:
        """Positions of the tracks that have `key`."""
        return self.positions[self.starts[key] : self.starts[key + 1]]

    def weights_of(self, key: int) -> Floats:
        """Weights that belong to `of(key)`."""
        assert self.weights is not None
        return self.weights[self.starts[key] : self.starts[key + 1]].astype(np.float32, copy=False)


def postings(keys: Positions, positions: Positions, weights: Weights | None, size: int) -> Postings:
    """Sort pairs of key and position by key, then by position; keys run from 0 to `size`."""
    is_sorted = len(positions) < 2 or bool((positions[1:] >= positions[:-1]).all())
    order = np.argsort(keys, kind="stable") if is_sorted else np.lexsort((positions, keys))
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=starts[1:])
    return Postings(starts, positions[order], None if weights is None else weights[order])


Chunk = tuple[Positions, Positions, Floats | None]
"""Keys, positions and weights of a stretch of tracks; positions only grow from chunk to chunk."""


def gathered(
    chunks: Iterable[Chunk],
    counts: NDArray[np.int64],
    kind: type[np.float16] | type[np.float32] | None,
) -> Postings:
    """Postings from chunks, each laid at its place at once, so that nothing is held twice.

    `counts` says how often each key comes in all chunks; `kind` is the type of the weights.
    """
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    free = starts[:-1].copy()
    total = int(starts[-1])
    positions = np.empty(total, dtype=np.int32)
    weights: Weights | None = None
    if kind is not None:
        weights = np.empty(total, np.float16 if kind is np.float16 else np.float32)  # type: ignore[assignment]  # one or the other
    for keys, places, values in chunks:
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        runs = np.flatnonzero(np.diff(ordered, prepend=-1))
        lengths = np.diff(runs, append=len(ordered))
        within = np.arange(len(ordered)) - np.repeat(runs, lengths)
        at = free[ordered] + within
        positions[at] = places[order]
        if weights is not None and values is not None:
            weights[at] = values[order]
        free[ordered[runs]] += lengths
    return Postings(starts, positions, weights)


def merged(
    before: Postings,
    moved: Positions,
    new: tuple[Positions, Positions, Floats | None],
    added: Positions,
    size: int,
) -> Postings:
    """Postings with the positions moved (-1 drops), and new pairs at the added positions."""
    old_keys = np.repeat(np.arange(size, dtype=np.int32), np.diff(before.starts))
    places = moved[before.positions]
    stays = places >= 0
    keys, positions, weights = new
    both: Weights | None = None
    if before.weights is not None and weights is not None:
        kept = before.weights[stays]
        both = np.concatenate([kept, weights.astype(kept.dtype)])
    return postings(
        np.concatenate([old_keys[stays], keys]),
        np.concatenate([places[stays], added[positions]]),
        both,
        size,
    )

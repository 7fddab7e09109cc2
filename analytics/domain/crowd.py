"""The listeners of a market: what each has saved, and which tracks go together by that.

A market that nobody listens to has no listeners, so they are drawn: each meets many tracks by
their popularity and saves those nearest to her taste. A track of ours is saved by as many of them
as saved it in reality, those whose taste it fits best; one that nobody saved goes with nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.domain.tastes import Assumptions
from prompts.domain.collaborative import MOST_NEIGHBOURS, nearness

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]

TOGETHER = 64
"""Listeners drawn at a time; they meet the same tracks. Part of the seed."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Listeners by what they saved, (listeners, market tracks), and the middle of each taste."""

    saved: csr_array
    tastes: Floats

    def __len__(self) -> int:
        return len(self.tastes)


def draw_crowd(sound: Floats, pull: Floats, *, assumptions: Assumptions, seed: int) -> Crowd:
    """Draw the listeners of a market.

    Parameters
    ----------
    sound : shape (n_tracks, numbers), see `sound_profiles`
    pull : shape (n_tracks,), how likely each track is met, up to a factor
    """
    tracks = len(sound)
    listeners = max(
        assumptions.fewest_listeners,
        min(assumptions.most_listeners, tracks // assumptions.tracks_a_listener),
    )
    reached = np.cumsum(pull, dtype=np.float64)
    kept = min(assumptions.saved, tracks)
    saved = np.empty((listeners, kept), dtype=np.int32)
    tastes = np.empty((listeners, sound.shape[1]), dtype=np.float32)
    for start in range(0, listeners, TOGETHER):
        random = np.random.default_rng([seed, 8, start])
        rows = slice(start, min(start + TOGETHER, listeners))
        number = rows.stop - rows.start
        middle = _by_pull(reached, number, random)
        met: Numbers = np.unique(_by_pull(reached, assumptions.heard, random))
        if len(met) < kept:
            met = np.arange(tracks, dtype=np.int32)
        liking = assumptions.closeness * (sound[middle] @ sound[met].T)
        liking += random.gumbel(size=liking.shape)
        saved[rows] = met[np.argsort(-liking, axis=1, kind="stable")[:, :kept]]
        tastes[rows] = sound[middle]
    indptr = np.arange(0, listeners * kept + 1, kept)
    ones = np.ones(listeners * kept, dtype=np.float32)
    table = csr_array((ones, saved.ravel(), indptr), shape=(listeners, tracks))
    return Crowd(table, tastes)


def _by_pull(reached: NDArray[np.float64], number: int, random: np.random.Generator) -> Numbers:
    found = np.searchsorted(reached, random.random(number) * reached[-1], side="right")
    return np.asarray(np.minimum(found, len(reached) - 1), dtype=np.int32)


def saved_by(
    crowd: Crowd,
    sound: Floats,
    saves: NDArray[np.int64],
    *,
    track_ids: NDArray[np.int64],
    assumptions: Assumptions,
    seed: int,
) -> csr_array:
    """Say which listeners saved our tracks, (listeners, tracks): as many as in reality.

    Parameters
    ----------
    sound : shape (n_tracks, numbers), how our tracks sound
    saves : shape (n_tracks,), real saves; more than `largest_share` of the listeners is not drawn
    track_ids : the draw of a track depends on its key and the seed only
    """
    most = int(assumptions.largest_share * len(crowd))
    listeners, columns = [], []
    for at in np.flatnonzero(saves > 0).tolist():
        random = np.random.default_rng([seed, 9, abs(int(track_ids[at]))])
        liking = assumptions.closeness * (crowd.tastes @ sound[at])
        liking += random.gumbel(size=len(liking))
        chosen = np.argsort(-liking, kind="stable")[: min(int(saves[at]), most)]
        listeners.append(chosen)
        columns.append(np.full(len(chosen), at))
    rows = np.concatenate(listeners) if listeners else np.zeros(0, dtype=np.int64)
    places = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    ones = np.ones(len(rows), dtype=np.float32)
    return csr_array((ones, (rows, places)), shape=(len(crowd), len(saves)))


def neighbours(crowd: Crowd) -> csr_array:
    """The nearest tracks of each market track, (tracks, tracks), the best `MOST_NEIGHBOURS`."""
    near = nearness(crowd.saved, crowd.saved)
    near.setdiag(0)
    near.eliminate_zeros()
    return nearest(near)


def nearest(near: csr_array, most: int = MOST_NEIGHBOURS) -> csr_array:
    """Keep the best of each row; of equal ones those with the lower number."""
    rows = np.repeat(np.arange(near.shape[0]), np.diff(near.indptr))
    order = np.lexsort((near.indices, -near.data, rows))
    place = np.arange(len(order)) - near.indptr[:-1][rows[order]]
    kept = order[place < most]
    return csr_array((near.data[kept], (rows[kept], near.indices[kept])), shape=near.shape)


def own_neighbours(
    crowd: Crowd, near: csr_array, ours: csr_array, most: int = MOST_NEIGHBOURS
) -> csr_array:
    """How near our tracks are to each market track, (market tracks, our tracks).

    A track of ours is a neighbour only where it is nearer than the last that the market track has.
    """
    found = nearness(crowd.saved, ours)
    counts = np.diff(near.indptr)
    last = np.zeros(near.shape[0], dtype=np.float32)
    full = counts >= most
    if full.any():
        lowest = np.minimum.reduceat(near.data, near.indptr[:-1][counts > 0])
        last[counts > 0] = lowest
        last[~full] = 0.0
    rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    kept = found.data > last[rows]
    return csr_array((found.data[kept], (rows[kept], found.indices[kept])), shape=found.shape)

"""Figures of exposure: how unevenly it is shared, who is the long tail, and how sure we are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from analytics.domain.intervals import Interval
from analytics.domain.lists import Floats
from analytics.domain.traits import Traits

HEAD_SHARE = 0.2
"""The most popular fifth of tracks is the head; all others are the long tail."""

FIFTHS = 5


def tail_of(traits: Traits) -> tuple[NDArray[np.bool_], str]:
    """Say which tracks are the long tail, and what that was judged by.

    A track whose popularity nobody knows is new or small, so it belongs to the tail. Where no
    popularity is known at all, the head are the tracks of the artists with the most tracks.
    """
    known = ~np.isnan(traits.popularity)
    if known.any():
        value, by = np.where(known, traits.popularity, -np.inf), "popularity"
    else:
        value, by = traits.artist_tracks.astype(np.float64), "artist"
    head = np.zeros(len(traits), dtype=bool)
    most = round(HEAD_SHARE * len(traits))
    head[np.argsort(-value, kind="stable")[:most]] = True
    if by == "artist":
        head &= traits.artist_tracks > 1
    return ~head, by


def thin_of(traits: Traits) -> NDArray[np.bool_]:
    """Say which tracks have fewer tags than the track in the middle."""
    middle = float(np.median(traits.tags)) if len(traits) else 0.0
    return np.asarray(traits.tags < middle)


def gini(exposure: Floats) -> float:
    """Gini coefficient: 0 where every track gets the same, near 1 where one gets all.

    >>> gini(np.array([1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 4.0]))
    (0.0, 0.75)
    """
    total = float(exposure.sum())
    if total <= 0:
        return 0.0
    ordered = np.sort(exposure)
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered) / (n * total)


def share_by_rank(exposure: Floats, value: NDArray[np.int32], parts: int = FIFTHS) -> Floats:
    """Shares of exposure of equally many tracks each, those with the lowest value first.

    Tracks of equal value share what they get together: a boundary that cuts through them gives
    each side its part.
    """
    total = float(exposure.sum())
    counts = np.bincount(value)
    sums = np.bincount(value, weights=exposure)
    tracks = np.concatenate([[0.0], np.cumsum(counts) / len(value)])
    reached = np.concatenate([[0.0], np.cumsum(sums) / total if total > 0 else np.cumsum(counts)])
    at = np.interp(np.linspace(0, 1, parts + 1), tracks, reached)
    return np.asarray(np.diff(at))


def crowd_out(exposure: Floats, tags: NDArray[np.int32]) -> float:
    """Of what the four less-tagged fifths would get if all tracks got the same, the part that the
    best-tagged fifth has instead; below 0 where the best-tagged get less than the others."""
    best = float(share_by_rank(exposure, tags)[-1])
    return (best - 1 / FIFTHS) / (1 - 1 / FIFTHS)


def jackknife(
    estimate: float, without: Sequence[float], *, n: int, floor: float = 0.0, ceiling: float = 1.0
) -> Interval:
    """95 % interval from a figure computed anew without each of some groups (Student's t)."""
    values = np.array(without)
    groups = len(values)
    variance = (groups - 1) / groups * float(((values - values.mean()) ** 2).sum())
    half = float(stdtrit(groups - 1, 0.975)) * variance**0.5
    estimate = round(estimate, 12)
    low, high = max(floor, estimate - half), min(ceiling, estimate + half)
    return Interval(estimate, min(low, estimate), max(high, estimate), n)

"""Who stands in the lists, how unlike each other, and what a boost would change.

Kept per shard beside the outcome, for fairness only: 20 track numbers a prompt and a few sums, so
that a run holds no more of the market than its lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.domain.chances import relevance_of
from analytics.domain.choice import ChoiceModel, examination_of_list
from analytics.domain.simulation import DEPTH, FIRST_PLACES, SCORE_DECIMALS, MarketRanks, Outcome
from prompts.domain.index import TrackIndex

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]

EMPTY = -1
BATCHES = 20
"""Prompts are dealt to this many groups like cards, so that each group holds all spaces; the
groups' differences give the intervals."""

STRENGTHS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
"""Boosts tried: what is added to a track's score, as a share of a full score."""

BLOCK = 256
MEASURES = 4


@dataclass(frozen=True, slots=True)
class ShardLists:
    """The lists of some prompts. Market tracks are numbered as in its index, our own after them.

    `sums` has shape (batches, targets, strengths, 4): exposure of the boosted tracks, of all
    tracks, relevance times exposure, and the weight of lists where a track from below the known
    depth might have come in.
    """

    first_prompt: int
    tracks: Numbers
    """Shape (n_prompts, k); `EMPTY` where the list is shorter."""
    difference: NDArray[np.float32]
    """How unlike the tracks of each list are, 0 to 1; NaN for a list without two tracks."""
    sums: Floats

    @property
    def prompts(self) -> int:
        return len(self.tracks)


@dataclass(frozen=True, slots=True)
class Listening:
    """How much each prompt weighs, and how listeners look at lists."""

    weights: Floats
    """Shape (n_prompts,): what one prompt stands for, of all prompts."""
    model: ChoiceModel
    full_relevance: float
    full_score: float
    """What a boost is a share of: the highest score the approach gives."""

    def looked(self, list_relevance: Floats) -> Floats:
        """Chance that each place is looked at, at the middle of our beliefs."""
        looked = examination_of_list(self.model.examination, self.model.middle(), list_relevance)
        return np.asarray(np.broadcast_to(looked[0], list_relevance.shape))


def lists_of(
    outcome: Outcome,
    ranks: MarketRanks,
    *,
    market: TrackIndex,
    own: TrackIndex,
    targets: Sequence[NDArray[np.bool_]],
    listening: Listening,
    places: int = FIRST_PLACES,
    strengths: Sequence[float] = STRENGTHS,
) -> ShardLists:
    """Say who stands in the lists of a shard, and re-rank them with every boost.

    Parameters
    ----------
    targets : for each kind of boosted track, which tracks it helps, shape (market + own,)
    """
    total = len(market) + len(own)
    terms = track_terms(market, own)
    tracks = np.full((outcome.prompts, places), EMPTY, dtype=np.int32)
    difference = np.full(outcome.prompts, np.nan, dtype=np.float32)
    sums = np.zeros((BATCHES, len(targets), len(strengths), MEASURES))
    helped = [np.append(target, False) for target in targets]  # the last one is the empty place
    for start, candidates, scores, fits in _pools(outcome, ranks, market=len(market), tracks=total):
        rows = slice(start, start + len(candidates))
        first = np.argsort(-scores, axis=1, kind="stable")[:, :places]
        found = np.take_along_axis(candidates, first, axis=1)
        tracks[rows, : found.shape[1]] = np.where(found == total, EMPTY, found)
        difference[rows] = differences(tracks[rows], terms)
        batch = (outcome.first_prompt + np.arange(start, start + len(candidates))) % BATCHES
        for number, target in enumerate(helped):
            is_helped = target[candidates]
            for step, strength in enumerate(strengths):
                measured = _boosted(
                    (scores, fits),
                    is_helped,
                    strength,
                    listening=listening,
                    rows=rows,
                    places=places,
                )
                np.add.at(sums[:, number, step], batch, measured)
    return ShardLists(outcome.first_prompt, tracks, difference, sums)


def _pools(
    outcome: Outcome, ranks: MarketRanks, *, market: int, tracks: int
) -> Iterator[tuple[int, Numbers, NDArray[np.float32], NDArray[np.float32]]]:
    """Candidates of some lists at a time: the market's best, then our own, with scores and fits.

    Places without a track hold the number after the last one, and a score of minus infinity.
    """
    order = np.lexsort((outcome.track, -outcome.score, outcome.prompt))
    prompt, track = outcome.prompt[order], outcome.track[order]
    score, fit = outcome.score[order], outcome.fit[order]
    starts = np.searchsorted(prompt, np.arange(outcome.prompts + 1))
    within = np.arange(len(prompt)) - starts[prompt] if len(prompt) else np.zeros(0, dtype=np.int64)
    for start in range(0, outcome.prompts, BLOCK):
        stop = min(start + BLOCK, outcome.prompts)
        hits = slice(starts[start], starts[stop])
        wide = int(within[hits].max(initial=-1)) + 1
        candidates = np.full((stop - start, DEPTH + wide), tracks, dtype=np.int32)
        scores = np.full(candidates.shape, -np.inf, dtype=np.float32)
        fits = scores.copy()
        known = ranks.positions[start:stop]
        candidates[:, : known.shape[1]] = np.where(known < 0, tracks, known)
        scores[:, : known.shape[1]] = outcome.market_scores[start:stop]
        fits[:, : known.shape[1]] = ranks.fits[start:stop]
        candidates[prompt[hits] - start, DEPTH + within[hits]] = market + track[hits]
        scores[prompt[hits] - start, DEPTH + within[hits]] = score[hits]
        fits[prompt[hits] - start, DEPTH + within[hits]] = fit[hits]
        scores[candidates == tracks] = -np.inf
        yield start, candidates, scores, fits


def _best(scores: NDArray[np.float32], places: int) -> NDArray[np.int64]:
    """Columns of the best of each row, best first; quicker than sorting all of them."""
    if scores.shape[1] > places:
        top = np.sort(np.argpartition(-scores, places, axis=1)[:, :places], axis=1)
    else:
        top = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    return np.take_along_axis(top, order, axis=1)


def _boosted(
    points: tuple[NDArray[np.float32], NDArray[np.float32]],
    is_helped: NDArray[np.bool_],
    strength: float,
    *,
    listening: Listening,
    rows: slice,
    places: int,
) -> Floats:
    """Sums of each list with a boost, shape (n_lists, 4); see `ShardLists.sums`."""
    scores, fits = points
    added = np.float32(round(strength * listening.full_score, SCORE_DECIMALS))
    raised = (scores + added * is_helped).astype(np.float32)
    first = _best(raised, places)
    is_there = np.isfinite(np.take_along_axis(scores, first, axis=1))
    relevance = relevance_of(np.take_along_axis(fits, first, axis=1), listening.full_relevance)
    seen = listening.looked(relevance) * is_there * listening.weights[rows, None]
    last = np.take_along_axis(raised, first[:, -1:], axis=1)[:, 0]
    # The market is known down to a depth; below it, a boosted track can reach this score at most.
    deepest = scores[:, min(DEPTH, scores.shape[1]) - 1]
    unsure = (deepest + added > last) & np.isfinite(deepest) & (strength > 0)
    return np.stack(
        [
            (seen * np.take_along_axis(is_helped, first, axis=1)).sum(axis=1),
            seen.sum(axis=1),
            (seen * relevance).sum(axis=1),
            unsure * listening.weights[rows],
        ],
        axis=1,
    )


def track_terms(market: TrackIndex, own: TrackIndex) -> csr_array:
    """Which terms each track is said to have, tags and texts together: (tracks, terms)."""
    parts = [_terms(index) for index in (market, own)]
    indptr = np.concatenate([parts[0].indptr, parts[0].indptr[-1] + parts[1].indptr[1:]])
    indices = np.concatenate([parts[0].indices, parts[1].indices])
    values = np.ones(len(indices), dtype=np.float32)
    return csr_array((values, indices, indptr), shape=(len(market) + len(own), len(market.space)))


def _terms(index: TrackIndex) -> csr_array:
    carriers = index.carriers
    keys = np.repeat(np.arange(len(index.space), dtype=np.int32), np.diff(carriers.starts))
    values = np.ones(len(keys), dtype=np.float32)
    return csr_array((values, (carriers.positions, keys)), shape=(len(index), len(index.space)))


def differences(tracks: Numbers, terms: csr_array) -> NDArray[np.float32]:
    """Mean over the pairs of each list of the share of terms that the two do not share (Jaccard).

    Two tracks of which nothing is said tell us nothing, so that pair is left out.
    """
    lists, places = tracks.shape
    filled = tracks >= 0
    rows = np.where(filled, tracks, 0).ravel()
    # Zero-track indexes have no row to stand in for an empty place.
    if not terms.shape[0]:
        return np.full(lists, np.nan, dtype=np.float32)
    held = terms[rows].toarray().reshape(lists, places, -1) * filled[:, :, None]
    common = held @ held.transpose(0, 2, 1)
    size = held.sum(axis=2)
    union = size[:, :, None] + size[:, None, :] - common
    pairs = np.triu(np.ones((places, places), dtype=bool), 1)[None] & (union > 0)
    pairs &= filled[:, :, None] & filled[:, None, :]
    unlike = np.where(pairs, 1 - common / np.maximum(union, 1), 0.0).sum(axis=(1, 2))
    number = pairs.sum(axis=(1, 2))
    return np.where(number > 0, unlike / np.maximum(number, 1), np.nan).astype(np.float32)


def merge_lists(parts: Sequence[ShardLists]) -> ShardLists:
    """Join shards in the order of the bank, whatever order they came in."""
    ordered = sorted(parts, key=lambda part: part.first_prompt)
    return ShardLists(
        first_prompt=ordered[0].first_prompt,
        tracks=np.concatenate([part.tracks for part in ordered]),
        difference=np.concatenate([part.difference for part in ordered]),
        sums=np.sum([part.sums for part in ordered], axis=0),
    )

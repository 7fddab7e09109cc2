"""Which tracks surface for which prompts: many prompts against many tracks, by matrix products.

The same weights and filters serve the single prompt (`ranking`), the batch (`surface`) and the
one edited track (`score_one`), so the three can only differ by rounding.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prompts.domain.columns import Columns
from prompts.domain.documents import TrackDocument
from prompts.domain.index import EncodedTrack, TrackIndex, encode_track
from prompts.domain.postings import Floats
from prompts.domain.queries import Bound, Filters, QueryBlock

BLOCK_QUERIES = 64
"""Prompts a product: 64 x 100,000 float32 scores are 26 MB, which keeps the product in step."""

STRIDE = 256
"""The best k lie within the k strides with the highest maxima; cheaper than partitioning all."""

REFUSED = np.float32(-np.inf)

SPARSE = 0.25
"""Below this share of tracks that are not refused, they are sorted instead of partitioned."""


def surface(
    queries: QueryBlock, index: TrackIndex, k: int = 20
) -> tuple[NDArray[np.int32], Floats]:
    """The first `k` tracks of every prompt.

    Returns
    -------
    positions : int32, shape (prompts, k), places in `index.track_ids`, best first, -1 where fewer
        than k tracks are left after the filters
    scores : float32, shape (prompts, k), -inf where the position is -1
    """
    k_found = min(k, len(index))
    positions = np.full((len(queries), k), -1, dtype=np.int32)
    scores = np.full((len(queries), k), REFUSED, dtype=np.float32)
    if not k_found:
        return positions, scores
    strides = -(-len(index) // STRIDE)
    room = np.full((BLOCK_QUERIES, strides * STRIDE), REFUSED, dtype=np.float32)
    for start in range(0, len(queries), BLOCK_QUERIES):
        part = queries.part(start, min(start + BLOCK_QUERIES, len(queries)))
        block = room[: len(part)]
        score_all(part, index, out=block[:, : len(index)])
        found, values = _best(block, k_found)
        found = np.where(np.isfinite(values), found, -1)
        positions[start : start + len(part), :k_found] = found
        scores[start : start + len(part), :k_found] = values
    return positions, scores


def score_all(queries: QueryBlock, index: TrackIndex, *, out: Floats | None = None) -> Floats:
    """Scores of some prompts for every track, (prompts, tracks); -inf where a filter refuses."""
    if out is None:
        out = np.empty((len(queries), len(index)), dtype=np.float32)
    for start in range(0, len(queries), BLOCK_QUERIES):
        _product(queries.weights[start : start + BLOCK_QUERIES], index.columns, out[start:])
    for row in range(len(queries)):
        _finish(out[row], queries, index, row)
    return out


def _product(weights: Floats, columns: Columns, out: Floats) -> None:
    """Multiply always with the same number of rows, so that the last bits of a score do not depend
    on how many prompts were asked together."""
    rows = len(weights)
    if rows == BLOCK_QUERIES:
        columns.product(weights, out[:rows])
        return
    padded = np.zeros((BLOCK_QUERIES, weights.shape[1]), dtype=np.float32)
    padded[:rows] = weights
    scores = np.empty((BLOCK_QUERIES, columns.tracks), dtype=np.float32)
    columns.product(padded, scores)
    out[:rows] = scores[:rows]


def score_single(queries: QueryBlock, index: TrackIndex) -> tuple[Floats, Floats]:
    """Scores of one prompt for every track, and the share of each that is likeness of texts.

    Reads only the concept rows the prompt asks for, so it is quicker than a product of all rows.
    """
    weights = queries.weights[0]
    likeness = index.columns.of_texts(weights[index.text_columns])
    scores: Floats = index.columns.of_terms(weights[: len(index.space)]) + likeness
    _finish(scores, queries, index, 0)
    return scores, likeness


def _finish(scores: Floats, queries: QueryBlock, index: TrackIndex, row: int) -> None:
    """Add to a row of products what is no product: words, names, filters."""
    words = queries.words
    for at in range(words.indptr[row], words.indptr[row + 1]):
        positions = index.words.of(words.indices[at])
        if len(positions):
            scores[positions] += words.data[at] * index.words.weights_of(words.indices[at])
    for name in queries.names[row]:
        scores[name.positions(index)] += queries.blend.named
    if queries.filters[row]:
        blend = queries.blend
        apply_filters(queries.filters[row], index, scores, blend.unknown_fact, blend.outside_wish)


def apply_filters(
    filters: Filters,
    index: TrackIndex,
    scores: Floats,
    unknown_fact: float = 0.0,
    outside_wish: float = 0.0,
) -> None:
    """Set the score of every refused track to -inf, and put those without the fact, or outside
    what is only wished for, behind."""
    for column, _ in filters.excluded:
        scores[index.carriers.of(column)] = REFUSED
    for name in filters.names:
        scores[name.positions(index)] = REFUSED
    for columns, _ in filters.together:
        scores[carry_all(columns, index)] = REFUSED
    for column, _ in filters.required:
        has = np.zeros(len(scores), dtype=bool)
        has[index.carriers.of(column)] = True
        scores[~has] = REFUSED
    for bound in filters.bounds:
        values = getattr(index.facts, bound.field)
        scores[unknown_to(bound, values)] -= unknown_fact
        if bound.is_hard:
            scores[refused_by(bound, values)] = REFUSED
        else:
            scores[refused_by(bound, values)] -= outside_wish


def carry_all(columns: tuple[int, ...], index: TrackIndex) -> NDArray[np.int32]:
    """Positions of tracks that have all of these terms."""
    positions = index.carriers.of(columns[0])
    for column in columns[1:]:
        positions = np.intersect1d(positions, index.carriers.of(column), assume_unique=True)
    return positions


def refused_by(bound: Bound, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which known values a bound refuses."""
    inside = (values >= bound.low) & (values <= bound.high)
    refused = inside if bound.outside else ~inside
    return np.asarray(refused & ~unknown_to(bound, values, even_outside=True))


def unknown_to(
    bound: Bound, values: NDArray[Any], *, even_outside: bool = False
) -> NDArray[np.bool_]:
    """Which values are unknown, so that a wish for a number cannot be checked.

    Such tracks stay and pay `Blend.unknown_fact`; a refusal ("not 120 BPM") costs them nothing.
    """
    if bound.outside and not even_outside:
        return np.zeros(values.shape, dtype=bool)
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values))
    return np.asarray(values < 0)


def first_of(scores: Floats, k: int) -> tuple[NDArray[np.int32], Floats]:
    """The first `k` tracks of some rows of scores, as `surface` gives them."""
    rows, tracks = scores.shape
    positions = np.full((rows, k), -1, dtype=np.int32)
    values = np.full((rows, k), REFUSED, dtype=np.float32)
    k_found = min(k, tracks)
    answering = np.isfinite(scores)
    if answering.sum() < SPARSE * scores.size:
        # Partitioning rows of equal numbers takes many times as long as sorting the few others.
        row, track = np.nonzero(answering)
        order = np.lexsort((track, -scores[row, track], row))
        row, track = row[order], track[order]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        row, track, place = (column[place < k] for column in (row, track, place))
        positions[row, place] = track
        values[row, place] = scores[row, track]
    elif k_found:
        room = np.full((rows, -(-tracks // STRIDE) * STRIDE), REFUSED, dtype=np.float32)
        room[:, :tracks] = scores
        found, values[:, :k_found] = _best(room, k_found)
        positions[:, :k_found] = np.where(np.isfinite(values[:, :k_found]), found, -1)
    return positions, values


def _best(block: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """The k best of each row, best first; equal scores in the order of position."""
    rows, width = block.shape
    strides = width // STRIDE
    if strides > k:
        maxima = block.reshape(rows, strides, STRIDE).max(axis=2)
        chosen = np.sort(np.argpartition(maxima, strides - k, axis=1)[:, strides - k :], axis=1)
        candidates = np.take_along_axis(block.reshape(rows, strides, STRIDE), chosen[:, :, None], 1)
        places = (chosen[:, :, None] * STRIDE + np.arange(STRIDE)).reshape(rows, -1)
        values = candidates.reshape(rows, -1)
    else:
        places = np.broadcast_to(np.arange(width), block.shape)
        values = block
    top = np.argpartition(values, values.shape[1] - k, axis=1)[:, values.shape[1] - k :]
    top_values = np.take_along_axis(values, top, 1)
    top_places = np.take_along_axis(places, top, 1)
    order = np.lexsort((top_places, -top_values), axis=1)
    return np.take_along_axis(top_places, order, 1), np.take_along_axis(top_values, order, 1)


def score_one(document: TrackDocument, queries: QueryBlock, index: TrackIndex) -> Floats:
    """Scores of one, perhaps edited, track for every prompt, shape (prompts,), -inf where refused.

    Compare with the k-th score of `surface` to know whether it surfaces.
    """
    return score_encoded(encode_track(document, index), queries)


def score_encoded(track: EncodedTrack, queries: QueryBlock) -> Floats:
    """Scores of one encoded track for every prompt."""
    scores: Floats = queries.weights @ track.vector
    words = np.zeros(queries.words.shape[1], dtype=np.float32)
    words[track.words] = track.word_weights
    scores = scores + queries.words @ words
    for row, filters in enumerate(queries.filters):
        for name in queries.names[row]:
            if name.names(track):
                scores[row] += queries.blend.named
        if filters:
            scores[row] -= queries.blend.unknown_fact * _unknowns(filters, track)
            scores[row] -= queries.blend.outside_wish * _outside(filters, track)
            if _refuses(filters, track):
                scores[row] = REFUSED
    return scores.astype(np.float32)


def _refuses(filters: Filters, track: EncodedTrack) -> bool:
    carried = track.carried
    if any(column in carried for column, _ in filters.excluded):
        return True
    if any(name.names(track) for name in filters.names):
        return True
    if any(all(column in carried for column in columns) for columns, _ in filters.together):
        return True
    if any(column not in carried for column, _ in filters.required):
        return True
    return any(
        refused_by(bound, fact(track, bound))[0] for bound in filters.bounds if bound.is_hard
    )


def _outside(filters: Filters, track: EncodedTrack) -> int:
    return sum(
        bool(refused_by(bound, fact(track, bound))[0])
        for bound in filters.bounds
        if not bound.is_hard
    )


def _unknowns(filters: Filters, track: EncodedTrack) -> int:
    return sum(bool(unknown_to(bound, fact(track, bound))[0]) for bound in filters.bounds)


def fact(track: EncodedTrack, bound: Bound) -> NDArray[Any]:
    """The number of a track that a bound is about, as the index holds it."""
    return np.array([getattr(track, bound.field)])

"""Intents as numbers: weights over the index's columns, and filters that no weight can outvote."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from prompts.domain.index import Floats, TrackIndex, fold_title, key_code, name_key
from prompts.domain.intent import Chip, Intent, Kind, Polarity, Strength
from prompts.domain.lexical import BUCKETS, content_words, query_words
from prompts.domain.lexicon import Term


@dataclass(frozen=True, slots=True)
class Blend:
    """How much each part may add to a score. Visible on the page and in the method notes."""

    concepts: float = 0.6
    text: float = 0.25
    words: float = 0.15
    less: float = 0.6
    like: float = 0.5
    no_vocals_bonus: float = 0.35
    unknown_fact: float = 0.3


VOCALS = Term("vocals", "vocals")
INSTRUMENTAL = Term("vocals", "instrumental")


@dataclass(frozen=True, slots=True)
class Bound:
    """A hard filter on a number of the facts; `outside` refuses what lies between instead."""

    field: str
    low: float
    high: float
    outside: bool
    chip: Chip


@dataclass(frozen=True, slots=True)
class Filters:
    """What one prompt rules out. Columns are concept columns; each comes with its chip."""

    excluded: tuple[tuple[int, Chip], ...] = ()
    together: tuple[tuple[tuple[int, ...], Chip], ...] = ()
    required: tuple[tuple[int, Chip], ...] = ()
    bounds: tuple[Bound, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.excluded or self.together or self.required or self.bounds)


@dataclass(frozen=True, slots=True)
class QueryBlock:
    """Many prompts ready to be asked of one index (or of edited tracks of it)."""

    intents: tuple[Intent, ...]
    weights: Floats
    words: csr_array
    filters: tuple[Filters, ...]
    blend: Blend = field(default_factory=Blend)

    def __len__(self) -> int:
        return len(self.intents)

    def part(self, start: int, stop: int) -> "QueryBlock":
        """A stretch of the block."""
        return QueryBlock(
            self.intents[start:stop],
            self.weights[start:stop],
            self.words[start:stop],
            self.filters[start:stop],
            self.blend,
        )


def encode(
    intents: Sequence[Intent], index: TrackIndex, *, blend: Blend | None = None
) -> QueryBlock:
    """Encode intents against an index (its columns, its idea of rarity, its artists)."""
    blend = blend or Blend()
    weights = np.zeros((len(intents), index.matrix.shape[0]), dtype=np.float32)
    texts = index.encoder.encode([intent.free_text for intent in intents])
    indptr = np.zeros(len(intents) + 1, dtype=np.int64)
    buckets: list[np.ndarray] = []
    values: list[np.ndarray] = []
    filters: list[Filters] = []
    stop_words = index.space.lexicon.cues.stop_words
    for row, intent in enumerate(intents):
        concepts = concept_weights(intent, index, blend)
        weights[row, : len(index.space)] = blend.concepts * concepts
        weights[row, index.text_columns] = blend.text * texts[row]
        words = content_words([intent.free_text], stop_words)
        row_buckets, row_values = query_words(words, index.statistics.word_rarity)
        buckets.append(row_buckets)
        values.append(blend.words * row_values)
        indptr[row + 1] = indptr[row] + len(row_buckets)
        filters.append(read_filters(intent, index))
    matrix = csr_array(
        (
            np.concatenate(values) if values else np.zeros(0, np.float32),
            np.concatenate(buckets) if buckets else np.zeros(0, np.int32),
            indptr,
        ),
        shape=(len(intents), BUCKETS),
    )
    return QueryBlock(tuple(intents), weights, matrix, tuple(filters), blend)


def chip_weights(
    intent: Intent, index: TrackIndex, blend: Blend
) -> list[tuple[Chip | None, dict[int, float]]]:
    """Split the weights over the concept columns by the chip they come from.

    The wanted ones add up to 1 over all chips. The chip None stands for all named artists together.
    """
    columns = index.space.columns
    rarity = index.statistics.concept_rarity
    split: list[tuple[Chip | None, dict[int, float]]] = []
    for chip in intent.chips:
        if not chip.counts or chip.term is None or chip.term not in columns:
            continue
        column = columns[chip.term]
        weights: dict[int, float] = {}
        if chip.polarity in (Polarity.WANTED, Polarity.TOUCH):
            weights[column] = chip.weight * float(rarity[column])
        elif chip.polarity is Polarity.LESS:
            weights[column] = -blend.less * chip.weight * float(rarity[column])
        elif _refuses_voices(chip):
            weights[columns[INSTRUMENTAL]] = blend.no_vocals_bonus
            weights[columns[VOCALS]] = -blend.no_vocals_bonus
        split.append((chip, weights))
    values = [value for _, weights in split for value in weights.values()]
    total = sum(value for value in values if value > 0) or -sum(values)
    like = _like(intent, index)
    share = 0.0 if like is None else blend.like if total else 1.0
    if total:
        scale = (1 - share) / total
        split = [(chip, {c: v * scale for c, v in weights.items()}) for chip, weights in split]
    if like is not None:
        split.append((None, {column: share * value for column, value in like.items()}))
    return split


def concept_weights(intent: Intent, index: TrackIndex, blend: Blend) -> Floats:
    """Weights over the concept columns, all chips together."""
    row = np.zeros(len(index.space), dtype=np.float32)
    for _, weights in chip_weights(intent, index, blend):
        for column, value in weights.items():
            row[column] += value
    return row


def _refuses_voices(chip: Chip) -> bool:
    return chip.term == VOCALS and chip.polarity is Polarity.EXCLUDED and not chip.together


def named_positions(chip: Chip, index: TrackIndex) -> np.ndarray:
    """Tracks of this index that a "like ..." chip names; empty if it holds none."""
    if chip.kind is Kind.LIKE_TRACK:
        work, _, artist = chip.value.rpartition(" by ")
        found = index.titles.get(fold_title(work or chip.value))
        if found is not None:
            return found
        return index.artists.get(name_key(artist), np.zeros(0, np.int32))
    if chip.kind is Kind.LIKE_ARTIST:
        found = index.artists.get(name_key(chip.value))
        if found is None:
            found = index.titles.get(fold_title(chip.value))
        if found is not None:
            return found
    return np.zeros(0, np.int32)


def _like(intent: Intent, index: TrackIndex) -> dict[int, float] | None:
    """The mean concept row of the named artists' tracks, scaled to add up to 1."""
    rows = [
        index.matrix[: len(index.space), positions].mean(axis=1)
        for chip in intent.chips
        if chip.counts and chip.polarity is Polarity.WANTED
        for positions in [named_positions(chip, index)]
        if len(positions)
    ]
    if not rows:
        return None
    mean = np.mean(rows, axis=0) * index.statistics.concept_rarity
    total = float(mean.sum())
    if not total:
        return None
    return {int(column): float(mean[column]) / total for column in np.flatnonzero(mean)}


def read_filters(intent: Intent, index: TrackIndex) -> Filters:
    """The hard chips of a prompt as filters."""
    columns = index.space.columns
    excluded: list[tuple[int, Chip]] = []
    together: list[tuple[tuple[int, ...], Chip]] = []
    required: list[tuple[int, Chip]] = []
    bounds: list[Bound] = []
    for chip in intent.chips:
        if chip.strength is not Strength.HARD:
            continue
        if chip.term is not None:
            if chip.term not in columns:
                continue
            column = columns[chip.term]
            if chip.polarity is Polarity.EXCLUDED and chip.together:
                group = (column, *(columns[t] for t in chip.together if t in columns))
                together.append((group, chip))
            elif chip.polarity is Polarity.EXCLUDED:
                excluded.append((column, chip))
            elif chip.term == INSTRUMENTAL:
                excluded.append((columns[VOCALS], chip))
            elif chip.polarity is Polarity.WANTED:
                required.append((column, chip))
        else:
            bounds.extend(bounds_of(chip))
    return Filters(tuple(excluded), tuple(together), tuple(required), tuple(bounds))


def bounds_of(chip: Chip) -> list[Bound]:
    """The bound a chip about a number sets; none for chips about the list as a whole."""
    low = -np.inf if chip.low is None else chip.low
    high = np.inf if chip.high is None else chip.high
    outside = chip.polarity is Polarity.EXCLUDED
    if chip.kind is Kind.TEMPO:
        return [Bound("tempo_bpm", low, high, outside, chip)]
    if chip.kind is Kind.ERA:
        return [Bound("year", low, high, outside, chip)]
    if chip.kind is Kind.DURATION and chip.value == "track":
        return [Bound("duration_s", low, high, outside, chip)]
    if chip.kind is Kind.KEY:
        code = key_code(chip.value)
        return [Bound("key", code, code, outside, chip)] if code >= 0 else []
    return []

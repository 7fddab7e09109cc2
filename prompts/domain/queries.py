"""Intents as numbers: weights over the index's columns, and filters that no weight can outvote."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from prompts.domain.index import TrackIndex, key_code
from prompts.domain.intent import Chip, Intent, Kind, Polarity, Strength
from prompts.domain.lexical import BUCKETS, content_text, content_words, query_words
from prompts.domain.lexicon import Term
from prompts.domain.names import KnownName, known_names
from prompts.domain.postings import Floats


@dataclass(frozen=True, slots=True)
class Blend:
    """How much each part may add to a score. Visible on the page and in the method notes."""

    concepts: float = 0.4
    text: float = 0.3
    words: float = 0.35
    words_of_long: float = 0.45
    less: float = 0.6
    like: float = 0.5
    no_voice: float = 0.18
    likely_voice: float = 0.6
    unknown_fact: float = 0.3
    outside_wish: float = 0.15
    named: float = 0.15


SHORT_WORDS, LONG_WORDS = 8, 20
"""The more words a prompt has, the more its overlap with a text says; `words_of_long` is added
step by step between these. Set on Song Describer and MusicCaps, the same on five parts of each."""

VOCALS = Term("vocals", "vocals")
INSTRUMENTAL = Term("vocals", "instrumental")


@dataclass(frozen=True, slots=True)
class Bound:
    """A wish for a number of the facts; `outside` refuses what lies between instead.

    A hard one filters; one that is not ("ideally 120 BPM") costs `Blend.outside_wish` points.
    """

    field: str
    low: float
    high: float
    outside: bool
    chip: Chip
    is_hard: bool = True


@dataclass(frozen=True, slots=True)
class Filters:
    """What one prompt rules out. Columns are concept columns; each comes with its chip."""

    excluded: tuple[tuple[int, Chip], ...] = ()
    together: tuple[tuple[tuple[int, ...], Chip], ...] = ()
    required: tuple[tuple[int, Chip], ...] = ()
    bounds: tuple[Bound, ...] = ()
    names: tuple[KnownName, ...] = ()

    def __bool__(self) -> bool:
        parts = (self.excluded, self.together, self.required, self.bounds, self.names)
        return any(parts)


@dataclass(frozen=True, slots=True)
class QueryBlock:
    """Many prompts ready to be asked of one index (or of edited tracks of it)."""

    intents: tuple[Intent, ...]
    weights: Floats
    words: csr_array
    filters: tuple[Filters, ...]
    names: tuple[tuple[KnownName, ...], ...]
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
            self.names[start:stop],
            self.blend,
        )


def encode(
    intents: Sequence[Intent], index: TrackIndex, *, blend: Blend | None = None
) -> QueryBlock:
    """Encode intents against an index (its columns, its idea of rarity, its artists)."""
    blend = blend or Blend()
    weights = np.zeros((len(intents), index.columns.width), dtype=np.float32)
    stop_words = index.space.lexicon.cues.stop_words
    texts = index.encoder.encode([content_text(i.searched_text, stop_words) for i in intents])
    indptr = np.zeros(len(intents) + 1, dtype=np.int64)
    buckets: list[np.ndarray] = []
    values: list[np.ndarray] = []
    filters: list[Filters] = []
    names: list[tuple[KnownName, ...]] = []
    for row, intent in enumerate(intents):
        concepts = concept_weights(intent, index, blend)
        weights[row, : len(index.space)] = blend.concepts * concepts
        share = blend.text if concepts.any() else blend.text + blend.concepts
        weights[row, index.text_columns] = share * texts[row]
        words = content_words([intent.searched_text], stop_words)
        row_buckets, row_values = query_words(words, index.statistics.word_rarity)
        buckets.append(row_buckets)
        long = float(np.clip((len(row_buckets) - SHORT_WORDS) / (LONG_WORDS - SHORT_WORDS), 0, 1))
        values.append((blend.words + blend.words_of_long * long) * row_values)
        indptr[row + 1] = indptr[row] + len(row_buckets)
        filters.append(read_filters(intent, index))
        names.append(known_names(intent, index, Polarity.WANTED))
    matrix = csr_array(
        (
            np.concatenate(values) if values else np.zeros(0, np.float32),
            np.concatenate(buckets) if buckets else np.zeros(0, np.int32),
            indptr,
        ),
        shape=(len(intents), BUCKETS),
    )
    return QueryBlock(tuple(intents), weights, matrix, tuple(filters), tuple(names), blend)


def chip_weights(
    intent: Intent, index: TrackIndex, blend: Blend
) -> list[tuple[Chip | None, dict[int, float]]]:
    """Split the weights over the concept columns by the chip they come from.

    The wanted ones add up to 1 over all chips. The chip None stands for all named artists together.
    A refusal of voices adds fixed points on top: for being said to have none, and against terms
    that usually come with one, so that unstated tracks stay but come later.
    """
    columns = index.space.columns
    rarity = index.statistics.concept_rarity
    split: list[tuple[Chip | None, dict[int, float]]] = []
    voiceless: list[Chip] = []
    for chip in intent.chips:
        if not chip.counts or chip.term is None or chip.term not in columns:
            continue
        column = columns[chip.term]
        weights: dict[int, float] = {}
        if _refuses_voices(chip):
            voiceless.append(chip)
            continue
        if chip.polarity in (Polarity.WANTED, Polarity.TOUCH):
            weights[column] = chip.weight * float(rarity[column])
        elif chip.polarity is Polarity.LESS:
            weights[column] = -blend.less * chip.weight * float(rarity[column])
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
    for chip in voiceless[:1] if blend.concepts else ():
        points = {columns[INSTRUMENTAL]: blend.no_voice, columns[VOCALS]: -blend.likely_voice}
        split.append((chip, {column: value / blend.concepts for column, value in points.items()}))
    return split


def concept_weights(intent: Intent, index: TrackIndex, blend: Blend) -> Floats:
    """Weights over the concept columns, all chips together."""
    row = np.zeros(len(index.space), dtype=np.float32)
    for _, weights in chip_weights(intent, index, blend):
        for column, value in weights.items():
            row[column] += value
    return row


def _refuses_voices(chip: Chip) -> bool:
    if chip.term == INSTRUMENTAL:
        return chip.polarity is Polarity.WANTED and chip.strength is Strength.HARD
    return chip.term == VOCALS and chip.polarity is Polarity.EXCLUDED and not chip.together


def _like(intent: Intent, index: TrackIndex) -> dict[int, float] | None:
    """The mean concept row of the named artists' tracks, scaled to add up to 1."""
    rows = [
        index.columns.terms_of(name.positions(index)).mean(axis=1)
        for name in known_names(intent, index, Polarity.WANTED)
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
        if chip.strength is Strength.SOFT and chip.term is None:
            bounds.extend(bounds_of(chip))
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
                excluded.extend((c, chip) for c in _refused_columns(chip.term, intent, index))
            elif chip.term == INSTRUMENTAL:
                excluded.append((columns[VOCALS], chip))
            elif chip.polarity is Polarity.WANTED:
                required.append((column, chip))
        else:
            bounds.extend(bounds_of(chip))
    names = known_names(intent, index, Polarity.EXCLUDED)
    return Filters(tuple(excluded), tuple(together), tuple(required), tuple(bounds), names)


def _refused_columns(term: Term, intent: Intent, index: TrackIndex) -> list[int]:
    """The column of a refused term; "bells, but no percussion" refuses its other kinds only."""
    space = index.space
    wanted = {
        chip.term
        for chip in intent.chips
        if chip.term is not None
        and chip.polarity in (Polarity.WANTED, Polarity.TOUCH)
        and term in space.ancestors.get(chip.term, ())
    }
    if not wanted:
        return [space.columns[term]]
    spared = wanted.union(*(space.ancestors[kind] for kind in wanted))
    return [
        space.columns[kind]
        for kind in space.terms
        if term in space.ancestors[kind]
        and kind not in spared
        and not wanted & space.ancestors[kind]
    ]


def bounds_of(chip: Chip) -> list[Bound]:
    """The bound a chip about a number sets; none for chips about the list as a whole."""
    low = -np.inf if chip.low is None else chip.low
    high = np.inf if chip.high is None else chip.high
    outside = chip.polarity is Polarity.EXCLUDED
    is_hard = chip.strength is Strength.HARD
    if chip.kind is Kind.KEY:
        code = key_code(chip.value)
        return [Bound("key", code, code, outside, chip, is_hard)] if code >= 0 else []
    if chip.kind is Kind.DURATION and chip.value != "track":
        return []
    name = _NUMBERS.get(chip.kind)
    return [Bound(name, low, high, outside, chip, is_hard)] if name else []


_NUMBERS = {Kind.TEMPO: "tempo_bpm", Kind.ERA: "year", Kind.DURATION: "duration_s"}

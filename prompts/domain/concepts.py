"""The concept space: one column a term, and how a track's terms reach the columns near them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prompts.domain.documents import TrackDocument
from prompts.domain.intent import Polarity
from prompts.domain.lexical import content_text, content_words
from prompts.domain.lexicon import Lexicon, Term
from prompts.domain.reading import Reader
from prompts.domain.text import clean

Vector = NDArray[np.float32]

CHILD_SATISFIES_PARENT = 0.95
PARENT_SATISFIES_CHILD = 0.35
RELATED_BACKWARDS = 0.8
MOOD_REACH = 0.2
MOOD_NEAR = 0.5
EXPECTATION = 0.35
"""Weights of the relations, chosen by looking at result lists; `bench retrieval` guards them."""

_EXPECTING = ("activity", "mood")
"""Facets whose expected energy and tempo find tracks; a tempo alone makes nothing a genre."""

READ_IN_TEXT = 0.8
"""A term said in a description counts less than the same term asserted."""

CARRIES_FROM = 0.5
"""From this weight on a track is held to have a term, for exclusions and for "only"."""

MOST_TEXTS_KEPT = 50_000
"""Readings of descriptions are kept up to this many, about 60 MB, and then forgotten at once: each
text is read three times while its track is indexed, and catalogs repeat sentences."""

NORM = 2.0
"""Evidence for a column adds up as squares do: two hints beat one, ten weak ones do not fly."""

_SLOW, _MID, _FAST = (Term("property", slug) for slug in ("slow", "mid-tempo", "fast"))
_LOW, _MEDIUM, _HIGH = (Term("property", f"{level}-energy") for level in ("low", "medium", "high"))
_INSTRUMENTAL = Term("vocals", "instrumental")
_VOCALS = Term("vocals", "vocals")
_DECADES = {decade: Term("property", f"{decade}s") for decade in range(1950, 2020, 10)}
_BESIDE_THE_MUSIC = ("spoken-word", "wordless-vocals", "light-vocals", "processed-vocals")
_MODERN = Term("property", "modern")
_MODERN_FROM_YEAR = 2015


@dataclass(frozen=True, slots=True)
class TermReading:
    """What is known of a track's terms: their weights and where each came from."""

    weights: Mapping[Term, float]
    sources: Mapping[Term, str]


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a description says a track has, and its words without what it says the track has not."""

    terms: tuple[tuple[Term, float], ...]
    affirmed: str
    content: str
    words: tuple[str, ...]


class ConceptSpace:
    """Columns for all terms of a lexicon and the relations between them."""

    def __init__(self, lexicon: Lexicon, *, near: Iterable[tuple[Term, Term, float]] = ()) -> None:
        self.lexicon = lexicon
        self.reader = Reader(lexicon)
        self.terms: tuple[Term, ...] = tuple(sorted(lexicon.entries))
        self.columns: Mapping[Term, int] = {term: i for i, term in enumerate(self.terms)}
        self.relations = self._relations()
        for wanted, other, weight in near:
            self._relate(self.relations, wanted, other, weight)
        self._powered = self.relations**NORM
        self.ancestors: Mapping[Term, frozenset[Term]] = {
            term: self._ancestors(term) for term in self.terms
        }
        self._read_cache: dict[str, TextReading] = {}
        self._label_words: dict[Term, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self.terms)

    def _ancestors(self, term: Term) -> frozenset[Term]:
        found: set[Term] = set()
        waiting = list(self.lexicon.entries[term].parents)
        while waiting:
            parent = waiting.pop()
            if parent not in found and parent in self.lexicon.entries:
                found.add(parent)
                waiting.extend(self.lexicon.entries[parent].parents)
        return frozenset(found)

    def _relate(self, table: Vector, wanted: Term, other: Term, weight: float) -> None:
        if wanted in self.columns and other in self.columns:
            row, column = self.columns[wanted], self.columns[other]
            table[row, column] = max(table[row, column], weight)

    def _relations(self) -> Vector:
        """`relations[wanted, has]`: how far having one term satisfies a wish for another."""
        table = np.eye(len(self.terms), dtype=np.float32)
        for term, entry in self.lexicon.entries.items():
            for ancestor in self._ancestors(term):
                is_direct = ancestor in entry.parents
                self._relate(table, ancestor, term, CHILD_SATISFIES_PARENT if is_direct else 0.85)
                self._relate(table, term, ancestor, PARENT_SATISFIES_CHILD if is_direct else 0.15)
            for other, weight in entry.related.items():
                self._relate(table, term, other, weight)
                self._relate(table, other, term, weight * RELATED_BACKWARDS)
            if entry.energy is not None and term.facet in _EXPECTING:
                for level, share in zip(
                    (_LOW, _MEDIUM, _HIGH), energy_levels(entry.energy), strict=True
                ):
                    self._relate(table, term, level, EXPECTATION * share)
            if entry.tempo_bpm is not None and term.facet in _EXPECTING:
                middle = sum(entry.tempo_bpm) / 2
                for word, share in zip((_SLOW, _MID, _FAST), tempo_levels(middle), strict=True):
                    self._relate(table, term, word, EXPECTATION * share)
        moods = [
            e
            for e in self.lexicon.entries.values()
            if e.valence is not None and e.arousal is not None
        ]
        points = np.array([[e.valence, e.arousal] for e in moods], dtype=np.float32).reshape(-1, 2)
        distance = np.linalg.norm(points[:, None] - points[None], axis=2)
        nearness = MOOD_NEAR * np.exp(-((distance / MOOD_REACH) ** 2))
        for i, mood in enumerate(moods):
            for j in np.flatnonzero(nearness[i] >= 0.1):
                if int(j) != i:
                    self._relate(table, mood.term, moods[int(j)].term, float(nearness[i, j]))
        return table

    def read_text(self, text: str) -> TextReading:
        """Read a description with the rules for prompts; refused terms are left out."""
        known = self._read_cache.get(text)
        if known is not None:
            return known
        found: dict[Term, float] = {}
        reading = self.reader.read(clean(text), numbers=False)
        for mention in reading.mentions:
            if not mention.terms:
                continue
            term = mention.terms[0]
            if mention.polarity is Polarity.EXCLUDED:
                if term == _VOCALS and not mention.modifiers:
                    found[_INSTRUMENTAL] = READ_IN_TEXT
                continue
            if mention.polarity is Polarity.LESS:
                continue
            weight = READ_IN_TEXT * (0.5 if mention.polarity is Polarity.TOUCH else 1.0)
            for meaning in mention.terms:
                found[meaning] = max(weight, found.get(meaning, 0.0))
        affirmed = reading.affirmed()
        stop_words = self.lexicon.cues.stop_words
        read = TextReading(
            tuple(found.items()),
            affirmed,
            content_text(affirmed, stop_words),
            tuple(content_words([affirmed], stop_words)),
        )
        if len(self._read_cache) >= MOST_TEXTS_KEPT:
            self._read_cache.clear()
        self._read_cache[text] = read
        return read

    def label_words(self, term: Term) -> tuple[str, ...]:
        """The words of a term's label, as the word search reads them."""
        known = self._label_words.get(term)
        if known is None:
            label = self.lexicon.label(term)
            known = tuple(content_words([label], self.lexicon.cues.stop_words))
            self._label_words[term] = known
        return known

    def read_document(self, document: TrackDocument) -> TermReading:
        """Gather a track's terms from assertions, facts and descriptions; people outrank texts."""
        weights: dict[Term, float] = {}
        sources: dict[Term, str] = {}
        for facet, slugs in document.terms.items():
            for slug, weight in slugs.items():
                term = Term(facet, slug)
                if term in self.columns and weight > 0:
                    weights[term] = min(1.0, float(weight))
                    sources[term] = "asserted"
        has_said_vocals = any(term.facet == "vocals" for term in weights)
        for text in document.texts:
            for term, weight in self.read_text(text).terms:
                if has_said_vocals and term.facet == "vocals" and _INSTRUMENTAL in (term, *weights):
                    continue
                if weight > weights.get(term, 0.0):
                    weights[term] = weight
                    sources[term] = "description"
        if _INSTRUMENTAL in weights and not has_said_vocals:
            _settle_voices(weights)
        for term, weight, source in _facts(document):
            if term in self.columns and weight > weights.get(term, 0.0):
                weights[term] = weight
                sources[term] = source
        return TermReading(weights, sources)

    def smooth(self, raw: Vector) -> Vector:
        """Spread term weights to related columns: shape (tracks, terms), values from 0 to 1."""
        spread = np.power(raw, NORM) @ self._powered.T
        smoothed: Vector = np.minimum(np.power(spread, 1.0 / NORM), 1.0).astype(np.float32)
        return smoothed

    def raw_row(self, reading: TermReading) -> Vector:
        """Lay a reading out over the columns."""
        row = np.zeros(len(self.terms), dtype=np.float32)
        for term, weight in reading.weights.items():
            row[self.columns[term]] = weight
        return row

    def carried(self, reading: TermReading) -> frozenset[int]:
        """Columns of the terms a track is held to have, with the wider terms these imply."""
        held: set[int] = set()
        for term, weight in reading.weights.items():
            if weight >= CARRIES_FROM:
                held.add(self.columns[term])
                held.update(self.columns[ancestor] for ancestor in self.ancestors[term])
        return frozenset(held)


def _settle_voices(weights: dict[Term, float]) -> None:
    """A text says "instrumental" and speaks of voices too.

    One voice in passing (talking, a sample, a hum) does not make it a song: it counts little.
    Where several are described, the word instrumental was loose, and counts little itself.
    """
    voiced = [term for term in weights if term.facet == "vocals" and term != _INSTRUMENTAL]
    if len(voiced) < 2 or all(term.slug in _BESIDE_THE_MUSIC for term in voiced):
        for term in voiced:
            weights[term] = min(weights[term], CARRIES_FROM / 2)
    else:
        weights[_INSTRUMENTAL] = CARRIES_FROM / 2


def tempo_levels(tempo_bpm: float) -> tuple[float, float, float]:
    """How slow, middling and fast a tempo is, each from 0 to 1 (chosen by ear; edges overlap)."""
    slow = _ramp(tempo_bpm, 100.0, 80.0)
    fast = _ramp(tempo_bpm, 112.0, 132.0)
    return slow, max(0.0, 1.0 - slow - fast), fast


def energy_levels(energy: float) -> tuple[float, float, float]:
    """How low, medium and high an energy is, each from 0 to 1."""
    low = _ramp(energy, 0.5, 0.3)
    high = _ramp(energy, 0.5, 0.7)
    return low, max(0.0, 1.0 - low - high), high


def _ramp(value: float, zero_at: float, one_at: float) -> float:
    return float(min(1.0, max(0.0, (value - zero_at) / (one_at - zero_at))))


def _facts(document: TrackDocument) -> Iterable[tuple[Term, float, str]]:
    """Terms that follow from facts: tempo, energy, year, key, language."""
    if document.tempo_bpm:
        shares = tempo_levels(document.tempo_bpm)
        yield from ((t, s, "tempo") for t, s in zip((_SLOW, _MID, _FAST), shares, strict=True) if s)
    if document.energy is not None:
        shares = energy_levels(document.energy)
        yield from (
            (t, s, "energy") for t, s in zip((_LOW, _MEDIUM, _HIGH), shares, strict=True) if s
        )
    if document.year:
        decade = _DECADES.get(document.year // 10 * 10)
        if decade:
            yield decade, 1.0, "year"
        if document.year >= _MODERN_FROM_YEAR:
            yield _MODERN, 0.6, "year"
    if document.key.endswith((" major", " minor")):
        yield Term("property", f"{document.key.rpartition(' ')[2]}-key"), 1.0, "key"
    if document.language:
        yield Term("language", document.language.split("-")[0].lower()), 1.0, "language"

"""The track index: everything the engine needs of a market, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from prompts.domain.columns import Columns
from prompts.domain.concepts import CARRIES_FROM, ConceptSpace
from prompts.domain.documents import TrackDocument
from prompts.domain.energy import energy_of
from prompts.domain.lexical import content_words, count_words, saturate
from prompts.domain.lexicon import Term
from prompts.domain.postings import Floats, Positions, Postings
from prompts.domain.text import fold, tokenize

KEYS = tuple(
    f"{tonic} {mode}"
    for mode in ("major", "minor")
    for tonic in ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
)


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    dimensions: int
    name: str

    def encode(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Statistics:
    """How rare terms and words are. Kept fixed when one edited track is scored again."""

    tracks: int
    concept_rarity: Floats
    word_rarity: Floats
    mean_length: float


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers for hard filters; NaN and -1 mean unknown."""

    tempo_bpm: Floats
    year: Floats
    duration_s: Floats
    energy: Floats
    popularity: Floats
    key: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class EncodedTrack:
    """One track as numbers: a column of the matrix and what the filters need."""

    vector: Floats
    carried: frozenset[int]
    words: Positions
    word_weights: Floats
    tempo_bpm: float
    year: float
    duration_s: float
    key: int
    artists: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class TrackIndex:
    """A market or a catalog ready to be asked.

    `columns` has shape (concept columns + text columns, tracks), so that a query touches whole
    rows. Positions are places in `track_ids`.
    """

    space: ConceptSpace
    encoder: Encoder
    statistics: Statistics
    track_ids: NDArray[np.int64]
    columns: Columns
    carriers: Postings
    words: Postings
    facts: Facts
    artist_codes: Positions
    artist_names: tuple[tuple[str, ...], ...]
    title_keys: tuple[str, ...]
    label_names: tuple[str, ...]
    artists: Mapping[str, Positions]
    titles: Mapping[str, Positions]
    signatures: Floats | None
    spellings: dict[str, str] = field(default_factory=dict)
    """Misspelt artist names met so far and what they were taken for; a cache."""

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def text_columns(self) -> slice:
        """Rows of `columns` that hold the text embedding."""
        return slice(len(self.space), len(self.space) + self.encoder.dimensions)


def name_key(name: str) -> str:
    """Fold an artist name or a title so that spellings meet ("The XX" and "the xx")."""
    words = [token.word for token in tokenize(name) if token.is_word]
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(words)


def document_text(document: TrackDocument, space: ConceptSpace) -> str:
    """What the text embedding reads of a track: names, terms in words, descriptions."""
    labels = (space.lexicon.label(term) for term in _held_terms(document))
    said = (space.read_text(text).content for text in document.texts)
    names = (document.title, *document.artists, document.label)
    return " ".join(part for part in (*names, *labels, *said) if part)


def document_words(document: TrackDocument, space: ConceptSpace) -> list[str]:
    """What the lexical part reads of a track: title, artists, label, terms, descriptions."""
    names = (document.title, *document.artists, document.label)
    words = content_words(names, space.lexicon.cues.stop_words)
    for term in _held_terms(document):
        words.extend(space.label_words(term))
    for text in document.texts:
        words.extend(space.read_text(text).words)
    return words


def _held_terms(document: TrackDocument) -> list[Term]:
    return [
        Term(facet, slug)
        for facet, slugs in sorted(document.terms.items())
        for slug, weight in sorted(slugs.items())
        if weight >= CARRIES_FROM
    ]


def encode_track(document: TrackDocument, index: TrackIndex) -> EncodedTrack:
    """Turn one (edited) track into numbers with the statistics of `index`."""
    space = index.space
    document = with_energy(document, space)
    reading = space.read_document(document)
    smoothed = space.smooth(space.raw_row(reading)[None])[0]
    embedded = index.encoder.encode([document_text(document, space)])[0]
    buckets, counts, length = count_words(document_words(document, space))
    return EncodedTrack(
        vector=np.concatenate([smoothed, embedded]).astype(np.float32),
        carried=space.carried(reading),
        words=buckets,
        word_weights=saturate(counts, length, index.statistics.mean_length),
        tempo_bpm=document.tempo_bpm or np.nan,
        year=document.year or np.nan,
        duration_s=document.duration_s or np.nan,
        key=key_code(document.key),
        artists=tuple(name_key(artist) for artist in document.artists),
        title=fold_title(document.title),
    )


def with_energy(document: TrackDocument, space: ConceptSpace) -> TrackDocument:
    """The document with its energy estimated where nobody stated it."""
    energy = energy_of(document, space.lexicon)
    return document if energy == document.energy else replace(document, energy=energy)


def key_code(key: str) -> int:
    """Number of a key name, -1 if unknown."""
    return KEYS.index(key) if key in KEYS else -1


def fold_title(title: str) -> str:
    """Fold a title for "like this track" look-ups."""
    return name_key(title) or fold(title)

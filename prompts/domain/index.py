"""The track index: everything the engine needs of a market, as arrays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from prompts.domain.concepts import CARRIES_FROM, ConceptSpace
from prompts.domain.documents import TrackDocument
from prompts.domain.energy import energy_of
from prompts.domain.lexical import (
    BUCKETS,
    content_words,
    count_words,
    inverse_frequency,
    saturate,
)
from prompts.domain.lexicon import Term
from prompts.domain.postings import Floats, Positions, Postings, Rows, postings
from prompts.domain.text import fold, tokenize

CHUNK = 4096
PRIOR_SHARE = 0.03
PRIOR_TRACKS = 200.0
"""Four tracks say nothing about how rare a term is; blend with a prior of this size."""

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

    `matrix` has shape (concept columns + text columns, tracks), float32, so that a query touches
    whole rows. Positions are places in `track_ids`.
    """

    space: ConceptSpace
    encoder: Encoder
    statistics: Statistics
    track_ids: NDArray[np.int64]
    matrix: Floats
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
        """Rows of `matrix` that hold the text embedding."""
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


def build_index(
    documents: Iterable[TrackDocument],
    *,
    space: ConceptSpace,
    encoder: Encoder,
    statistics: Statistics | None = None,
) -> TrackIndex:
    """Build the index of a market; documents are read once, in chunks, and not kept.

    Give `statistics` of another index to keep its idea of rarity.
    """
    parts = [encode_chunk(chunk, space, encoder) for chunk in _chunks(documents)]
    tracks = sum(len(part.track_ids) for part in parts)
    matrix = np.zeros((len(space) + encoder.dimensions, tracks), dtype=np.float32)
    at = 0
    for part in parts:
        matrix[:, at : at + len(part.track_ids)] = part.rows.T
        at += len(part.track_ids)
        part.rows = np.zeros((0, 0), dtype=np.float32)
    lengths = [length for part in parts for length in part.lengths]
    mean_length = float(np.mean(lengths)) if lengths else 1.0
    if statistics is not None:
        mean_length = statistics.mean_length
    words = postings(*word_rows(parts, mean_length), BUCKETS)
    return assembled(
        space=space,
        encoder=encoder,
        statistics=statistics or count_rarity(matrix[: len(space)], words, mean_length),
        track_ids=np.array([i for part in parts for i in part.track_ids], dtype=np.int64),
        matrix=matrix,
        carriers=postings(*carrier_rows(parts), None, len(space)),
        words=words,
        facts=fact_table([fact for part in parts for fact in part.facts]),
        artist_names=tuple(names for part in parts for names in part.artists),
        title_keys=tuple(title for part in parts for title in part.titles),
        label_names=tuple(label for part in parts for label in part.labels),
        signatures=_signatures([s for part in parts for s in part.signatures]),
    )


def assembled(
    *,
    space: ConceptSpace,
    encoder: Encoder,
    statistics: Statistics,
    track_ids: NDArray[np.int64],
    matrix: Floats,
    carriers: Postings,
    words: Postings,
    facts: Facts,
    artist_names: tuple[tuple[str, ...], ...],
    title_keys: tuple[str, ...],
    label_names: tuple[str, ...],
    signatures: Floats | None,
) -> TrackIndex:
    return TrackIndex(
        space=space,
        encoder=encoder,
        statistics=statistics,
        track_ids=track_ids,
        matrix=matrix,
        carriers=carriers,
        words=words,
        facts=facts,
        artist_codes=_codes(artist_names),
        artist_names=artist_names,
        title_keys=title_keys,
        label_names=label_names,
        artists=_names(artist_names),
        titles=_names([(title,) for title in title_keys]),
        signatures=signatures,
    )


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


@dataclass(slots=True)
class Part:
    track_ids: list[int]
    rows: Floats
    carried: list[frozenset[int]]
    words: list[tuple[Positions, Floats]]
    lengths: list[int]
    facts: list[tuple[float, float, float, float, float, int]]
    artists: list[tuple[str, ...]]
    titles: list[str]
    labels: list[str]
    signatures: list[tuple[float, ...]]


def _chunks(documents: Iterable[TrackDocument]) -> Iterator[list[TrackDocument]]:
    source = iter(documents)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def encode_chunk(documents: list[TrackDocument], space: ConceptSpace, encoder: Encoder) -> Part:
    documents = [with_energy(document, space) for document in documents]
    readings = [space.read_document(document) for document in documents]
    raw = np.stack([space.raw_row(reading) for reading in readings])
    texts = encoder.encode([document_text(document, space) for document in documents])
    counted = [count_words(document_words(document, space)) for document in documents]
    nan = float("nan")
    return Part(
        track_ids=[document.track_id for document in documents],
        rows=np.concatenate([space.smooth(raw), texts], axis=1),
        carried=[space.carried(reading) for reading in readings],
        words=[(buckets, counts) for buckets, counts, _ in counted],
        lengths=[length for _, _, length in counted],
        facts=[
            (
                d.tempo_bpm or nan,
                float(d.year or nan),
                d.duration_s or nan,
                nan if d.energy is None else d.energy,
                nan if d.popularity is None else d.popularity,
                key_code(d.key),
            )
            for d in documents
        ],
        artists=[tuple(name_key(artist) for artist in d.artists) for d in documents],
        titles=[fold_title(d.title) for d in documents],
        labels=[name_key(d.label) for d in documents],
        signatures=[d.signature for d in documents],
    )


def fold_title(title: str) -> str:
    """Fold a title for "like this track" look-ups."""
    return name_key(title) or fold(title)


def count_rarity(concepts: Floats, words: Postings, mean_length: float) -> Statistics:
    tracks = concepts.shape[1]
    having = (concepts >= 0.5).sum(axis=1).astype(np.float32)
    share = (having + PRIOR_SHARE * PRIOR_TRACKS) / (tracks + PRIOR_TRACKS)
    rarity = np.clip(np.log(1.0 / share), 0.5, 4.0) / 3.0
    return Statistics(
        tracks=tracks,
        concept_rarity=rarity.astype(np.float32),
        word_rarity=inverse_frequency(np.diff(words.starts).astype(np.float32), max(tracks, 1)),
        mean_length=mean_length,
    )


def carrier_rows(parts: Sequence[Part]) -> Rows:
    held = [columns for part in parts for columns in part.carried]
    total = sum(len(columns) for columns in held)
    columns = np.fromiter((c for row in held for c in row), np.int32, total)
    sizes = np.fromiter((len(row) for row in held), np.int64, len(held))
    return columns, np.repeat(np.arange(len(held), dtype=np.int32), sizes)


def word_rows(parts: Sequence[Part], mean_length: float) -> tuple[Positions, Positions, Floats]:
    rows = [words for part in parts for words in part.words]
    lengths = [length for part in parts for length in part.lengths]
    if not rows:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32)
    weights = [
        saturate(counts, float(length), mean_length)
        for (_, counts), length in zip(rows, lengths, strict=True)
    ]
    sizes = np.fromiter((len(words) for words, _ in rows), np.int64, len(rows))
    positions = np.repeat(np.arange(len(rows), dtype=np.int32), sizes)
    return np.concatenate([words for words, _ in rows]), positions, np.concatenate(weights)


def fact_table(rows: Sequence[tuple[float, float, float, float, float, int]]) -> Facts:
    table = np.array(rows, dtype=np.float32).reshape(-1, 6)
    return Facts(
        tempo_bpm=table[:, 0].copy(),
        year=table[:, 1].copy(),
        duration_s=table[:, 2].copy(),
        energy=table[:, 3].copy(),
        popularity=table[:, 4].copy(),
        key=table[:, 5].astype(np.int8),
    )


def _codes(artists: Sequence[tuple[str, ...]]) -> Positions:
    """A number for each main artist; tracks without one get a number of their own."""
    known: dict[str, int] = {}
    codes = np.empty(len(artists), dtype=np.int32)
    for position, names in enumerate(artists):
        name = names[0] if names else f"\0{position}"
        codes[position] = known.setdefault(name, len(known))
    return codes


def _names(names: Sequence[tuple[str, ...]]) -> Mapping[str, Positions]:
    found: dict[str, list[int]] = {}
    for position, row in enumerate(names):
        for name in row:
            if name:
                found.setdefault(name, []).append(position)
    return {name: np.array(positions, dtype=np.int32) for name, positions in found.items()}


def _signatures(rows: Sequence[tuple[float, ...]]) -> Floats | None:
    width = max((len(row) for row in rows), default=0)
    return signature_table(rows, width) if width else None


def signature_table(rows: Sequence[tuple[float, ...]], width: int) -> Floats:
    """Signatures of the given width at length 1; others are left at zero."""
    table = np.zeros((len(rows), width), dtype=np.float32)
    for position, row in enumerate(rows):
        if len(row) == width:
            table[position] = row
    length = np.linalg.norm(table, axis=1, keepdims=True)
    unit: Floats = np.divide(table, length, out=table, where=length > 0)
    return unit

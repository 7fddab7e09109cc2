"""Building an index: documents are read once, chunk by chunk, and only numbers are kept."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from prompts.domain.columns import PACK_FROM, Columns, ColumnsWriter
from prompts.domain.concepts import ConceptSpace
from prompts.domain.documents import TrackDocument
from prompts.domain.index import (
    Encoder,
    Facts,
    Statistics,
    TrackIndex,
    document_text,
    document_words,
    fold_title,
    key_code,
    name_key,
    with_energy,
)
from prompts.domain.lexical import BUCKETS, count_words, inverse_frequency, saturate
from prompts.domain.name_tables import NameTable, artist_codes, artist_positions
from prompts.domain.postings import Chunk, Floats, Positions, Postings, Rows, gathered

CHUNK = 4096
PRIOR_SHARE = 0.03
PRIOR_TRACKS = 200.0
"""Four tracks say nothing about how rare a term is; blend with a prior of this size."""


@dataclass(slots=True)
class Part:
    """A chunk of tracks as arrays; carried terms and words lie end to end, with a size a track."""

    track_ids: NDArray[np.int64]
    carried: NDArray[np.int16]
    carried_sizes: NDArray[np.int16]
    words: Positions
    word_counts: NDArray[np.uint16]
    word_sizes: Positions
    lengths: Positions
    facts: Floats
    artists: list[tuple[str, ...]]
    titles: list[str]
    labels: list[str]
    signatures: list[tuple[float, ...]]


def build_index(
    documents: Iterable[TrackDocument],
    *,
    space: ConceptSpace,
    encoder: Encoder,
    statistics: Statistics | None = None,
    expected: int = 0,
    pack_from: int = PACK_FROM,
) -> TrackIndex:
    """Build the index of a market; documents are read once, in chunks, and not kept.

    Give `statistics` of another index to keep its idea of rarity. From `pack_from` tracks on the
    numbers are packed, see `columns`; say how many are `expected`, and they are from the start.
    """
    parts: list[Part] = []
    writer = ColumnsWriter(
        terms=len(space),
        width=len(space) + encoder.dimensions,
        expected=expected,
        pack_from=pack_from,
    )
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    for chunk in _chunks(documents):
        part, rows = encode_chunk(chunk, space, encoder)
        part.artists = [seen.setdefault(names, names) for names in part.artists]
        parts.append(part)
        writer.add(rows)
    columns = writer.columns()
    lengths = np.concatenate([part.lengths for part in parts]) if parts else np.zeros(0)
    mean_length = float(lengths.mean()) if len(lengths) else 1.0
    if statistics is not None:
        mean_length = statistics.mean_length
    words = all_words(parts, mean_length, np.float16 if writer.is_packed else np.float32)
    carriers = all_carriers(parts, len(space))
    return assembled(
        space=space,
        encoder=encoder,
        statistics=statistics or count_rarity(columns, words, mean_length),
        track_ids=np.concatenate([p.track_ids for p in parts]) if parts else np.zeros(0, np.int64),
        columns=columns,
        carriers=carriers,
        words=words,
        facts=fact_table(parts),
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
    columns: Columns,
    carriers: Postings,
    words: Postings,
    facts: Facts,
    artist_names: tuple[tuple[str, ...], ...],
    title_keys: tuple[str, ...],
    label_names: tuple[str, ...],
    signatures: Floats | None,
) -> TrackIndex:
    """Put the pieces together, with the look-ups by name."""
    return TrackIndex(
        space=space,
        encoder=encoder,
        statistics=statistics,
        track_ids=track_ids,
        columns=columns,
        carriers=carriers,
        words=words,
        facts=facts,
        artist_codes=artist_codes(artist_names),
        artist_names=artist_names,
        title_keys=title_keys,
        label_names=label_names,
        artists=artist_positions(artist_names),
        titles=NameTable(title_keys),
        signatures=signatures,
    )


def _chunks(documents: Iterable[TrackDocument]) -> Iterator[list[TrackDocument]]:
    source = iter(documents)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def encode_chunk(
    documents: list[TrackDocument], space: ConceptSpace, encoder: Encoder
) -> tuple[Part, Floats]:
    """Read a chunk of documents: what the tables need, and the rows of the matrix."""
    documents = [with_energy(document, space) for document in documents]
    readings = [space.read_document(document) for document in documents]
    raw = np.stack([space.raw_row(reading) for reading in readings])
    texts = encoder.encode([document_text(document, space) for document in documents])
    counted = [count_words(document_words(document, space)) for document in documents]
    carried = [sorted(space.carried(reading)) for reading in readings]
    nan = float("nan")
    facts = [
        (
            d.tempo_bpm or nan,
            float(d.year or nan),
            d.duration_s or nan,
            nan if d.energy is None else d.energy,
            nan if d.popularity is None else d.popularity,
            key_code(d.key),
        )
        for d in documents
    ]
    part = Part(
        track_ids=np.array([document.track_id for document in documents], dtype=np.int64),
        carried=np.array([c for row in carried for c in row], dtype=np.int16),
        carried_sizes=np.array([len(row) for row in carried], dtype=np.int16),
        words=np.concatenate([buckets for buckets, _, _ in counted]),
        word_counts=np.concatenate([counts for _, counts, _ in counted]).astype(np.uint16),
        word_sizes=np.array([len(buckets) for buckets, _, _ in counted], dtype=np.int32),
        lengths=np.array([length for _, _, length in counted], dtype=np.int32),
        facts=np.array(facts, dtype=np.float32),
        artists=[tuple(sys.intern(name_key(name)) for name in d.artists) for d in documents],
        titles=[fold_title(d.title) for d in documents],
        labels=[sys.intern(name_key(d.label)) for d in documents],
        signatures=[d.signature for d in documents],
    )
    return part, np.concatenate([space.smooth(raw), texts], axis=1)


def count_rarity(columns: Columns, words: Postings, mean_length: float) -> Statistics:
    """How rare terms and words are in this market."""
    tracks = columns.tracks
    having = columns.having(0.5).astype(np.float32)
    share = (having + PRIOR_SHARE * PRIOR_TRACKS) / (tracks + PRIOR_TRACKS)
    rarity = np.clip(np.log(1.0 / share), 0.5, 4.0) / 3.0
    return Statistics(
        tracks=tracks,
        concept_rarity=rarity.astype(np.float32),
        word_rarity=inverse_frequency(np.diff(words.starts).astype(np.float32), max(tracks, 1)),
        mean_length=mean_length,
    )


def carrier_rows(parts: Sequence[Part]) -> Rows:
    """Pairs of concept column and position, for the terms that tracks are held to have."""
    if not parts:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    sizes = np.concatenate([part.carried_sizes for part in parts])
    columns = np.concatenate([part.carried for part in parts]).astype(np.int32)
    return columns, np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def word_rows(parts: Sequence[Part], mean_length: float) -> tuple[Positions, Positions, Floats]:
    """Triples of word bucket, position and BM25 weight."""
    if not parts:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32)
    weights = [
        saturate(
            part.word_counts.astype(np.float32),
            np.repeat(part.lengths, part.word_sizes),
            mean_length,
        )
        for part in parts
    ]
    sizes = np.concatenate([part.word_sizes for part in parts])
    positions = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return np.concatenate([part.words for part in parts]), positions, np.concatenate(weights)


def all_words(
    parts: Sequence[Part], mean_length: float, kind: type[np.float16] | type[np.float32]
) -> Postings:
    """Every word's tracks and weights; the parts' own words are let go one by one."""
    counts = np.zeros(BUCKETS, dtype=np.int64)
    for part in parts:
        counts += np.bincount(part.words, minlength=BUCKETS)

    def chunks() -> Iterator[Chunk]:
        at = 0
        for part in parts:
            words, positions, weights = word_rows([part], mean_length)
            yield words, positions + np.int32(at), weights
            at += len(part.track_ids)
            part.words, part.word_counts = part.words[:0], part.word_counts[:0]

    return gathered(chunks(), counts, kind)


def all_carriers(parts: Sequence[Part], terms: int) -> Postings:
    """Every term's tracks."""
    counts = np.zeros(terms, dtype=np.int64)
    for part in parts:
        counts += np.bincount(part.carried, minlength=terms)

    def chunks() -> Iterator[Chunk]:
        at = 0
        for part in parts:
            columns, positions = carrier_rows([part])
            yield columns, positions + np.int32(at), None
            at += len(part.track_ids)

    return gathered(chunks(), counts, None)


def fact_table(parts: Sequence[Part]) -> Facts:
    """The numbers for hard filters."""
    tables = [part.facts for part in parts]
    table = np.concatenate(tables) if tables else np.zeros((0, 6), np.float32)
    return Facts(
        tempo_bpm=table[:, 0].copy(),
        year=table[:, 1].copy(),
        duration_s=table[:, 2].copy(),
        energy=table[:, 3].copy(),
        popularity=table[:, 4].copy(),
        key=table[:, 5].astype(np.int8),
    )


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

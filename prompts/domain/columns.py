"""The numbers of all tracks by column: terms first, then the text embedding.

Up to `PACK_FROM` tracks they are float32, which products read as they are. Beyond, one byte a
number: a million tracks then take 0.9 GB instead of 3.5. A term's value is off by at most 0.002, a
likeness of texts by about 0.0005, both far below what a score shows.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from prompts.domain.postings import Floats

PACK_FROM = 200_000
"""Tracks from which an index is packed. Markets of simulations stay below, so they stay exact."""

BLOCK_TRACKS = 4096
"""Tracks unpacked at a time: a block of 871 columns is 14 MB."""

STEPS = 255
TEXT_STEPS = 127


class Columns(Protocol):
    """What the engine reads of all tracks. Shape (terms + text numbers, tracks)."""

    @property
    def terms(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def tracks(self) -> int: ...
    @property
    def nbytes(self) -> int: ...

    def product(self, weights: Floats, out: Floats) -> None:
        """Weights of prompts, (prompts, width), times all tracks, into `out`, (prompts, tracks)."""

    def of_terms(self, weights: Floats) -> Floats:
        """Weights over the terms, (terms,), times all tracks; reads only rows with a weight."""

    def of_texts(self, weights: Floats) -> Floats:
        """A text embedding, (width - terms,), times all tracks."""

    def term(self, column: int) -> Floats:
        """How far every track has one term, 0 to 1."""

    def terms_of(self, positions: NDArray[np.intp] | NDArray[np.int32]) -> Floats:
        """The terms of some tracks, (terms, positions)."""

    def track(self, position: int) -> Floats:
        """All numbers of one track."""

    def having(self, least: float) -> NDArray[np.int64]:
        """How many tracks have each term at least this much."""

    def patched(
        self,
        kept: NDArray[np.intp],
        places: NDArray[np.int32],
        added: NDArray[np.int32],
        rows: Floats,
    ) -> "Columns":
        """Columns with the kept tracks at their new places and new rows, (added, width)."""


@dataclass(frozen=True, slots=True)
class PlainColumns:
    """Float32, as products read it."""

    values: Floats
    terms: int

    @property
    def width(self) -> int:
        return int(self.values.shape[0])

    @property
    def tracks(self) -> int:
        return int(self.values.shape[1])

    @property
    def nbytes(self) -> int:
        return self.values.nbytes

    def product(self, weights: Floats, out: Floats) -> None:
        np.matmul(weights, self.values, out=out)

    def of_terms(self, weights: Floats) -> Floats:
        used = np.flatnonzero(weights)
        found: Floats = weights[used] @ self.values[used]
        return found

    def of_texts(self, weights: Floats) -> Floats:
        found: Floats = weights @ self.values[self.terms :]
        return found

    def term(self, column: int) -> Floats:
        row: Floats = self.values[column]
        return row

    def terms_of(self, positions: NDArray[np.intp] | NDArray[np.int32]) -> Floats:
        some: Floats = self.values[: self.terms, positions]
        return some

    def track(self, position: int) -> Floats:
        column: Floats = self.values[:, position]
        return column

    def having(self, least: float) -> NDArray[np.int64]:
        return np.asarray((self.values[: self.terms] >= least).sum(axis=1))

    def patched(
        self,
        kept: NDArray[np.intp],
        places: NDArray[np.int32],
        added: NDArray[np.int32],
        rows: Floats,
    ) -> "PlainColumns":
        values = np.empty((self.width, len(kept) + len(added)), dtype=np.float32)
        values[:, places] = self.values[:, kept]
        values[:, added] = rows.T
        return PlainColumns(values, self.terms)


@dataclass(frozen=True, slots=True)
class PackedColumns:
    """One byte a number; text embeddings are scaled by the largest number of their track."""

    term_codes: NDArray[np.uint8]
    text_codes: NDArray[np.int8]
    text_scales: Floats

    @property
    def terms(self) -> int:
        return int(self.term_codes.shape[0])

    @property
    def width(self) -> int:
        return int(self.terms + self.text_codes.shape[0])

    @property
    def tracks(self) -> int:
        return int(self.term_codes.shape[1])

    @property
    def nbytes(self) -> int:
        return self.term_codes.nbytes + self.text_codes.nbytes + self.text_scales.nbytes

    def product(self, weights: Floats, out: Floats) -> None:
        of_terms = weights[:, : self.terms] / np.float32(STEPS)
        of_texts = np.ascontiguousarray(weights[:, self.terms :])
        for part in self._blocks():
            out[:, part] = of_terms @ self.term_codes[:, part].astype(np.float32)
            likeness = of_texts @ self.text_codes[:, part].astype(np.float32)
            out[:, part] += likeness * self.text_scales[part]

    def of_terms(self, weights: Floats) -> Floats:
        found = np.zeros(self.tracks, dtype=np.float32)
        for column in np.flatnonzero(weights):
            found += self.term_codes[column] * np.float32(weights[column] / STEPS)
        return found

    def of_texts(self, weights: Floats) -> Floats:
        found = np.zeros(self.tracks, dtype=np.float32)
        if weights.any():
            for part in self._blocks():
                found[part] = weights @ self.text_codes[:, part].astype(np.float32)
            found *= self.text_scales
        return found

    def term(self, column: int) -> Floats:
        row: Floats = self.term_codes[column] / np.float32(STEPS)
        return row

    def terms_of(self, positions: NDArray[np.intp] | NDArray[np.int32]) -> Floats:
        some = self.term_codes[:, positions].astype(np.float32)
        return some / np.float32(STEPS)

    def track(self, position: int) -> Floats:
        texts = self.text_codes[:, position] * self.text_scales[position]
        return np.concatenate([self.term_codes[:, position] / np.float32(STEPS), texts])

    def having(self, least: float) -> NDArray[np.int64]:
        code = int(np.ceil(least * STEPS))
        return np.array([np.count_nonzero(row >= code) for row in self.term_codes], np.int64)

    def patched(
        self,
        kept: NDArray[np.intp],
        places: NDArray[np.int32],
        added: NDArray[np.int32],
        rows: Floats,
    ) -> "PackedColumns":
        """Written in place where no track came or went, so that an edit needs no second copy.

        Somebody who asks at that very moment may see one edited track half old, half new.
        """
        fresh = pack(rows, self.terms)
        total = len(kept) + len(added)
        if total == self.tracks and np.array_equal(kept, places):
            after = self
        else:
            after = PackedColumns(
                np.empty((self.terms, total), np.uint8),
                np.empty((self.text_codes.shape[0], total), np.int8),
                np.empty(total, np.float32),
            )
            for new, old in (
                (after.term_codes, self.term_codes),
                (after.text_codes, self.text_codes),
            ):
                for column in range(len(new)):
                    new[column, places] = old[column, kept]
            after.text_scales[places] = self.text_scales[kept]
        after.term_codes[:, added] = fresh.term_codes.T
        after.text_codes[:, added] = fresh.text_codes.T
        after.text_scales[added] = fresh.text_scales
        return after

    def _blocks(self) -> list[slice]:
        starts = range(0, self.tracks, BLOCK_TRACKS)
        return [slice(start, min(start + BLOCK_TRACKS, self.tracks)) for start in starts]


@dataclass(frozen=True, slots=True)
class PackedRows:
    """Some tracks in one byte a number, a row a track."""

    term_codes: NDArray[np.uint8]
    text_codes: NDArray[np.int8]
    text_scales: Floats


Table = Floats | PackedRows
"""Some tracks, a row a track, plain or packed."""


def pack(rows: Floats, terms: int) -> PackedRows:
    """Round rows, (tracks, width), to bytes."""
    codes = np.rint(rows[:, :terms] * STEPS).astype(np.uint8)
    texts = rows[:, terms:]
    largest = np.abs(texts).max(axis=1, initial=0.0)
    scales = np.asarray(largest / TEXT_STEPS, dtype=np.float32)
    text_codes = np.rint(texts / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    return PackedRows(codes, text_codes, scales)


def assemble(tables: list[Table], *, terms: int, width: int) -> Columns:
    """Turn tables of rows into columns; each table is let go once it is copied."""
    if any(isinstance(table, PackedRows) for table in tables):
        return _packed(tables, terms)
    plain = [table for table in tables if not isinstance(table, PackedRows)]
    values = np.zeros((width, sum(map(len, plain))), dtype=np.float32)
    tables.clear()
    at = 0
    for number, rows in enumerate(plain):
        values[:, at : at + len(rows)] = rows.T
        at += len(rows)
        plain[number] = np.zeros((0, 0), np.float32)
    return PlainColumns(values, terms)


def _packed(tables: list[Table], terms: int) -> PackedColumns:
    packed = [t if isinstance(t, PackedRows) else pack(t, terms) for t in tables]
    tables.clear()
    total = sum(len(rows.text_scales) for rows in packed)
    texts = packed[0].text_codes.shape[1]
    columns = PackedColumns(
        np.empty((terms, total), np.uint8),
        np.empty((texts, total), np.int8),
        np.concatenate([rows.text_scales for rows in packed]),
    )
    at = 0
    for number, rows in enumerate(packed):
        part = slice(at, at + len(rows.text_scales))
        columns.term_codes[:, part] = rows.term_codes.T
        columns.text_codes[:, part] = rows.text_codes.T
        at = part.stop
        packed[number] = PackedRows(_NONE_U8, _NONE_I8, rows.text_scales)
    return columns


_NONE_U8: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
_NONE_I8: NDArray[np.int8] = np.zeros((0, 0), np.int8)

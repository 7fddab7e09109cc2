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
                codes = self.text_codes[:, part].astype(np.float32)
                found[part] = np.einsum("i,ij->j", weights, codes)  # BLAS would wait for threads
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


def pack(rows: Floats, terms: int) -> PackedRows:
    """Round rows, (tracks, width), to bytes."""
    codes = np.rint(rows[:, :terms] * STEPS).astype(np.uint8)
    texts = rows[:, terms:]
    largest = np.abs(texts).max(axis=1, initial=0.0)
    scales = np.asarray(largest / TEXT_STEPS, dtype=np.float32)
    text_codes = np.rint(texts / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
    return PackedRows(codes, text_codes, scales)


class ColumnsWriter:
    """Takes rows chunk by chunk and lays them out as columns, packed if there are many.

    Packed chunks go straight to their place: kept apart until the end they would need twice the
    room. Where `expected` was too low, the room is doubled.
    """

    def __init__(self, *, terms: int, width: int, expected: int, pack_from: int) -> None:
        self._terms, self._width, self._pack_from = terms, width, pack_from
        self._room = expected
        self._plain: list[Floats] = []
        self._packed = self._empty(expected) if expected >= pack_from else None
        self._tracks = 0

    @property
    def is_packed(self) -> bool:
        """Whether there were enough tracks to pack them."""
        return self._packed is not None

    def add(self, rows: Floats) -> None:
        """Add some tracks, (tracks, width)."""
        if self._packed is None and self._tracks + len(rows) >= self._pack_from:
            waiting, self._plain = self._plain, []
            self._room = 2 * (self._tracks + len(rows))
            self._packed = self._empty(self._room)
            self._tracks = 0
            for earlier in waiting:
                self._lay(earlier)
        if self._packed is None:
            self._plain.append(rows)
            self._tracks += len(rows)
        else:
            self._lay(rows)

    def columns(self) -> Columns:
        """All that was added; the writer is empty afterwards."""
        if self._packed is not None:
            kept = self._packed
            return PackedColumns(
                kept.term_codes[:, : self._tracks],
                kept.text_codes[:, : self._tracks],
                kept.text_scales[: self._tracks],
            )
        values = np.zeros((self._width, self._tracks), dtype=np.float32)
        at = 0
        for number, rows in enumerate(self._plain):
            values[:, at : at + len(rows)] = rows.T
            at += len(rows)
            self._plain[number] = np.zeros((0, 0), np.float32)
        return PlainColumns(values, self._terms)

    def _lay(self, rows: Floats) -> None:
        assert self._packed is not None
        part = slice(self._tracks, self._tracks + len(rows))
        if part.stop > self._room:
            before = self._packed
            self._room = 2 * part.stop
            self._packed = self._empty(self._room)
            self._packed.term_codes[:, : part.start] = before.term_codes[:, : part.start]
            self._packed.text_codes[:, : part.start] = before.text_codes[:, : part.start]
            self._packed.text_scales[: part.start] = before.text_scales[: part.start]
        fresh = pack(rows, self._terms)
        self._packed.term_codes[:, part] = fresh.term_codes.T
        self._packed.text_codes[:, part] = fresh.text_codes.T
        self._packed.text_scales[part] = fresh.text_scales
        self._tracks = part.stop

    def _empty(self, tracks: int) -> PackedColumns:
        return PackedColumns(
            np.empty((self._terms, tracks), np.uint8),
            np.empty((self._width - self._terms, tracks), np.int8),
            np.empty(tracks, np.float32),
        )

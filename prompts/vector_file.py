"""Embeddings kept on disk by what they were made from, shared by all processes of a machine.

A file of records: 16 bytes of a BLAKE2 digest of the text, then the vector as float16. Texts
themselves are not in it. It may be thrown away at any time; what is missing is computed again.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIGEST_BYTES = 16
MOST_KEPT = 500_000
"""Vectors kept, about 400 MB at 384 numbers; a file beyond that is begun anew."""


class VectorFile:
    """Vectors by text, found and added in batches. Safe between threads and processes."""

    def __init__(self, path: Path, *, dimensions: int) -> None:
        self._path = path
        self._record = np.dtype([("key", f"V{DIGEST_BYTES}"), ("vector", "<f2", (dimensions,))])
        self._places: dict[bytes, int] = {}
        self._file_id: tuple[int, int] | None = None
        self._read = 0
        self._lock = threading.Lock()

    def find(self, texts: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Vectors of the texts that were embedded before."""
        with self._lock:
            self._catch_up()
            wanted = {
                text: place
                for text in dict.fromkeys(texts)
                if (place := self._places.get(digest(text))) is not None
            }
            if not wanted:
                return {}
            try:
                records = np.memmap(self._path, dtype=self._record, mode="r", shape=(self._read,))
            except (FileNotFoundError, ValueError):  # thrown away or begun anew a moment ago
                return {}
            return {text: records[at]["vector"].astype(np.float32) for text, at in wanted.items()}

    def add(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Append vectors; another process may append at the same time."""
        records = np.zeros(len(vectors), dtype=self._record)
        for at, (text, vector) in enumerate(vectors.items()):
            records[at] = (np.void(digest(text)), vector)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            whole = os.fstat(file.fileno()).st_size // self._record.itemsize
            if whole < MOST_KEPT:
                file.truncate(whole * self._record.itemsize)  # a full disk may have cut a record
                file.write(records.tobytes())
                return
        # Never shorten a file that others have mapped: they keep the old one until they look again.
        fresh = self._path.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(records.tobytes())
        fresh.replace(self._path)

    def _catch_up(self) -> None:
        """Read the keys that were appended since the last look."""
        try:
            state = self._path.stat()
        except FileNotFoundError:
            self._places, self._read, self._file_id = {}, 0, None
            return
        size = state.st_size // self._record.itemsize
        file_id = (state.st_dev, state.st_ino)
        if file_id != self._file_id or size < self._read:
            self._places, self._read, self._file_id = {}, 0, file_id
        if size == self._read:
            return
        records = np.memmap(self._path, dtype=self._record, mode="r", shape=(size,))
        keys = records["key"][self._read :].tobytes()
        for at in range(size - self._read):
            key = keys[at * DIGEST_BYTES : (at + 1) * DIGEST_BYTES]
            self._places[key] = self._read + at
        self._read = size


def digest(text: str) -> bytes:
    """The key of a text."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=DIGEST_BYTES).digest()

"""Looking up positions by name: artists, of which there are few, and titles, which all differ."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from prompts.domain.postings import Positions


class NameTable(Mapping[str, Positions]):
    """Positions by name for names that hardly repeat: 12 bytes a track instead of a dictionary."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        hashes = np.fromiter((hash(name) for name in names), np.int64, len(names))
        self._order: Positions = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes: NDArray[np.int64] = hashes[self._order]

    def __getitem__(self, name: str) -> Positions:
        positions = self._of(name)
        if not len(positions):
            raise KeyError(name)
        return positions

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(self._of(name)) > 0

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name in self._names if name))

    def __len__(self) -> int:
        return len({name for name in self._names if name})

    def _of(self, name: str) -> Positions:
        wanted = np.int64(hash(name))
        low = np.searchsorted(self._hashes, wanted, side="left")
        high = np.searchsorted(self._hashes, wanted, side="right")
        same = [at for at in self._order[low:high] if name and self._names[at] == name]
        return np.array(same, dtype=np.int32)


def artist_codes(artists: Sequence[tuple[str, ...]]) -> Positions:
    """A number for each main artist; tracks without one get a number of their own."""
    known: dict[str, int] = {}
    codes = np.empty(len(artists), dtype=np.int32)
    for position, names in enumerate(artists):
        name = names[0] if names else f"\0{position}"
        codes[position] = known.setdefault(name, len(known))
    return codes


def artist_positions(artists: Sequence[tuple[str, ...]]) -> Mapping[str, Positions]:
    """Positions by artist, every artist of a track counted."""
    found: dict[str, list[int]] = {}
    for position, row in enumerate(artists):
        for name in row:
            if name:
                found.setdefault(name, []).append(position)
    return {name: np.array(positions, dtype=np.int32) for name, positions in found.items()}

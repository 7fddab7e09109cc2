"""What fairness looks at in a track: the size of its artist, language, tags, popularity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from prompts.domain.documents import TrackDocument

UNSTATED = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """One value a track, in the order of the index."""

    artist_tracks: NDArray[np.int32]
    """Tracks of the same artist among these; 0 where the artist is not known."""
    language: NDArray[np.str_]
    """Two or three letters; empty where nobody stated one."""
    tags: NDArray[np.int32]
    """Terms that people gave the track, of all facets."""
    popularity: NDArray[np.float32]
    """0 to 1; NaN where it is not known."""

    def __len__(self) -> int:
        return len(self.tags)


@dataclass(slots=True)
class TraitsReader:
    """Notes the traits of documents on their way to an index, so that they are read once."""

    _artists: list[int] = field(default_factory=list)
    _languages: list[str] = field(default_factory=list)
    _tags: list[int] = field(default_factory=list)
    _popularity: list[float] = field(default_factory=list)

    def passing(self, documents: Iterable[TrackDocument]) -> Iterator[TrackDocument]:
        """Give the documents on unchanged."""
        for document in documents:
            self._artists.append(document.artist_ids[0] if document.artist_ids else 0)
            stated = document.language or next(iter(document.terms.get("language", ())), UNSTATED)
            self._languages.append(stated.split("-")[0].lower()[:3])
            self._tags.append(sum(len(terms) for terms in document.terms.values()))
            self._popularity.append(
                float("nan") if document.popularity is None else document.popularity
            )
            yield document

    def traits(self) -> Traits:
        """Give the traits of all that passed."""
        artists = np.array(self._artists, dtype=np.int64)
        _, code, counts = np.unique(artists, return_inverse=True, return_counts=True)
        sizes = counts[code] if len(artists) else np.zeros(0, dtype=np.int64)
        return Traits(
            artist_tracks=np.where(artists == 0, 0, sizes).astype(np.int32),
            language=np.array(self._languages, dtype="U3"),
            tags=np.array(self._tags, dtype=np.int32),
            popularity=np.array(self._popularity, dtype=np.float32),
        )


def traits_of(documents: Iterable[TrackDocument]) -> Traits:
    """Read the traits of documents."""
    reader = TraitsReader()
    for _ in reader.passing(documents):
        pass
    return reader.traits()


def joined(market: Traits, own: Traits) -> Traits:
    """Market tracks first, then our own."""
    return Traits(
        artist_tracks=np.concatenate([market.artist_tracks, own.artist_tracks]),
        language=np.concatenate([market.language, own.language]),
        tags=np.concatenate([market.tags, own.tags]),
        popularity=np.concatenate([market.popularity, own.popularity]),
    )

"""What a market is: the figures it is drawn from, and the drawn tracks as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.domain.grammar import Genre, Term
from prompts.domain.documents import TrackDocument

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST_TRACKS, MOST_TRACKS = 20, 1_000_000


@dataclass(frozen=True, slots=True)
class MarketModel:
    """Everything a market is drawn from; built once by `build_market_model`."""

    name: str
    version: str
    terms: tuple[Term, ...]
    shares: Floats
    """Wanted share of tracks for the tags of the source; zero for terms that only people add."""
    scene_shares: Floats
    scene_sizes: Floats
    """Mean number of tags of a scene's tracks."""
    scene_tags: Floats
    """Shape (n_scenes, n_terms): calibrated so that shares come out as counted."""
    figures: Mapping[str, Any]
    genre_lists: Mapping[str, Genre]
    mood_weights: Floats
    """Shape (n_terms + 1, n_terms): moods that fit a genre; the last row is for no genre."""
    instrument_weights: Floats
    activity_weights: Floats
    theme_weights: Floats
    points: Mapping[str, tuple[float, float]]

    def index(self, wanted: Term) -> int:
        return self.terms.index(wanted)


@dataclass(frozen=True, slots=True)
class Market:
    """Tracks as columns; row `i` is the same track in every array."""

    name: str
    version: str
    seed: int
    terms: tuple[Term, ...]
    has: Flags
    tempo_bpm: Floats
    year: NDArray[np.int64]
    duration_s: Floats
    popularity: Floats
    energy: Floats
    valence: Floats
    artist: NDArray[np.int64]
    in_words: Flags
    """Which tracks somebody described in a sentence too."""

    def __len__(self) -> int:
        return len(self.tempo_bpm)

    def documents(self) -> Iterator[TrackDocument]:
        """Give the tracks as the prompt engine wants them; ids are negative, names left out."""
        rows, columns = np.nonzero(self.has)
        starts = np.searchsorted(rows, np.arange(len(self) + 1))
        for track in range(len(self)):
            terms: dict[str, dict[str, float]] = {}
            for column in columns[starts[track] : starts[track + 1]]:
                facet, slug = self.terms[column]
                terms.setdefault(facet, {})[slug] = 1.0
            yield TrackDocument(
                track_id=-1 - track,
                title="",
                artist_ids=(-1 - int(self.artist[track]),),
                terms=terms,
                texts=(sentence_of(terms),) if self.in_words[track] else (),
                tempo_bpm=float(self.tempo_bpm[track]),
                energy=float(self.energy[track]),
                valence=float(self.valence[track]),
                year=int(self.year[track]),
                duration_s=float(self.duration_s[track]),
                popularity=float(self.popularity[track]),
            )


def sentence_of(terms: Mapping[str, Mapping[str, float]]) -> str:
    """Describe a track the way people do, from its tags.

    >>> sentence_of({"mood": {"warm": 1}, "genre": {"indie-folk": 1}, "instrument": {"banjo": 1}})
    'Warm indie folk with banjo.'
    """
    moods, genres = _spoken(terms, "mood", 2), _spoken(terms, "genre", 2)
    instruments, uses = _spoken(terms, "instrument", 3), _spoken(terms, "activity", 2)
    start = f"{', '.join(moods)} {' and '.join(genres) or 'music'}".strip()
    text = start[:1].upper() + start[1:]
    if instruments:
        text += f" with {' and '.join(instruments)}"
    text += "."
    return f"{text} Good for {' and '.join(uses)}." if uses else text


def _spoken(terms: Mapping[str, Mapping[str, float]], facet: str, most: int) -> list[str]:
    return [slug.replace("-", " ") for slug in list(terms.get(facet, ()))[:most]]

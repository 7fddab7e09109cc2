"""Names in prompts against names in the catalog: the same when folded, or spelt alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from prompts.domain.index import EncodedTrack, TrackIndex, fold_title, name_key
from prompts.domain.intent import Chip, Intent, Kind, Polarity

ALIKE_FROM = 88.0
"""RapidFuzz ratio from which a misspelt artist is taken for one of the catalog's."""

SHORTEST_MISSPELT = 5
NOTHING: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
NAME_KINDS = (Kind.LIKE_ARTIST, Kind.LIKE_TRACK)


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of a prompt as the catalog spells it."""

    key: str
    is_title: bool
    chip: Chip

    def positions(self, index: TrackIndex) -> NDArray[np.int32]:
        """Tracks by the artist, or with the title."""
        names = index.titles if self.is_title else index.artists
        return names.get(self.key, NOTHING)

    def names(self, track: EncodedTrack) -> bool:
        """Whether one encoded track is by the artist, or has the title."""
        return track.title == self.key if self.is_title else self.key in track.artists


def known_names(intent: Intent, index: TrackIndex, polarity: Polarity) -> tuple[KnownName, ...]:
    """Names of the prompt that the catalog has."""
    found = [
        known_name(chip, index)
        for chip in intent.chips
        if chip.kind in NAME_KINDS and chip.polarity is polarity and chip.counts
    ]
    return tuple(name for name in found if name is not None)


def known_name(chip: Chip, index: TrackIndex) -> KnownName | None:
    """The catalog's artist or title that a chip names, None if there is none."""
    work, artist = _work_and_artist(chip.value)
    if work and fold_title(work) in index.titles:
        return KnownName(fold_title(work), True, chip)
    key = _artist_key(artist, index)
    if key:
        return KnownName(key, False, chip)
    if fold_title(chip.value) in index.titles:
        return KnownName(fold_title(chip.value), True, chip)
    return None


def _work_and_artist(value: str) -> tuple[str, str]:
    """Split "Teardrop by Massive Attack" and "Massive Attack - Teardrop"."""
    for mark, work_first in ((" by ", True), (" - ", False), (" – ", False)):
        first, found, second = value.partition(mark)
        if found:
            return (first, second) if work_first else (second, first)
    return "", value


def _artist_key(name: str, index: TrackIndex) -> str:
    key = name_key(name)
    if key in index.artists:
        return key
    if len(key) < SHORTEST_MISSPELT:
        return ""
    known = index.spellings.get(key)
    if known is None:
        best = process.extractOne(
            key, index.artists.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE_FROM
        )
        known = str(best[0]) if best else ""
        index.spellings[key] = known
    return known

"""Which track of the catalog a row of a sheet is about. Plain Python on top of RapidFuzz."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

NEAR = 86.0
"""Below this a title with its artist is another track. Chosen by ear on misspelt titles."""

MOST_COMPARED = 400
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Known:
    """A track of the catalog, as far as matching goes."""

    id: int
    title: str
    version: str
    artists: tuple[str, ...]
    isrc: str


@dataclass(frozen=True)
class Candidate:
    """A track that may be meant; `score` is from 0 to 100."""

    id: int
    score: float


@dataclass(frozen=True)
class Match:
    """What was found: `how` is "id", "isrc", "name", "near" or "" (nothing like it).

    A sure match has one candidate; several, or a near one, are for a person to decide.
    """

    how: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether one track is meant beyond doubt."""
        return self.how in ("id", "isrc", "name") and len(self.candidates) == 1

    @property
    def is_doubtful(self) -> bool:
        """Whether a person has to say which track is meant, if any."""
        return bool(self.candidates) and not self.is_sure


def fold(text: str) -> str:
    """Fold a title or name for comparing: accents, case and punctuation do not count.

    >>> fold("Überraschung; Teil 2"), fold("AC/DC"), fold("Снег")
    ('uberraschung teil 2', 'ac dc', 'снег')
    """
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part)
    )
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


class Matcher:
    """Finds tracks by id, ISRC, or title and artist.

    Two ISRCs that differ are two recordings, however alike the titles.
    """

    def __init__(self, tracks: Iterable[Known]) -> None:
        self._by_id = {track.id: track for track in tracks}
        self._by_isrc: dict[str, list[int]] = {}
        self._by_name: dict[tuple[str, str], list[int]] = {}
        self._by_title: dict[str, list[int]] = {}
        self._by_word: dict[str, list[int]] = {}
        self._names: dict[int, tuple[str, str]] = {}
        for track in self._by_id.values():
            title = fold(f"{track.title} {track.version}")
            artist = fold(" ".join(track.artists))
            self._names[track.id] = (title, artist)
            if track.isrc:
                self._by_isrc.setdefault(track.isrc, []).append(track.id)
            self._by_name.setdefault((title, _sorted_words(artist)), []).append(track.id)
            self._by_title.setdefault(title, []).append(track.id)
            for word in {*title.split(), *artist.split()}:
                self._by_word.setdefault(word, []).append(track.id)

    def match(
        self,
        *,
        id: int | None = None,
        isrc: str = "",
        title: str = "",
        version: str = "",
        artists: Sequence[str] = (),
    ) -> Match:
        """Find the track that a row is about; the best evidence that leads anywhere decides."""
        if id is not None:
            return Match("id", (Candidate(id, 100.0),) if id in self._by_id else ())
        if isrc and isrc in self._by_isrc:
            return Match("isrc", tuple(Candidate(pk, 100.0) for pk in self._by_isrc[isrc]))
        folded = fold(f"{title} {version}")
        if not folded:
            return Match("")
        artist = fold(" ".join(artists))
        if artist:
            same = self._open(self._by_name.get((folded, _sorted_words(artist)), ()), isrc)
        else:
            same = self._open(self._by_title.get(folded, ()), isrc)
        if same:
            # A title without its artist is not enough to be sure.
            how = "name" if artist else "near"
            return Match(how, tuple(Candidate(pk, 100.0) for pk in same[:MOST_CANDIDATES]))
        near = self._near(folded, artist, isrc)
        return Match("near" if near else "", near)

    def _open(self, ids: Iterable[int], isrc: str) -> list[int]:
        """Leave out tracks whose ISRC says that they are another recording."""
        return [pk for pk in ids if not isrc or self._by_id[pk].isrc in ("", isrc)]

    def _near(self, title: str, artist: str, isrc: str) -> tuple[Candidate, ...]:
        found = []
        for pk in self._open(self._alike(title, artist), isrc):
            other_title, other_artist = self._names[pk]
            # Part 1 and Part 2, or Track 12 and Track 13, are near as texts and different tracks.
            if _numbers(title) != _numbers(other_title):
                continue
            score = fuzz.ratio(title, other_title, score_cutoff=70)
            if score and artist and other_artist:
                named = max(
                    fuzz.token_sort_ratio(artist, other_artist),
                    fuzz.token_set_ratio(artist, other_artist) * 0.97,
                )
                score = 0.6 * score + 0.4 * named
            elif score:
                score *= 0.95
            if score >= NEAR:
                found.append(Candidate(pk, round(score, 1)))
        found.sort(key=lambda candidate: (-candidate.score, candidate.id))
        return tuple(found[:MOST_CANDIDATES])

    def _alike(self, title: str, artist: str) -> list[int]:
        """Take tracks that share the rarest words; comparing with all of them would take hours."""
        words = sorted(
            {word for word in (*title.split(), *artist.split()) if word in self._by_word},
            key=lambda word: (len(self._by_word[word]), word),
        )
        shared: Counter[int] = Counter()
        for word in words:
            ids = self._by_word[word]
            if len(ids) > MOST_COMPARED and shared:
                break
            shared.update(ids[:MOST_COMPARED])
        return [pk for pk, _ in shared.most_common(MOST_COMPARED)]


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _sorted_words(text: str) -> str:
    return " ".join(sorted(text.split()))

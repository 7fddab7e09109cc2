"""The prompt grammar as values: what the files of `analytics/data/grammar` say, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Term = tuple[str, str]
"""A vocabulary term: (facet, slug)."""


class GrammarError(ValueError):
    """A grammar file says something that cannot be used; the message names the entry."""


def term(written: str) -> Term:
    """Read "mood/calm" as ("mood", "calm")."""
    facet, slash, slug = written.partition("/")
    if not slash or not facet or not slug:
        raise GrammarError(f'"{written}" is not written as facet/term.')
    return facet, slug


@dataclass(frozen=True, slots=True)
class Mood:
    slug: str
    asked: float
    say: tuple[str, ...]
    near: frozenset[str]


@dataclass(frozen=True, slots=True)
class Activity:
    slug: str
    asked: float
    use: tuple[str, ...]
    lead: tuple[str, ...]
    key: str
    moods: tuple[str, ...]
    genres: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Genre:
    slug: str
    asked: float
    say: tuple[str, ...]
    key: str
    moods: tuple[str, ...]
    instruments: tuple[str, ...]
    eras: tuple[str, ...]
    voice: str


@dataclass(frozen=True, slots=True)
class Instrument:
    slug: str
    asked: float
    say: tuple[str, ...]
    with_: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Limit:
    slug: str
    asked: float
    say: tuple[str, ...]
    key: str
    wants: tuple[Term, ...]
    without: tuple[Term, ...]
    tempo_bpm: tuple[float, float] | None
    against: frozenset[str]


@dataclass(frozen=True, slots=True)
class Era:
    slug: str
    asked: float
    say: tuple[str, ...]
    from_: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A singer or a subject: words that follow the noun."""

    slug: str
    asked: float
    after: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Frame:
    share: float
    with_use: str
    plain: str
    something: bool


@dataclass(frozen=True, slots=True)
class SpaceSpec:
    slug: str
    name: str
    wants: tuple[Term, ...]

    def of(self, facet: str) -> str | None:
        return next((slug for its_facet, slug in self.wants if its_facet == facet), None)


@dataclass(frozen=True, slots=True)
class Grammar:
    moods: Mapping[str, Mood]
    activities: Mapping[str, Activity]
    genres: Mapping[str, Genre]
    instruments: Mapping[str, Instrument]
    limits: Mapping[str, Limit]
    eras: Mapping[str, Era]
    voices: Mapping[str, Phrase]
    themes: Mapping[str, Phrase]
    frames: tuple[Frame, ...]
    nouns: tuple[str, ...]
    nouns_without_singing: tuple[str, ...]
    spaces: tuple[SpaceSpec, ...]

    def asked(self, wanted: Term) -> float:
        """Give the term's weight: how often listeners name it, on one scale for all words."""
        table = self._table(wanted[0])
        if wanted[1] not in table:
            raise GrammarError(f"{wanted[0]}/{wanted[1]} is not in the grammar.")
        return float(table[wanted[1]].asked) / 1000

    def _table(self, facet: str) -> Mapping[str, Any]:
        tables: dict[str, Mapping[str, Any]] = {
            "mood": self.moods,
            "activity": self.activities,
            "genre": self.genres,
            "instrument": self.instruments,
            "property": self.eras,
            "vocals": self.voices,
            "theme": self.themes,
        }
        if facet not in tables:
            raise GrammarError(f"Prompts cannot name the facet {facet}.")
        return tables[facet]

    def terms(self) -> frozenset[Term]:
        """Every vocabulary term the grammar can name."""
        named = {("mood", slug) for slug in self.moods}
        named |= {("activity", slug) for slug in self.activities}
        named |= {("genre", slug) for slug in self.genres}
        named |= {("instrument", slug) for slug in self.instruments}
        named |= {("property", slug) for slug in self.eras}
        named |= {("vocals", slug) for slug in self.voices}
        named |= {("theme", slug) for slug in self.themes}
        for limit in self.limits.values():
            named |= {*limit.wants, *limit.without}
        for space in self.spaces:
            named |= set(space.wants)
        return frozenset(named)


def read_grammar(files: Mapping[str, Mapping[str, Any]]) -> Grammar:
    """Build the grammar from parsed files (by file name without ending) and check it.

    Raises
    ------
    GrammarError : a reference to an entry that does not exist, or an entry without words
    """
    limits = files["limits"]
    frames = files["frames"]
    grammar = Grammar(
        moods={
            slug: Mood(slug, entry["asked"], _words(slug, entry["say"]), frozenset(entry["near"]))
            for slug, entry in files["moods"].items()
        },
        activities={
            slug: Activity(
                slug,
                entry["asked"],
                _words(slug, entry["use"]),
                _words(slug, entry["lead"]),
                entry["key"],
                tuple(entry["moods"]),
                tuple(entry["genres"]),
                tuple(entry["limits"]),
            )
            for slug, entry in files["activities"].items()
        },
        genres={
            slug: Genre(
                slug,
                entry["asked"],
                _words(slug, entry["say"]),
                entry["key"],
                tuple(entry["moods"]),
                tuple(entry["instruments"]),
                tuple(entry["eras"]),
                entry["voice"],
            )
            for slug, entry in files["genres"].items()
        },
        instruments={
            slug: Instrument(
                slug, entry["asked"], tuple(entry["say"]), _words(slug, entry["with"]), entry["key"]
            )
            for slug, entry in files["instruments"].items()
        },
        limits={
            slug: Limit(
                slug,
                entry["asked"],
                _words(slug, entry["say"]),
                entry["key"],
                tuple(term(written) for written in entry.get("wants", ())),
                tuple(term(written) for written in entry.get("without", ())),
                tuple(entry["tempo"]) if "tempo" in entry else None,
                frozenset(entry["against"]),
            )
            for slug, entry in limits["limits"].items()
        },
        eras={
            slug: Era(slug, entry["asked"], _words(slug, entry["say"]), tuple(entry["from"]))
            for slug, entry in limits["eras"].items()
        },
        voices=_phrases(limits["voices"], "with"),
        themes=_phrases(limits["themes"], "about"),
        frames=tuple(
            Frame(frame["share"], frame["with_use"], frame["plain"], frame.get("something", False))
            for frame in frames["frame"]
        ),
        nouns=tuple(frames["nouns"]),
        nouns_without_singing=tuple(frames["nouns_without_singing"]),
        spaces=tuple(
            SpaceSpec(slug, entry["name"], tuple(term(written) for written in entry["wants"]))
            for slug, entry in files["spaces"]["spaces"].items()
        ),
    )
    _check(grammar)
    return grammar


def _words(slug: str, phrases: Iterable[str]) -> tuple[str, ...]:
    words = tuple(phrases)
    if not words:
        raise GrammarError(f"{slug}: needs at least one wording.")
    return words


def _phrases(entries: Mapping[str, Any], after: str) -> dict[str, Phrase]:
    return {
        slug: Phrase(slug, entry["asked"], _words(slug, entry[after]), entry["key"])
        for slug, entry in entries.items()
    }


def _check(grammar: Grammar) -> None:
    for mood in grammar.moods.values():
        _known(mood.slug, mood.near, grammar.moods, "mood")
    for activity in grammar.activities.values():
        _known(activity.slug, activity.moods, grammar.moods, "mood")
        _known(activity.slug, activity.genres, grammar.genres, "genre")
        _known(activity.slug, activity.limits, grammar.limits, "limit")
    for genre in grammar.genres.values():
        _known(genre.slug, genre.moods, grammar.moods, "mood")
        _known(genre.slug, genre.instruments, grammar.instruments, "instrument")
        _known(genre.slug, genre.eras, grammar.eras, "era")
        if genre.voice not in ("sung", "mixed", "wordless"):
            raise GrammarError(f"{genre.slug}: voice is sung, mixed or wordless.")
    voices = {"voice/sung", "voice/mixed", "voice/wordless"}
    anything = {slug for _, slug in grammar.terms()} | voices
    for limit in grammar.limits.values():
        _known(limit.slug, limit.against, anything, "word")
    seen: dict[frozenset[Term], str] = {}
    for space in grammar.spaces:
        for wanted in space.wants:
            grammar.asked(wanted)
        twin = seen.setdefault(frozenset(space.wants), space.slug)
        if twin != space.slug:
            raise GrammarError(f"{space.slug} asks for the same as {twin}.")


def _known(slug: str, used: Iterable[str], known: Iterable[str], kind: str) -> None:
    unknown = set(used) - set(known)
    if unknown:
        raise GrammarError(f"{slug}: no such {kind}: {', '.join(sorted(unknown))}.")

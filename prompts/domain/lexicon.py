"""Words to terms: which phrases mean which vocabulary term, and how terms relate.

The lexicon is a value built once (`prompts.lexicon` reads the data files); nothing here reads disk.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from prompts.domain.text import words_of

if TYPE_CHECKING:
    from prompts.domain.order_words import OrderWords


class Term(NamedTuple):
    """A vocabulary term, named everywhere by facet and slug."""

    facet: str
    slug: str

    def __str__(self) -> str:
        return f"{self.facet}:{self.slug}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One term with the words for it and its place among the others.

    `related` says how far a track that has the other term satisfies a wish for this one (0 to 1).
    `energy` and `tempo_bpm` are what an activity or mood makes people expect.
    """

    term: Term
    label: str
    forms: tuple[str, ...]
    parents: tuple[Term, ...] = ()
    related: Mapping[Term, float] = field(default_factory=dict)
    valence: float | None = None
    arousal: float | None = None
    energy: float | None = None
    tempo_bpm: tuple[float, float] | None = None


class Match(NamedTuple):
    """A phrase found in a list of words: `words[start:end]` says `meanings`."""

    start: int
    end: int
    meanings: tuple[Term, ...]


class PhraseTable:
    """Longest-match table from folded word sequences to meanings."""

    def __init__(self, phrases: Mapping[tuple[str, ...], tuple[Term, ...]]) -> None:
        self._meanings = dict(phrases)
        self._longest: dict[str, int] = {}
        for words in self._meanings:
            self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    def __contains__(self, words: tuple[str, ...]) -> bool:
        return words in self._meanings

    def __len__(self) -> int:
        return len(self._meanings)

    def items(self) -> Iterator[tuple[tuple[str, ...], tuple[Term, ...]]]:
        """Every phrase with its meanings."""
        return iter(self._meanings.items())

    def at(self, words: Sequence[str], start: int) -> Match | None:
        """Find the longest phrase that begins at `start`."""
        longest = self._longest.get(words[start], 0)
        for length in range(min(longest, len(words) - start), 0, -1):
            meanings = self._meanings.get(tuple(words[start : start + length]))
            if meanings is not None:
                return Match(start, start + length, meanings)
        return None


@dataclass(frozen=True, slots=True)
class Cues:
    """Function words that steer the reading of a prompt; each a set of folded word sequences."""

    stop_words: frozenset[str]
    negators: frozenset[tuple[str, ...]]
    not_negators: frozenset[tuple[str, ...]]
    scope_enders: frozenset[tuple[str, ...]]
    soft_enders: frozenset[tuple[str, ...]]
    less: frozenset[tuple[str, ...]]
    touches: frozenset[tuple[str, ...]]
    touches_after: frozenset[tuple[str, ...]]
    musts: frozenset[tuple[str, ...]]
    musts_after: frozenset[tuple[str, ...]]
    maybes: frozenset[tuple[str, ...]]
    stresses: frozenset[tuple[str, ...]]
    neutral: frozenset[tuple[str, ...]]
    hedges: frozenset[tuple[str, ...]]
    auxiliaries: frozenset[tuple[str, ...]]
    wishing: frozenset[str]
    noise: frozenset[tuple[str, ...]]
    no_names: frozenset[str]
    music_words: frozenset[str]
    subject_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the parser and the concept space need to know about words."""

    entries: Mapping[Term, Entry]
    phrases: PhraseTable
    cues: Cues
    unsupported: Mapping[tuple[str, ...], str]
    orders: "OrderWords"
    weak: frozenset[str]
    weak_after: frozenset[str]
    voice_of: Mapping[str, Term]
    names: PhraseTable = field(default_factory=lambda: PhraseTable({}))
    """Artists known by name; `CAPITAL` among the meanings asks for a capital letter."""

    def label(self, term: Term) -> str:
        """The word people read for a term; the slug in words if the lexicon does not know it."""
        entry = self.entries.get(term)
        return entry.label if entry else term.slug.replace("-", " ")


CAPITAL = Term("name", "capital")
ANY_CASE = Term("name", "any-case")

FACET_ORDER = ("vocals", "genre", "instrument", "mood", "activity", "property", "theme", "language")
"""Where a phrase names terms of several facets, the first of these is shown on the chip."""


def phrase_table(entries: Iterable[Entry], *, blocked: Iterable[str] = ()) -> PhraseTable:
    """Index every form of every entry, leaving out the `blocked` forms.

    A form that several entries share keeps all of them, ordered by `FACET_ORDER`.
    """
    refused = {words_of(form) for form in blocked}
    found: dict[tuple[str, ...], list[Term]] = {}
    for entry in entries:
        for form in entry.forms:
            words = words_of(form)
            if words and words not in refused and entry.term not in found.setdefault(words, []):
                found[words].append(entry.term)
    return PhraseTable(
        {
            words: tuple(sorted(terms, key=lambda term: FACET_ORDER.index(term.facet)))
            for words, terms in found.items()
            if terms
        }
    )

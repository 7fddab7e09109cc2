"""Builds the lexicon from the vocabulary and the data files in `prompts/data/`."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from catalog.errors import StudioError
from catalog.vocabulary import FACETS, default_terms
from prompts.domain.intent import Kind
from prompts.domain.lexicon import (
    ANY_CASE,
    CAPITAL,
    Cues,
    Entry,
    Lexicon,
    PhraseTable,
    Term,
    phrase_table,
)
from prompts.domain.order_words import OrderRule, OrderWords
from prompts.domain.text import fold, words_of

DATA_DIR = Path(__file__).parent / "data"
_TERM_KEYS = {"forms", "related", "energy", "tempo"}


class LexiconError(StudioError):
    """A lexicon file names a term that the vocabulary does not have, or is not well formed."""


class VocabularyTerm(Protocol):
    """What the lexicon reads of a vocabulary term (a `TermSpec` or a workspace's own term)."""

    @property
    def facet(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def synonyms(self) -> Sequence[str]: ...
    @property
    def parents(self) -> Iterable[str]: ...
    @property
    def valence(self) -> float | None: ...
    @property
    def arousal(self) -> float | None: ...


@cache
def default_lexicon() -> Lexicon:
    """The lexicon over the shipped vocabulary."""
    return build_lexicon(default_terms())


TermKey = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]


def term_key(term: VocabularyTerm) -> TermKey:
    """What of a term matters to the lexicon; equal keys mean equal lexicons."""
    return (term.facet, term.slug, term.label, tuple(term.synonyms), tuple(term.parents))


@cache
def default_lexicon_terms() -> frozenset[TermKey]:
    """The shipped vocabulary as keys."""
    return frozenset(term_key(spec) for spec in default_terms())


def build_lexicon(terms: Iterable[VocabularyTerm]) -> Lexicon:
    """Join a vocabulary with the data files; terms of the files that it lacks are left out.

    (The shipped vocabulary lacks none of them: a test holds the two together.)
    """
    additions = read_additions()
    words = read_data("words.toml")
    entries: dict[Term, Entry] = {}
    for spec in terms:
        term = Term(spec.facet, spec.slug)
        extra = additions.get(term, {})
        own = (spec.label, spec.slug.replace("-", " "), *spec.synonyms, *extra.get("forms", ()))
        tempo = extra.get("tempo")
        entries[term] = Entry(
            term=term,
            label=spec.label,
            forms=tuple(dict.fromkeys(own)),
            parents=tuple(Term(spec.facet, parent) for parent in spec.parents),
            related={read_term(name): weight for name, weight in extra.get("related", {}).items()},
            valence=spec.valence,
            arousal=spec.arousal,
            energy=extra.get("energy"),
            tempo_bpm=(float(tempo[0]), float(tempo[1])) if tempo else None,
        )
    languages = read_data("languages.toml")["languages"]
    for code, language in languages.items():
        term = Term("language", code)
        entries[term] = Entry(term=term, label=language["label"], forms=tuple(language["forms"]))
    return Lexicon(
        entries=entries,
        phrases=phrase_table(entries.values(), blocked=words["not_in_prose"]),
        cues=read_cues(),
        unsupported={
            words_of(form): note for note, forms in words["unsupported"].items() for form in forms
        },
        orders=read_orders(),
        weak=frozenset(fold(form) for form in words["weak"]["forms"]),
        voice_of={
            fold(word): Term("vocals", f"{kind}-vocals")
            for kind, forms in words["voice_of"].items()
            for word in forms
        },
        weak_after=frozenset(fold(word) for word in words["weak"]["with_words"]),
        names=read_names(),
    )


@cache
def read_orders() -> OrderWords:
    """Arcs, novelty wishes and implied arcs of `order.toml`."""
    data = read_data("order.toml")
    rules = [
        OrderRule(
            kind,
            entry["value"],
            entry["label"],
            re.compile(rf"\b(?:{'|'.join(entry['patterns'])})\b", re.I),
        )
        for kind in (Kind.ARC, Kind.NOVELTY)
        for entry in data[kind.value]
    ]
    implied = {read_term(name): arc for name, arc in data["implied"].items()}
    return OrderWords(rules, implied)


@cache
def read_names() -> PhraseTable:
    """The artists of `names.toml`."""
    lists = read_data("names.toml")
    kinds = {"known": ANY_CASE, "capital": CAPITAL}
    return PhraseTable(
        {words_of(name): (kind,) for key, kind in kinds.items() for name in lists[key]}
    )


def read_term(name: str) -> Term:
    """Read "facet.slug" as the data files write it."""
    facet, _, slug = name.partition(".")
    return Term(facet, slug)


@cache
def read_additions() -> Mapping[Term, Mapping[str, Any]]:
    """What the data files add to the vocabulary, by term."""
    found: dict[Term, Mapping[str, Any]] = {}
    for facet in FACETS:
        for slug, entry in read_data(f"terms/{facet}.toml").items():
            unknown = set(entry) - _TERM_KEYS
            if unknown:
                raise LexiconError(f"terms/{facet}.toml, {slug}: unknown key {sorted(unknown)}.")
            found[Term(facet, slug)] = entry
    return found


@cache
def read_cues() -> Cues:
    """The function words of `cues.toml`."""
    lists = read_data("cues.toml")

    def phrases(name: str) -> frozenset[tuple[str, ...]]:
        return frozenset(words_of(form) for form in lists[name])

    def words(name: str) -> frozenset[str]:
        return frozenset(fold(word) for word in lists[name])

    return Cues(
        stop_words=frozenset(fold(word) for word in lists["stop_words"].split()),
        negators=phrases("negators"),
        not_negators=phrases("not_negators"),
        scope_enders=phrases("scope_enders"),
        soft_enders=phrases("soft_enders"),
        less=phrases("less"),
        touches=phrases("touches"),
        touches_after=phrases("touches_after"),
        musts=phrases("musts"),
        musts_after=phrases("musts_after"),
        maybes=phrases("maybes"),
        stresses=phrases("stresses"),
        neutral=phrases("neutral"),
        hedges=phrases("hedges"),
        auxiliaries=phrases("auxiliaries"),
        wishing=words("wishing"),
        noise=phrases("noise"),
        no_names=words("no_names"),
        music_words=words("music_words"),
        subject_words=words("subject_words"),
    )


def read_data(name: str) -> dict[str, Any]:
    """Read a file of `prompts/data/`."""
    path = DATA_DIR / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{name}: not valid TOML: {error}") from error

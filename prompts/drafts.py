"""Drafts with the studio's words and claim check: facts in, proposed texts out."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from prompts.claims import default_checker
from prompts.domain import drafting
from prompts.domain.claims import ClaimChecker
from prompts.domain.drafting import Draft, DraftWords
from prompts.domain.facts import Source, TrackFacts, Verdict
from prompts.domain.lexicon import Lexicon, Term
from prompts.lexicon import read_data

MODEL = "Liner drafts"
VERSION = "1"


@cache
def _data() -> dict[str, Any]:
    return read_data("drafts.toml")


@cache
def draft_words() -> DraftWords:
    """The sentence templates."""
    return DraftWords({name: tuple(v) for name, v in _data().items() if isinstance(v, list)})


def accepted_only(facts: TrackFacts) -> TrackFacts:
    """The facts that people stand behind; what was only heard is left out, and so are stems."""
    return TrackFacts(
        terms=tuple(known for known in facts.terms if known.source is Source.ASSERTION),
        tempo_bpm=facts.tempo_bpm,
        key=facts.key,
        year=facts.year,
        language=facts.language,
    )


def write_drafts(
    facts: TrackFacts,
    *,
    length: int,
    seed: int,
    count: int = 3,
    avoid: Sequence[str] = (),
    checker: ClaimChecker | None = None,
) -> list[Draft]:
    """Draft a description in one length from accepted facts; no claim without an assertion."""
    checker = checker or default_checker()
    accepted = accepted_only(facts)
    known: dict[str, bool] = {}

    def is_sound(sentence: str) -> bool:
        if sentence not in known:
            claims = checker.check(sentence, accepted)
            known[sentence] = all(claim.verdict is Verdict.SUPPORTED for claim in claims)
        return known[sentence]

    return drafting.drafts(
        slot_values(accepted, checker.lexicon),
        length=length,
        seed=seed,
        words=draft_words(),
        is_sound=is_sound,
        count=count,
        avoid=avoid,
    )


def slot_values(facts: TrackFacts, lexicon: Lexicon) -> dict[str, list[str]]:
    """The words for each slot of the templates."""
    groups = {name: set(slugs) for name, slugs in _data()["property_groups"].items()}
    properties = [known.term for known in facts.of("property")]
    voices = [known.term for known in facts.of("vocals")]
    values: dict[str, list[str]] = {
        "g": _words(facts, "genre", lexicon),
        "gn": [_genre_noun(known.term, lexicon) for known in facts.of("genre")],
        "m": _words(facts, "mood", lexicon),
        "i": _words(facts, "instrument", lexicon),
        "a": _words(facts, "activity", lexicon),
        "th": _words(facts, "theme", lexicon),
        "v": [phrase_for(term, lexicon) for term in sorted(voices, key=_plain_last)],
    }
    for slot, group in (("s", "sound"), ("p", "qualities"), ("e", "era"), ("w", "tempo")):
        values[slot] = [phrase_for(t, lexicon) for t in properties if t.slug in groups[group]]
    if facts.tempo_bpm:
        values["t"] = [f"{facts.tempo_bpm:.0f} BPM"]
    if facts.key:
        values["k"] = [facts.key]
    language = facts.language.split("-")[0]
    is_sung = any(term.slug != "instrumental" for term in voices)
    if is_sung and Term("language", language) in lexicon.entries:
        values["l"] = [lexicon.label(Term("language", language))]
    return values


def _words(facts: TrackFacts, facet: str, lexicon: Lexicon) -> list[str]:
    return [phrase_for(known.term, lexicon) for known in facts.of(facet)]


def _genre_noun(term: Term, lexicon: Lexicon) -> str:
    noun = phrase_for(term, lexicon)
    return f"{noun} music" if term.slug in _data()["genre_nouns"]["adjectives"] else noun


def _plain_last(term: Term) -> bool:
    return term.slug == "vocals"


def phrase_for(term: Term, lexicon: Lexicon) -> str:
    """A term as it reads inside a sentence."""
    written = _data()["phrases"].get(term.facet, {}).get(term.slug)
    if written:
        return str(written)
    label = lexicon.label(term)
    first, _, rest = label.partition(" ")
    if first in _data()["proper"]["words"] or any(c.isupper() for c in first[1:]):
        return label
    return f"{first.lower()} {rest}".strip()

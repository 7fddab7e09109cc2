"""Which phrases of a description state a fact, and whether the fact is so.

A claim is read with the same lexicon as a prompt. It is *supported* by an assertion, a stem or
something heard; *contradicted* where what is known says otherwise; and else *unsupported*.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prompts.domain import claim_figures
from prompts.domain.claim_terms import DECADES, TEMPO_WORDS, TermJudge
from prompts.domain.facts import Judged, KnownTerm, Range, Source, TrackFacts, Verdict, unsupported
from prompts.domain.intent import Kind, Polarity
from prompts.domain.lexicon import Lexicon, Term
from prompts.domain.reading import Mention, Reader, Reading
from prompts.domain.text import clean_all

LONGEST_NEGATION = 30
"""Characters between a "no" and what it refuses, at most, for the two to be shown as one claim."""

_BEST_FIRST = (Verdict.SUPPORTED, Verdict.UNSUPPORTED, Verdict.CONTRADICTED)


@dataclass(frozen=True, slots=True)
class Support:
    """One thing a verdict rests on; `ranges` are the seconds where one can hear it."""

    source: Source
    label: str
    ranges: tuple[Range, ...] = ()
    confidence: float | None = None
    stem: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A phrase that states a fact. `start` and `end` are code points of the checked text."""

    start: int
    end: int
    text: str
    kind: str
    label: str
    polarity: Polarity
    verdict: Verdict
    because: str
    terms: tuple[Term, ...] = ()
    supports: tuple[Support, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """Where the prose of descriptions differs from prompts; see `prompts/data/claims.toml`."""

    not_claims: re.Pattern[str]
    loose: frozenset[str]
    beside_the_music: frozenset[str]


class ClaimChecker:
    """Checks texts with one lexicon."""

    def __init__(self, lexicon: Lexicon, words: ClaimWords) -> None:
        self.lexicon = lexicon
        self.words = words
        self.judge = TermJudge(lexicon)
        self._reader = Reader(lexicon)

    def check(self, text: str, facts: TrackFacts) -> tuple[Claim, ...]:
        """List the claims of a text in order, each with its verdict."""
        cleaned = clean_all(text)
        beside = [match.span() for match in self.words.not_claims.finditer(cleaned)]
        reading = self._reader.read(cleaned, spans=beside)
        _take_in_negations(reading)
        return tuple(
            claim
            for mention in reading.mentions
            for claim in self._claims(mention, reading.text, facts)
        )

    def _claims(self, mention: Mention, text: str, facts: TrackFacts) -> Iterator[Claim]:
        said = fold_phrase(text[mention.start : mention.end])
        is_stated = mention.polarity in (Polarity.WANTED, Polarity.TOUCH)
        if mention.neutral or (is_stated and said in self.words.loose):
            return
        if mention.figure is not None:
            judged = claim_figures.judge(mention.figure, facts)
            if judged is None:
                return
            if mention.polarity is Polarity.EXCLUDED:
                judged = judged.turned
            yield self._claim(mention, text, mention.figure.kind, mention.figure.label, judged)
            return
        verdicts = [self.judge.judge(mention, term, text, facts) for term in mention.terms]
        place = min(range(len(verdicts)), key=lambda i: _BEST_FIRST.index(verdicts[i].verdict))
        term, judged = mention.terms[place], verdicts[place]
        if judged.verdict is Verdict.CONTRADICTED and said in self.words.beside_the_music:
            judged = unsupported(judged.because, judged.known)
        yield self._claim(mention, text, _kind(term), self.lexicon.label(term), judged)

    def _claim(self, mention: Mention, text: str, kind: str, label: str, judged: Judged) -> Claim:
        return Claim(
            mention.start,
            mention.end,
            text[mention.start : mention.end],
            kind,
            label,
            mention.polarity,
            judged.verdict,
            judged.because,
            mention.terms,
            tuple(map(self._support, judged.known)),
        )

    def _support(self, known: KnownTerm) -> Support:
        return Support(
            known.source, self.lexicon.label(known.term), known.ranges, known.confidence, known.stem
        )


def fold_phrase(words: str) -> str:
    """Fold the case and spacing of a phrase; "string" and "strings" stay two."""
    return " ".join(words.casefold().replace("-", " ").split())


def _take_in_negations(reading: Reading) -> None:
    """Let a refused phrase begin at its "no" or "without", so that the claim reads whole."""
    previous_end = 0
    for mention in sorted(reading.mentions, key=lambda mention: mention.start):
        if mention.polarity in (Polarity.EXCLUDED, Polarity.LESS):
            before = [start for start, end in reading.negators if end <= mention.start]
            if before and previous_end <= before[-1] >= mention.start - LONGEST_NEGATION:
                mention.start = before[-1]
        previous_end = mention.end


def _kind(term: Term) -> str:
    if term in TEMPO_WORDS:
        return Kind.TEMPO
    return Kind.ERA if term in DECADES else term.facet

"""What is known of a track, with where it comes from; claims are held against this."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from prompts.domain.lexicon import Term

Range = tuple[float, float]


class Source(StrEnum):
    """Where a fact comes from, the firmest first."""

    ASSERTION = "assertion"
    STEM = "stem"
    HEARD = "suggestion"


@dataclass(frozen=True, slots=True)
class KnownTerm:
    """A term that holds for the track: asserted, a stem of it is there, or it was heard.

    `ranges` are the seconds where it is heard, `stem` names the stem it was heard in.
    """

    term: Term
    source: Source = Source.ASSERTION
    confidence: float | None = None
    ranges: tuple[Range, ...] = ()
    stem: str = ""


class Verdict(StrEnum):
    """How a statement stands against what is known."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, the sentence for it, and what it rests on."""

    verdict: Verdict
    because: str
    known: tuple[KnownTerm, ...] = ()

    @property
    def turned(self) -> "Judged":
        """The verdict on the contrary."""
        return Judged(_CONTRARY[self.verdict], self.because, self.known)


_CONTRARY = {
    Verdict.SUPPORTED: Verdict.CONTRADICTED,
    Verdict.CONTRADICTED: Verdict.SUPPORTED,
    Verdict.UNSUPPORTED: Verdict.UNSUPPORTED,
}


def supported(because: str, known: Iterable[KnownTerm] = ()) -> Judged:
    """It is so."""
    return Judged(Verdict.SUPPORTED, because, tuple(known))


def unsupported(because: str, known: Iterable[KnownTerm] = ()) -> Judged:
    """Nothing says so, and nothing says otherwise."""
    return Judged(Verdict.UNSUPPORTED, because, tuple(known))


def contradicted(because: str, known: Iterable[KnownTerm] = ()) -> Judged:
    """What is known says otherwise."""
    return Judged(Verdict.CONTRADICTED, because, tuple(known))


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """Everything a claim can be held against; None and empty mean unknown, never "no".

    `tempo_bpm` and `key` ("Eb minor") are what a person stands behind; `heard_tempo_bpm` and
    `heard_key` what the analysis measured and nobody has decided yet.
    """

    terms: tuple[KnownTerm, ...] = ()
    tempo_bpm: float | None = None
    key: str = ""
    year: int | None = None
    language: str = ""
    heard_tempo_bpm: float | None = None
    heard_key: str = ""

    def of(self, facet: str) -> tuple[KnownTerm, ...]:
        """Known terms of one facet."""
        return tuple(known for known in self.terms if known.term.facet == facet)

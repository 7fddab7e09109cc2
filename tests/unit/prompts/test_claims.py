"""Claims of a description, held against what is known of the track."""

import time

import pytest

from prompts.claims import default_checker
from prompts.domain.claims import Claim
from prompts.domain.facts import KnownTerm, Source, TrackFacts, Verdict
from prompts.domain.lexicon import Term


def known(facet: str, slug: str, **more: object) -> KnownTerm:
    return KnownTerm(Term(facet, slug), **more)  # type: ignore[arg-type]


SUNG = TrackFacts((known("vocals", "female-vocals"), known("instrument", "synthesizer")), 174.0)


def claims(text: str, facts: TrackFacts = SUNG) -> dict[str, Claim]:
    return {claim.text: claim for claim in default_checker().check(text, facts)}


@pytest.mark.parametrize(
    ("text", "phrase", "verdict"),
    [
        ("A track with no vocals.", "no vocals", "contradicted"),
        ("It is instrumental.", "instrumental", "contradicted"),
        ("Her voice, female vocals up front.", "female vocals", "supported"),
        ("With male vocals.", "male vocals", "contradicted"),
        ("A slow song.", "slow song", "contradicted"),
        ("A fast song.", "fast song", "supported"),
        ("It is not slow.", "not slow", "supported"),
        ("At 174 BPM.", "174 BPM", "supported"),
        ("At 87 BPM.", "87 BPM", "contradicted"),
        ("Piano chords.", "Piano chords", "contradicted"),
        ("Warm synths.", "synths", "supported"),
        ("With a hint of strings.", "strings", "unsupported"),
        ("No drums at all.", "No drums", "supported"),
        ("No synths.", "No synths", "contradicted"),
        ("Dreamy.", "Dreamy", "unsupported"),
    ],
)
def test_a_phrase_is_judged_by_what_is_known(text: str, phrase: str, verdict: str) -> None:
    assert claims(text)[phrase].verdict == verdict


def test_half_and_double_tempo_are_named() -> None:
    assert "half" in claims("At 87 BPM.")["87 BPM"].because


def test_nothing_known_contradicts_nothing() -> None:
    text = "A slow instrumental with piano, no drums, 87 BPM in D minor, from 1984, sung in French."
    found = default_checker().check(text, TrackFacts())
    assert {claim.verdict for claim in found} == {Verdict.UNSUPPORTED}
    assert len(found) >= 7


def test_keys_are_the_same_under_both_names() -> None:
    facts = TrackFacts(key="Eb minor")
    assert claims("In D# minor.", facts)["D# minor"].verdict == "supported"
    assert "relative" in claims("In F# major.", facts)["F# major"].because


def test_an_era_of_the_sound_is_not_the_year_of_the_recording() -> None:
    facts = TrackFacts(year=2024)
    assert claims("An 80s song.", facts)["80s"].verdict == "contradicted"
    assert claims("An 80s-inspired song.", facts)["80s"].verdict == "unsupported"


def test_a_claim_names_the_seconds_and_the_stem_that_support_it() -> None:
    heard = known(
        "instrument", "piano", source=Source.HEARD, confidence=0.8, ranges=((41.0, 70.0),),
        stem="Keys",
    )  # fmt: skip
    claim = claims("A piano.", TrackFacts((heard,)))["piano"]
    assert claim.verdict == "supported"
    assert claim.supports[0].ranges == ((41.0, 70.0),)
    assert "Keys" in claim.because


def test_a_hint_needs_less_than_a_statement() -> None:
    faint = known("instrument", "strings", source=Source.HEARD, confidence=0.3)
    facts = TrackFacts((faint,))
    assert claims("A hint of strings.", facts)["strings"].verdict == "supported"
    assert claims("Strings lead.", facts)["Strings"].verdict == "unsupported"


def test_places_are_code_points_of_the_text_as_typed() -> None:
    text = "🎹\x00 قطعة with no vocals\ud800"
    (claim,) = default_checker().check(text, SUNG)
    assert text[claim.start : claim.end] == "no vocals"


def test_a_thousand_characters_are_checked_within_150_ms() -> None:
    text = ("A slow piano piece with a hint of strings, no vocals and 96 BPM in D minor. " * 14)[
        :1000
    ]
    default_checker().check(text, SUNG)
    started = time.perf_counter()
    default_checker().check(text, SUNG)
    assert time.perf_counter() - started < 0.15


def test_fifty_thousand_characters_end_in_good_time() -> None:
    started = time.perf_counter()
    default_checker().check("no vocals, " * 4546, SUNG)
    assert time.perf_counter() - started < 10

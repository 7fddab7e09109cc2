"""What is asked about a track, and what never is."""

from dataclasses import replace

import pytest

from analysis.domain.heard import Heard, HeardTag
from analysis.domain.result import TempoCandidate, TimeRange
from analysis.domain.suggestions import Draft, KnownTerm, Stands, draft_suggestions
from analysis.rules import suggesting_rules
from catalog.vocabulary import default_terms

VOCABULARY = {
    (term.facet, term.slug): KnownTerm(term.label, term.never_automatic, term.parents)
    for term in default_terms()
}
MASTER = Heard(audio="aa", loudness_lufs=-14.0, duration_s=200.0)


def tag(facet: str, term: str, confidence: float = 0.8, start_s: float = 41.0) -> HeardTag:
    return HeardTag(
        facet, term, confidence, (TimeRange(start_s, start_s + 29),), "MTT_musicnn", "0.1.0"
    )


def stem(role: str, *tags: HeardTag, lufs: float | None = -20.0, pk: int = 7) -> Heard:
    return Heard(
        audio=f"stem-{role}",
        tags=tags,
        loudness_lufs=lufs,
        duration_s=200.0,
        stem_id=pk,
        stem_role=role,
        stem_name=role.capitalize(),
    )


def asked(*heard: Heard, stands: Stands | None = None) -> dict[str, Draft]:
    drafts = draft_suggestions(
        heard, stands=stands or Stands(), vocabulary=VOCABULARY, rules=suggesting_rules()
    )
    return {f"{draft.facet}:{draft.term}": draft for draft in drafts}


def master(*tags: HeardTag) -> Heard:
    return replace(MASTER, tags=tags)


def test_a_term_heard_clearly_is_asked_with_its_seconds_and_model() -> None:
    draft = asked(master(tag("instrument", "piano", 0.82)))["instrument:piano"]
    assert (draft.label, draft.confidence, draft.model) == ("Piano", 0.82, "MTT_musicnn")
    assert draft.ranges == (TimeRange(41.0, 70.0),)
    assert draft.reason == "Heard in the mix."


def test_a_term_heard_too_faintly_is_not_asked() -> None:
    assert asked(master(tag("instrument", "piano", 0.49))) == {}


def test_a_term_outside_the_vocabulary_is_not_asked() -> None:
    assert asked(master(tag("instrument", "nose-flute"))) == {}


def test_a_term_that_judges_is_never_asked() -> None:
    never = next(term for term in default_terms() if term.never_automatic and term.facet == "mood")
    assert asked(master(tag("mood", never.slug, 0.99))) == {}


def test_a_theme_is_never_asked_since_only_words_can_tell() -> None:
    free = [term for term in default_terms() if term.facet == "theme" and not term.never_automatic]
    assert asked(master(*(tag("theme", term.slug, 0.99) for term in free))) == {}


def test_what_people_stand_behind_is_not_asked_again() -> None:
    stands = Stands(terms=frozenset({("instrument", "piano")}))
    assert asked(master(tag("instrument", "piano")), stands=stands) == {}


def test_a_wider_term_is_not_asked_where_a_narrower_one_stands() -> None:
    stands = Stands(terms=frozenset({("instrument", "electric-guitar")}))
    assert asked(master(tag("instrument", "guitar")), stands=stands) == {}


def test_the_surest_few_of_a_facet_are_asked() -> None:
    slugs = [term.slug for term in default_terms() if term.facet == "genre"][:20]
    tags = [tag("genre", slug, 0.5 + place / 50) for place, slug in enumerate(slugs)]
    drafts = asked(master(*tags))
    assert len(drafts) == suggesting_rules().facets["genre"].most
    assert f"genre:{slugs[-1]}" in drafts
    assert f"genre:{slugs[0]}" not in drafts


def test_a_named_stem_with_sound_suggests_its_instrument_and_names_itself() -> None:
    draft = asked(master(), stem("drums"))["instrument:drums"]
    assert draft.stem_id == 7
    assert draft.reason == "There is a stem called “Drums” with sound in it."


def test_the_seconds_heard_in_the_mix_go_with_a_named_stem() -> None:
    draft = asked(master(tag("instrument", "drums", 0.6)), stem("drums"))["instrument:drums"]
    assert draft.confidence == suggesting_rules().named_stem
    assert draft.ranges == (TimeRange(41.0, 70.0),)


@pytest.mark.parametrize("lufs", [None, -75.0])
def test_a_silent_stem_suggests_nothing(lufs: float | None) -> None:
    assert asked(master(), stem("drums", lufs=lufs)) == {}


def test_an_instrument_is_believed_only_in_a_stem_that_can_hold_it() -> None:
    drafts = asked(
        master(),
        stem("keys", tag("instrument", "piano"), pk=1),
        stem("drums", tag("instrument", "violin"), pk=2),
    )
    assert drafts["instrument:piano"].reason == "Heard in the stem “Keys”."
    assert "instrument:violin" not in drafts


def test_what_only_a_lone_stem_has_counts_for_less_than_what_the_mix_has_too() -> None:
    alone = asked(master(), stem("melody", tag("instrument", "harp", 0.98)))
    assert alone["instrument:harp"].confidence == pytest.approx(0.98 * 0.7, abs=0.001)
    both = asked(
        master(tag("instrument", "harp", 0.6)), stem("melody", tag("instrument", "harp", 0.98))
    )
    assert both["instrument:harp"].confidence == 0.98


def test_the_mood_of_a_lone_stem_says_nothing_about_the_song() -> None:
    assert "mood:sad" not in asked(master(), stem("melody", tag("mood", "sad", 0.99)))


def test_a_stem_of_vocals_with_sound_outranks_a_model_that_hears_none() -> None:
    drafts = asked(master(tag("vocals", "instrumental", 0.99)), stem("vocals"))
    assert "vocals:vocals" in drafts
    assert "vocals:instrumental" not in drafts


def test_a_silent_stem_of_vocals_decides_that_nobody_sings() -> None:
    drafts = asked(master(tag("vocals", "vocals", 0.99)), stem("vocals", lufs=None))
    assert list(drafts) == ["vocals:instrumental"]
    assert drafts["vocals:instrumental"].reason == "The stem “Vocals” is silent."


def test_voices_and_no_voices_are_never_asked_together() -> None:
    drafts = asked(master(tag("vocals", "instrumental", 0.9), tag("vocals", "choir", 0.7)))
    assert list(drafts) == ["vocals:instrumental"]


def test_no_vocals_is_not_asked_where_somebody_said_who_sings() -> None:
    stands = Stands(terms=frozenset({("vocals", "female-vocals")}))
    drafts = asked(master(tag("vocals", "instrumental", 0.99)), stands=stands)
    assert drafts == {}


FIRM = replace(
    MASTER,
    tempo_bpm=120.04,
    tempo_firm=True,
    tempo_candidates=(TempoCandidate(120.0, 0.9), TempoCandidate(60.0, 0.4)),
    key="Eb",
    mode="minor",
    key_confidence=0.7,
)


def test_a_firm_tempo_and_a_key_are_asked_as_values() -> None:
    drafts = asked(FIRM)
    assert drafts["tempo:"].value == {"bpm": 120.0}
    assert (drafts["tempo:"].label, drafts["tempo:"].confidence) == ("120 BPM", 0.9)
    assert drafts["key:"].value == {"tonic": "Eb", "mode": "minor"}
    assert drafts["key:"].label == "Eb minor"


def test_a_tempo_the_estimators_disagree_on_is_not_asked() -> None:
    assert "tempo:" not in asked(replace(FIRM, tempo_firm=False))


def test_tempo_and_key_that_stand_are_not_asked() -> None:
    assert asked(FIRM, stands=Stands(has_tempo=True, has_key=True)) == {}


def test_a_stem_that_keeps_time_answers_where_the_mix_does_not() -> None:
    loose = replace(MASTER, tempo_bpm=None)
    drums = replace(stem("drums"), tempo_bpm=96.0, tempo_firm=True)
    draft = asked(loose, drums)["tempo:"]
    assert draft.value == {"bpm": 96.0}
    assert draft.stem_id == 7


def test_stems_alone_are_enough_to_ask() -> None:
    assert "instrument:bass" in asked(stem("bass"))


def test_the_same_evidence_has_the_same_key_and_other_evidence_another() -> None:
    first = asked(master(tag("instrument", "piano", 0.82)))["instrument:piano"]
    trembling = asked(master(tag("instrument", "piano", 0.823)))["instrument:piano"]
    surer = asked(master(tag("instrument", "piano", 0.6)))["instrument:piano"]
    elsewhere = asked(stem("keys", tag("instrument", "piano", 0.82)))["instrument:piano"]
    assert first.evidence_key == trembling.evidence_key
    keys = {first.evidence_key, surer.evidence_key, elsewhere.evidence_key}
    newer = replace(first, model_version="0.2.0").evidence_key
    assert len(keys | {newer}) == 4

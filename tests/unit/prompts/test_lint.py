"""Remarks on wording, each with its place and, where there is one, its fix."""

import pytest

from prompts.domain.lint import Surroundings, apply_fix, lint
from prompts.lint import default_rules, rules_with

AROUND = Surroundings(
    title="Copper Creek",
    artists=("Ada Holm",),
    other_artists=("Nils Brandt", "Mira Okafor"),
    others=(("Other", "A calm piano piece for late nights with strings and a slow pulse."),),
)


def rules_found(text: str) -> set[str]:
    return {remark.rule for remark in lint(text, default_rules(), AROUND)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("It takes you on a journey.", "cliché"),
        ("For fans of Nils Brandt and Mira Okafor.", "artist names"),
        ("sad, slow, piano, rain, night, lofi, study, chill, sleep", "keywords"),
        ("Calm #lofi piece", "keywords"),
        ("PIANO at NIGHT", "shouting"),
        ("Calm piano!!", "shouting"),
        ("Copper Creek is a folk song.", "title"),
        ("A calm piano piece for late nights with strings and a slow pulse.", "duplicate"),
        ("Calm. Ein ruhiges Stück mit Klavier und Streichern für die Nacht.", "mixed languages"),
        (" ".join(["word"] * 40) + ".", "readability"),
        ("Guitar and guitar, more guitar, always guitar.", "repetition"),
    ],
)  # fmt: skip
def test_each_rule_finds_what_it_is_for(text: str, rule: str) -> None:
    assert rule in rules_found(text)


def test_plain_good_sentences_get_no_remark() -> None:
    assert (
        rules_found("A slow folk song in D minor at 96 BPM, with banjo and a DJ from the UK.")
        == set()
    )


def test_banned_terms_belong_to_the_workspace() -> None:
    (remark,) = lint("A chill song.", rules_with(["chill"]), AROUND)
    assert remark.rule == "banned term"
    assert apply_fix("A chill song.", remark) == "A song."


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("Infectious drums.", "Catchy drums."),
        ("PIANO here.", "Piano here."),
        ("Calm piano!!", "Calm piano."),
        ("Copper Creek is folk.", "This track is folk."),
        ("A song like no other.", "A song."),
    ],
)
def test_one_press_mends_it(text: str, fixed: str) -> None:
    remark = next(r for r in lint(text, default_rules(), AROUND) if r.fix is not None)
    assert apply_fix(text, remark) == fixed


def test_fifty_thousand_characters_are_read_in_good_time() -> None:
    assert isinstance(lint("no vocals, chill " * 3000, default_rules(), AROUND), list)

"""Slips of the keyboard are read as the word meant; other words are left alone."""

import pytest

from prompts.domain.spelling import Spellings
from prompts.engine import default_engine

WORDS = ("weird", "experimental", "acoustic", "bride", "viola", "thunderstorm")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wierd", "weird"),
        ("experiemental", "experimental"),
        ("accoustic", "acoustic"),
        ("thunderstrm", "thunderstorm"),
        ("bridge", None),
        ("weird", None),
        ("dweir", None),
        ("odd", None),
    ],
)
def test_only_a_swap_or_one_letter_of_a_long_word_is_a_slip(
    written: str, meant: str | None
) -> None:
    assert Spellings(WORDS).meant(written) == meant


def test_a_word_between_two_known_ones_is_neither() -> None:
    assert Spellings(["sincerely", "sincerelys"]).meant("sincerlyes") is None


def test_a_chip_says_how_a_slip_was_read() -> None:
    chip = default_engine().parse("wierd songs").chips[0]
    assert (str(chip.term), chip.text) == ("mood:weird", "wierd")
    assert chip.note == "Read as “weird”."


def test_a_capital_may_begin_a_name_and_is_no_slip() -> None:
    terms = [c.term for c in default_engine().parse("songs of the group Accoustic").chips if c.term]
    assert terms == []

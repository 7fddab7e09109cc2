"""ISRC, UPC/EAN, ISNI; examples from STANDARDS and the standards' own pages."""

import pytest

from catalog.domain.identifiers import (
    MalformedIdentifier,
    display_isrc,
    gtin_check_digit,
    normalise_isni,
    normalise_isrc,
    normalise_upc,
)


@pytest.mark.parametrize(
    "written", ["AA6Q72000047", "aa-6q7-20-00047", "ISRC AA-6Q7-20-00047", " AA6 Q720 00047 "]
)
def test_an_isrc_is_accepted_however_people_write_it(written: str) -> None:
    assert normalise_isrc(written) == "AA6Q72000047"
    assert display_isrc("AA6Q72000047") == "AA-6Q7-20-00047"


@pytest.mark.parametrize("written", ["AA6Q7200004", "1A6Q72000047", "AA6Q72O00047", "hello"])
def test_a_malformed_isrc_is_refused_with_advice(written: str) -> None:
    with pytest.raises(MalformedIdentifier) as refusal:
        normalise_isrc(written)
    assert "12 characters" in refusal.value.hint


def test_an_empty_code_stays_empty() -> None:
    assert (normalise_isrc(" "), normalise_upc(""), normalise_isni("")) == ("", "", "")


def test_check_digits_follow_gs1() -> None:
    assert gtin_check_digit("730001100001") == 7
    assert gtin_check_digit("03600029145") == 2


def test_a_upc_with_a_wrong_check_digit_names_the_right_one() -> None:
    assert normalise_upc("036000291452") == "036000291452"
    with pytest.raises(MalformedIdentifier) as refusal:
        normalise_upc("036000291453")
    assert "would be 2" in refusal.value.hint


def test_an_isni_is_checked() -> None:
    assert normalise_isni("0000 0004 6743 6124") == "0000000467436124"
    with pytest.raises(MalformedIdentifier):
        normalise_isni("0000 0004 6743 6125")

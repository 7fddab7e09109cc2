"""The style of titles: what is remarked, what is right, and titles put into style."""

import pytest

from catalog.domain.titles import styled_title, title_remarks


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("Blue Featuring Ida", "instead of “Featuring”"),
        ("Blue (Feat Ida)", "instead of “Feat”"),
        ("Blue ft. Ida", "in brackets"),
        ("Blue (feat. A, B, and C)", "(feat. A, B & C)"),
        ("All of Me (X Remix) (Radio Edit)", "further ones in [ ]"),
        ("One/Two", "slash"),
        ("Blue (Official Video)", ""),
        ("Blue (Explicit)", "advisory"),
        ("Blue www.ida.example", "web addresses"),
        ("Blue (Deluxe Edition)", "version field"),
        ("BLUE HOUR SONG", "capitals only"),
        ("blue hour song", "small letters only"),
        ("Ida Moss - Blue", "artist's name"),
    ],
)
def test_a_title_out_of_style_gets_a_remark(title: str, says: str) -> None:
    assert says in " ".join(title_remarks(title, artists=("Ida Moss",)))


@pytest.mark.parametrize(
    "title",
    ["Body Language (feat. Usher & Tinashe)", "All of Me (X Remix) [Radio Edit]", "A / B", "WAP"],
)
def test_a_title_in_style_gets_no_remark(title: str) -> None:
    assert title_remarks(title) == []


def test_only_english_titles_are_held_to_title_case() -> None:
    assert title_remarks("La vie en rose", language="fr") == []
    assert title_remarks("Sound of the underground", language="en") != []


@pytest.mark.parametrize(
    ("title", "styled"),
    [
        ("a night in june", "A Night in June"),
        ("THE LONG WAY TO GO", "The Long Way to Go"),
        ("blue w/ Ida", "Blue (feat. Ida)"),
        ("blue (featuring ida, moss and kilo)", "Blue (feat. Ida, Moss & Kilo)"),
    ],
)
def test_a_title_is_put_into_style(title: str, styled: str) -> None:
    assert styled_title(title, language="en") == styled

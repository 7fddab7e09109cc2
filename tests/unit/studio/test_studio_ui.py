"""Figures in words, and the tags that wrap content."""

import datetime as dt

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from studio.templatetags import studio_ui as ui


def rendered(source: str, **values: object) -> str:
    return Template("{% load studio_ui %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0, "0:00"), (59.6, "1:00"), (222, "3:42"), (3727, "1:02:07")],
)
def test_a_length_is_written_as_minutes_and_seconds(seconds: float | None, words: str) -> None:
    assert ui.duration(seconds) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (812_300, "812 kB"), (41_300_000, "41.3 MB"), (1_200_000_000, "1.2 GB")],
)
def test_a_file_size_has_the_unit_that_keeps_it_short(size: int, words: str) -> None:
    assert ui.megabytes(size) == words


def test_a_day_cannot_be_misread() -> None:
    assert ui.day(dt.date(2026, 11, 5)) == "5 Nov 2026"


def test_a_moment_names_its_zone_for_those_who_ask() -> None:
    html = ui.moment(dt.datetime(2026, 11, 25, 14, 5, tzinfo=dt.UTC))
    assert "25 Nov 2026, 14:05" in html
    assert "UTC" in html


def test_numbers_are_grouped_and_shares_become_percentages() -> None:
    assert ui.number(1204) == "1,204"
    assert ui.number(92.04, 1) == "92.0"
    assert ui.percent(0.342) == "34\u202f%"
    assert ui.percent(None) == "–"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Noa Lind", "NL"), ("noa@example.org", "NO"), ("Björk", "B"), ("", "?"), ("ليلى", "ل")],
)
def test_a_person_is_marked_by_first_letters(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_more_confidence_never_gets_a_weaker_word() -> None:
    words = [ui.confidence_word(value) for value in (0.1, 0.3, 0.5, 0.75, 1.0)]
    assert words == ["A guess", "Not sure", "Fairly likely", "Likely", "Likely"]


@pytest.mark.parametrize(
    ("value", "width"), [(-1, "0.0"), (0.5, "50.0"), (2, "100.0"), (None, "0.0")]
)
def test_a_bar_stays_inside_its_frame(value: float | None, width: str) -> None:
    assert ui.bar_width(value) == width


def test_numbers_for_machines_have_a_dot_and_all_their_digits() -> None:
    assert ui.unlocalized(4021.123456) == "4021.123456"
    assert ui.unlocalized(12) == "12"
    assert ui.unlocalized(None) == ""


@pytest.mark.parametrize("name", ["duration", "number", "percent", "day", "moment", "megabytes"])
def test_a_figure_that_is_not_there_is_a_dash(name: str) -> None:
    assert rendered("{{ track.audio.figure|" + name + " }}", track={"audio": None}) == "–"
    assert rendered("{{ figure|" + name + " }}", figure=None) == "–"


def test_only_an_undo_address_comes_out_of_a_message() -> None:
    assert ui.undo_address("done undo:/w/a/changes/3/undo/") == "/w/a/changes/3/undo/"
    assert ui.undo_address("done") == ""


def test_an_unknown_icon_is_a_mistake_in_the_template() -> None:
    with pytest.raises(KeyError):
        rendered("{% icon 'no-such-icon' %}")


def test_filters_of_the_address_are_kept_by_page_links() -> None:
    request = RequestFactory().get("/", {"q": "calm & slow", "page": "2"})
    html = rendered("{% page_query page=3 %} {% page_query page=None %}", request=request)
    assert html == "q=calm+%26+slow&amp;page=3 q=calm+%26+slow"


def test_a_panel_frames_markup_without_escaping_it_twice() -> None:
    html = rendered(
        "{% panel title=title %}<p>{{ word }}</p>{% endpanel %}", title="A<B", word="x&y"
    )
    assert "<p>x&amp;y</p>" in html
    assert "A&lt;B" in html


def test_a_table_has_its_caption_and_can_be_scrolled_by_keyboard() -> None:
    html = rendered("{% table caption='Tracks' %}<tbody></tbody>{% endtable %}")
    assert "<caption>Tracks</caption>" in html
    assert 'tabindex="0"' in html


def test_a_chart_says_finding_measure_and_source() -> None:
    html = rendered(
        "{% chart_frame title='Calm wins' measure='Share, n = 9' source='Run 3' %}<svg></svg>"
        "{% endchart_frame %}"
    )
    assert html.index("Calm wins") < html.index("Share, n = 9") < html.index("<svg>")
    assert "Run 3" in html
    assert "<details>" not in html

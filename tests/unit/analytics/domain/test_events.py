"""Rows of event files: what is read, and what is refused with which words."""

from datetime import date

import pytest

from analytics.domain.events import Columns, Key, World, folded_name, read_columns, read_row
from analytics.reference import event_columns

TODAY = date(2026, 5, 31)
WORLD = World(
    today=TODAY,
    track_ids=frozenset({7}),
    by_isrc={"AA6Q72000047": 7},
    by_name={(folded_name("Night Drive"), folded_name("Ada")): (7,), ("twin", ""): (7, 8)},
    spaces={"calm piano": "calm-piano", "piano for quiet rooms": "calm-piano"},
    space_of=lambda prompt: "calm-piano" if "piano" in prompt else "",
)
HEADING = ["Date", "ISRC", "Prompt Space", "Position", "Service", "Impressions", "Streams", "Saves"]


def columns(heading: list[str] = HEADING) -> Columns:
    return read_columns(heading, event_columns())


def row(**cells: str) -> list[str]:
    usual = {
        "Date": "2026-05-01",
        "ISRC": "aa-6q7-20-00047",
        "Prompt Space": "calm-piano",
        "Position": "3",
        "Service": "Station",
        "Impressions": "1,200",
        "Streams": "300",
        "Saves": "4",
    }
    return [{**usual, **cells}[name] for name in HEADING]


def test_a_row_is_read_with_headings_as_services_write_them() -> None:
    found, problems = read_row(row(), columns(), WORLD)

    assert problems == []
    assert found is not None
    assert found.key == Key(date(2026, 5, 1), 7, "calm-piano", "", 3, "Station")
    assert found.counts == {"impressions": 1200, "plays": 300, "saves": 4}


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"Date": "2026-06-01"}, "date", "has not come yet"),
        ({"Date": "31/05"}, "date", "is no date"),
        ({"Date": "04/05/2026"}, "date", "could be two days"),
        ({"Date": ""}, "date", "is no date"),
        ({"Date": "1026-05-01"}, "date", "is before 2000"),
        ({"ISRC": "AA6Q72000048"}, "isrc", "No track here has the ISRC"),
        ({"ISRC": ""}, "title", "does not say which track"),
        ({"Prompt Space": "nowhere"}, "space", "No prompt space is called"),
        ({"Position": "0"}, "place", "is no place in a list"),
        ({"Impressions": "-5"}, "impressions", "cannot be; a count starts at 0"),
        ({"Impressions": "many"}, "impressions", "is no whole number"),
        ({"Impressions": "99999999999"}, "impressions", "more than can be counted"),
        ({"Streams": "1201"}, "plays", "1,201 plays of 1,200 impressions cannot be"),
        ({"Saves": "1201"}, "saves", "1,201 saves of 1,200 impressions cannot be"),
        ({"Impressions": "", "Streams": "", "Saves": ""}, "impressions", "Nothing is counted"),
    ],
)
def test_what_cannot_be_is_said_with_its_column(
    cells: dict[str, str], column: str, words: str
) -> None:
    found, problems = read_row(row(**cells), columns(), WORLD)

    assert found is None
    assert [problem.column for problem in problems] == [column]
    assert words in problems[0].text


def test_all_problems_of_a_row_are_said_at_once() -> None:
    _, problems = read_row(row(Date="soon", Position="x", Saves="-1"), columns(), WORLD)
    assert [problem.column for problem in problems] == ["date", "place", "saves"]


def test_a_track_is_found_by_title_and_artist_and_two_of_a_name_are_told() -> None:
    named = columns(["Date", "Song", "Artist", "Saves"])

    found, _ = read_row(["2026-05-01", "night  DRIVE", "ada", "1"], named, WORLD)
    _, problems = read_row(["2026-05-01", "Twin", "", "1"], named, WORLD)

    assert found is not None
    assert found.key.track_id == 7
    assert "2 tracks are called “Twin”; give the ISRC." in problems[0].text


def test_a_prompt_is_put_into_its_space() -> None:
    prompted = columns(["Date", "Track id", "Query", "Saves"])
    found, _ = read_row(["2026-05-01", "7", "soft piano please", "1"], prompted, WORLD)
    assert found is not None
    assert found.key.space == "calm-piano"
    assert found.key.prompt == "soft piano please"


@pytest.mark.parametrize("name", ["Calm Piano", "  calm   piano ", "Piano for quiet rooms"])
def test_a_space_is_found_by_its_name_or_slug(name: str) -> None:
    found, problems = read_row(row(**{"Prompt Space": name}), columns(), WORLD)
    assert found is not None, problems
    assert found.key.space == "calm-piano"


def test_a_short_row_lacks_its_last_cells_only() -> None:
    found, problems = read_row(row()[:6], columns(), WORLD)
    assert problems == []
    assert found is not None
    assert found.counts == {"impressions": 1200, "plays": None, "saves": None}


def test_a_file_without_date_track_or_counts_cannot_be_read() -> None:
    assert len(columns(["Colour", "Weather"]).problems()) == 3
    assert columns().problems() == []
    assert columns(["Date", "Colour", "Colour"]).unknown == ("Colour", "Colour")

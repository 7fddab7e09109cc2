"""Markets in other people's words: MTG-Jamendo's layout, tables, and what is not understood."""

import pytest

from analytics.domain.market_files import MarketReading, find_market_columns
from analytics.reference import known_tags, market_columns

JAMENDO = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]


def read(heading: list[str], *rows: list[str]) -> MarketReading:
    found = MarketReading(find_market_columns(heading, market_columns()), known_tags())
    for number, cells in enumerate(rows, 2):
        found.take(number, cells)
    return found


def test_the_layout_of_mtg_jamendo_is_read_as_it_is() -> None:
    found = read(
        JAMENDO,
        ["track_01", "artist_1", "album_1", "01/1.mp3", "212.7", "genre---deephouse",
         "genre---70s", "instrument---electricguitar", "mood/theme---film", "mood/theme---sad"],
        ["track_02", "artist_1", "album_1", "01/2.mp3", "90.0", "genre---popfolk"],
    )  # fmt: skip
    first, second = found.documents()
    assert found.columns.spills
    assert first.terms["genre"] == {"deep-house": 1.0}
    assert first.terms["property"] == {"1970s": 1.0}
    assert first.terms["instrument"] == {"electric-guitar": 1.0}
    assert set(first.terms["mood"]) == {"sad"}
    assert "film" in first.terms["activity"]
    assert first.duration_s == 212.7
    assert set(second.terms["genre"]) == {"pop", "folk"}
    assert first.artist_ids == second.artist_ids != ()
    assert first.title == ""


def test_what_is_not_understood_is_counted_and_named() -> None:
    found = read(["Tags", "Colour"], ["rock, zorblax", "red"], ["zorblax; jazz", ""])
    findings = found.findings()
    assert findings["tags"] == 4
    assert findings["tags_understood"] == 2
    assert findings["unknown_tags"] == [("zorblax", 2)]
    assert findings["not_read"] == ["Colour"]


def test_columns_by_facet_facts_and_descriptions_are_read() -> None:
    heading = ["genre", "moods", "vocals", "bpm", "year", "language", "description", "plays"]
    (track,) = read(
        heading, ["Drum & Bass|Jungle", "dark", "no", "174", "1996", "en-GB", "A\x07 rush.", "900"]
    ).documents()
    assert "drum-and-bass" in track.terms["genre"]
    assert track.terms["vocals"] == {"instrumental": 1.0}
    assert (track.tempo_bpm, track.year, track.language) == (174.0, 1996, "en")
    assert track.texts == ("A rush.",)


def test_a_fact_that_cannot_be_is_left_empty_and_the_track_stays() -> None:
    found = read(["tags", "bpm", "language"], ["rock", "very fast", "Klingon"])
    (track,) = found.documents()
    assert track.tempo_bpm is None
    assert track.language == ""
    assert [remark.left_out for remark in found.remarks] == [False, False]


def test_rows_that_say_nothing_or_repeat_a_track_are_left_out() -> None:
    found = read(["id", "tags"], ["1", "rock"], ["1", "jazz"], ["2", "zorblax"], ["3", ""])
    assert len(found.documents()) == 1
    assert found.left_out == 3
    assert "same track as row 2" in found.remarks[0].text


def test_plays_become_popularity_on_the_scale_of_markets() -> None:
    rows = [["rock", str(plays)] for plays in (1, 100, 10_000, 1_000_000)]
    values = [track.popularity for track in read(["tags", "plays"], *rows).documents()]
    assert all(value is not None and 0 < value < 1 for value in values)
    assert values == sorted(values, key=lambda value: value or 0)
    shares = read(["tags", "popularity"], ["rock", "0.2"], ["jazz", ""]).documents()
    assert [track.popularity for track in shares] == [0.2, None]


def test_a_file_without_tags_is_told_what_it_needs() -> None:
    columns = find_market_columns(["Song", "Bpm"], market_columns())
    assert "No column holds tags" in columns.problem


@pytest.mark.parametrize("tag", ["Hip-Hop", "hiphop", "HIP HOP"])
def test_spellings_of_a_tag_meet(tag: str) -> None:
    assert known_tags().find(tag, ("genre",)) == (("genre", "hip-hop"),)

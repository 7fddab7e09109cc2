"""Cells as texts: read, refused with advice, and written so that they read back the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.cells import Kind
from catalog.domain.columns import COLUMNS
from catalog.domain.lists import join_values, split_values
from catalog.errors import StudioError


class Words:
    """A small workspace."""

    terms = {"mood": {"happy": "Happy", "feel-good": "Feel-good"}}

    def term(self, facet: str, word: str) -> str | None:
        folded = word.casefold().replace(" ", "-")
        return folded if folded in self.terms.get(facet, {}) else None

    def term_label(self, facet: str, slug: str) -> str:
        return self.terms.get(facet, {}).get(slug, slug)

    def artist_name(self, name: str) -> str | None:
        return {"ida moss": "Ida Moss"}.get(name.casefold())

    def releases(self, title: str) -> tuple[int, ...]:
        return {"Blue": (7,), "Twice": (1, 2)}.get(title, ())

    def release_title(self, release_id: int) -> str:
        return {7: "Blue", 1: "Twice", 2: "Twice"}[release_id]


WORDS = Words()


@pytest.mark.parametrize(
    ("name", "text", "cell"),
    [
        ("title", "  Blue   Hour ", "Blue Hour"),
        ("isrc", "aa-6q7-20-00047", "AA6Q72000047"),
        ("upc", "036000291452", "036000291452"),
        ("iswc", "T-034.524.680-1", "T0345246801"),
        ("tempo_bpm", "128,5 BPM", 128.5),
        ("track_number", "3.0", 3),
        ("key", "8A", "A minor"),
        ("key", "F#m", "Gb minor"),
        ("lyrics_language", "PT_br", "pt-BR"),
        ("advisory", "Yes", "explicit"),
        ("advisory", "Clean", "clean"),
        ("mood", "feel good | Happy; happy", ["feel-good", "happy"]),
        ("artists", "ida moss; New One", ["Ida Moss", "New One"]),
        ("release", "Blue", 7),
        ("release_date", "25.11.2026", "2026-11-25"),
        ("opt_out_export", "TRUE", True),
        ("opt_out_export", "", False),
        ("notes", "one\r\ntwo", "one\ntwo"),
    ],
)
def test_a_cell_is_read_however_people_write_it(name: str, text: str, cell: object) -> None:
    assert COLUMNS[name].read(text, WORDS) == cell


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("title", "   ", "needs a title"),
        ("title", "x" * 301, "301 characters"),
        ("isrc", "AA6Q7200004", "not an ISRC"),
        ("upc", "036000291453", "last digit"),
        ("iswc", "T-034.524.680-2", "last digit"),
        ("tempo_bpm", "fast", "not a number"),
        ("tempo_bpm", "1e999", "not a number"),
        ("tempo_bpm", "9", "out of range"),
        ("track_number", "A1", "whole number"),
        ("key", "H# blue", "not a key"),
        ("lyrics_language", "English please", "language tag"),
        ("lyrics_language", "jp", "No language"),
        ("advisory", "rude", "none of the choices"),
        ("mood", "Happy; purple", "“purple”"),
        ("release", "Nowhere", "no release"),
        ("release", "Twice", "2 releases"),
        ("release_date", "03/04/2021", "could be two days"),
        ("release_date", "2021-02-30", "no day"),
        ("opt_out_export", "maybe", "neither yes nor no"),
    ],
)
def test_what_a_cell_cannot_hold_is_refused_saying_why(name: str, text: str, says: str) -> None:
    with pytest.raises(StudioError, match=says):
        COLUMNS[name].read(text, WORDS)


@given(st.lists(st.text(min_size=1), max_size=5))
def test_a_list_in_one_cell_reads_back_as_it_was(values: list[str]) -> None:
    stripped = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    assert split_values(join_values(stripped)) == stripped


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_an_empty_cell_is_written_as_no_text(name: str) -> None:
    column = COLUMNS[name]
    if column.kind is not Kind.FLAG:
        assert column.write(column.empty, WORDS) == ""


@pytest.mark.parametrize("text", ["8A", "F# minor", "Bb", "B"])
def test_a_key_reads_back_as_it_was_written(text: str) -> None:
    column = COLUMNS["key"]
    cell = column.read(text, WORDS)
    assert column.read(column.write(cell, WORDS), WORDS) == cell

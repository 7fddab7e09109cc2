"""Sheets read from their XML say what the library says that holds them whole."""

import io
import zipfile
from datetime import datetime, time
from typing import Any

import pytest
import xlsxwriter

from analytics.event_files import _sheet_held_whole
from analytics.workbook_rows import BrokenWorkbook, OutOfTheOrdinary, first_sheet


def workbook(
    *, shared: bool = True, is_1904: bool = False, corner: tuple[int, int] = (0, 0)
) -> Any:
    """A sheet with every kind of cell, gaps and blank rows, from the corner on."""
    room = io.BytesIO()
    book = xlsxwriter.Workbook(room, {"constant_memory": not shared, "date_1904": is_1904})
    page = book.add_worksheet()
    down, right = corner
    look = {
        name: book.add_format({"num_format": code})
        for name, code in {
            "day": "dd/mm/yyyy",
            "moment": "yyyy-mm-dd hh:mm",
            "hour": "hh:mm:ss",
            "length": "[h]:mm",
            "money": "[$€-407] #,##0.00",
            "words": '"days" 0',
        }.items()
    }
    page.write_row(down, right, ("Date", "Title", "Plays", "Share", 'é "q" & <'))
    page.write_datetime(down + 1, right, datetime(2026, 10, 20), look["day"])
    page.write_row(down + 1, right + 1, ("Neon", 3, 2.5))
    page.write_datetime(down + 2, right, datetime(2026, 10, 20, 13, 30, 15), look["moment"])
    page.write_boolean(down + 2, right + 1, True)
    page.write_row(down + 2, right + 2, (-7,))
    page.write(down + 2, right + 4, "after a gap")
    page.write_datetime(down + 5, right, time(13, 30, 15), look["hour"])
    page.write_number(down + 5, right + 1, 1.75, look["length"])
    page.write_number(down + 5, right + 2, 12.5, look["money"])
    page.write_number(down + 5, right + 3, 3, look["words"])
    page.write(down + 6, right + 1, "日本")
    page.write_formula(down + 6, right + 2, "=1+2", None, 3)
    page.write_formula(down + 6, right + 3, "=1/0", None, "#DIV/0!")
    page.write(down + 6, right + 4, " spaced ")
    page.write_blank(down + 9, right, None, look["day"])
    book.close()
    room.seek(0)
    return room


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("is_1904", [True, False])
def test_every_kind_of_cell_reads_as_the_library_reads_it(shared: bool, is_1904: bool) -> None:
    room = workbook(shared=shared, is_1904=is_1904)
    rows = list(first_sheet(room))
    room.seek(0)
    assert rows == list(_sheet_held_whole(room))
    assert rows[1][0] == "2026-10-20"
    assert rows[3] == [""] * 5


@pytest.mark.parametrize("corner", [(0, 1), (2, 0)])
def test_a_sheet_that_begins_elsewhere_is_left_to_the_library(corner: tuple[int, int]) -> None:
    with pytest.raises(OutOfTheOrdinary):
        first_sheet(workbook(corner=corner))


def test_what_is_no_workbook_is_left_to_the_library() -> None:
    with pytest.raises(OutOfTheOrdinary):
        first_sheet(io.BytesIO(b"date,title\n"))


def with_sheet(change: Any) -> io.BytesIO:
    room = io.BytesIO()
    with zipfile.ZipFile(workbook()) as old, zipfile.ZipFile(room, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name.endswith("sheet1.xml") else data)
    return room


def test_a_sheet_that_breaks_off_says_where() -> None:
    filler = b"<row r='20'><c r='A20'><v>1</v></c></row>" + b" " * 600_000
    room = with_sheet(lambda data: data.split(b"</sheetData>")[0] + filler + b"<row r='21'><c")
    rows = first_sheet(room)
    with pytest.raises(BrokenWorkbook, match="near row 21"):
        list(rows)


def test_a_sheet_that_declares_entities_is_not_read() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    room = with_sheet(lambda data: data.replace(b"<worksheet", bomb + b"<worksheet", 1))
    with pytest.raises(OutOfTheOrdinary):
        first_sheet(room)

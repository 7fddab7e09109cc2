"""Write rows as CSV or XLSX, so that a spreadsheet neither runs nor mangles what stands in them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.domain.cell_repair import guard

MOST_CHOICES = 2_000
SPARE_ROWS = 500
"""So many rows below the last one still have the drop-downs, for new tracks."""


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet: its heading, whether it is locked, and the words it may hold.

    `width` is in characters. A column with `choices` gets a drop-down list; with `several`, other
    texts may stand there too, because a cell can hold more than one.
    """

    heading: str
    width: int = 18
    locked: bool = False
    choices: tuple[str, ...] = ()
    several: bool = False
    help: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table to write; every cell is text."""

    title: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[str]]
    row_count: int = 0
    hidden: Mapping[str, str] = field(default_factory=dict)


def write_csv(sheet: Sheet) -> bytes:
    """Write UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.heading for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([guard(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig", errors="replace")


def write_xlsx(sheet: Sheet) -> bytes:
    """Write a workbook whose cells are text, with drop-downs, and the locked columns protected."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "constant_memory": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page = book.add_worksheet(sheet.title[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@", "locked": False})
    locked = book.add_format({"num_format": "@", "locked": True, "font_color": "#5E5850"})
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width, locked if column.locked else text)
        page.write_string(0, place, column.heading, head)
        if column.help:
            page.write_comment(0, place, column.help)
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        for place, cell in enumerate(row):
            if cell:
                page.write_string(
                    count, place, guard(cell), locked if sheet.columns[place].locked else text
                )
    _add_choices(book, page, sheet, count + SPARE_ROWS)
    page.freeze_panes(1, 1 if sheet.columns and sheet.columns[0].locked else 0)
    page.autofilter(0, 0, max(count, 1), max(len(sheet.columns) - 1, 0))
    if any(column.locked for column in sheet.columns):
        page.protect(
            "",
            {
                "format_columns": True,
                "format_rows": True,
                "insert_rows": True,
                "sort": True,
                "autofilter": True,
                "select_locked_cells": True,
            },
        )
    book.close()
    return out.getvalue()


def _add_choices(book: object, page: object, sheet: Sheet, last_row: int) -> None:
    """Put the words of drop-downs on a sheet of their own; longer lists do not fit elsewhere."""
    listed = [
        (place, column)
        for place, column in enumerate(sheet.columns)
        if column.choices and len(column.choices) <= MOST_CHOICES
    ]
    if not listed:
        return
    words = book.add_worksheet("Words")  # type: ignore[attr-defined]  # XlsxWriter has no types
    for at, (place, column) in enumerate(listed):
        words.write_string(0, at, column.heading)
        for line, word in enumerate(column.choices, start=1):
            words.write_string(line, at, guard(word))
        letter = _letters(at)
        page.data_validation(  # type: ignore[attr-defined]  # XlsxWriter has no types
            1,
            place,
            last_row,
            place,
            {
                "validate": "list",
                "source": f"=Words!${letter}$2:${letter}${len(column.choices) + 1}",
                "error_type": "information" if column.several else "stop",
                "show_error": not column.several,
                "error_title": column.heading[:32],
                "error_message": "Pick a word from the list."[:255],
            },
        )
    words.hide()


def _letters(number: int) -> str:
    """Name a column as spreadsheets do.

    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name

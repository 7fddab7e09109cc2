"""Files of events as rows of text, read one row at a time whatever their size."""

import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import PurePath
from typing import IO

from analytics.workbook_rows import BrokenWorkbook, OutOfTheOrdinary, first_sheet
from catalog.domain.sizes import spoken_size
from catalog.errors import StudioError

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 64 * 1024
LONGEST_CELL = 10_000
LARGEST_UNPACKED = 1024**3
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(StudioError):
    """The file is no table."""


def is_workbook(file: IO[bytes], *, name: str) -> bool:
    """Whether it is a spreadsheet and no text, by its name or by what it begins with."""
    if PurePath(name).suffix.lower() in (".xlsx", ".xls", ".ods"):
        return True
    starts_like_one = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    return starts_like_one


def write_as_text(file: IO[bytes], out: IO[str]) -> None:
    """Write the first sheet of a workbook as CSV.

    Only so can reading go on at a row: a workbook is always read from its beginning.
    """
    writer = csv.writer(out)
    for row in _sheet(file):
        writer.writerow([cell[: LONGEST_CELL // 2] for cell in row])


@contextmanager
def rows_of(
    file: IO[bytes], *, name: str, one_column: bool = False
) -> Iterator[Iterator[list[str]]]:
    """Read a CSV, TSV or Excel file row by row, the heading first.

    `one_column` takes a text without separators for a list, one entry a line.

    Raises
    ------
    UnreadableFile : neither text nor a workbook, or a text without a second column
    """
    if is_workbook(file, name=name):
        yield _sheet(file)
        return
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if b"\x00" in head.replace(b"\xff\xfe", b"") and not head.startswith(
        (b"\xff\xfe", b"\xfe\xff")
    ):
        raise UnreadableFile(
            "This is no text file.", hint="Export the figures as CSV or as an Excel workbook."
        )
    encoding = _encoding(head)
    delimiter = _delimiter(head.decode(encoding, errors="replace"), one_column=one_column)
    text = TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield _checked(csv.reader(text, delimiter=delimiter))
    finally:
        text.detach()


def _encoding(head: bytes) -> str:
    if head.startswith(BYTE_ORDER_MARKS):
        return "utf-16"
    try:
        head[: HEAD_BYTES - 4].decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter cut in two at the end of the head is no other encoding.
        if error.start < len(head) - 8:
            return "cp1252"
    return "utf-8-sig"


NO_DELIMITER = "\x1f"
"""The unit separator, which no text holds: every line is one cell."""


def _delimiter(text: str, *, one_column: bool) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    best = max(DELIMITERS, key=first.count)
    if best not in first and one_column:
        return NO_DELIMITER
    if best not in first:
        raise UnreadableFile(
            "The first line has one column only.",
            hint="The first line names the columns, with commas, semicolons or tabs between them.",
        )
    return best


def _checked(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(
            f"A row cannot be read ({error}).", hint="A quote is open, or a cell is far too long."
        ) from error


def _sheet(file: IO[bytes]) -> Iterator[list[str]]:
    """Read the first sheet of a workbook; dates as text, year first."""
    _refuse_huge(file)
    try:
        yield from first_sheet(file)
    except OutOfTheOrdinary:
        file.seek(0)
        yield from _sheet_held_whole(file)
    except BrokenWorkbook as error:
        raise UnreadableFile(str(error), hint=error.hint) from error


def _sheet_held_whole(file: IO[bytes]) -> Iterator[list[str]]:
    """Read XLS, ODS and workbooks that begin in the middle of their sheet; all cells in memory."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(file)
        sheet = workbook.get_sheet_by_index(0)
    except (CalamineError, IndexError) as error:
        raise UnreadableFile(
            "This workbook cannot be opened.", hint="Save it again as XLSX or as CSV."
        ) from error
    for row in sheet.iter_rows():
        yield [_cell(value) for value in row]


def _refuse_huge(file: IO[bytes]) -> None:
    """Refuse an archive that says it unpacks to more than a worker has memory for."""
    try:
        with zipfile.ZipFile(file) as package:
            size = sum(member.file_size for member in package.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        size = 0  # an old .xls is no archive; what is broken is said when it is opened
    file.seek(0)
    if size > LARGEST_UNPACKED:
        raise UnreadableFile(
            f"The workbook unpacks to {spoken_size(size)}; {spoken_size(LARGEST_UNPACKED)} are "
            "the most.",
            hint="Save the sheet as CSV, or split it by month.",
        )


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

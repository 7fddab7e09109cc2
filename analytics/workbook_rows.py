"""The first sheet of an XLSX workbook, row by row from its XML, whatever its size.

A library that opens a workbook holds every cell of it: 800 MB for a million rows. This one holds
the strings that cells share, and one row. What is out of the ordinary it leaves to the library.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from posixpath import join, normpath
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

from analytics.domain.cell_texts import DateStyle, column_index, date_style, number_text
from catalog.errors import StudioError

CHUNK_BYTES = 256 * 1024
MOST_ROWS = 1_048_576
"""Rows a sheet can have (Excel's limit)."""

MOST_PART_BYTES = 16 * 1024**2
"""Styles and the list of sheets are small; larger ones are none of an ordinary workbook."""

RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class OutOfTheOrdinary(Exception):
    """Not a workbook this module reads; said before the first row."""


class BrokenWorkbook(StudioError):
    """The sheet ends or breaks in the middle."""


def first_sheet(file: IO[bytes]) -> Iterator[list[str]]:
    """Yield the rows of the first sheet as texts, dates year first; blank rows keep their place.

    Raises
    ------
    OutOfTheOrdinary : no XLSX, or one that does not begin in the first cell; nothing was yielded
    BrokenWorkbook : the sheet cannot be read to its end; rows were yielded
    """
    try:
        package = zipfile.ZipFile(file)
        sheet, is_1904 = _first_sheet_of(package)
        reader = _SheetReader(_shared_strings(package), _styles(package), is_1904=is_1904)
        part = package.open(sheet)
        rows = _rows(part, reader)
        first = next(rows, None)
    except (
        *(KeyError, IndexError, ValueError, StopIteration, NotImplementedError, RuntimeError),
        *(zipfile.BadZipFile, zlib.error, EOFError, ElementTree.ParseError, expat.ExpatError),
        BrokenWorkbook,
    ) as error:
        raise OutOfTheOrdinary from error
    if first is None or reader.begins_late:
        raise OutOfTheOrdinary
    return _padded(first, rows)


def _padded(first: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    width = len(first)
    yield first
    for row in rows:
        while len(row) > width and not row[-1]:
            row.pop()
        yield row + [""] * (width - len(row))


def _rows(part: IO[bytes], reader: "_SheetReader") -> Iterator[list[str]]:
    parser = _parser(reader.start, reader.end, reader.text)
    try:
        while chunk := part.read(CHUNK_BYTES):
            parser.Parse(chunk, False)
            yield from reader.take()
        parser.Parse(b"", True)
    except (
        expat.ExpatError,
        ValueError,
        IndexError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
    ) as e:
        raise BrokenWorkbook(
            f"The sheet is damaged near row {reader.row_number:,}.",
            hint="Save the workbook again as XLSX, or the sheet as CSV.",
        ) from e
    yield from reader.take()


def _parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: Any) -> None:
    raise ValueError("a workbook declares no document type")


class _Texts:
    """What `<t>` elements say, without the readings beside Japanese ones."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.listens = False
        self.in_reading = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "rPh":
            self.in_reading = True
        elif name == "t":
            self.listens = not self.in_reading

    def end(self, name: str) -> None:
        if name == "rPh":
            self.in_reading = False
        elif name == "t":
            self.listens = False

    def text(self, data: str) -> None:
        if self.listens:
            self.pieces.append(data)


class _StringReader(_Texts):
    """The strings that cells share, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.strings.append("".join(self.pieces))
            self.pieces.clear()


class _SheetReader(_Texts):
    """Cells of a sheet as texts; finished rows wait until they are taken."""

    def __init__(
        self, strings: list[str], styles: list[DateStyle | None], *, is_1904: bool
    ) -> None:
        super().__init__()
        self.strings = strings
        self.styles = styles
        self.is_1904 = is_1904
        self.row_number = 0
        self.begins_late = False
        self._has_begun = False
        self._row: list[str] = []
        self._ready: list[list[str]] = []
        self._blank = 0
        self._kind = ""
        self._style: DateStyle | None = None
        self._column = 0
        self._columns: dict[str, int] = {}

    def take(self) -> list[list[str]]:
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "v":
            self.listens = True
        elif name == "c":
            self._kind = attributes.get("t", "n")
            self._style = self.styles[int(attributes["s"])] if "s" in attributes else None
            self._column = self._column_of(attributes.get("r"))
            self.pieces.clear()
        elif name == "row":
            number = int(attributes.get("r", self.row_number + 1))
            if not self.row_number < number <= MOST_ROWS:
                raise ValueError("rows out of order")
            self._blank += number - self.row_number - 1
            self.row_number = number
            self._row = []
        else:
            super().start(name, attributes)

    def end(self, name: str) -> None:
        if name == "v":
            self.listens = False
        elif name == "c":
            self._keep(self._cell())
        elif name == "row":
            self._finish()
        else:
            super().end(name)

    def _column_of(self, address: str | None) -> int:
        if address is None:
            return len(self._row)
        letters = address.rstrip("0123456789")
        if letters not in self._columns:
            self._columns[letters] = column_index(letters)
        return self._columns[letters]

    def _cell(self) -> str:
        text = "".join(self.pieces)
        if not text or self._kind in ("str", "inlineStr", "d"):
            return text
        if self._kind == "n":
            if self._style is None and text.isdecimal() and text[0] != "0":
                return text  # most numbers are counts
            return number_text(text, style=self._style, is_1904=self.is_1904)
        if self._kind == "s":
            return self.strings[int(text)]
        if self._kind == "b":
            return str(text == "1")
        return ""  # an error of a formula says nothing

    def _keep(self, text: str) -> None:
        missing = self._column - len(self._row)
        if missing > 0:
            self._row.extend([""] * missing)
        self._row.append(text)

    def _finish(self) -> None:
        if not any(self._row):
            self._blank += 1
            return
        if not self._has_begun:
            self.begins_late = bool(self._blank) or not self._row[0]
            self._has_begun = True
        self._ready.extend([] for _ in range(self._blank))
        self._blank = 0
        self._ready.append(self._row)


def _part(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if package.getinfo(name).file_size > MOST_PART_BYTES:
        raise ValueError("a part is far too large")
    data = package.read(name)
    if b"<!DOCTYPE" in data:
        raise ValueError("a workbook declares no document type")
    return ElementTree.fromstring(data)


def _first_sheet_of(package: zipfile.ZipFile) -> tuple[str, bool]:
    book = _part(package, "xl/workbook.xml")
    sheet = next(each for each in book.iter() if each.tag.endswith("}sheet"))
    is_1904 = any(
        each.get("date1904") in ("1", "true")
        for each in book.iter()
        if each.tag.endswith("}workbookPr")
    )
    relations = _part(package, "xl/_rels/workbook.xml.rels")
    target = {each.get("Id"): each.get("Target", "") for each in relations}[sheet.get(RELATIONS)]
    path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
    if "worksheets/" not in path:
        raise ValueError("the first sheet is no table")
    return path, is_1904


def _shared_strings(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    reader = _StringReader()
    parser = _parser(reader.start, reader.end, reader.text)
    with package.open("xl/sharedStrings.xml") as part:
        while chunk := part.read(CHUNK_BYTES):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return reader.strings


def _styles(package: zipfile.ZipFile) -> list[DateStyle | None]:
    """Say of every style whether its numbers are dates."""
    if "xl/styles.xml" not in package.namelist():
        return []
    root = _part(package, "xl/styles.xml")
    codes = {
        int(each.get("numFmtId", 0)): each.get("formatCode", "")
        for each in root.iter()
        if each.tag.endswith("}numFmt")
    }
    formats = next(each for each in root if each.tag.endswith("}cellXfs"))
    numbers = [int(each.get("numFmtId", 0)) for each in formats]
    return [date_style(number, codes.get(number, "")) for number in numbers]

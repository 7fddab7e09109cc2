"""Read a table file into rows of plain values: CSV, TSV, XLSX, XLS, ODS.

Encoding and delimiter are detected unless the person said them; what was found is returned with
the rows, to be shown.
"""

import codecs
import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.domain.table_shape import Value, detect_delimiter, trimmed
from catalog.tables.packages import RefusedTable, inspect_package

MAX_BYTES = 32 * 1024**2
MAX_ROWS = 100_000
MAX_COLUMNS = 300
MAX_CELLS = 4_000_000
MAX_CELL_CHARACTERS = 40_000
SNIFFED_BYTES = 200_000

# Encodings that spreadsheets and older programs write, in the order that a person picks from.
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", "Western Europe (Windows)"),
    ("iso8859-15", "Western Europe (ISO 8859-15)"),
    ("mac-roman", "Western Europe (old Mac)"),
    ("cp1250", "Central Europe (Windows)"),
    ("cp1251", "Cyrillic (Windows)"),
    ("koi8-r", "Cyrillic (KOI8-R)"),
    ("cp1253", "Greek (Windows)"),
    ("cp1254", "Turkish (Windows)"),
    ("cp1255", "Hebrew (Windows)"),
    ("cp1256", "Arabic (Windows)"),
    ("shift-jis", "Japanese (Shift JIS)"),
    ("euc-jp", "Japanese (EUC)"),
    ("gb18030", "Chinese (GB 18030)"),
    ("big5", "Chinese (Big5)"),
    ("cp949", "Korean"),
)
_KNOWN = {codecs.lookup(name).name: name for name, _ in ENCODINGS}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    `errors` are the places (row, column from 0) of cells that hold an error of a formula.
    `encoding_sure` says that a byte order mark or the bytes themselves settle the encoding.
    """

    kind: str
    rows: list[list[Value]]
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = ""
    encoding_sure: bool = True
    delimiter: str = ""
    errors: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[str, ...] = ()


def read_table(
    data: bytes, name: str, *, encoding: str = "", delimiter: str = "", sheet: str = ""
) -> Table:
    """Read a table; its form is judged by its bytes, never by its name.

    Raises
    ------
    RefusedTable : empty, damaged, locked, or beyond the limits of this module
    """
    if not data.strip(b"\0 \r\n\t"):
        raise RefusedTable("The file is empty.")
    if len(data) > MAX_BYTES:
        raise RefusedTable(
            f"The file is too large: a table can have {MAX_BYTES // 1024**2} MB.",
            hint="Split it and import the parts one after the other.",
        )
    if data.startswith((b"PK\x03\x04", _OLE)):
        return _read_workbook(data, sheet)
    if name.lower().endswith((".xlsx", ".xls", ".ods")) and b"\0" in data[:1000]:
        raise RefusedTable(
            "The file is damaged: it is no readable spreadsheet.",
            hint="Open it in your spreadsheet program, save it again and send that.",
        )
    return _read_text(data, encoding, delimiter)


def _read_workbook(data: bytes, wanted: str) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    is_package = data.startswith(b"PK")
    report = inspect_package(data) if is_package else None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        if not names:
            raise RefusedTable("The file has no sheet with cells.")
        name = wanted if wanted in names else names[0]
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * min(sheet.total_width, MAX_COLUMNS) > MAX_CELLS * 4:
            raise _too_many()
        rows = _bounded(sheet.iter_rows())
    except PasswordError as error:
        raise RefusedTable(
            "The file is locked with a password.", hint="Save it without one and send that."
        ) from error
    except CalamineError as error:
        raise RefusedTable(
            f"The spreadsheet cannot be read: {error}.",
            hint="Open it in your spreadsheet program, save it as XLSX again and send that.",
        ) from error
    errors: set[tuple[int, int]] = set()
    notes: list[str] = []
    if report is not None:
        part = f"xl/worksheets/sheet{book.sheet_names.index(name) + 1}.xml"
        errors = {(row, column) for file, row, column in report.errors if file.lower() == part}
    elif not is_package:
        notes.append(
            "In this old form (XLS) a cell whose formula failed looks like an empty one. "
            "Save the table as XLSX to have such cells named."
        )
    kind = "XLSX" if report is not None and b"xl/" in data else "ODS" if is_package else "XLS"
    return Table(
        kind,
        rows,
        sheets=tuple(names),
        sheet=name,
        errors=frozenset(errors),
        notes=tuple(notes),
    )


def _read_text(data: bytes, encoding: str, delimiter: str) -> Table:
    used, sure = (encoding, True) if encoding else detect_encoding(data)
    decoder = "utf-8-sig" if used == "utf-8" else used
    notes = []
    try:
        text = data.decode(decoder)
    except UnicodeDecodeError:
        text = data.decode(decoder, errors="replace")
        notes.append(
            f"{text.count(chr(0xFFFD)):,} characters do not fit this encoding and are shown as "
            "�. Choose another encoding."
        )
    stated = re.match(r"sep=(.)\r?\n", text)
    if stated:
        text = text[stated.end() :]
        delimiter = delimiter or stated[1]
    delimiter = delimiter or detect_delimiter(text)
    csv.field_size_limit(MAX_BYTES)
    try:
        rows = _bounded(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise RefusedTable(f"The text cannot be read as a table: {error}.") from error
    if stated:
        rows.insert(0, [])
    return Table(
        "TSV" if delimiter == "\t" else "CSV",
        rows,
        encoding=used,
        encoding_sure=sure,
        delimiter=delimiter,
        notes=tuple(notes),
    )


def detect_encoding(data: bytes) -> tuple[str, bool]:
    """Name the encoding of a text, and say whether the bytes settle it."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, True
    try:
        data.decode("utf-8")
        return "utf-8", True
    except UnicodeDecodeError:
        pass
    if data[:2000].count(0) > len(data[:2000]) // 4:
        return ("utf-16-le" if data[1:2] == b"\0" else "utf-16-be"), True
    from charset_normalizer import from_bytes

    legacy = [name for name, _ in ENCODINGS if not name.startswith("utf")]
    best = from_bytes(data[:SNIFFED_BYTES], cp_isolation=legacy).best()
    found = _KNOWN.get(codecs.lookup(best.encoding).name, "cp1252") if best else "cp1252"
    return found, False


def _bounded(rows: Iterator[Sequence[object]]) -> list[list[Value]]:
    """Keep rows within the limits, without the empty ends of the table."""
    found: list[list[Value]] = []
    cells = empty = 0
    for row in rows:
        if len(row) > MAX_COLUMNS:
            row = _within_columns(row)
        values = trimmed([_value(cell) for cell in row])
        if not values:
            empty += 1
            continue
        if empty:
            found.extend([] for _ in range(min(empty, MAX_ROWS + 1)))
            empty = 0
        found.append(values)
        cells += len(values)
        if cells > MAX_CELLS or len(found) > MAX_ROWS + 20:
            raise _too_many()
    if not found:
        raise RefusedTable("The table is empty: no cell holds anything.")
    return found


def _within_columns(row: Sequence[object]) -> Sequence[object]:
    beyond = itertools.islice(row, MAX_COLUMNS, None)
    if any(cell not in ("", None) for cell in beyond):
        raise RefusedTable(
            f"The table has more than {MAX_COLUMNS} columns.",
            hint="Delete the columns that are not about your music.",
        )
    return row[:MAX_COLUMNS]


def _too_many() -> RefusedTable:
    return RefusedTable(
        f"The table has more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells.",
        hint="Split it and import the parts one after the other.",
    )


def _value(cell: object) -> Value:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, bool | float | int | dt.date):
        return cell
    if isinstance(cell, dt.time | dt.timedelta):
        return str(cell)
    text = str(cell)
    if len(text) > MAX_CELL_CHARACTERS:
        raise RefusedTable(
            f"A cell holds {len(text):,} characters; {MAX_CELL_CHARACTERS:,} are the most.",
        )
    return text

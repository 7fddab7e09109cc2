"""A row of a sheet read into cells of the catalog, with what was mended and what is wrong.

Plain Python. A cell whose text is what the catalog would write for its present value is no change,
whatever else could be said about it: that is what makes an untouched export import as nothing.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog.domain.cell_repair import Want, repair, unguard
from catalog.domain.cells import Column, Kind, Words
from catalog.domain.changes import Json
from catalog.domain.columns import COLUMNS
from catalog.domain.lists import join_values, split_values
from catalog.domain.table_shape import Value, blank
from catalog.errors import StudioError

MENDED, REMARK, PROBLEM = "mended", "remark", "problem"
MOST_REMEMBERED = 100_000
_CODES = frozenset(("isrc", "iswc", "catalogue_number"))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|_x000[dD]_")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class Reading:
    """How the sheet is read, as detected or as the person said.

    `columns` are the columns of the catalog by position in the sheet. `own` says that the sheet is
    an export of this studio, whose guarding apostrophes come off. `unknown_terms` is "refuse" or
    "leave_out"; `clear_blank` makes an empty cell empty the value.
    """

    columns: Mapping[int, Column]
    date_first: str = ""
    decimal: str = "."
    own: bool = False
    clear_blank: bool = False
    unknown_terms: str = "refuse"
    read_before: dict[tuple[int, type, Value], "CellRead"] = field(
        default_factory=dict, compare=False
    )


@dataclass(frozen=True)
class CellRead:
    """What a cell of the sheet was read as, apart from any row: sheets repeat themselves."""

    name: str = ""
    cell: Json = None
    notes: tuple[tuple[str, str], ...] = ()


@dataclass
class CellNotes:
    """What is to be said about the cells of a row, by position: state and sentence."""

    by_place: dict[int, tuple[str, str]] = field(default_factory=dict)

    def add(self, place: int, state: str, sentence: str) -> None:
        """Say something about a cell; the graver state stays."""
        before = self.by_place.get(place)
        if before is None or _GRAVITY[state] > _GRAVITY[before[0]]:
            self.by_place[place] = (state, sentence)
        elif before[0] == state and sentence not in before[1]:
            self.by_place[place] = (state, f"{before[1]} {sentence}")

    @property
    def has_problem(self) -> bool:
        """Whether a cell cannot be used."""
        return any(state == PROBLEM for state, _ in self.by_place.values())


_GRAVITY = {MENDED: 0, REMARK: 1, PROBLEM: 2}


def as_text(value: Value, *, own: bool = False) -> str:
    """Write a value of the sheet as the text a person sees there."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < 1e15
        return str(int(value)) if whole else format(value, ".15g")
    return unguard(value) if own else value


def storable(text: str) -> str:
    """Show what PostgreSQL keeps no text of: NUL as its picture, half characters as a question."""
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode("utf-8")


def canonical(text: str) -> str:
    """Fold what files and spreadsheets do to any text on its way: line ends, control characters."""
    text = text.replace("_x000D_", "\r").replace("_x000d_", "\r")
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def same_text(text: str, column: Column, current: Json, words: Words) -> bool:
    """Say whether a cell of the sheet holds what the catalog would write for its value."""
    return canonical(text) == canonical(column.write(current, words))


def read_cells_of_row(
    row: Sequence[Value],
    reading: Reading,
    words: Words,
    *,
    notes: CellNotes,
    current: Mapping[str, Json] | None = None,
    only: frozenset[str] | None = None,
) -> dict[str, Json]:
    """Read the cells of a row that say something else than `current`, by column.

    Empty cells say nothing unless `reading.clear_blank`. What cannot be read is noted as a problem
    and left out of the result.

    Parameters
    ----------
    current : the present cells where the track (or release) is known
    only : names of the columns wanted
    """
    found: dict[str, Json] = {}
    for place, column in reading.columns.items():
        if only is not None and column.name not in only:
            continue
        value: Value = row[place] if place < len(row) else ""
        known = current is not None and column.name in current
        text = as_text(value, own=reading.own)
        if current is not None and known and same_text(text, column, current[column.name], words):
            continue
        if blank(text):
            if reading.clear_blank and known and not column.required:
                found[column.name] = column.empty
            continue
        given = unguard(value) if reading.own and isinstance(value, str) else value
        read = _remembered(place, column, given, reading, words)
        for state, sentence in read.notes:
            notes.add(place, state, sentence)
        if not read.name:
            continue
        if current is not None and read.name in current and read.cell == current[read.name]:
            continue
        found[read.name] = read.cell
    return found


def _remembered(
    place: int, column: Column, value: Value, reading: Reading, words: Words
) -> CellRead:
    key = (place, type(value), value)
    known = reading.read_before.get(key)
    if known is None:
        if len(reading.read_before) >= MOST_REMEMBERED:
            reading.read_before.clear()
        known = reading.read_before[key] = _read(column, value, reading, words)
    return known


def _read(column: Column, value: Value, reading: Reading, words: Words) -> CellRead:
    mended = repair(value, want_of(column), date_first=reading.date_first, decimal=reading.decimal)
    if mended.problem:
        return CellRead(notes=((PROBLEM, mended.problem),))
    notes: list[tuple[str, str]] = []
    if mended.note:
        notes.append((MENDED, f"{mended.note[:1].upper()}{mended.note[1:]}."))
    text = mended.text
    if column.name == "release_date" and _YEAR.fullmatch(text):
        return CellRead("release_year", int(text), tuple(notes))
    if column.kind is Kind.TERMS and reading.unknown_terms == "leave_out":
        text = _known_terms(column, text, words, notes)
    if not text:
        return CellRead(notes=tuple(notes))
    try:
        cell = column.read(text, words)
    except StudioError as error:
        return CellRead(notes=(*notes, (PROBLEM, f"{error} {error.hint}".strip())))
    notes += [(REMARK, remark) for remark in column.remarks(cell)]
    return CellRead(column.name, cell, tuple(notes))


def _known_terms(column: Column, text: str, words: Words, notes: list[tuple[str, str]]) -> str:
    known: list[str] = []
    unknown: list[str] = []
    for word in split_values(text):
        (unknown if words.term(column.facet, word) is None else known).append(word)
    if unknown:
        named = ", ".join(f"“{word}”" for word in unknown)
        notes.append((REMARK, f"Left out, because the vocabulary has no {named}."))
    return join_values(known)


def want_of(column: Column) -> Want:
    """Say what kind of repair the values of a column may need."""
    if column.name == "upc":
        return Want.GTIN
    if column.name in _CODES:
        return Want.CODE
    return {Kind.NUMBER: Want.NUMBER, Kind.WHOLE: Want.WHOLE, Kind.DATE: Want.DATE}.get(
        column.kind, Want.TEXT
    )


def importable() -> dict[str, Column]:
    """Columns that a sheet can fill; a release is named by its title, never by its id."""
    return {name: column for name, column in COLUMNS.items() if column.kind is not Kind.RELEASE}

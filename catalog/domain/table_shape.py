"""What a table looks like: delimiter, row of headings, order of dates, decimal mark. Plain Python.

All of it is a guess that a person sees and can change.
"""

import csv
import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Value = str | float | int | bool | dt.date
DELIMITERS = (",", ";", "\t", "|")
HEADING_ROWS = 20
SAMPLE_LINES = 60
_SLASHED = re.compile(r"\s*(\d{1,2})([/\-.])(\d{1,2})\2(\d{4}|\d{2})\s*")
_COMMA_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d{3})*,\d{1,2}|\d+,\d{4,}")
_DOT_DECIMAL = re.compile(r"[+-]?\d+(?:,\d{3})*\.\d{1,2}|\d+\.\d{4,}")


@dataclass(frozen=True)
class DateOrder:
    """How dates in figures with the year last are read: "day", "month", or "" for not known.

    `evidence` is a date that can be read in one way only; `mixed` says that there are both.
    """

    first: str = ""
    evidence: str = ""
    mixed: bool = False


def trimmed(row: list[Value]) -> list[Value]:
    """Drop the empty cells at the end of a row.

    >>> trimmed(["a", "", "b", " ", ""])
    ['a', '', 'b']
    """
    end = len(row)
    while end and (row[end - 1] is None or (isinstance(row[end - 1], str) and blank(row[end - 1]))):
        end -= 1
    return row[:end]


def blank(value: Value) -> bool:
    """Say whether a cell holds nothing to see."""
    return isinstance(value, str) and not value.strip()


def detect_delimiter(text: str) -> str:
    """Find what parts the columns: what gives most lines the same number of columns, above one.

    >>> detect_delimiter("title;artist\\nA, B;C\\n"), detect_delimiter("title\\nOne, two\\n")
    (';', ',')
    """
    sample = "\n".join(text[:100_000].splitlines()[:SAMPLE_LINES])
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = [
                len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row
            ]
        except csv.Error:
            continue
        if not widths:
            continue
        width, lines = Counter(widths).most_common(1)[0]
        heading = widths[0]
        if width < 2 or heading < 2:
            continue
        score = lines / len(widths) + min(width, 40) / 100 + (0.5 if heading == width else 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def detect_heading_row(rows: Sequence[Sequence[Value]], known: Iterable[str]) -> int:
    """Find the row of headings among the first rows: the one that names most of what is known.

    `known` are folded headings (see `fold_heading`). Without any known heading it is the first row
    that is as wide as the table mostly is.
    """
    names = frozenset(known)
    best, best_hits = -1, 0
    for number, row in enumerate(rows[:HEADING_ROWS]):
        hits = sum(isinstance(cell, str) and fold_heading(cell) in names for cell in row)
        if hits > best_hits:
            best, best_hits = number, hits
    if best >= 0:
        return best
    widths = [sum(not blank(cell) for cell in row) for row in rows[:HEADING_ROWS]]
    usual = max(widths, default=0)
    return next((number for number, width in enumerate(widths) if width * 2 > usual), 0)


def fold_heading(text: str) -> str:
    """Fold a heading for comparing: case, accents' forms, punctuation and stars do not count.

    >>> fold_heading("Track Title *"), fold_heading("UPC/EAN"), fold_heading("release_date")
    ('track title', 'upc ean', 'release date')
    """
    return " ".join(re.findall(r"[^\W_]+|[#℗©]", text.casefold()))


def detect_date_order(texts: Iterable[str]) -> DateOrder:
    """Look for dates that can be read in one way only.

    Dates with dots are left out: with dots the day comes first everywhere.
    """
    found: dict[str, str] = {}
    for text in texts:
        match = _SLASHED.fullmatch(text)
        if match is None or match[2] == ".":
            continue
        first, second = int(match[1]), int(match[3])
        if first > 12 >= second:
            found.setdefault("day", text.strip())
        elif second > 12 >= first:
            found.setdefault("month", text.strip())
    if len(found) == 2:
        return DateOrder(mixed=True, evidence=" and ".join(found.values()))
    for first_is, evidence in found.items():
        return DateOrder(first_is, evidence)
    return DateOrder()


def detect_decimal(texts: Iterable[str]) -> str:
    """Find the decimal mark of numbers written as text: "," or "."."""
    commas = dots = 0
    for text in texts:
        bare = text.strip()
        commas += _COMMA_DECIMAL.fullmatch(bare) is not None
        dots += _DOT_DECIMAL.fullmatch(bare) is not None
    return "," if commas > dots else "."

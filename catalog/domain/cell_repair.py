"""What spreadsheets do to values, and how it is mended in sight of the person. Plain Python.

`repair` turns the value of a cell into the text a column reads, with a note where it is not what
stands in the file. What cannot be mended for sure is a problem, never a guess.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from catalog.domain.identifiers import gtin_check_digit
from catalog.domain.table_shape import Value
from catalog.domain.tag_values import clean_text

ERROR_WORDS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
) | frozenset(("#GETTING_DATA", "#WERT!", "#BEZUG!", "#NV", "#VALEUR!", "#NOMBRE!", "#VALOR!"))
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_TRAILING_ZERO = re.compile(r"(\d+)[.,]0+")
_SLASHED = re.compile(r"(\d{1,2})([/\-])(\d{1,2})\2(\d{4}|\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_COMPACT = re.compile(r"(18|19|20)(\d{2})(\d{2})(\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_YEAR = re.compile(r"(18[6-9]\d|19\d{2}|20\d{2})(?:\.0+)?")
_FORMULA_STARTS = tuple("=+-@\t\r\n'")
_SERIAL_START = dt.date(1899, 12, 30)


class Want(StrEnum):
    """What a column takes, as far as repairing goes."""

    TEXT = "text"
    CODE = "code"
    GTIN = "gtin"
    NUMBER = "number"
    WHOLE = "whole"
    DATE = "date"


@dataclass(frozen=True)
class Repaired:
    """A cell as text, what was mended (`note`), and why it cannot be used (`problem`)."""

    text: str
    note: str = ""
    problem: str = ""


def repair(value: Value, want: Want, *, date_first: str = "", decimal: str = ".") -> Repaired:
    """Bring a cell into a text that the column can read.

    Parameters
    ----------
    date_first : "day" or "month", where 03/04/2021 may be read; "" where nobody said so
    decimal : the decimal mark of numbers written as text
    """
    if isinstance(value, bool):
        return Repaired("yes" if value else "no")
    if isinstance(value, dt.date):
        return _from_day(value, want)
    if isinstance(value, int | float):
        return _from_number(value, want)
    text, removed = clean_text(value.replace("\r\n", "\n").replace("\r", "\n"))
    note = f"{removed} control character{'s' * (removed > 1)} taken out" if removed else ""
    if text.upper() in ERROR_WORDS:
        return Repaired(text, problem=f"The cell holds the error {text} of a formula.")
    mended = _from_text(text, want, date_first, decimal)
    notes = "; ".join(part for part in (note, mended.note) if part)
    return Repaired(mended.text, notes, mended.problem)


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run; `unguard` takes it off.

    >>> guard("=1+1"), guard("'74 Jailbreak"), guard("Plain")
    ("'=1+1", "''74 Jailbreak", 'Plain')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def unguard(text: str) -> str:
    """Take off the apostrophe that `guard` put before a text.

    >>> unguard("'=1+1"), unguard("''74 Jailbreak"), unguard("'74 Jailbreak")
    ('=1+1', "'74 Jailbreak", "'74 Jailbreak")
    """
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_STARTS) else text


def _from_day(value: dt.date, want: Want) -> Repaired:
    if want in (Want.CODE, Want.GTIN, Want.NUMBER, Want.WHOLE):
        return Repaired(
            value.isoformat(),
            problem=f"The spreadsheet made a date of it ({value.isoformat()}).",
        )
    return Repaired(value.isoformat())


def _from_number(value: float, want: Want) -> Repaired:
    whole = float(value).is_integer() and abs(value) < 1e15
    text = str(int(value)) if whole else format(value, ".15g")
    if want is Want.DATE:
        return _year_or_serial(text, value)
    if want is Want.GTIN:
        return _gtin(text, "")
    return Repaired(text)


def _from_text(text: str, want: Want, date_first: str, decimal: str) -> Repaired:
    if not text:
        return Repaired("")
    if want is Want.DATE:
        return _date(text, date_first)
    if want in (Want.CODE, Want.GTIN):
        return _code(text, want)
    if want in (Want.NUMBER, Want.WHOLE):
        return _number(text, want, decimal)
    return Repaired(text)


def _code(text: str, want: Want) -> Repaired:
    if match := _TRAILING_ZERO.fullmatch(text):
        text, note = match[1], "“.0” taken off the end"
        return _gtin(text, note) if want is Want.GTIN else Repaired(text, note)
    if _SCIENTIFIC.fullmatch(text):
        try:
            number = Decimal(text.replace(",", "."))
        except InvalidOperation:
            return Repaired(text)
        digits = str(int(number))
        written = f"{text} written out as {digits}"
        known = len(number.as_tuple().digits)
        if want is Want.GTIN and known < len(digits) - 1:
            mended = _gtin(digits, written)
            lost = (
                f"The spreadsheet shortened this number to {text}, so its last digits are lost. "
                "Take it from the source again."
            )
            return mended if not mended.problem else Repaired(text, problem=lost)
        return _gtin(digits, written) if want is Want.GTIN else Repaired(digits, written)
    return _gtin(text, "") if want is Want.GTIN else Repaired(text)


def _gtin(text: str, note: str) -> Repaired:
    """Put leading zeros back that a spreadsheet cut, where the check digit then is right."""
    bare = re.sub(r"[\s\-]", "", text)
    if not (bare.isascii() and bare.isdigit()):
        return Repaired(text, note)
    if 8 <= len(bare) < 12:
        padded = bare.zfill(12)
        if gtin_check_digit(padded[:-1]) == int(padded[-1]):
            zeros = 12 - len(bare)
            words = "leading zero" if zeros == 1 else f"{zeros} leading zeros"
            mended = f"UPC: {words} put back: {padded}"
            return Repaired(padded, "; ".join(part for part in (note, mended) if part))
        return Repaired(
            bare,
            note,
            f"“{bare}” has {len(bare)} digits. With leading zeros put back its check digit is "
            "wrong, so more than zeros is missing.",
        )
    if len(bare) in (12, 13, 14) and gtin_check_digit(bare[:-1]) != int(bare[-1]):
        return Repaired(
            bare,
            note,
            f"The check digit of the UPC {bare} is wrong: it would be "
            f"{gtin_check_digit(bare[:-1])}.",
        )
    return Repaired(bare if bare != text.strip() else text, note)


def _number(text: str, want: Want, decimal: str) -> Repaired:
    if want is Want.WHOLE and (match := re.fullmatch(r"(\d{1,4})\s*(?:/|of)\s*\d{1,4}", text)):
        return Repaired(match[1], f"{text} read as number {match[1]}")
    bare = text.replace("\u00a0", "").replace("\u202f", "")
    if decimal == "," and re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})*,\d+|[+-]?\d+,\d+", bare):
        mended = bare.replace(".", "").replace(",", ".")
        return Repaired(_short(mended), "")
    if decimal == "." and re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        mended = bare.replace(",", "")
        return Repaired(mended, f"{text} read as {mended}")
    return Repaired(_short(bare))


def _short(text: str) -> str:
    match = _TRAILING_ZERO.fullmatch(text)
    return match[1] if match else text


def _date(text: str, date_first: str) -> Repaired:
    if match := _YEAR_FIRST.fullmatch(text):
        return Repaired(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}")
    if match := _DOTTED.fullmatch(text):
        return _day(text, day=match[1], month=match[2], year=match[3])
    if match := _COMPACT.fullmatch(text):
        iso = f"{match[1]}{match[2]}-{match[3]}-{match[4]}"
        return Repaired(iso, f"{text} read as {iso}")
    if match := _SLASHED.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        if first != second and first <= 12 and second <= 12 and not date_first:
            year = _full_year(match[4])
            return Repaired(
                text,
                problem=f"The date {text} could be {year}-{second:02}-{first:02} or "
                f"{year}-{first:02}-{second:02}. Say above whether the day or the month is first.",
            )
        month_first = date_first == "month" if first <= 12 and second <= 12 else second > 12
        day, month = (match[3], match[1]) if month_first else (match[1], match[3])
        return _day(text, day=day, month=month, year=match[4])
    if text.replace(".", "", 1).isdigit():
        return _year_or_serial(text, float(text))
    return Repaired(text)


def _day(text: str, *, day: str, month: str, year: str) -> Repaired:
    iso = f"{_full_year(year)}-{int(month):02}-{int(day):02}"
    return Repaired(iso, f"{text} read as {iso}")


def _full_year(year: str) -> str:
    if len(year) == 4:
        return year
    return f"20{year}" if int(year) < 70 else f"19{year}"


def _year_or_serial(text: str, value: float) -> Repaired:
    if match := _YEAR.fullmatch(text):
        return Repaired(match[1])
    if float(value).is_integer() and 20_000 <= value <= 80_000:
        day = _SERIAL_START + dt.timedelta(days=int(value))
        return Repaired(
            text,
            problem=f"The date is the bare number {text}. If a spreadsheet counted days, it means "
            f"{day.isoformat()}: write that.",
        )
    return Repaired(text, problem=f"{text} is not a date.")

"""Cells of a spreadsheet as text: where a column stands, which numbers are dates, what they say.

Dates are days since the last day of 1899 (or since 1904), as ECMA-376 part 1, section 18.17.4 says.
"""

import re
from datetime import datetime, timedelta
from enum import Enum

ALPHABET = 26
FIRST_DAY_1900, FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
FALSE_LEAP_DAY = 60
"""Spreadsheets count a 29 Feb 1900 that never was; days before it lie one later."""

NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
DURATION = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


class DateStyle(Enum):
    """What a number with a date's format is."""

    MOMENT = "moment"
    DURATION = "duration"


def column_index(letters: str) -> int:
    """Count columns from 0: A is 0, AA is 26.

    Raises
    ------
    ValueError : something else than one to three letters from A to Z
    """
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError(f"no column: {letters!r}")
    index = 0
    for letter in letters:
        index = index * ALPHABET + ord(letter) - ord("A") + 1
    return index - 1


def date_style(number: int, code: str) -> DateStyle | None:
    """Say whether a number format shows a date; `code` is empty for the built-in ones."""
    if not code:
        if number == 46:
            return DateStyle.DURATION
        return DateStyle.MOMENT if 14 <= number <= 22 or number in (45, 47) else None
    first = NOT_FORMAT.sub("", code.split(";")[0])
    if DURATION.search(first):
        return DateStyle.DURATION
    if "general" in first.lower():
        return None
    return DateStyle.MOMENT if re.search("[dmyhs]", first, re.IGNORECASE) else None


def number_text(text: str, *, style: DateStyle | None, is_1904: bool) -> str:
    """Write a number as a person reads it: whole ones without a point, dates year first.

    Raises
    ------
    ValueError : no number
    """
    number = float(text)
    if style is None:
        return str(int(number)) if number.is_integer() else str(number)
    if style is DateStyle.DURATION:
        return str(timedelta(days=number))
    moment = _moment(number, is_1904=is_1904)
    if number < 1:
        return str(moment.time())
    return str(moment.date()) if number.is_integer() else str(moment)


def _moment(number: float, *, is_1904: bool) -> datetime:
    try:
        if is_1904:
            return FIRST_DAY_1904 + timedelta(days=number)
        late = 1 if number < FALSE_LEAP_DAY else 0
        return FIRST_DAY_1900 + timedelta(days=number + late, milliseconds=0)
    except OverflowError as error:
        raise ValueError(f"no day: {number}") from error

"""Dates as people write them, read only where they can be read in one way. Plain Python."""

import datetime as dt
import re

from catalog.errors import StudioError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?(?:\.0+)?Z?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-. ]+([A-Za-z]{3,9})\.?[-, ]+(\d{4})")
_NAMED_DAY = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})")


class UnreadableDate(StudioError):
    """A text that is no date, or could be two."""


def read_day(text: str) -> str | None:
    """Give a date in ISO form; None for an empty text.

    A date in figures with the year last is read only where one of the figures cannot be a month.

    >>> read_day("25 Nov 2026"), read_day("2026/11/5"), read_day("25.11.2026"), read_day("")
    ('2026-11-25', '2026-11-05', '2026-11-25', None)

    Raises
    ------
    UnreadableDate : no date, no day of the calendar, or day and month could be either
    """
    bare = " ".join(text.split())
    if not bare:
        return None
    if match := _YEAR_FIRST.fullmatch(bare):
        return _day(text, int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_NAMED.fullmatch(bare):
        return _day(text, int(match[3]), _month(match[2], text), int(match[1]))
    if match := _NAMED_DAY.fullmatch(bare):
        return _day(text, int(match[3]), _month(match[1], text), int(match[2]))
    if match := _YEAR_LAST.fullmatch(bare):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first != second and first <= 12 and second <= 12:
            raise UnreadableDate(
                f"“{bare}” could be two days: it does not say which figure is the month.",
                hint=f"Write {year}-{second:02d}-{first:02d} or {year}-{first:02d}-{second:02d}.",
            )
        return _day(text, year, second, first) if first > 12 else _day(text, year, first, second)
    raise _unreadable(text)


def _month(word: str, text: str) -> int:
    start = word[:3].lower()
    if start not in _MONTHS:
        raise _unreadable(text)
    return _MONTHS.index(start) + 1


def _day(text: str, year: int, month: int, day: int) -> str:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise UnreadableDate(
            f"“{text.strip()}” is no day of the calendar.", hint="Write it as 2026-11-25."
        ) from None
    if year < 1860:
        raise UnreadableDate(f"“{text.strip()}” is before the first recording of sound (1860).")
    return found.isoformat()


def _unreadable(text: str) -> UnreadableDate:
    return UnreadableDate(f"“{text.strip()}” is not a date.", hint="Write it as 2026-11-25.")

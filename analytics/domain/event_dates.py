"""Days as files of events write them: which are clear, and which could be two days.

Year first, day first with dots, and months by name are clear in any row. With slashes or dashes and
the year last, 03/04/2026 is one day in London and another in New York; only the other rows of the
file can tell, so the column is read as a whole first (`order_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache

NAMED_MONTHS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
MOST_CACHED = 20_000


class DayOrder(StrEnum):
    """What comes first where the year stands last; UNKNOWN where no row tells."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"
    UNKNOWN = ""


class AmbiguousDay(ValueError):
    """The text could be two days."""


def order_of(texts: Iterable[str]) -> DayOrder:
    """Find the order of a column: a first number above 12 is a day, a second one too.

    A column that has both is no clue, nor is one without either.
    """
    day_first = month_first = False
    for text in texts:
        found = _YEAR_LAST.fullmatch(text.strip())
        if found and found[2] != ".":
            day_first = day_first or int(found[1]) > 12
            month_first = month_first or int(found[3]) > 12
    if day_first == month_first:
        return DayOrder.UNKNOWN
    return DayOrder.DAY_FIRST if day_first else DayOrder.MONTH_FIRST


def needs_order(text: str) -> bool:
    """Whether a text can be read only with the rest of its column."""
    found = _YEAR_LAST.fullmatch(text.strip())
    return found is not None and found[2] != "."


@lru_cache(maxsize=MOST_CACHED)
def read_day(text: str, *, order: DayOrder = DayOrder.UNKNOWN, zone: tzinfo = UTC) -> date:
    """Read a day; a moment with an offset falls on its day in `zone`, one without on its own.

    >>> read_day("2026-05-31"), read_day("31.05.2026")
    (datetime.date(2026, 5, 31), datetime.date(2026, 5, 31))

    Raises
    ------
    AmbiguousDay : it could be two days, and `order` does not tell
    ValueError : it is no day
    """
    bare = text.strip()
    if found := _YEAR_LAST.fullmatch(bare):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == ".":
            return date(year, second, first)
        if order is DayOrder.UNKNOWN:
            if first != second and max(first, second) <= 12:
                raise AmbiguousDay(bare)
            order = DayOrder.MONTH_FIRST if second > 12 else DayOrder.DAY_FIRST
        return (
            date(year, first, second)
            if order is DayOrder.MONTH_FIRST
            else date(year, second, first)
        )
    try:
        moment = datetime.fromisoformat(bare.replace("/", "-"))
    except ValueError:
        return _named(bare)
    return (moment.astimezone(zone) if moment.tzinfo else moment).date()


def _named(text: str) -> date:
    """Read 31 May 2026, 31-May-2026 and May 31, 2026."""
    plain = re.sub(r"[\s,.-]+", " ", text)
    for form in NAMED_MONTHS:
        try:
            return datetime.strptime(plain, form).date()  # a day has no zone
        except ValueError:
            continue
    raise ValueError(f"{text} is no day")

"""Days of event files: clear ones in many forms, ambiguous ones never guessed."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from analytics.domain.event_dates import AmbiguousDay, DayOrder, order_of, read_day

MAY_4 = date(2026, 5, 4)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04",
        "2026/05/04",
        "20260504",
        "04.05.2026",
        "4 May 2026",
        "4-May-2026",
        "May 4, 2026",
        "2026-05-04 00:00:00",
        " 2026-05-04T23:59:59 ",
    ],
)
def test_a_clear_day_is_read_in_any_form(text: str) -> None:
    assert read_day(text) == MAY_4


@pytest.mark.parametrize("text", ["", "soon", "46146", "2026-13-01", "31.02.2026", "04.05.26"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no day|month|day is out"):
        read_day(text)


def test_a_moment_falls_on_its_day_in_the_studio_s_zone() -> None:
    moment = "2026-05-04T23:30:00-05:00"
    assert read_day(moment) == date(2026, 5, 5)
    assert read_day(moment, zone=ZoneInfo("America/Chicago")) == MAY_4
    assert read_day("2026-05-03T22:30:00Z", zone=ZoneInfo("Europe/Berlin")) == MAY_4


def test_the_other_rows_tell_which_number_is_the_day() -> None:
    day_first, month_first = ["04/05/2026", "31/05/2026"], ["05/04/2026", "05/31/2026"]
    assert order_of(day_first) is DayOrder.DAY_FIRST
    assert order_of(month_first) is DayOrder.MONTH_FIRST
    assert read_day("04/05/2026", order=order_of(day_first)) == MAY_4
    assert read_day("05/04/2026", order=order_of(month_first)) == MAY_4


def test_a_column_without_or_with_contrary_clues_is_not_guessed() -> None:
    assert order_of(["04/05/2026"]) is DayOrder.UNKNOWN
    assert order_of(["31/05/2026", "05/31/2026"]) is DayOrder.UNKNOWN
    with pytest.raises(AmbiguousDay):
        read_day("04/05/2026")
    assert read_day("05/05/2026") == date(2026, 5, 5)

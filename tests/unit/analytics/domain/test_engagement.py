"""How people listen: one hearing counts once, listeners are the sample, little says nothing."""

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.domain.engagement import (
    FEWEST,
    Event,
    Hearing,
    Outcome,
    by_band,
    by_space,
    depth,
    hearings_of,
    onward,
    repeats,
    share_of,
    skips,
)

TODAY = date(2026, 6, 1)
START = TODAY - timedelta(days=60)


def event(listener: int = 1, track: int = 1, **values: object) -> Event:
    usual = {
        "artists": frozenset({9}), "list_id": "a", "space": "", "place": None, "day": START,
        "outcome": Outcome.PLAYED, "share": None,
    }  # fmt: skip
    return Event(listener, track, **{**usual, **values})  # type: ignore[arg-type]  # named by tests


def heard(listener: int, track: int = 1, **values: object) -> Hearing:
    [found] = hearings_of([event(listener, track, **values)])
    return found


def test_the_button_and_the_player_say_one_thing_of_one_hearing() -> None:
    [one] = hearings_of(
        [
            event(outcome=Outcome.PLAYED, share=0.1, place=3),
            event(outcome=Outcome.SKIPPED, place=3),
        ]
    )
    assert (one.outcome, one.depth, one.place) == (Outcome.SKIPPED, 0.1, 3)
    assert len(hearings_of([event(), event(list_id="b"), event(listener=2)])) == 3


def test_few_hearings_or_few_listeners_say_nothing() -> None:
    few = skips([heard(number) for number in range(FEWEST - 1)])
    assert few.interval is None
    assert "29 by 29 listeners; 30 by 5 are the least" in few.reason
    lonely = skips([heard(1, list_id=number) for number in range(200)])
    assert lonely.interval is None
    assert "200 by 1 listener;" in lonely.reason


def test_intervals_are_those_of_listeners_who_differ() -> None:
    random = np.random.default_rng(3)
    truth, held, repeats_ = 0.3, 0, 600
    for _ in range(repeats_):
        trials: list[tuple[int | None, bool]] = []
        for listener in range(25):
            own = random.beta(0.3 * 4, 0.7 * 4)
            trials += [(listener, bool(random.random() < own)) for _ in range(20)]
        found = share_of(trials).interval
        assert found is not None
        held += found.low <= truth <= found.high
    assert 0.92 <= held / repeats_ <= 0.985


def test_skips_by_place_and_by_space() -> None:
    hearings = [
        heard(
            number % 10,
            list_id=number,
            place=1 if number % 2 else 15,
            space="calm-piano" if number % 2 else "",
            outcome=Outcome.PLAYED if number % 2 else Outcome.SKIPPED,
        )
        for number in range(80)
    ]
    bands = by_band(hearings)
    assert {band: one.n for band, one in bands.items()} == {(1, 1): 40, (11, 20): 40}
    top, low = bands[1, 1].interval, bands[11, 20].interval
    assert top is not None
    assert low is not None
    assert (top.estimate, low.estimate) == (0.0, 1.0)
    assert [*by_space(hearings)] == ["calm-piano"]


def test_coming_back_is_another_day_within_the_time_and_open_times_do_not_count() -> None:
    hearings = []
    for listener in range(40):
        hearings.append(heard(listener))
        back = START + timedelta(days=5 if listener < 10 else 20)
        if listener < 30:
            hearings.append(heard(listener, list_id="b", day=back))
        hearings.append(heard(listener, track=2, day=TODAY - timedelta(days=3)))
    seven = repeats(hearings, within_days=7, today=TODAY)
    month = repeats(hearings, within_days=28, today=TODAY)
    assert (seven.n, month.n) == (40, 40)
    assert seven.interval is not None
    assert month.interval is not None
    assert seven.interval.estimate == pytest.approx(10 / 40)
    assert month.interval.estimate == pytest.approx(30 / 40)


def test_going_on_is_another_track_of_the_artist_on_a_later_day() -> None:
    hearings = []
    for listener in range(40):
        hearings.append(heard(listener, track=1))
        hearings.append(heard(listener, track=2))  # the same list: nobody chose it
        if listener < 8:
            hearings.append(heard(listener, track=2, list_id="b", day=START + timedelta(days=9)))
    found = onward(hearings, tracks_of_artist={9: 2}, today=TODAY)
    assert found.interval is not None
    assert found.interval.estimate == pytest.approx(8 / 40)
    assert onward(hearings, tracks_of_artist={9: 1}, today=TODAY).n == 0
    assert onward(hearings, tracks_of_artist={9: 2}, today=TODAY, from_track=2).n == 0


def test_depth_is_the_mean_share_heard() -> None:
    hearings = [
        heard(number % 8, list_id=number, share=0.2 if number % 2 else 1.4) for number in range(40)
    ]
    found = depth(hearings).interval
    assert found is not None
    assert found.estimate == pytest.approx(0.6)
    assert 0 <= found.low < 0.6 < found.high <= 1

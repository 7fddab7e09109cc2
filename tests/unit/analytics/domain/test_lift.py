"""Lift of campaigns: the truth is held, seasons fall out, small numbers give no verdict."""

import numpy as np
import pytest

from analytics.domain.lift import FEWEST_COUNTS, Period, lift


def days(random: np.random.Generator, mean: float, n: int, *, spread: float = 1.0) -> Period:
    """Counts of `n` days that vary `spread` times as much as Poisson's."""
    if spread > 1:
        means = random.gamma(mean / (spread - 1), spread - 1, n)
        counts = random.poisson(means)
    else:
        counts = random.poisson(mean, n)
    return Period(counts.astype(float), np.ones(n))


@pytest.mark.parametrize(
    ("length", "mean", "spread"), [(14, 12.0, 1.0), (14, 40.0, 4.0), (56, 8.0, 3.0)]
)
def test_the_interval_holds_the_true_lift(length: int, mean: float, spread: float) -> None:
    random = np.random.default_rng(11)
    truth, season, held, repeats = 1.4, 0.7, 0, 800
    for _ in range(repeats):
        found = lift(
            days(random, mean, length, spread=spread),
            days(random, mean * truth * season, length, spread=spread),
            control_before=days(random, 3 * mean, length, spread=spread),
            control_then=days(random, 3 * mean * season, length, spread=spread),
        )
        assert found.ratio is not None
        held += found.ratio.low <= truth <= found.ratio.high
    assert 0.92 <= held / repeats <= 0.98


def test_a_season_that_moves_all_tracks_is_no_lift() -> None:
    random = np.random.default_rng(5)
    found = lift(
        days(random, 50, 28),
        days(random, 100, 28),
        control_before=days(random, 80, 28),
        control_then=days(random, 160, 28),
    )
    assert found.against_itself is not None
    assert found.ratio is not None
    assert found.against_itself.low > 1.5
    assert found.ratio.low < 1 < found.ratio.high


def test_without_a_control_group_only_the_own_past_is_compared() -> None:
    random = np.random.default_rng(6)
    found = lift(days(random, 20, 14), days(random, 20, 14))
    assert found.against_itself is not None
    assert found.ratio is None
    assert "no control group" in found.reason


def test_small_numbers_are_refused_with_what_is_lacking() -> None:
    quiet = Period(np.ones(14), np.ones(14))
    busy = Period(np.full(14, 9.0), np.ones(14))
    found = lift(quiet, busy)
    assert (found.against_itself, found.ratio) == (None, None)
    assert f"have 14 before the start; {FEWEST_COUNTS} are the least" in found.reason

    found = lift(busy, busy, control_before=quiet, control_then=busy)
    assert found.against_itself is not None
    assert found.ratio is None
    assert "the control group has 14" in found.reason

    short = Period(np.full(3, 90.0), np.ones(3))
    assert "needs 7 days" in lift(busy, short).reason


def test_a_rate_is_counted_of_its_exposure() -> None:
    before = Period(np.full(14, 10.0), np.full(14, 1000.0))
    then = Period(np.full(14, 40.0), np.full(14, 2000.0))
    found = lift(before, then)
    assert found.against_itself is not None
    assert found.against_itself.estimate == pytest.approx(2.0)

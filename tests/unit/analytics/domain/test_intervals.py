"""Intervals hold the truth as often as they say."""

import numpy as np
import pytest

from analytics.domain.intervals import (
    Interval,
    Uncertainty,
    beta_interval,
    bootstrap_mean,
    log_rate_interval,
    wilson,
)


def test_wilson_gives_the_textbook_interval() -> None:
    found = wilson(8, 10)
    # Brown, Cai and DasGupta's formula worked by hand for 8 of 10.
    assert found.low == pytest.approx(0.4902, abs=5e-4)
    assert found.high == pytest.approx(0.9433, abs=5e-4)


@pytest.mark.parametrize(("successes", "n"), [(0, 30), (30, 30)])
def test_wilson_stays_inside_and_open_at_the_ends(successes: int, n: int) -> None:
    found = wilson(successes, n)
    assert 0.0 <= found.low < found.high <= 1.0


@pytest.mark.parametrize("truth", [0.02, 0.2, 0.5, 0.9])
def test_wilson_covers_the_truth_about_as_often_as_it_says(truth: float) -> None:
    random = np.random.default_rng(3)
    hits = random.binomial(60, truth, size=4_000)
    covered = np.mean([wilson(int(x), 60).low <= truth <= wilson(int(x), 60).high for x in hits])
    assert 0.92 <= covered <= 0.985


def test_a_rate_without_observations_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        wilson(0, 0)
    with pytest.raises(ValueError, match="not a count"):
        wilson(5, 3)


def test_an_interval_must_hold_its_estimate() -> None:
    with pytest.raises(ValueError, match="outside"):
        Interval(0.5, 0.6, 0.7, 10)


def test_beta_interval_with_no_data_is_its_prior() -> None:
    found = beta_interval(0, 0)
    assert found.estimate == pytest.approx(0.5)
    assert found.high - found.low > 0.99


def test_the_bootstrap_covers_a_mean() -> None:
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(300):
        sample = random.exponential(2.0, size=80)
        found = bootstrap_mean(sample, random=random, draws=400)
        covered += found.low <= 2.0 <= found.high
    assert 0.88 <= covered / 300 <= 0.98


def test_the_bootstrap_wants_something_to_resample() -> None:
    with pytest.raises(ValueError, match="two values"):
        bootstrap_mean(np.array([1.0]), random=np.random.default_rng(1))


def test_more_doubt_makes_a_wider_interval_and_none_makes_a_point() -> None:
    def of(simulation: float, parameters: float) -> Interval:
        return log_rate_interval(
            0.01, uncertainty=Uncertainty(simulation, parameters), n=9, degrees_of_freedom=8
        )

    assert of(0.0, 0.0) == Interval(0.01, 0.01, 0.01, 9)
    assert of(0.0, 0.1).high < of(0.1, 0.1).high < of(0.5, 0.5).high


def test_few_prompts_make_simulation_error_count_for_more() -> None:
    doubt = Uncertainty(0.2, 0.0)
    few = log_rate_interval(0.01, uncertainty=doubt, n=3, degrees_of_freedom=2)
    many = log_rate_interval(0.01, uncertainty=doubt, n=300, degrees_of_freedom=299)
    assert few.high > many.high
    assert few.low < many.low

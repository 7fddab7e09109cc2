"""Money by assumed rates: intervals go through, and a rate without its count gives no money."""

import pytest

from analytics.domain.intervals import Interval, wilson
from analytics.domain.revenue import Rates, product, simulated_plays, worth
from analytics.reference import choice_model

SAVES = Interval(0.01, 0.004, 0.025, 60)
PLAYS = Interval(0.3, 0.2, 0.4, 60)


def test_money_of_saves_alone_is_their_interval_times_the_rate() -> None:
    found = worth(SAVES, None, Rates("EUR", per_save=2.0, per_stream=0.0))
    assert found is not None
    assert (found.estimate, found.low, found.high) == pytest.approx((20.0, 8.0, 50.0))


def test_saves_and_streams_add_up_with_their_ends() -> None:
    found = worth(SAVES, PLAYS, Rates("EUR", per_save=2.0, per_stream=0.003))
    assert found is not None
    assert (found.estimate, found.low, found.high) == pytest.approx((20.9, 8.6, 51.2))


def test_a_rate_whose_count_nobody_reports_gives_no_money() -> None:
    assert worth(SAVES, None, Rates("EUR", per_save=2.0, per_stream=0.003)) is None
    assert worth(SAVES, PLAYS, Rates("EUR", per_save=0.0, per_stream=0.0)) is None


def test_the_error_of_a_product_is_wider_than_that_of_either_factor() -> None:
    found = product(SAVES, wilson(30, 100))
    assert found.estimate == pytest.approx(0.003)
    assert found.low < 0.004 * 0.3 < found.high
    assert found.high / found.estimate > SAVES.high / SAVES.estimate


def test_simulated_plays_are_better_known_than_simulated_saves() -> None:
    model = choice_model()
    plays = simulated_plays(
        0.3, conversion=SAVES, parameter_share=0.9, place=4, relevance=0.8, model=model
    )
    assert plays.low < 0.3 < plays.high
    assert plays.high / plays.low < SAVES.high / SAVES.low
    deeper = simulated_plays(
        0.3, conversion=SAVES, parameter_share=0.9, place=18, relevance=0.8, model=model
    )
    assert deeper.high / deeper.low > plays.high / plays.low

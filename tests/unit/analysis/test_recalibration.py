"""What answers do to the limit of a term."""

import pytest

from analysis.domain.recalibration import HIGHEST, Answer, limit_from


def answers(*told: tuple[float, int, int]) -> list[Answer]:
    """From (confidence, accepted, refused)."""
    return [
        Answer(confidence, right)
        for confidence, accepted, refused in told
        for right in [True] * accepted + [False] * refused
    ]


def test_a_few_refusals_change_nothing() -> None:
    assert limit_from(answers((0.6, 0, 7)), default=0.5).ask == 0.5


def test_a_term_refused_at_low_confidence_is_asked_when_surer() -> None:
    found = limit_from(answers((0.55, 0, 10), (0.8, 8, 0)), default=0.5)
    assert found.ask == 0.6
    assert (found.accepted, found.refused) == (8, 10)


def test_a_term_always_refused_is_hardly_asked_but_never_switched_off() -> None:
    assert limit_from(answers((0.97, 0, 60)), default=0.5).ask == HIGHEST


def test_a_limit_falls_back_when_people_accept_again() -> None:
    refused = answers((0.55, 0, 9))
    assert limit_from(refused, default=0.5).ask > 0.5
    assert limit_from(refused + answers((0.55, 25, 0)), default=0.5).ask == 0.5


@pytest.mark.parametrize("default", [0.5, 0.6])
def test_a_limit_is_never_below_the_default(default: float) -> None:
    assert limit_from(answers((0.9, 40, 0)), default=default).ask == default

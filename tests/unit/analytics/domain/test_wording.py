"""Comparing wordings: real differences are found, chance is not taken for one."""

import numpy as np
import pytest

from analytics.domain.sequential import ALPHA, Arm, always_valid_p, judge_live, visits_needed
from analytics.domain.wording import FEWEST_PROMPTS, compare_variants

NAMES = ("A", "B", "C")


def saves(random: np.random.Generator, *lifts: float, prompts: int = 400) -> np.ndarray:
    """Expected saves: prompts differ, listeners differ, variants differ by prompt and by a lift."""
    listener = np.exp(0.5 * random.standard_normal(60))[:, None]
    prompt = np.exp(0.6 * random.standard_normal(prompts))
    return np.stack(
        [
            listener * prompt * (1 + lift + 0.3 * random.standard_normal(prompts)) / prompts
            for lift in lifts
        ]
    )


def everywhere(values: np.ndarray) -> np.ndarray:
    return np.ones(values.shape[2], dtype=bool)


def test_a_wording_that_is_saved_a_quarter_more_wins() -> None:
    values = saves(np.random.default_rng(1), 0.0, 0.25)
    found = compare_variants(values, shown=everywhere(values), names=NAMES)
    assert found.winner == 1
    assert found.is_enough
    assert found.comparisons[0].difference.low > 0


@pytest.mark.parametrize("variants", [2, 3])
def test_wordings_without_a_difference_seldom_give_a_winner(variants: int) -> None:
    random = np.random.default_rng(2)
    tests, winners = 1_000, 0
    for _ in range(tests):
        values = saves(random, *[0.0] * variants)
        found = compare_variants(values, shown=everywhere(values), names=NAMES)
        winners += found.winner is not None
    assert winners <= 0.05 * tests


def test_few_prompts_give_no_winner_but_a_number() -> None:
    values = saves(np.random.default_rng(3), 0.0, 0.5, prompts=12)
    found = compare_variants(values, shown=everywhere(values), names=NAMES)
    assert found.winner is None
    assert not found.is_enough
    assert "12 prompts" in found.reason
    assert max(found.comparisons[0].prompts_needed, FEWEST_PROMPTS) > 12


def test_the_same_wording_twice_differs_by_nothing() -> None:
    one = saves(np.random.default_rng(4), 0.0)
    values = np.concatenate([one, one])
    difference = compare_variants(values, shown=everywhere(values), names=NAMES).comparisons[0]
    assert (difference.difference.low, difference.difference.high) == (0.0, 0.0)


def live(
    random: np.random.Generator, *rates: float, looks: int = 40, visits: int = 250
) -> int | None:
    """Run a split that is looked at after every few visits and stops at the first winner."""
    shown, saved = [0] * len(rates), [0] * len(rates)
    lowest = [1.0] * (len(rates) - 1)
    for _ in range(looks):
        for number, rate in enumerate(rates):
            shown[number] += visits
            saved[number] += int(random.binomial(visits, rate))
        arms = [Arm(*pair) for pair in zip(shown, saved, strict=True)]
        verdict = judge_live(arms, worthwhile=0.01, lowest=lowest)
        lowest = list(verdict.p_values)
        if verdict.winner is not None:
            return verdict.winner
    return None


@pytest.mark.parametrize("arms", [2, 3])
def test_peeking_gives_false_winners_in_at_most_one_of_twenty_splits(arms: int) -> None:
    random = np.random.default_rng(5)
    false = sum(live(random, *[0.04] * arms) is not None for _ in range(1_000))
    assert false <= ALPHA * 1_000


def test_a_real_difference_is_found_while_peeking() -> None:
    random = np.random.default_rng(6)
    found = [live(random, 0.04, 0.06) for _ in range(50)]
    assert found.count(1) >= 40
    assert found.count(0) == 0


def test_there_is_no_verdict_before_there_are_enough_saves() -> None:
    assert always_valid_p(Arm(1000, 5), Arm(1000, 24), worthwhile=0.01) == 1.0
    verdict = judge_live([Arm(100, 1), Arm(100, 60)], worthwhile=0.01)
    assert verdict.winner is None
    assert not verdict.is_enough
    assert "25 saves" in verdict.reason


def test_the_number_of_visits_needed_is_the_textbook_one() -> None:
    # 5 % against 6 %, two-sided 5 %, power 80 %: 8,155 a group (Fleiss, without correction 8,158).
    assert visits_needed(0.05, 0.01) == pytest.approx(8_155, rel=0.01)

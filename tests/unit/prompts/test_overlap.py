"""How alike two lists are: by what they hold, and by what comes first."""

import pytest

from prompts.domain.overlap import jaccard, rank_biased


def test_equal_lists_overlap_fully_and_disjoint_ones_not_at_all() -> None:
    assert jaccard([1, 2], [2, 1]) == 1.0
    assert rank_biased([1, 2, 3], [1, 2, 3]) == pytest.approx(1.0)
    assert rank_biased([1, 2], [3, 4]) == jaccard([1], [2]) == 0.0


def test_the_first_places_weigh_most() -> None:
    early = rank_biased([1, 2, 8, 9], [1, 2, 6, 7])
    late = rank_biased([8, 9, 1, 2], [6, 7, 1, 2])
    assert early > late


def test_empty_lists_are_alike() -> None:
    assert jaccard([], []) == rank_biased([], []) == 1.0
    assert rank_biased([1], []) == 0.0

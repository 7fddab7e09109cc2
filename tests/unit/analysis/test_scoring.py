"""Scores against known answers."""

import pytest

from analysis.domain.key import TONICS
from analysis.domain.scoring import mirex_key_score, tempo_is_right, tempo_is_right_up_to_octaves

MODES = ("major", "minor")


def test_every_weight_is_that_of_mir_eval() -> None:
    key = pytest.importorskip("mir_eval.key", reason="mir_eval is not installed")
    for truth in [(tonic, mode) for tonic in TONICS for mode in MODES]:
        for found in [(tonic, mode) for tonic in TONICS for mode in MODES]:
            expected = key.weighted_score(" ".join(truth), " ".join(found))
            assert mirex_key_score(found, truth) == expected


def test_no_answer_earns_nothing() -> None:
    assert mirex_key_score(None, ("C", "major")) == 0
    assert not tempo_is_right_up_to_octaves(None, 120.0)


def test_four_per_cent_is_the_limit() -> None:
    assert tempo_is_right(124.8, 120.0)
    assert not tempo_is_right(125.0, 120.0)


def test_two_thirds_is_no_octave() -> None:
    assert tempo_is_right_up_to_octaves(40.0, 120.0)
    assert not tempo_is_right_up_to_octaves(80.0, 120.0)

"""Our own heads: fitted, judged, stored and read; and those that are shipped."""

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.domain.heads import Heads
from analysis.domain.scores import roc_auc
from analysis.domain.tagging import Timeline, confidence_of_chance
from analysis.heads.calibrating import judge, threshold_for
from analysis.heads.fitting import Examples, cross_validated, fit, part
from analysis.heads.scenes import TERMS
from analysis.heads.sounds import coloured
from analysis.musicnn.labels import LABELS
from analysis.tagger import HEADS_REPORT, heads, table

OUTPUTS = len(LABELS["MTT_musicnn"]) + len(LABELS["MSD_musicnn"])


@pytest.fixture(scope="module")
def examples() -> Examples:
    """Eight pieces with two fonts; the first number of the embedding tells of a bass."""
    dice = np.random.default_rng(0)
    count = 320
    bass = (dice.random(count // 4) < 0.5).repeat(4).astype(np.float32)
    embeddings = dice.normal(0, 1, (count, 6)).astype(np.float32)
    embeddings[:, 0] += 3 * bass
    truth = np.full((count, len(TERMS)), np.nan, np.float32)
    truth[:, TERMS.index("bass")] = bass
    number = np.arange(count)
    return Examples(
        embeddings=embeddings,
        outputs=np.full((count, OUTPUTS), 0.1, np.float32),
        truth=truth,
        pieces=np.array([f"piece {each // 40}" for each in number]),
        fonts=np.array([f"font {each // 4 % 2}" for each in number]),
        scenes=np.array([f"scene {each // 4}" for each in number]),
    )


def test_a_head_hears_what_it_was_taught_on_pieces_and_fonts_it_never_heard(
    examples: Examples,
) -> None:
    chances = cross_validated(examples, TERMS, l2=10.0)[:, TERMS.index("bass")]
    truth = examples.truth[:, TERMS.index("bass")]
    assert roc_auc(chances, truth == 1) > 0.95


def test_a_term_without_examples_never_speaks(examples: Examples) -> None:
    chances = fit(examples, TERMS, version="1").chances(examples.embeddings, examples.outputs)
    assert chances[:, TERMS.index("organ")].max() < 0.001


def test_the_judge_keeps_what_beats_its_baseline_and_says_why_not_otherwise(
    examples: Examples,
) -> None:
    verdicts = {
        each.head: each for each in judge(examples, fit(examples, TERMS, version=""), [], {})
    }
    assert verdicts["bass"].is_kept
    assert not verdicts["organ"].is_kept
    assert verdicts["organ"].why == "too few scenes"


def test_weights_survive_being_stored(examples: Examples, tmp_path: Path) -> None:
    one = fit(part(examples, np.arange(320) < 160), TERMS, version="v")
    np.savez(tmp_path / "heads.npz", **one.arrays())
    with np.load(tmp_path / "heads.npz") as stored:
        other = Heads.from_arrays(stored)
    assert other.terms == one.terms
    assert np.array_equal(
        one.chances(examples.embeddings, examples.outputs),
        other.chances(examples.embeddings, examples.outputs),
    )


def test_the_limit_is_the_lowest_that_is_right_often_enough() -> None:
    levels = [place / 100 for place in range(100)]
    there = [level >= 0.6 for level in levels]
    assert 0.45 < (threshold_for(levels, there, usual=0.5) or 0) < 0.65
    assert threshold_for(levels, [place % 2 == 0 for place in range(100)], usual=0.5) is None


def test_colouring_changes_the_sound_and_not_its_length() -> None:
    tone = np.sin(np.arange(16_000) / 20).astype(np.float32)
    changed = coloured(tone, np.random.default_rng(2))
    assert changed.shape == tone.shape
    assert not np.allclose(changed, tone)
    assert np.abs(changed).max() < 1


def test_the_shipped_heads_fit_the_taggers_and_their_report() -> None:
    shipped, report = heads(), json.loads(HEADS_REPORT.read_text())
    kept = [head for head in report["heads"] if head["is_kept"]]
    assert shipped.version == report["version"]
    assert shipped.terms == tuple(head["head"] for head in kept)
    assert shipped.weights.shape == (400 + OUTPUTS, len(kept))
    rules = {rule.labels[0] for rule in table()[0] if rule.model == "liner_heads"}
    assert rules == set(shipped.terms)


def test_a_head_replaces_the_output_it_beat() -> None:
    models = [rule.model for rule in table()[0] if rule.term == "drums"]
    assert models == ["liner_heads"]


def test_times_are_those_of_the_taggers() -> None:
    line = Timeline(
        "M", "1", ("a",) * OUTPUTS, np.full((2, OUTPUTS), 0.2, np.float32), (0.0, 600.0), 3.0
    )
    found = heads().listen(np.zeros((2, 400), np.float32), [line])
    assert found.starts_s == (0.0, 600.0)


def test_a_chance_far_above_its_limit_is_sure() -> None:
    assert confidence_of_chance(0.7, 0.7) == 0.5
    assert confidence_of_chance(0.98, 0.7) > 0.9
    assert confidence_of_chance(0.3, 0.7) < 0.3

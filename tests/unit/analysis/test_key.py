"""Keys, their names, and when there is none."""

import tomllib

import numpy as np
import pytest

from analysis.domain.key import (
    MODES,
    TONICS,
    Key,
    KeyModel,
    NoKey,
    choose_key,
    key_chances,
    place_of,
    relation_of,
    wheel_code,
)
from analysis.domain.pitches import PitchesHeard, PitchFrames, pitches_heard
from analysis.engine import KEY_TABLE

MODEL = KeyModel.read(tomllib.loads(KEY_TABLE.read_text(encoding="utf-8")))
MAJOR_SCALE = {0: 3.0, 2: 1.2, 4: 2.0, 5: 1.2, 7: 2.4, 9: 1.2, 11: 1.0}
MINOR_SCALE = {0: 3.0, 2: 1.2, 3: 2.0, 5: 1.2, 7: 2.4, 8: 1.0, 10: 1.2}


def sound(
    weights: dict[int, float], *, tonic: int = 0, in_tune: float = 0.3, pulse: float = 0.0
) -> PitchesHeard:
    """Pitch classes that sound with these weights, counted from a tonic."""
    row = np.full(12, 0.05)
    for step, weight in weights.items():
        row[(tonic + step) % 12] = weight
    frames = np.tile(row, (20, 1))
    frames[::2] += pulse
    return pitches_heard(PitchFrames(frames, frames, np.ones(20), 10.0, in_tune))


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("mode", "scale"), [("major", MAJOR_SCALE), ("minor", MINOR_SCALE)])
def test_a_scale_is_recognised_on_every_tonic(
    tonic: int, mode: str, scale: dict[int, float]
) -> None:
    key = choose_key(sound(scale, tonic=tonic), MODEL)
    assert isinstance(key, Key)
    assert (key.tonic, key.mode) == (TONICS[tonic], mode)
    assert 0 < key.runner_up.confidence < key.confidence <= 1


def test_the_concert_pitch_follows_the_tuning() -> None:
    key = choose_key(sound(MAJOR_SCALE), MODEL)
    assert isinstance(key, Key)
    assert key.tuning_hz == pytest.approx(442.5, abs=0.1)


def test_a_drone_of_three_notes_has_no_key_and_says_why() -> None:
    answer = choose_key(sound({0: 3.0, 4: 2.0, 7: 2.0}), MODEL)
    assert isinstance(answer, NoKey)
    assert "drone" in answer.reason


def test_one_chord_struck_again_and_again_suggests_its_key() -> None:
    answer = choose_key(sound({0: 3.0, 3: 3.0, 7: 3.0}, tonic=9, pulse=0.2), MODEL)
    assert isinstance(answer, Key)
    assert (answer.tonic, answer.mode) == ("A", "minor")
    assert answer.confidence <= 0.5


def test_pitches_that_agree_on_no_tuning_have_no_key() -> None:
    answer = choose_key(sound(MAJOR_SCALE, in_tune=0.01), MODEL)
    assert isinstance(answer, NoKey)
    assert "noise" in answer.reason


def test_a_sound_hardly_in_tune_is_less_sure() -> None:
    clear, unclear = (choose_key(sound(MAJOR_SCALE, in_tune=x), MODEL) for x in (0.3, 0.05))
    assert isinstance(clear, Key)
    assert isinstance(unclear, Key)
    assert unclear.confidence < clear.confidence


def test_turning_the_notes_turns_the_chances() -> None:
    profile = sound(MINOR_SCALE).profile
    turned = key_chances(np.roll(profile, 5), MODEL)
    assert turned[5:12] == pytest.approx(key_chances(profile, MODEL)[:7])


def test_relations_are_named_from_both_sides() -> None:
    assert relation_of(("A", "minor"), ("C", "major")) == "relative"
    assert relation_of(("G", "major"), ("C", "major")) == "fifth"
    assert {place_of((tonic, mode)) for tonic in TONICS for mode in MODES} == set(range(24))


def test_wheel_codes_follow_the_table() -> None:
    """STANDARDS section 5."""
    table = {
        ("Db", "major"): "3B", ("Db", "minor"): "12A", ("E", "major"): "12B", ("E", "minor"): "9A",
        ("Gb", "major"): "2B", ("Ab", "minor"): "1A", ("B", "major"): "1B", ("B", "minor"): "10A",
        ("G", "minor"): "6A", ("F", "major"): "7B",
    }  # fmt: skip
    assert {key: wheel_code(*key) for key in table} == table

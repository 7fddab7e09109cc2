"""Keys: their names, wheel codes, and which one a sound is in.

A key is scored by how well the pitch classes that sound, counted from its tonic, match the profile
of its mode; a softmax over the 24 keys turns scores into chances. No key is named where too few
pitches sound to make a scale, or where they do not agree on a tuning, as in noise and speech.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.domain.pitches import PitchesHeard
from analysis.domain.result import KeyRunnerUp

TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MODES = ("major", "minor")
SHARPS = {"C#": "Db", "D#": "Eb", "F#": "Gb", "G#": "Ab", "A#": "Bb"}
# STANDARDS section 5: the code of C major is 8B, of A minor 8A; a fifth up is one further.
_WHEEL_MAJOR = {"B": 1, "Gb": 2, "Db": 3, "Ab": 4, "Eb": 5, "Bb": 6, "F": 7, "C": 8, "G": 9,
                "D": 10, "A": 11, "E": 12}  # fmt: skip

MIN_IN_TUNE = 0.025
"""Noise, speech, birds, water and random clicks reach 0.025, songs 0.04 and more; mixes of loud
distorted guitars lie between and get no key. Measured on 45 recordings."""
SURE_IN_TUNE = 0.1
"""From here on the confidence is what the profiles say; below it is lowered. Chosen by ear."""
MIN_PITCH_CLASSES = 6
"""A tone has one, a sustained chord three, the sparsest of 145 tunes on a piano nine."""

TRIAD_NOTES = 3
MIN_MOTION = 0.005
"""Drones and sustained chords stay at 0.001; a chord struck again and again reaches 0.02."""
TRIAD_CONFIDENCE = 0.5
"""One chord suggests a key, no more; chosen by ear."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class KeyModel:
    """What pitch classes weigh, from the tonic up, in each mode (`data/key_profiles.toml`)."""

    major: tuple[float, ...]
    minor: tuple[float, ...]
    minor_offset: float

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> "KeyModel":
        """Read the table."""
        return cls(
            tuple(map(float, table["major"])),
            tuple(map(float, table["minor"])),
            float(table["minor_offset"]),
        )


@dataclass(frozen=True)
class Key:
    """A key with a confidence from 0 to 1, the runner-up, and the concert pitch."""

    tonic: str
    mode: str
    confidence: float
    runner_up: KeyRunnerUp
    tuning_hz: float


@dataclass(frozen=True)
class NoKey:
    """Why there is no clear key, in words for a person."""

    reason: str


def choose_key(heard: PitchesHeard, model: KeyModel) -> Key | NoKey:
    """Name the key that fits best, or say why none does."""
    if heard.in_tune < MIN_IN_TUNE:
        return NoKey("The sound has too few clear pitches, as in noise, speech or drums.")
    if heard.pitch_classes < MIN_PITCH_CLASSES:
        if heard.pitch_classes >= TRIAD_NOTES and heard.motion >= MIN_MOTION:
            return _key_of_triad(heard)
        return NoKey("Too few different notes sound to tell a key, as in a drone or a single tone.")
    chances = key_chances(heard.profile, model)
    first, second = np.argsort(-chances, kind="stable")[:2]
    certainty = min(1.0, heard.in_tune / SURE_IN_TUNE) ** 0.5
    best, other = key_at(int(first)), key_at(int(second))
    return Key(
        *best,
        confidence=round(float(chances[first]) * certainty, 3),
        runner_up=KeyRunnerUp(
            *other, round(float(chances[second]) * certainty, 3), relation_of(best, other)
        ),
        tuning_hz=_tuning_hz(heard),
    )


def _key_of_triad(heard: PitchesHeard) -> Key:
    """Name the chord that sounds most, where notes are too few for a scale but are played anew."""
    found = []
    for place in range(24):
        tonic, mode = place % 12, MODES[place // 12]
        third = 4 if mode == "major" else 3
        found.append(float(sum(heard.shares[(tonic + step) % 12] for step in (0, third, 7))))
    first, second = np.argsort(-np.array(found), kind="stable")[:2]
    best, other = key_at(int(first)), key_at(int(second))
    return Key(
        *best,
        confidence=round(TRIAD_CONFIDENCE * found[first], 3),
        runner_up=KeyRunnerUp(
            *other, round(TRIAD_CONFIDENCE * found[second], 3), relation_of(best, other)
        ),
        tuning_hz=_tuning_hz(heard),
    )


def _tuning_hz(heard: PitchesHeard) -> float:
    return round(440 * 2 ** (heard.tuning_cents / 1200), 1)


def key_chances(profile: Floats, model: KeyModel) -> Floats:
    """Give the chance of each of 24 keys: C major to B major, then C minor to B minor."""
    scores = key_evidence(profile) @ np.array([*model.major, *model.minor, model.minor_offset])
    chances = np.exp(scores - scores.max())
    return np.asarray(chances / chances.sum())


def key_evidence(profile: Floats) -> Floats:
    """Lay out a profile for each of 24 keys, shape (24, 25): what the weights are multiplied with.

    Parameters
    ----------
    profile : ndarray, shape (12,): how much each pitch class sounds, from C, mean 0 and length 1
    """
    rows = np.zeros((24, 25))
    for tonic in range(12):
        turned = np.roll(profile, -tonic)
        rows[tonic, :12] = turned
        rows[12 + tonic, 12:24] = turned
        rows[12 + tonic, 24] = 1.0
    return rows


def key_at(place: int) -> tuple[str, str]:
    """Name a key by its place among the 24."""
    return TONICS[place % 12], MODES[place // 12]


def place_of(key: Sequence[str]) -> int:
    """Give the place of a key among the 24."""
    return TONICS.index(normalise_tonic(key[0])) + 12 * MODES.index(key[1])


def relation_of(one: tuple[str, str], other: tuple[str, str]) -> str:
    """Say how two keys are related.

    >>> relation_of(("C", "major"), ("A", "minor")), relation_of(("C", "minor"), ("C", "major"))
    ('relative', 'parallel')
    >>> relation_of(("C", "major"), ("F", "major")), relation_of(("C", "major"), ("D", "major"))
    ('fifth', 'other')
    """
    steps = (place_of(other) - place_of(one)) % 12
    if one[1] == other[1]:
        return "fifth" if steps in (5, 7) else "other"
    if steps == 0:
        return "parallel"
    return "relative" if steps == (9 if one[1] == "major" else 3) else "other"


def normalise_tonic(name: str) -> str:
    """Write a tonic the way the studio stores it: flats, but for none."""
    return SHARPS.get(name, name)


def wheel_code(tonic: str, mode: str) -> str:
    """Give the code DJs use for a key.

    >>> wheel_code("C", "major"), wheel_code("A", "minor"), wheel_code("Eb", "minor")
    ('8B', '8A', '2A')
    """
    if mode == "major":
        return f"{_WHEEL_MAJOR[tonic]}B"
    relative = TONICS[(TONICS.index(tonic) + 3) % 12]
    return f"{_WHEEL_MAJOR[relative]}A"

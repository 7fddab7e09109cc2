"""The sonic signature: one compact vector for each recording, so that near ones can be found.

A signature is made of blocks (timbre, movement, tempo, key, loudness, brightness, feeling), each of
a length that is its weight. The product of two signatures is then a weighted mean of how alike the
blocks are, from -1 to 1, and it can be said which blocks it comes from.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.domain.keys import Key

Vector = NDArray[np.float32]
EMBEDDED = 400


@dataclass(frozen=True)
class Block:
    """A part of the vector: its name in words, how many numbers, and what share it has."""

    name: str
    words: str
    size: int
    weight: float


BLOCKS = (
    Block("timbre", "timbre and arrangement", EMBEDDED, 0.55),
    Block("movement", "how much it changes", EMBEDDED, 0.10),
    Block("tempo", "tempo", 2, 0.10),
    Block("key", "key", 2, 0.05),
    Block("loudness", "loudness", 2, 0.06),
    Block("brightness", "brightness", 2, 0.07),
    Block("feeling", "feeling", 4, 0.07),
)
"""Weights chosen by ear: timbre leads, and no single figure outweighs it."""
SIZE = sum(block.size for block in BLOCKS)

QUIET_LUFS, LOUD_LUFS = -30.0, -6.0
DARK_HZ, BRIGHT_HZ = 400.0, 6000.0


@dataclass(frozen=True)
class Scale:
    """Mean and spread of every number of the embeddings over real recordings.

    Without it, what all music has in common would drown what tells recordings apart.
    """

    mean: Vector
    spread: Vector
    movement_mean: Vector
    movement_spread: Vector


@dataclass(frozen=True)
class Sound:
    """What a signature is made from; None where nothing was measured."""

    embedding: Sequence[float]
    embedding_spread: Sequence[float] = ()
    tempo_bpm: float | None = None
    key: Key | None = None
    loudness_lufs: float | None = None
    brightness_hz: float | None = None
    valence: float | None = None
    arousal: float | None = None


def signature_of(sound: Sound, scale: Scale) -> Vector | None:
    """Make the vector, of length 1; None where the taggers heard nothing."""
    if len(sound.embedding) != EMBEDDED:
        return None
    spread = sound.embedding_spread
    moving = len(spread) == EMBEDDED
    tempo = sound.tempo_bpm
    parts: Mapping[str, Sequence[float] | Vector] = {
        "timbre": _standard(sound.embedding, scale.mean, scale.spread),
        "movement": _standard(spread, scale.movement_mean, scale.movement_spread) if moving else (),
        # One turn of the circle is an octave: 87 and 174 beats a minute are the same place.
        "tempo": _on_circle(math.log2(tempo)) if tempo else (),
        "key": _on_circle((_wheel_place(sound.key)) / 12) if sound.key else (),
        "loudness": _between(sound.loudness_lufs, QUIET_LUFS, LOUD_LUFS),
        "brightness": _between(
            math.log(sound.brightness_hz) if sound.brightness_hz else None,
            math.log(DARK_HZ),
            math.log(BRIGHT_HZ),
        ),
        "feeling": (
            *_between(sound.valence, -1.0, 1.0),
            *_between(sound.arousal, -1.0, 1.0),
        )
        if sound.valence is not None and sound.arousal is not None
        else (),
    }
    whole = np.concatenate([_weighted(parts[block.name], block) for block in BLOCKS])
    return np.asarray(whole / np.linalg.norm(whole), dtype=np.float32)


@dataclass(frozen=True)
class Share:
    """How alike two recordings are in one respect, from -1 to 1, and how much that weighs."""

    words: str
    alike: float
    weight: float


def shares_of(one: Vector, other: Vector) -> list[Share]:
    """Say what a likeness comes from, the greatest part first; respects that lack are left out."""
    found, start = [], 0
    for block in BLOCKS:
        a, b = one[start : start + block.size], other[start : start + block.size]
        start += block.size
        size = float(np.linalg.norm(a) * np.linalg.norm(b))
        if size > 1e-6:
            found.append(Share(block.words, round(float(a @ b) / size, 3), round(size, 3)))
    return sorted(found, key=lambda share: -share.alike * share.weight)


@dataclass(frozen=True)
class Axis:
    """One axis of the radar picture: where the recording lies, from 0 to 1, and what that means."""

    name: str
    place: float
    figure: str
    definition: str


def radar(
    *,
    tempo_bpm: float | None,
    loudness_lufs: float | None,
    loudness_range_lu: float | None,
    brightness_hz: float | None,
    voice: float | None,
    valence: float | None = None,
    arousal: float | None = None,
) -> list[Axis]:
    """Place a recording on the axes of its picture; an axis without a measurement is left out."""
    found = []

    def add(
        name: str, value: float | None, low: float, high: float, figure: str, what: str
    ) -> None:
        if value is not None:
            place = min(max((value - low) / (high - low), 0.0), 1.0)
            found.append(Axis(name, round(place, 3), figure, what))

    add(
        "Tempo",
        math.log2(tempo_bpm) if tempo_bpm else None,
        math.log2(50),
        math.log2(200),
        f"{tempo_bpm or 0:.0f} BPM",
        "Beats per minute, from 50 in the middle to 200 at the edge, an octave in equal steps.",
    )
    add(
        "Loudness",
        loudness_lufs,
        QUIET_LUFS,
        LOUD_LUFS,
        f"{loudness_lufs or 0:.1f} LUFS",
        "Integrated loudness, from -30 LUFS in the middle to -6 at the edge.",
    )
    add(
        "Dynamics",
        loudness_range_lu,
        0.0,
        20.0,
        f"{loudness_range_lu or 0:.1f} LU",
        "Loudness range, from 0 LU in the middle to 20 at the edge.",
    )
    add(
        "Brightness",
        math.log(brightness_hz) if brightness_hz else None,
        math.log(DARK_HZ),
        math.log(BRIGHT_HZ),
        f"{brightness_hz or 0:.0f} Hz",
        "Middle of the spectrum, from 400 Hz in the middle to 6,000 Hz at the edge.",
    )
    add(
        "Voice",
        voice,
        0.0,
        1.0,
        f"{100 * (voice or 0):.0f} %",
        "How sure the models are that somebody sings or speaks.",
    )
    sad = "From sad (-1) to happy (1), as models hear it."
    add("Valence", valence, -1.0, 1.0, f"{valence or 0:.2f}", sad)
    calm = "From calm (-1) to excited (1), as models hear it."
    add("Arousal", arousal, -1.0, 1.0, f"{arousal or 0:.2f}", calm)
    return found


def _weighted(values: Sequence[float] | Vector, block: Block) -> Vector:
    part = np.zeros(block.size, np.float32)
    found = np.asarray(values, np.float32)
    length = float(np.linalg.norm(found)) if found.size else 0.0
    if length > 1e-9:
        part[: found.size] = found / length * math.sqrt(block.weight)
    return part


def _standard(values: Sequence[float], mean: Vector, spread: Vector) -> Vector:
    found = (np.asarray(values, np.float32) - mean) / np.maximum(spread, 1e-6)
    return np.asarray(np.clip(found, -4, 4), np.float32)


def _on_circle(turns: float) -> tuple[float, float]:
    return math.cos(2 * math.pi * turns), math.sin(2 * math.pi * turns)


def _between(value: float | None, low: float, high: float) -> tuple[float, ...]:
    """Put a figure on a half circle: equal figures agree fully, the two ends not at all."""
    if value is None:
        return ()
    place = min(max((value - low) / (high - low), 0.0), 1.0)
    return math.cos(math.pi * place), math.sin(math.pi * place)


def _wheel_place(key: Key) -> int:
    """Give the hour on the wheel of fifths; relative keys share it."""
    return int(key.wheel_code[:-1])

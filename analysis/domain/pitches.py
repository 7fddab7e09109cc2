"""From pitch classes frame by frame to what a key is told from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUIET = 1e-4  # frames this far below the loudest (40 dB) are pauses and fading ends
SECOND_FRAMES = 5  # about a second of frames
PRESENT = 0.1  # a pitch class sounds if it has this share of the strongest one


@dataclass(frozen=True)
class PitchFrames:
    """Pitch classes frame by frame, from C, at the tuning of the recording.

    `chroma` has shape (n_frames, 12): every peak counts for the pitches it may be a harmonic of.
    `heard` has the same shape: every peak counts for itself. `energy` (n_frames,) is the power of
    each frame. `tuning_cents` is how far the pitches lie from A = 440 Hz; `in_tune` how well they
    agree on it, from 0 (noise) to 1.
    """

    chroma: Floats
    heard: Floats
    energy: Floats
    tuning_cents: float
    in_tune: float


@dataclass(frozen=True)
class PitchesHeard:
    """What sounds in all of a recording.

    `profile` says how much each pitch class sounds, mean 0 and length 1; `shares` the same with
    each peak counted once, in sum 1; `pitch_classes` how many do. `motion` is how much the sound of
    one second differs from the next, 0 for a drone.
    """

    profile: Floats
    shares: Floats
    pitch_classes: int
    motion: float
    tuning_cents: float
    in_tune: float


def pitches_heard(frames: PitchFrames) -> PitchesHeard:
    """Average the frames that are not quiet, each with the same weight."""
    loud = frames.energy > QUIET * frames.energy.max(initial=0.0)
    profile = _mean_direction(frames.chroma[loud])
    profile = profile - profile.mean()
    length = float(np.linalg.norm(profile))
    heard = _mean_direction(frames.heard[loud], order=1)
    return PitchesHeard(
        profile=profile / length if length else profile,
        shares=heard / max(float(heard.sum()), 1e-9),
        motion=_motion(frames.chroma[loud]),
        pitch_classes=int((heard > PRESENT * heard.max()).sum()),
        tuning_cents=frames.tuning_cents,
        in_tune=frames.in_tune,
    )


def _motion(rows: Floats) -> float:
    if len(rows) <= SECOND_FRAMES:
        return 0.0
    units = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return 1 - float((units[SECOND_FRAMES:] * units[:-SECOND_FRAMES]).sum(axis=1).mean())


def _mean_direction(rows: Floats, order: int = 2) -> Floats:
    if not len(rows):
        return np.zeros(12)
    lengths = np.linalg.norm(rows, ord=order, axis=1, keepdims=True)
    return np.asarray((rows / np.maximum(lengths, 1e-9)).mean(axis=0))

"""How many beats a bar has and where bars begin, where that is clear.

Every metre, and every beat (or place between beats) that may be the first of a bar, is a candidate.
What speaks for one: how much stronger the first of its bars is than the other beats in kick, snare
and cymbals, where the harmony changes, whether the snare sits on two and four, and whether the
sound repeats after its bar. A weighted sum of these gives each a score, and a softmax over all its
chance. Bars are clear only where the best chance is high. `manage.py fit_bars` learns the weights;
they stand in `data/bar_weights.toml` with their scores.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.domain.periodicity import Floats
from analysis.domain.result import Bars

METRES = (2, 3, 4, 6)
SHIFTS = {"on": 0.0, "half_off": 1 / 2, "third_off": 1 / 3, "two_thirds_off": 2 / 3}
"""Beats may have been put on strong off-beats, straight or swung: by this share they then move."""
PARTS = {"kick": slice(0, 1), "body": slice(1, 3), "snare": slice(3, 6), "cymbals": slice(6, 8)}
HEARD = (*PARTS, "harmony")
CLEAR = 0.9
"""On pieces not learnt from, bars of at least this chance are right nine times in ten."""
FEWEST_BARS = 8
NEAR_S = 0.04
USUAL_BAR_S = 2.0
LONGEST_LAG = 24
COMPARED_LAGS = 12
QUIET = 1e-4


@dataclass(frozen=True)
class Candidate:
    """Bars that could be: the seconds at which they begin, and what speaks for them."""

    beats_per_bar: int
    starts_s: Floats
    evidence: Mapping[str, float]


@dataclass(frozen=True)
class HeardBeats:
    """What bars are told from; seconds count from the start of the recording.

    `bands` has shape (8, n_frames): onset strength from low to high. `harmony` says, at
    `harmony_rate_hz` from `harmony_start_s`, how much the pitches change. `beats_s` are the beats.
    """

    bands: Floats
    frame_rate_hz: float
    harmony: Floats
    harmony_rate_hz: float
    harmony_start_s: float
    beats_s: Floats


def choose_bars(heard: HeardBeats, weights: Mapping[str, float]) -> Bars | None:
    """Give the bars, or None where they are not clear."""
    candidates = list(bar_candidates(heard))
    if not candidates:
        return None
    scores = np.array(
        [
            sum(weights.get(name, 0.0) * value for name, value in each.evidence.items())
            for each in candidates
        ]
    )
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    best = int(chances.argmax())
    chosen, chance = candidates[best], float(chances[best])
    if chance < CLEAR or len(chosen.starts_s) < FEWEST_BARS:
        return None
    return Bars(
        beats_per_bar=chosen.beats_per_bar,
        first_downbeat_s=round(float(chosen.starts_s[0]), 2),
        confidence=round(chance, 3),
        starts_s=tuple(chosen.starts_s.round(2).tolist()),
    )


def bar_candidates(heard: HeardBeats) -> Iterator[Candidate]:
    """Give every metre with every place its bars may begin; none for too few beats."""
    beats_s = heard.beats_s
    if len(beats_s) < 2 * FEWEST_BARS:
        return
    gaps_s = np.diff(beats_s, append=2 * beats_s[-1] - beats_s[-2])
    moved = {name: beats_s + share * gaps_s for name, share in SHIFTS.items()}
    levels = {name: _levels(heard, at_s) for name, at_s in moved.items()}
    everywhere = np.concatenate(list(levels.values()), axis=1)
    middle, spread = everywhere.mean(axis=1), everywhere.std(axis=1) + 1e-9
    repeats = _repeats(np.concatenate([levels["on"], levels["half_off"]]))
    for name, at_s in moved.items():
        strengths = (levels[name].mean(axis=1) - middle) / spread
        place = {f"beats_{name}": 1.0}
        place |= {f"beat_{part}": float(s) for part, s in zip(HEARD, strengths, strict=True)}
        rows = _standard(levels[name])
        for metre in METRES:
            for first in range(metre):
                starts_s = at_s[first::metre]
                evidence = place | _accents(rows, metre, first) | _length(metre, gaps_s, repeats)
                yield Candidate(metre, starts_s, evidence)


def harmonic_change(chroma: Floats, energy: Floats) -> Floats:
    """Say how much pitches differ before and after each frame, from 0 to 1; 0 beside pauses.

    Parameters
    ----------
    chroma : ndarray, shape (n_frames, 12); energy : ndarray, shape (n_frames,)
    """
    change = np.zeros(len(chroma))
    if len(chroma) > 4:
        units = chroma / np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9)
        loud = energy > QUIET * energy.max()
        change[2:-2] = (1 - (units[4:] * units[:-4]).sum(axis=1)) * (loud[4:] & loud[:-4])
    return change


def _levels(heard: HeardBeats, at_s: Floats) -> Floats:
    """How strong each part is at some seconds, shape (5, n_seconds)."""
    reach = max(round(NEAR_S * heard.frame_rate_hz), 1)
    last = heard.bands.shape[1] - 1
    frames = np.rint(at_s * heard.frame_rate_hz - 0.5).astype(np.int64)
    near = np.clip(frames[:, None] + np.arange(-reach, reach + 1), 0, last)
    parts = [np.sqrt(heard.bands[rows]).sum(axis=0)[near].max(axis=1) for rows in PARTS.values()]
    places = (at_s - heard.harmony_start_s) * heard.harmony_rate_hz
    return np.array([*parts, np.interp(places, np.arange(len(heard.harmony)), heard.harmony)])


def _standard(rows: Floats) -> Floats:
    return np.asarray(
        (rows - rows.mean(axis=1, keepdims=True)) / (rows.std(axis=1, keepdims=True) + 1e-9)
    )


def _accents(rows: Floats, metre: int, first: int) -> dict[str, float]:
    """Compare the beats of a bar, each the mean of all bars, in standard deviations."""
    usual = np.array(
        [rows[:, (first + beat) % metre :: metre].mean(axis=1) for beat in range(metre)]
    )
    found = {f"first_of_{metre}": usual[0] - usual[1:].mean(axis=0)}
    if metre == 4:
        found["two_and_four"] = usual[[1, 3]].mean(axis=0) - usual[[0, 2]].mean(axis=0)
        found["first_over_third"] = usual[0] - usual[2]
    if metre == 6:
        found["fourth_of_6"] = usual[3] - usual[[1, 2, 4, 5]].mean(axis=0)
    return {
        f"{name}_{part}": float(value)
        for name, values in found.items()
        for part, value in zip(HEARD, values, strict=True)
    }


def _length(metre: int, gaps_s: Floats, repeats: NDArray[np.float64]) -> dict[str, float]:
    """How long the bar is, and how well the sound repeats after it."""
    octaves = float(np.log2(metre * np.median(gaps_s) / USUAL_BAR_S))
    elsewhere = float(np.mean([repeats[lag] for lag in range(1, COMPARED_LAGS + 1) if lag % metre]))
    return {
        f"metre_{metre}": 1.0,
        "bar_octaves": octaves,
        "bar_octaves_squared": octaves**2,
        "repeats_after_one": float(repeats[metre]),
        "repeats_after_two": float(repeats[2 * metre]),
        "repeats_after_four": float(repeats[4 * metre]),
        "repeats_more_after_one": float(repeats[metre]) - elsewhere,
        "repeats_more_after_two": float(repeats[2 * metre]) - elsewhere,
    }


def _repeats(rows: Floats) -> NDArray[np.float64]:
    """Mean likeness of beats so many beats apart, from lag 0; 0 where the piece is too short."""
    units = _standard(rows)
    units /= np.maximum(np.linalg.norm(units, axis=0, keepdims=True), 1e-9)
    found = np.zeros(LONGEST_LAG + 1)
    for lag in range(1, min(LONGEST_LAG, units.shape[1] - 5) + 1):
        found[lag] = float((units[:, :-lag] * units[:, lag:]).sum(axis=0).mean())
    return found

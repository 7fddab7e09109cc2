"""Tempo over time: stretches in which a track keeps its tempo.

Every few seconds the tempi within half an octave of the track's own get a strength; the path
through them that is strongest in sum, where each jump costs, is cut into stretches.
"""

from itertools import pairwise

import numpy as np

from analysis.domain.periodicity import (
    Floats,
    Part,
    autocorrelation,
    onset_spectrum,
    refined_bpm,
)
from analysis.domain.result import TempoStretch

WINDOW_S, HOP_S = 16.0, 4.0
REACH_OCTAVES = 0.55
STEPS = 111  # each is 0.7 %
FREE_STEPS = 1
"""Players drift this far between windows without having changed tempo."""
JUMP_COST = 1.0
"""A wrong tempo loses about 0.3 of strength a window, so a change must last for some of them."""
SAME_SHARE = 0.03
SHORTEST_S = 8.0


def tempo_stretches(
    bands: Floats, bpm: float, *, frame_rate_hz: float, start_s: float = 0.0
) -> tuple[TempoStretch, ...]:
    """Follow the tempo of a track.

    Parameters
    ----------
    bands : ndarray, shape (8, n_frames), non-negative: onset strength from low to high frequency
    bpm : float, the tempo of the track as a whole
    frame_rate_hz : float, frames per second
    start_s : float, where in the track the bands begin

    Returns
    -------
    tuple of TempoStretch : one for a steady track, in order of time, without gaps
    """
    envelope = np.sqrt(bands).sum(axis=0)
    length_s = len(envelope) / frame_rate_hz
    grid = bpm * 2 ** np.linspace(-REACH_OCTAVES, REACH_OCTAVES, STEPS)
    window = int(WINDOW_S * frame_rate_hz)
    starts = range(0, max(len(envelope) - window, 0) + 1, int(HOP_S * frame_rate_hz))
    strengths = np.array(
        [_strengths(envelope[at : at + window], grid, frame_rate_hz) for at in starts]
    )
    path = grid[_strongest_path(strengths)]
    edges = [0, *_changes(path), len(path)]
    found: list[TempoStretch] = []
    for first, end in pairwise(edges):
        # A window hears the change when its middle passes it.
        begin_s = 0.0 if first == 0 else first * HOP_S + (WINDOW_S - HOP_S) / 2
        end_s = length_s if end == len(path) else end * HOP_S + (WINDOW_S - HOP_S) / 2
        frames = slice(int(begin_s * frame_rate_hz), int(end_s * frame_rate_hz))
        middle = float(np.median(path[first:end]))
        if len(edges) == 2:  # what stays the same has the tempo of the whole, not a ratio of it
            middle = bpm
        exact = refined_bpm(middle, bands[:, frames], frame_rate_hz=frame_rate_hz)
        found.append(TempoStretch(start_s + begin_s, start_s + end_s, exact))
    return tuple(
        TempoStretch(round(each.start_s, 1), round(each.end_s, 1), round(each.bpm, 2))
        for each in _joined(found)
    )


def _strengths(envelope: Floats, grid: Floats, frame_rate_hz: float) -> Floats:
    part = Part(
        correlation=autocorrelation(envelope, frame_rate_hz),
        spectrum=onset_spectrum(envelope, frame_rate_hz),
        frame_rate_hz=frame_rate_hz,
    )
    return np.array(
        [
            np.mean(
                [
                    part.at(bpm / 60),
                    part.at(bpm / 30),
                    max(0.0, part.after(60 / bpm)),
                    max(0.0, part.after(120 / bpm)),
                ]
            )
            for bpm in grid
        ]
    )


def _strongest_path(strengths: Floats) -> list[int]:
    """Give the step for each window, by dynamic programming (Viterbi)."""
    best = strengths[0]
    origins: list[np.ndarray] = []
    places = np.arange(strengths.shape[1])
    for row in strengths[1:]:
        near = np.stack([_shifted(best, step) for step in range(-FREE_STEPS, FREE_STEPS + 1)])
        choice = near.argmax(axis=0)
        stay, origin = near.max(axis=0), places + choice - FREE_STEPS
        jump_from = int(best.argmax())
        jumps = best[jump_from] - JUMP_COST > stay
        origins.append(np.where(jumps, jump_from, origin))
        best = row + np.where(jumps, best[jump_from] - JUMP_COST, stay)
    path = [int(best.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return path[::-1]


def _shifted(values: Floats, step: int) -> Floats:
    """Value `step` places further on; nothing lies beyond the ends."""
    moved = np.full(len(values), -np.inf)
    if step >= 0:
        moved[: len(values) - step] = values[step:]
    else:
        moved[-step:] = values[:step]
    return moved


def _changes(path: Floats) -> list[int]:
    """Windows at which the tempo has left what it was since the last change."""
    found: list[int] = []
    first = 0
    for place in range(1, len(path)):
        usual = float(np.median(path[first:place]))
        if abs(path[place] - usual) > SAME_SHARE * usual:
            found.append(place)
            first = place
    return found


def _joined(stretches: list[TempoStretch]) -> list[TempoStretch]:
    """Join neighbours of the same tempo, and what is too short to be told apart."""
    kept: list[TempoStretch] = []
    for each in stretches:
        last = kept[-1] if kept else None
        short = each.end_s - each.start_s < SHORTEST_S
        if last and (short or abs(each.bpm - last.bpm) <= SAME_SHARE * last.bpm):
            kept[-1] = TempoStretch(last.start_s, each.end_s, last.bpm)
        else:
            kept.append(each)
    return kept

"""Where the beats of a track of known tempo are.

Dynamic programming: the row of beats that lies on the strongest onsets while its distances stay
near the period. Only tracks with a firm tempo are asked.

Reference: Ellis (2007), "Beat Tracking by Dynamic Programming". Ours differs in: the period may
change where the tempo does, and frames are worked on half a period at a time.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.domain.periodicity import Floats, above_neighbourhood
from analysis.domain.result import TempoStretch

TIGHTNESS = 4000.0
"""What a distance costs that is off by a share of the period, squared. Ellis's value is 100; with
that, beats go over to strong off-beats and back in the middle of a piece."""
FREE_FRAMES = 0.6
"""A period is no whole number of frames."""
NEAREST, FARTHEST = 0.5, 2.0
BLUR = 1 / 32
"""Share of a period over which an onset still counts as being on the beat; Ellis's value."""
WEAK = 0.5
"""Beats at the ends weaker than this share of the usual strength lie in silence."""


def track_beats(
    bands: Floats, stretches: Sequence[TempoStretch], *, frame_rate_hz: float
) -> NDArray[np.int64]:
    """Give the frames of the beats, in order; none for silence.

    Parameters
    ----------
    bands : ndarray, shape (8, n_frames), non-negative: onset strength from low to high frequency
    stretches : the tempo over time; seconds count from the first frame
    frame_rate_hz : float, frames per second
    """
    envelope = above_neighbourhood(np.sqrt(bands).sum(axis=0), frame_rate_hz)
    spread = float(envelope.std())
    if not spread or not stretches:
        return np.zeros(0, np.int64)
    strength = np.zeros(len(envelope))
    periods = np.zeros(len(envelope))
    for place, stretch in enumerate(stretches):
        first = 0 if place == 0 else int(stretch.start_s * frame_rate_hz)
        last = place == len(stretches) - 1
        end = len(envelope) if last else int(stretch.end_s * frame_rate_hz)
        periods[first:end] = 60 / stretch.bpm * frame_rate_hz
        strength[first:end] = _blurred(envelope / spread, periods[first])[first:end]
    sums, origins = _best_sums(strength, periods)
    return _followed(sums, origins, strength)


def _blurred(envelope: Floats, period: float) -> Floats:
    reach = round(period)
    shape = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (period * BLUR)) ** 2)
    return np.asarray(np.convolve(envelope, shape, mode="same"))


def _best_sums(strength: Floats, periods: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Give the best sum of a row of beats that ends in each frame, and the beat before it (or -1).

    No beat follows another within half a period, so that many frames need nothing of each other.
    """
    sums, origins = strength.copy(), np.full(len(strength), -1, np.int64)
    threshold = 0.01 * float(strength.max())
    has_begun = False
    at = 0
    while at < len(strength):
        period = periods[at]
        step = max(int(period * NEAREST), 1)
        lags = np.arange(step, int(period * FARTHEST) + 1)
        frames = np.arange(at, min(at + step, len(strength)))
        before = frames[:, None] - lags
        reached = np.where(before >= 0, sums[np.maximum(before, 0)], 0.0)
        off = np.maximum(np.abs(lags - period) - FREE_FRAMES, 0) / period
        costs = TIGHTNESS * off**2
        totals = reached - costs
        best = totals.argmax(axis=1)
        rows = np.arange(len(frames))
        sums[frames] += totals[rows, best]
        came_from = before[rows, best]
        if not has_begun:  # the first beat is the first frame with an onset
            silent = np.cumsum(strength[frames] >= threshold) == 0
            came_from = np.where(silent, -1, came_from)
            has_begun = not silent.all()
        origins[frames] = np.maximum(came_from, -1)
        at += step
    return sums, origins


def _followed(sums: Floats, origins: NDArray[np.int64], strength: Floats) -> NDArray[np.int64]:
    """Walk back from the last good end, and drop beats that lie in the silence around the music."""
    inner = np.flatnonzero((sums[1:-1] > sums[:-2]) & (sums[1:-1] >= sums[2:])) + 1
    if not len(inner):
        return np.zeros(0, np.int64)
    good = inner[sums[inner] * 2 > np.median(sums[inner])]
    beats = [int(good[-1])]
    while origins[beats[-1]] >= 0:
        beats.append(int(origins[beats[-1]]))
    found = np.array(beats[::-1], np.int64)
    heard = np.flatnonzero(strength[found] > WEAK * np.sqrt(np.mean(strength[found] ** 2)))
    return found[heard[0] : heard[-1] + 1] if len(heard) else np.zeros(0, np.int64)

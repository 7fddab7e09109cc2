"""How a sound repeats: autocorrelation of its onsets, and what follows from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_LAG_S = 9.0
DETREND_S = 1.0
LAG_TOLERANCE = 0.015
"""A beat may come this share of its lag early or late; players do, and frames are coarse."""
REFINE_REACH = 0.02
REFINE_HARMONICS = (1, 2, 4)


@dataclass(frozen=True)
class Periodicity:
    """Autocorrelation, 1 at lag zero, of the onsets in all bands and in three parts of them.

    `low` is where kick and bass sound, `middle` voices, chords and snare, `high` cymbals and noise.
    """

    full: Floats
    low: Floats
    middle: Floats
    high: Floats
    frame_rate_hz: float

    def strength(self, curve: Floats, lag_s: float) -> float:
        """Give the highest autocorrelation near a lag; 0 where the lag is out of reach."""
        lag = lag_s * self.frame_rate_hz
        reach = max(1, round(lag * LAG_TOLERANCE))
        first, end = round(lag) - reach, round(lag) + reach + 1
        if first < 1 or end > len(curve):
            return 0.0
        return float(curve[first:end].max())

    def beat_strength(self, bpm: float) -> float:
        """Mean autocorrelation at one, two and four beats: 1 for a metronome, 0 for noise."""
        beat_s = 60 / bpm
        return float(np.mean([self.strength(self.full, beat_s * beats) for beats in (1, 2, 4)]))


def periodicity_of(bands: Floats, *, frame_rate_hz: float) -> Periodicity:
    """Measure how onsets repeat.

    Parameters
    ----------
    bands : ndarray, shape (8, n_frames), non-negative: onset strength from low to high
    frame_rate_hz : float, frames per second
    """
    compressed = np.sqrt(bands)

    def part(rows: slice) -> Floats:
        return autocorrelation(compressed[rows].sum(axis=0), frame_rate_hz)

    return Periodicity(
        full=part(slice(None)),
        low=part(slice(0, 1)),
        middle=part(slice(2, 5)),
        high=part(slice(5, None)),
        frame_rate_hz=frame_rate_hz,
    )


def autocorrelation(envelope: Floats, frame_rate_hz: float) -> Floats:
    """Autocorrelate an onset envelope, 1 at lag zero, made unbiased; zeros for a flat one."""
    centred = _above_neighbourhood(envelope, frame_rate_hz)
    lags = min(int(MAX_LAG_S * frame_rate_hz), len(centred) - 1)
    size = 1 << (2 * len(centred) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    raw = np.fft.irfft(np.abs(spectrum) ** 2, size)[: lags + 1]
    unbiased = raw / (len(centred) - np.arange(lags + 1))
    return unbiased / unbiased[0] if unbiased[0] > 0 else np.zeros(lags + 1)


def refined_bpm(bpm: float, bands: Floats, *, frame_rate_hz: float) -> float:
    """Sharpen a tempo that is right within two per cent, by the Fourier tempogram of all frames.

    Over three minutes the peak of a steady track is 0.3 BPM wide, and interpolation finds its top
    to a hundredth; estimators round to their own frames and are off by up to half a beat a minute.
    """
    centred = _above_neighbourhood(bands.sum(axis=0), frame_rate_hz)
    centred = centred * np.hanning(len(centred))
    times_s = np.arange(len(centred)) / frame_rate_hz
    grid = bpm * np.linspace(1 - REFINE_REACH, 1 + REFINE_REACH, 81)
    power = np.zeros(len(grid))
    for harmonic in REFINE_HARMONICS:
        turns = np.outer(grid * harmonic / 60, times_s)
        power += np.abs(np.exp(-2j * np.pi * turns) @ centred)
    top = int(power.argmax())
    if not 0 < top < len(grid) - 1:
        return bpm
    left, middle, right = power[top - 1 : top + 2]
    curvature = left - 2 * middle + right
    offset = 0.5 * (left - right) / curvature if curvature else 0.0
    return float(grid[top] + offset * (grid[1] - grid[0]))


def _above_neighbourhood(envelope: Floats, frame_rate_hz: float) -> Floats:
    width = max(1, int(DETREND_S * frame_rate_hz))
    local_mean = np.convolve(envelope, np.ones(width) / width, mode="same")
    above = np.maximum(envelope - local_mean, 0)
    return np.asarray(above - above.mean())

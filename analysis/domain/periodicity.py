"""How a sound repeats: autocorrelation and spectrum of its onsets, and what follows from them.

The autocorrelation answers at multiples of the true period, the spectrum at parts of it; together
they tell octaves apart.
"""

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


SPECTRUM_WINDOW_S = 12.0
"""Long enough to tell 2 BPM apart, short enough for players who drift."""
SPECTRUM_HOP_S = 4.0
SPECTRUM_SIZE = 8192
FREQUENCY_TOLERANCE = 0.02

PARTS = {"full": slice(None), "low": slice(0, 1), "middle": slice(2, 5), "high": slice(5, None)}
"""Bands that are heard together: `low` is where kick and bass sound, `middle` voices, chords and
snare, `high` cymbals and noise."""


@dataclass(frozen=True)
class Part:
    """How the onsets of some bands repeat.

    `correlation` is the autocorrelation, 1 at lag zero; `spectrum` the mean magnitude over windows,
    1 for a train of clicks.
    """

    correlation: Floats
    spectrum: Floats
    frame_rate_hz: float

    def after(self, lag_s: float) -> float:
        """Give the highest autocorrelation near a lag; 0 where the lag is out of reach."""
        lag = lag_s * self.frame_rate_hz
        reach = max(1, round(lag * LAG_TOLERANCE))
        first, end = round(lag) - reach, round(lag) + reach + 1
        if first < 1 or end > len(self.correlation):
            return 0.0
        return float(self.correlation[first:end].max())

    def at(self, frequency_hz: float) -> float:
        """Give the highest magnitude near a frequency; 0 where it is out of reach."""
        place = frequency_hz * SPECTRUM_SIZE / self.frame_rate_hz
        reach = max(1, round(place * FREQUENCY_TOLERANCE))
        first, end = round(place) - reach, round(place) + reach + 1
        if first < 1 or end > len(self.spectrum):
            return 0.0
        return float(self.spectrum[first:end].max())


@dataclass(frozen=True)
class Periodicity:
    """How the onsets repeat in all bands and in three parts of them."""

    full: Part
    low: Part
    middle: Part
    high: Part

    def beat_strength(self, bpm: float) -> float:
        """Mean autocorrelation at one, two and four beats: 1 for a metronome, 0 for noise."""
        beat_s = 60 / bpm
        return float(np.mean([self.full.after(beat_s * beats) for beats in (1, 2, 4)]))


def periodicity_of(bands: Floats, *, frame_rate_hz: float) -> Periodicity:
    """Measure how onsets repeat.

    Parameters
    ----------
    bands : ndarray, shape (8, n_frames), non-negative: onset strength from low to high
    frame_rate_hz : float, frames per second
    """
    compressed = np.sqrt(bands)

    def part(rows: slice) -> Part:
        envelope = compressed[rows].sum(axis=0)
        return Part(
            correlation=autocorrelation(envelope, frame_rate_hz),
            spectrum=onset_spectrum(envelope, frame_rate_hz),
            frame_rate_hz=frame_rate_hz,
        )

    return Periodicity(**{name: part(rows) for name, rows in PARTS.items()})


def onset_spectrum(envelope: Floats, frame_rate_hz: float) -> Floats:
    """Average the magnitude spectra of windows of an onset envelope; a click train has peaks of 1.

    A flat envelope gives zeros.
    """
    above = np.maximum(envelope - _local_mean(envelope, frame_rate_hz), 0)
    length = min(int(SPECTRUM_WINDOW_S * frame_rate_hz), len(above))
    hop = int(SPECTRUM_HOP_S * frame_rate_hz)
    shape = np.hanning(length)
    total = np.zeros(SPECTRUM_SIZE // 2 + 1)
    weight = 0.0
    for start in range(0, len(above) - length + 1, hop):
        window = above[start : start + length] * shape
        total += np.abs(np.fft.rfft(window - window.mean(), SPECTRUM_SIZE))
        weight += float(window.sum())
    return total / weight if weight > 0 else total


def autocorrelation(envelope: Floats, frame_rate_hz: float) -> Floats:
    """Autocorrelate an onset envelope, 1 at lag zero, made unbiased; zeros for a flat one."""
    centred = above_neighbourhood(envelope, frame_rate_hz)
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
    centred = above_neighbourhood(bands.sum(axis=0), frame_rate_hz)
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


def above_neighbourhood(envelope: Floats, frame_rate_hz: float) -> Floats:
    """Keep what stands out of the second around it, less its mean."""
    above = np.maximum(envelope - _local_mean(envelope, frame_rate_hz), 0)
    return np.asarray(above - above.mean())


def _local_mean(envelope: Floats, frame_rate_hz: float) -> Floats:
    width = max(1, int(DETREND_S * frame_rate_hz))
    return np.asarray(np.convolve(envelope, np.ones(width) / width, mode="same"))

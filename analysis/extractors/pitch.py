"""Which pitch classes sound, when, and how the instruments are tuned. NumPy and SciPy only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.domain.loudness import Floats
from analysis.domain.pitches import PitchFrames

RATE_HZ = 11_025
FRAME, HOP = 8192, 2048
FRAME_RATE_HZ = RATE_HZ / HOP
LOWEST_HZ, HIGHEST_HZ = 55.0, 2_100.0
PEAKS_ABOVE = 10 ** (-50 / 20)
"""Peaks this far below the strongest of their frame are leakage or noise."""
HARMONICS = 4
HARMONIC_DECAY = 0.6
CHUNK_FRAMES = 256
A4_HZ = 440.0


def pitch_frames(mono: Floats) -> PitchFrames:
    """Find spectral peaks and fold them into pitch classes.

    Parameters
    ----------
    mono : ndarray, shape (n_samples,), at 11.025 kHz
    """
    padded = np.pad(mono, (0, max(FRAME - len(mono), 0)))
    parts = list(_peaks(padded))
    rows, hertz, magnitude = (np.concatenate([part[place] for part in parts]) for place in range(3))
    energy = np.concatenate([part[3] for part in parts])
    tuning, in_tune = _tuning(hertz, magnitude)
    semitones = 69 + 12 * np.log2(hertz / A4_HZ) - tuning / 100
    weight = np.sqrt(magnitude)
    return PitchFrames(
        chroma=_folded(rows, semitones, weight, len(energy), harmonics=HARMONICS),
        heard=_folded(rows, semitones, magnitude, len(energy), harmonics=1),
        energy=energy,
        tuning_cents=tuning,
        in_tune=in_tune,
    )


def _peaks(mono: Floats) -> Iterator[tuple[np.ndarray, ...]]:
    """Local maxima of the spectra, placed between bins by a parabola through their logarithm.

    Yields, for some frames at a time: frame, hertz and magnitude of each peak; power of each frame.
    """
    from scipy.fft import rfft

    shape = np.hanning(FRAME).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(mono, FRAME)[::HOP]
    first, last = (int(hertz * FRAME / RATE_HZ) for hertz in (LOWEST_HZ, HIGHEST_HZ))
    for start in range(0, len(frames), CHUNK_FRAMES):
        windowed = frames[start : start + CHUNK_FRAMES] * shape
        spectra = np.abs(rfft(windowed, axis=1)[:, first - 1 : last + 1])
        left, inner, right = spectra[:, :-2], spectra[:, 1:-1], spectra[:, 2:]
        loud = PEAKS_ABOVE * inner.max(axis=1, keepdims=True, initial=1e-9)
        rows, columns = np.nonzero((inner > left) & (inner >= right) & (inner > loud))
        a, b, c = (np.log(part[rows, columns] + 1e-9) for part in (left, inner, right))
        curve = np.minimum(a - 2 * b + c, -1e-6)
        hertz = (columns + first + 0.5 * (a - c) / curve) * RATE_HZ / FRAME
        magnitude = inner[rows, columns]
        power = np.square(inner, dtype=np.float64).sum(axis=1)
        yield rows + start, hertz, magnitude.astype(np.float64), power


def _tuning(hertz: np.ndarray, magnitude: np.ndarray) -> tuple[float, float]:
    """Give the mean deviation of peaks from A = 440 Hz in cents (±50), and how well they agree."""
    if not len(hertz):
        return 0.0, 0.0
    weight = np.sqrt(magnitude)
    turn = (np.exp(2j * np.pi * 12 * np.log2(hertz / A4_HZ)) * weight).sum() / weight.sum()
    return float(np.angle(turn) / (2 * np.pi) * 100), float(abs(turn))


def _folded(
    rows: np.ndarray, semitones: np.ndarray, weight: np.ndarray, count: int, *, harmonics: int
) -> np.ndarray:
    """Add each peak to the pitch classes of which it may be a harmonic."""
    chroma = np.zeros(count * 12)
    for harmonic in range(1, harmonics + 1):
        place = semitones - 12 * np.log2(harmonic)
        nearest = np.rint(place)
        share = weight * HARMONIC_DECAY ** (harmonic - 1) * np.cos(np.pi * (place - nearest)) ** 2
        chroma += np.bincount(rows * 12 + nearest.astype(int) % 12, share, count * 12)
    return chroma.reshape(count, 12)

"""How bright a recording sounds: where the middle of its spectrum lies."""

import numpy as np

from analysis.domain.loudness import Floats

FRAME = 4096
MOST_FRAMES = 1500
"""Frames spread evenly over the sound; more of them change the third digit only."""


def brightness_hz(mono: Floats, rate_hz: int) -> float | None:
    """Give the spectral centroid, weighted by amplitude, as the median over sounding frames.

    Parameters
    ----------
    mono : ndarray, shape (n_samples,), full scale 1
    rate_hz : int, samples per second

    Returns
    -------
    float in Hz, or None where the sound is shorter than a frame or silent

    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(44100) / 44100).astype(np.float32)
    >>> round(brightness_hz(tone, 44100), -1)
    1000.0
    """
    count = min(len(mono) // FRAME, MOST_FRAMES)
    if count == 0:
        return None
    starts = np.linspace(0, len(mono) - FRAME, count).astype(int)
    window = np.hanning(FRAME).astype(np.float32)
    frequencies = np.fft.rfftfreq(FRAME, 1 / rate_hz)
    found = []
    for start in starts:
        spectrum = np.abs(np.fft.rfft(mono[start : start + FRAME] * window))
        total = float(spectrum.sum())
        if total > 1e-3:
            found.append(float(spectrum @ frequencies) / total)
    return round(float(np.median(found)), 1) if found else None

"""Onset strength in bands, with NumPy and SciPy only."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.domain.loudness import Floats

RATE_HZ = 22_050
FRAME, HOP = 1024, 220
FRAME_RATE_HZ = RATE_HZ / HOP
MEL_BANDS, BANDS = 80, 8
HIGHEST_HZ = 10_000.0
LOG_GAIN = 1000.0
"""Compression of the spectrogram, whose highest value is 1; the limits of `domain.tempo` fit it."""
CHUNK_FRAMES = 2048


def onset_bands(mono: Floats) -> NDArray[np.float64]:
    """Measure how much louder each band gets from frame to frame.

    Parameters
    ----------
    mono : ndarray, shape (n_samples,), at 22.05 kHz

    Returns
    -------
    ndarray, shape (8, n_frames), non-negative; from low to high frequency
    """
    mel = _mel_spectrogram(mono)
    compressed = np.log1p(LOG_GAIN / max(float(mel.max(initial=0.0)), 1e-9) * mel)
    rise = np.maximum(np.diff(compressed, axis=0), 0)
    return np.ascontiguousarray(
        rise.reshape(len(rise), BANDS, MEL_BANDS // BANDS).sum(axis=2).T, dtype=np.float64
    )


def _mel_spectrogram(mono: Floats) -> Floats:
    """Power in mel bands, shape (n_frames, 80), some frames at a time."""
    from scipy.fft import rfft

    padded = np.pad(mono, FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    shape = np.hanning(FRAME + 1)[:-1].astype(np.float32)
    filters = _mel_filters()
    parts = []
    for start in range(0, len(frames), CHUNK_FRAMES):
        spectra = rfft(frames[start : start + CHUNK_FRAMES] * shape, axis=1)
        parts.append((spectra.real**2 + spectra.imag**2) @ filters)
    return np.concatenate(parts)


@cache
def _mel_filters() -> Floats:
    """Triangles on Slaney's mel scale (linear up to 1 kHz), each of area one."""
    edges_hz = _mel_to_hz(np.linspace(0.0, _hz_to_mel(HIGHEST_HZ), MEL_BANDS + 2))
    bins_hz = np.arange(FRAME // 2 + 1) * RATE_HZ / FRAME
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz[:, None] - low) / (centre - low)
    falling = (high - bins_hz[:, None]) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)) * (2 / (high - low))
    return triangles.astype(np.float32)


_LINEAR_STEP_HZ, _LOG_FROM_HZ = 200 / 3, 1000.0
_LOG_STEP = np.log(6.4) / 27


def _hz_to_mel(hertz: float) -> float:
    linear = hertz / _LINEAR_STEP_HZ
    if hertz < _LOG_FROM_HZ:
        return linear
    return _LOG_FROM_HZ / _LINEAR_STEP_HZ + float(np.log(hertz / _LOG_FROM_HZ)) / float(_LOG_STEP)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    bend = _LOG_FROM_HZ / _LINEAR_STEP_HZ
    return np.where(
        mel < bend, mel * _LINEAR_STEP_HZ, _LOG_FROM_HZ * np.exp(_LOG_STEP * (mel - bend))
    )

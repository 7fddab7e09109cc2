"""Onset strength in bands, with NumPy and SciPy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.domain.loudness import Floats
from analysis.extractors.mel_filters import mel_filters

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
    filters = mel_filters(rate_hz=RATE_HZ, frame=FRAME, bands=MEL_BANDS, highest_hz=HIGHEST_HZ)
    parts = []
    for start in range(0, len(frames), CHUNK_FRAMES):
        spectra = rfft(frames[start : start + CHUNK_FRAMES] * shape, axis=1)
        parts.append((spectra.real**2 + spectra.imag**2) @ filters)
    return np.concatenate(parts)

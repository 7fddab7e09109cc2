"""Onset strength in bands and a further opinion on the tempo, by librosa."""

from __future__ import annotations

import numpy as np

from analysis.domain.loudness import Floats
from analysis.domain.tempo import Opinion

RATE_HZ = 22_050
HOP = 220
FRAME_RATE_HZ = RATE_HZ / HOP
MEL_BANDS, BANDS = 80, 8
HIGHEST_HZ = 10_000
LOG_GAIN = 1000.0
"""Compression of the spectrogram, whose highest value is 1; the limits of `domain.tempo` fit it."""


def onset_bands(mono: Floats) -> np.ndarray:
    """Measure how much louder each band gets from frame to frame.

    Parameters
    ----------
    mono : ndarray, shape (n_samples,), at 22.05 kHz

    Returns
    -------
    ndarray, shape (8, n_frames), non-negative; from low to high frequency
    """
    import librosa

    mel = librosa.feature.melspectrogram(
        y=mono, sr=RATE_HZ, n_fft=1024, hop_length=HOP, n_mels=MEL_BANDS, fmax=HIGHEST_HZ
    )
    compressed = np.log1p(LOG_GAIN * mel / max(float(mel.max()), 1e-9))
    rise = np.maximum(np.diff(compressed, axis=1), 0)
    return rise.reshape(BANDS, MEL_BANDS // BANDS, -1).sum(axis=1).astype(np.float64)


def tempo_opinion(bands: np.ndarray) -> Opinion | None:
    """Estimate the tempo from onset bands (Ellis 2007, with librosa's log-normal prior)."""
    import librosa

    envelope = np.sqrt(bands).sum(axis=0)
    if not np.any(envelope):
        return None
    bpm = float(librosa.feature.tempo(onset_envelope=envelope, sr=RATE_HZ, hop_length=HOP)[0])
    return Opinion("librosa", bpm) if bpm > 0 else None

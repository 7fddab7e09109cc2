"""The onset envelope and a further opinion on the tempo, by librosa."""

from __future__ import annotations

import numpy as np

from analysis.domain.loudness import Floats
from analysis.domain.tempo import Opinion

RATE_HZ = 22_050
HOP = 256
FRAME_RATE_HZ = RATE_HZ / HOP


def onset_strength(mono: Floats) -> np.ndarray:
    """Spectral flux of a mel spectrogram; mono at 22.05 kHz; shape (n_frames,), non-negative."""
    import librosa

    envelope = librosa.onset.onset_strength(
        y=mono, sr=RATE_HZ, hop_length=HOP, n_fft=1024, n_mels=64, aggregate=np.median
    )
    return np.asarray(envelope, dtype=np.float64)


def tempo_opinion(envelope: np.ndarray) -> Opinion | None:
    """Estimate the tempo from the envelope (Ellis 2007, with librosa's log-normal prior)."""
    import librosa

    if not np.any(envelope):
        return None
    bpm = float(librosa.feature.tempo(onset_envelope=envelope, sr=RATE_HZ, hop_length=HOP)[0])
    return Opinion("librosa", bpm, 0.8) if bpm > 0 else None

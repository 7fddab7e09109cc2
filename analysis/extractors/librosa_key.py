"""Opinions on the key by librosa, where Essentia has no wheel: chroma against key profiles."""

from __future__ import annotations

import numpy as np

from analysis.domain.key import TONICS, KeyOpinion
from analysis.domain.loudness import Floats

# Krumhansl and Kessler (1982), probe-tone ratings; Temperley (1999), his revision of them.
PROFILES = {
    "krumhansl": {
        "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    },
    "temperley": {
        "major": (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
        "minor": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    },
}


def key_opinions(mono: Floats, rate_hz: int) -> list[KeyOpinion]:
    """Ask each profile which key the mean chroma fits best; none for silence."""
    import librosa

    chroma = librosa.feature.chroma_cens(y=mono, sr=rate_hz, hop_length=4096).mean(axis=1)
    return opinions_on(chroma)


def opinions_on(chroma: Floats) -> list[KeyOpinion]:
    """Correlate twelve numbers, from C upwards, with both modes of each profile on each tonic."""
    if not np.any(chroma) or np.ptp(chroma) < 1e-6:
        return []
    found = []
    for modes in PROFILES.values():
        fits = [
            (float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]), TONICS[tonic], mode)
            for mode, profile in modes.items()
            for tonic in range(12)
        ]
        strength, name, mode = max(fits)
        found.append(KeyOpinion(name, mode, max(strength, 0.0)))
    return found

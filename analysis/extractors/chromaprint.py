"""The acoustic fingerprint of a recording's beginning, by Chromaprint as Essentia carries it."""

from __future__ import annotations

import numpy as np

from analysis.domain.fingerprint import HEARD_S, decode_chromaprint
from analysis.domain.loudness import Floats

RATE_HZ = 11_025


def fingerprint(mono: Floats, rate_hz: int) -> tuple[int, ...]:
    """Give the codes of the first two minutes; none where Essentia is not installed.

    Parameters
    ----------
    mono : ndarray, shape (n_samples,), from the start of the recording
    rate_hz : int, samples per second
    """
    import soxr

    try:
        import essentia.standard as es
    except ImportError:
        return ()
    start = mono[: int((HEARD_S + 1) * rate_hz)]
    low = np.ascontiguousarray(soxr.resample(start, rate_hz, RATE_HZ), dtype=np.float32)
    text = es.Chromaprinter(sampleRate=RATE_HZ, maxLength=HEARD_S)(low)
    return tuple(decode_chromaprint(text).tolist())

"""Triangular filters on Slaney's mel scale: linear up to 1 kHz, logarithmic above."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.domain.loudness import Floats

LINEAR_STEP_HZ, LOG_FROM_HZ = 200 / 3, 1000.0
LOG_STEP = np.log(6.4) / 27


@cache
def mel_filters(*, rate_hz: int, frame: int, bands: int, highest_hz: float) -> Floats:
    """Give triangles of area one, shape (frame // 2 + 1, bands), from 0 Hz to the highest.

    The same numbers as librosa's `filters.mel`.
    """
    edges_hz = _mel_to_hz(np.linspace(0.0, _hz_to_mel(highest_hz), bands + 2))
    bins_hz = np.arange(frame // 2 + 1) * rate_hz / frame
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz[:, None] - low) / (centre - low)
    falling = (high - bins_hz[:, None]) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)) * (2 / (high - low))
    return triangles.astype(np.float32)


def _hz_to_mel(hertz: float) -> float:
    linear = hertz / LINEAR_STEP_HZ
    if hertz < LOG_FROM_HZ:
        return linear
    return LOG_FROM_HZ / LINEAR_STEP_HZ + float(np.log(hertz / LOG_FROM_HZ)) / float(LOG_STEP)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    bend = LOG_FROM_HZ / LINEAR_STEP_HZ
    return np.where(mel < bend, mel * LINEAR_STEP_HZ, LOG_FROM_HZ * np.exp(LOG_STEP * (mel - bend)))

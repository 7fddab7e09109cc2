"""Sound at another sample rate, through the SoX resampler."""

import numpy as np

from analysis.domain.loudness import Floats


def resampled(samples: Floats, rate_hz: int, to_hz: int) -> Floats:
    """Give samples at another rate, in one piece of memory."""
    import soxr

    if rate_hz == to_hz:
        return np.ascontiguousarray(samples)
    return np.ascontiguousarray(soxr.resample(samples, rate_hz, to_hz, quality="HQ"))

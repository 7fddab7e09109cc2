"""Loudness by ITU-R BS.1770-4 and EBU Tech 3342, in one pass over any length of sound.

Essentia has both measures too, but wants the whole signal in memory at once; three hours of stereo
would take 3.8 GB. `tests/services/analysis` holds the two against each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly, sosfilt

Floats = NDArray[np.float32]

BLOCK_S = 0.1  # momentary windows of 400 ms start every 100 ms
MOMENTARY_BLOCKS = 4
SHORT_TERM_BLOCKS = 30
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
RANGE_GATE_LU = -20.0
OVERSAMPLING = 4  # BS.1770-4, annex 2


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness, range and true peak; None where silence leaves nothing to measure."""

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None


class LoudnessMeter:
    """Takes sound in pieces and keeps only one energy for every 100 ms.

    Parameters
    ----------
    sample_rate_hz : int
    channels : int; with five or more the surround channels weigh 1.41, and the fourth (LFE) nothing
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._sos = k_weighting(sample_rate_hz)
        self._state = np.zeros((len(self._sos), channels, 2))
        self._block = round(sample_rate_hz * BLOCK_S)
        self._rest = np.zeros((channels, 0), dtype=np.float32)
        self._weights = channel_weights(channels)
        self._energies: list[NDArray[np.float64]] = []
        self._true_peak = 0.0
        self._tail = np.zeros((channels, 0), dtype=np.float32)

    def add(self, samples: Floats) -> None:
        """Take the next piece, shape (n_channels, n_samples), full scale ±1."""
        if not samples.shape[1]:
            return
        self._add_peak(samples)
        filtered, self._state = sosfilt(self._sos, samples, axis=1, zi=self._state)
        filtered = np.concatenate([self._rest, filtered.astype(np.float32)], axis=1)
        whole = filtered.shape[1] // self._block
        used, self._rest = np.split(filtered, [whole * self._block], axis=1)
        if whole:
            blocks = used.reshape(len(used), whole, self._block).astype(np.float64)
            energy = np.einsum("cbn,cbn->cb", blocks, blocks) / self._block
            self._energies.append(self._weights @ energy)

    def _add_peak(self, samples: Floats) -> None:
        """Oversample only where the true peak could still rise: inter-sample peaks stay within 6 dB
        of the samples around them in music.
        """
        joined = np.concatenate([self._tail, samples], axis=1)
        self._tail = joined[:, -32:]
        if 2 * float(np.abs(joined).max()) <= self._true_peak:
            return
        dense = resample_poly(joined, OVERSAMPLING, 1, axis=1)
        # The ends of a piece ring; the neighbours overlap them.
        inner = dense[:, 8 * OVERSAMPLING : -8 * OVERSAMPLING] if dense.shape[1] > 256 else dense
        highest = float(np.abs(inner).max()) if inner.size else 0.0
        self._true_peak = max(self._true_peak, highest, float(np.abs(samples).max()))

    def result(self) -> Loudness:
        """Give what was measured so far."""
        energy = np.concatenate(self._energies) if self._energies else np.zeros(0)
        peak = 20 * np.log10(self._true_peak) if self._true_peak > 1e-7 else None
        return Loudness(
            integrated_lufs=integrated(energy),
            range_lu=loudness_range(energy),
            true_peak_dbtp=None if peak is None else round(float(peak), 2),
        )


def k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """Design the two filters of BS.1770 for any sample rate, as second-order sections.

    The analogue prototypes behind the standard's 48 kHz coefficients, by bilinear transform.
    """
    shelf = _biquad(1681.974450955533, 0.7071752369554196, sample_rate_hz, 3.999843853973347)
    high_pass = _biquad(38.13547087602444, 0.5003270373238773, sample_rate_hz, None)
    return np.array([shelf, high_pass])


def _biquad(
    centre_hz: float, quality: float, sample_rate_hz: int, gain_db: float | None
) -> list[float]:
    k = np.tan(np.pi * centre_hz / sample_rate_hz)
    a0 = 1 + k / quality + k * k
    poles = [1.0, 2 * (k * k - 1) / a0, (1 - k / quality + k * k) / a0]
    if gain_db is None:
        return [1.0, -2.0, 1.0, *poles]
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    return [
        (high + band * k / quality + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / quality + k * k) / a0,
        *poles,
    ]


def channel_weights(channels: int) -> NDArray[np.float64]:
    """Give the weight of each channel in the usual order (L R C LFE Ls Rs)."""
    weights = np.ones(channels)
    if channels >= 5:
        surround_from = 3 if channels == 5 else 4
        weights[surround_from:] = 1.41
        if channels >= 6:
            weights[3] = 0.0
    return weights


def integrated(energy: NDArray[np.float64]) -> float | None:
    """Gate momentary loudness and average it; None under the absolute gate."""
    momentary = _windows(energy, MOMENTARY_BLOCKS)
    gated = momentary[_lufs(momentary) > ABSOLUTE_GATE_LUFS]
    if not gated.size:
        return None
    threshold = float(_lufs(gated.mean())) + RELATIVE_GATE_LU
    gated = gated[_lufs(gated) > threshold]
    return round(float(_lufs(gated.mean())), 2) if gated.size else None


def loudness_range(energy: NDArray[np.float64]) -> float | None:
    """Spread of short-term loudness between its 10th and 95th percentile (EBU Tech 3342)."""
    short_term = _windows(energy, SHORT_TERM_BLOCKS)
    gated = short_term[_lufs(short_term) > ABSOLUTE_GATE_LUFS]
    if gated.size < 2:
        return None
    gated = gated[_lufs(gated) > float(_lufs(gated.mean())) + RANGE_GATE_LU]
    low, high = np.percentile(_lufs(gated), [10, 95])
    return round(float(high - low), 2)


def _windows(energy: NDArray[np.float64], blocks: int) -> NDArray[np.float64]:
    if energy.size < blocks:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(energy)])
    return np.asarray((total[blocks:] - total[:-blocks]) / blocks)


def _lufs(energy: "NDArray[np.float64] | float") -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(energy, 1e-15)))

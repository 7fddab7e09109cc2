"""Space and movement for the demo pieces. Stereo is shape `(2, n_samples)`."""

from collections.abc import Sequence

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

from studio.demo.voices import SAMPLE_RATE_HZ, Samples, times


def reverb(
    dry: Samples, *, seconds: float, mix: float, brightness_hz: float = 5000, seed: int = 40
) -> Samples:
    """A room: the sound folded with two seconds-long decays of noise, one a side."""
    time_s = times(seconds)
    decay = np.exp(-6.9 * time_s / seconds) * np.minimum(time_s / 0.012, 1)
    noise = np.random.default_rng(seed).standard_normal((2, time_s.size)) * decay
    low = butter(1, brightness_hz, "lowpass", fs=SAMPLE_RATE_HZ, output="sos")
    high = butter(1, 180, "highpass", fs=SAMPLE_RATE_HZ, output="sos")
    impulse = sosfilt(high, sosfilt(low, noise))
    impulse /= np.sqrt((impulse**2).sum(axis=1, keepdims=True))
    wet = fftconvolve(dry, impulse, axes=1)[:, : dry.shape[1]]
    sound: Samples = dry + mix * wet
    return sound


def echo(dry: Samples, *, delay_s: float, feedback: float, mix: float) -> Samples:
    """Repeats that change sides, each a little quieter."""
    step = round(delay_s * SAMPLE_RATE_HZ)
    wet = np.zeros_like(dry)
    tap, gain = dry, 1.0
    for repeat in range(1, 7):
        tap, gain = tap[::-1], gain * feedback
        if repeat * step >= dry.shape[1]:
            break
        wet[:, repeat * step :] += gain * tap[:, : -repeat * step]
    return dry + mix * wet


def chorus(dry: Samples, *, depth_s: float = 0.0025, rate_hz: float = 0.6) -> Samples:
    """Two slowly wandering copies, one a side, which widen a sound."""
    index = np.arange(dry.shape[1])
    time_s = index / SAMPLE_RATE_HZ
    sides = []
    for side, turn in ((0, 0.0), (1, np.pi)):
        lag = (0.008 + depth_s * np.sin(2 * np.pi * rate_hz * time_s + turn)) * SAMPLE_RATE_HZ
        sides.append(np.interp(index - lag, index, dry[side], left=0.0))
    return 0.75 * dry + 0.6 * np.stack(sides)


def low_pass(dry: Samples, cutoff_hz: float) -> Samples:
    """Take the brightness away."""
    sections = butter(2, cutoff_hz, "lowpass", fs=SAMPLE_RATE_HZ, output="sos")
    return np.asarray(sosfilt(sections, dry, axis=-1))


def opening_filter(dry: Samples, *, start_s: float, end_s: float) -> Samples:
    """Fade from a dull copy of the sound to the sound itself, as if a filter were opened."""
    time_s = np.arange(dry.shape[1]) / SAMPLE_RATE_HZ
    openness = np.clip((time_s - start_s) / (end_s - start_s), 0, 1) ** 2
    return openness * dry + (1 - openness) * low_pass(dry, 420)


def duck(
    dry: Samples, kick_times_s: Sequence[float], *, depth: float, recovery_s: float
) -> Samples:
    """Make room for each kick, the pumping of dance music."""
    gain = np.ones(dry.shape[1])
    time_s = times(recovery_s)
    dip = 1 - depth * (1 - time_s / recovery_s) ** 2
    for at_s in kick_times_s:
        start = round(at_s * SAMPLE_RATE_HZ)
        part = gain[start : start + dip.size]
        np.minimum(part, dip[: part.size], out=part)
    return dry * gain

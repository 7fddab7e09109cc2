"""Drums and percussion made from numbers: each takes a velocity and returns mono samples."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.signal import butter, sosfilt

from studio.demo.voices import SAMPLE_RATE_HZ, Samples, times

Drum = Callable[[float], Samples]


def _hiss(duration_s: float, seed: int, low_hz: float, high_hz: float = 18_000) -> Samples:
    noise = np.random.default_rng(seed).standard_normal(times(duration_s).size)
    band = butter(2, [low_hz, high_hz], "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    return np.asarray(sosfilt(band, noise))


def _sweep(duration_s: float, start_hz: float, end_hz: float, fall_s: float) -> Samples:
    """A sine whose pitch falls from start to end."""
    time_s = times(duration_s)
    phase = end_hz * time_s + (start_hz - end_hz) * fall_s * (1 - np.exp(-time_s / fall_s))
    return np.sin(2 * np.pi * phase)


@lru_cache(maxsize=32)
def kick(velocity: float) -> Samples:
    """A tight electronic bass drum."""
    time_s = times(0.4)
    body = _sweep(0.4, 190, 48, 0.028) * np.exp(-time_s / 0.13)
    click = 0.25 * _hiss(0.4, 1, 1500, 6000) * np.exp(-time_s / 0.004)
    return velocity * np.tanh(1.8 * body + click)


@lru_cache(maxsize=32)
def soft_kick(velocity: float) -> Samples:
    """A heartbeat: a felt beater on a big drum."""
    time_s = times(0.5)
    return (
        velocity
        * _sweep(0.5, 75, 46, 0.05)
        * np.exp(-time_s / 0.16)
        * np.minimum(time_s / 0.008, 1)
    )


@lru_cache(maxsize=32)
def stomp(velocity: float) -> Samples:
    """A foot on a wooden floor."""
    time_s = times(0.35)
    wood = 0.35 * _hiss(0.35, 2, 90, 500) * np.exp(-time_s / 0.05)
    return velocity * (_sweep(0.35, 110, 58, 0.03) * np.exp(-time_s / 0.09) + wood)


@lru_cache(maxsize=32)
def big_snare(velocity: float) -> Samples:
    """The gated snare of the eighties: a long burst of room, cut off."""
    time_s = times(0.42)
    tone = 0.5 * _sweep(0.42, 260, 185, 0.02) * np.exp(-time_s / 0.07)
    snap = 0.5 * _hiss(0.42, 3, 1200) * np.exp(-time_s / 0.06)
    room = 0.33 * _hiss(0.42, 4, 400, 7000) * np.exp(-time_s / 0.4)
    gate = 1 / (1 + np.exp((time_s - 0.27) / 0.008))
    return velocity * (tone + snap + room) * gate


@lru_cache(maxsize=32)
def clap(velocity: float) -> Samples:
    """Several hands, not quite together."""
    time_s = times(0.3)
    bursts = [np.exp(-np.abs(time_s - at) / 0.005) * (time_s >= at) for at in (0, 0.011, 0.023)]
    shape = np.sum(bursts, axis=0) + 0.6 * (time_s >= 0.03) * np.exp(-(time_s - 0.03) / 0.07)
    sound: Samples = velocity * 0.6 * shape * _hiss(0.3, 5, 700, 5000)
    return sound


@lru_cache(maxsize=32)
def closed_hat(velocity: float) -> Samples:
    """A short metallic tick."""
    return velocity * 0.45 * _hiss(0.09, 6, 7000) * np.exp(-times(0.09) / 0.02)


@lru_cache(maxsize=32)
def open_hat(velocity: float) -> Samples:
    """A ringing hat, for the off-beats."""
    return velocity * 0.4 * _hiss(0.35, 7, 6000) * np.exp(-times(0.35) / 0.11)


@lru_cache(maxsize=32)
def shaker(velocity: float) -> Samples:
    """Seeds in a gourd: the noise swells before it stops."""
    time_s = times(0.11)
    shape = np.minimum(time_s / 0.035, 1) * np.exp(-np.maximum(time_s - 0.035, 0) / 0.022)
    return velocity * 0.4 * shape * _hiss(0.11, 8, 4500, 14_000)


@lru_cache(maxsize=32)
def brush(velocity: float) -> Samples:
    """A wire brush laid on a snare."""
    time_s = times(0.4)
    shape = np.minimum(time_s / 0.05, 1) * np.exp(-np.maximum(time_s - 0.05, 0) / 0.1)
    return velocity * 0.35 * shape * _hiss(0.4, 9, 1800, 9000)


@lru_cache(maxsize=32)
def tambourine(velocity: float) -> Samples:
    """Jingles."""
    time_s = times(0.25)
    ring = [np.sin(2 * np.pi * hz * time_s) for hz in (5830, 7310, 8970, 10_300)]
    metal = 0.15 * np.sum(ring, axis=0) * _hiss(0.25, 10, 3000)
    sound: Samples = velocity * (metal + 0.3 * _hiss(0.25, 11, 6000)) * np.exp(-time_s / 0.06)
    return sound


@lru_cache(maxsize=32)
def conga(velocity: float) -> Samples:
    """An open tone on a high hand drum."""
    time_s = times(0.35)
    slap = 0.3 * _hiss(0.35, 12, 800, 4000) * np.exp(-time_s / 0.008)
    return velocity * (_sweep(0.35, 250, 205, 0.03) * np.exp(-time_s / 0.09) + slap)


@lru_cache(maxsize=32)
def low_conga(velocity: float) -> Samples:
    """An open tone on a low hand drum."""
    time_s = times(0.4)
    slap = 0.25 * _hiss(0.4, 13, 600, 3000) * np.exp(-time_s / 0.008)
    return velocity * (_sweep(0.4, 180, 148, 0.03) * np.exp(-time_s / 0.12) + slap)


@lru_cache(maxsize=32)
def tom(velocity: float) -> Samples:
    """An electronic tom for fills."""
    time_s = times(0.5)
    return velocity * np.tanh(1.4 * _sweep(0.5, 220, 95, 0.09)) * np.exp(-time_s / 0.16)


@lru_cache(maxsize=8)
def crash(velocity: float) -> Samples:
    """A cymbal that opens a section."""
    time_s = times(2.4)
    sound: Samples = (
        velocity
        * 0.35
        * _hiss(2.4, 14, 3500)
        * np.exp(-time_s / 0.6)
        * np.minimum((time_s[-1] - time_s) / 0.1, 1)
    )
    return sound

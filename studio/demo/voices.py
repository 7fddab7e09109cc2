"""Pitched instruments made from numbers.

A voice takes a frequency in Hz, a length in seconds and a velocity (0 to 1) and returns mono
samples, shape `(n_samples,)`, with its own release after the length. All figures are chosen by ear.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

Samples = npt.NDArray[np.float64]
Voice = Callable[[float, float, float], Samples]

SAMPLE_RATE_HZ = 44_100
_TOP_HZ = 16_000.0


def times(duration_s: float) -> Samples:
    """Sample times from zero, shape `(n_samples,)`."""
    return np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def envelope(
    duration_s: float, *, attack_s: float, decay_s: float, sustain: float, release_s: float
) -> Samples:
    """The usual four-part loudness curve; the release follows the length of the note."""
    time_s = times(duration_s + release_s)
    rise = np.minimum(time_s / max(attack_s, 1e-4), 1.0)
    fall = sustain + (1 - sustain) * np.exp(-np.maximum(time_s - attack_s, 0) / decay_s)
    gone = np.maximum(time_s - duration_s, 0)
    sound: Samples = (
        rise * fall * np.exp(-gone * 5 / release_s) * np.minimum((time_s[-1] - time_s) / 0.004, 1)
    )
    return sound


def _filtered_saw(
    frequency_hz: float, time_s: Samples, cutoff_hz: Samples, *, odd_only: bool = False
) -> Samples:
    """A saw (or square) built from harmonics, each faded as a two-pole low-pass would.

    Adding harmonics keeps the wave free of aliasing and lets the cutoff move with time.
    """
    # Single precision is enough for the ear and three times as fast.
    turns = (frequency_hz * time_s % 1.0 * 2 * np.pi).astype(np.float32)
    ratio = (frequency_hz / cutoff_hz).astype(np.float32)
    wave = np.zeros_like(turns)
    highest_hz = min(_TOP_HZ, 2.2 * float(cutoff_hz.max()))
    for n in range(1, max(2, int(highest_hz / frequency_hz) + 1), 2 if odd_only else 1):
        wave += np.sin(n * turns + 0.7 * n) / (n * (1 + (n * ratio) ** 4))
    return wave.astype(np.float64)


def _detuned(frequency_hz: float, cents: float) -> float:
    return frequency_hz * float(2 ** (cents / 1200))


@lru_cache(maxsize=256)
def synth_bass(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """An analogue bass: saw through a filter that closes quickly, with a sine below."""
    shape = envelope(duration_s, attack_s=0.004, decay_s=0.25, sustain=0.55, release_s=0.06)
    time_s = times(duration_s + 0.06)
    cutoff_hz = 180 + velocity * 1500 * np.exp(-time_s / 0.09)
    saw = _filtered_saw(frequency_hz, time_s, cutoff_hz)
    return velocity * shape * (0.55 * saw + 0.6 * np.sin(2 * np.pi * frequency_hz * time_s))


@lru_cache(maxsize=256)
def round_bass(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A soft, plump bass for house: nearly a sine, with a short knock at the start."""
    shape = envelope(duration_s, attack_s=0.006, decay_s=0.3, sustain=0.6, release_s=0.08)
    time_s = times(duration_s + 0.08)
    drive = 1.6 * np.sin(2 * np.pi * frequency_hz * time_s)
    drive += 0.5 * np.exp(-time_s / 0.04) * np.sin(4 * np.pi * frequency_hz * time_s)
    return velocity * shape * np.tanh(drive)


@lru_cache(maxsize=128)
def bowed_bass(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A quiet bowed low string: slow attack, little brightness, a slow vibrato."""
    shape = envelope(duration_s, attack_s=0.35, decay_s=1.5, sustain=0.8, release_s=0.7)
    time_s = times(duration_s + 0.7)
    bend_s = 0.0009 * np.sin(2 * np.pi * 4.6 * time_s) * np.minimum(time_s / 1.2, 1)
    wave = np.zeros_like(time_s)
    for n, gain in enumerate((1.0, 0.55, 0.34, 0.2, 0.12, 0.07), start=1):
        wave += gain * np.sin(2 * np.pi * n * frequency_hz * (time_s + bend_s / n**0.5))
    return 0.6 * velocity * shape * wave


@lru_cache(maxsize=256)
def pad(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A warm string-machine pad: three detuned saws, slow in and slow out."""
    shape = envelope(duration_s, attack_s=0.5, decay_s=2.0, sustain=0.85, release_s=1.0)
    time_s = times(duration_s + 1.0)
    cutoff_hz = 700 + 900 * velocity * np.minimum(time_s / 1.5, 1)
    saws = [_filtered_saw(_detuned(frequency_hz, c), time_s, cutoff_hz) for c in (-8, 0, 9)]
    sound: Samples = 0.33 * velocity * shape * np.sum(saws, axis=0)
    return sound


@lru_cache(maxsize=256)
def pluck_synth(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A short bright synth note for arpeggios."""
    shape = envelope(duration_s, attack_s=0.002, decay_s=0.12, sustain=0.15, release_s=0.12)
    time_s = times(duration_s + 0.12)
    cutoff_hz = 500 + velocity * 4000 * np.exp(-time_s / 0.07)
    return velocity * shape * _filtered_saw(frequency_hz, time_s, cutoff_hz)


@lru_cache(maxsize=256)
def lead_synth(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A singing lead: saw and square with a vibrato that comes in late."""
    shape = envelope(duration_s, attack_s=0.02, decay_s=0.5, sustain=0.75, release_s=0.25)
    time_s = times(duration_s + 0.25)
    depth_s = 0.0009 * 440 / frequency_hz * np.clip((time_s - 0.25) / 0.4, 0, 1)
    bent_s = time_s + depth_s * np.sin(2 * np.pi * 5.4 * time_s)
    cutoff_hz = 1400 + velocity * 2600 * np.exp(-time_s / 0.5)
    saw = _filtered_saw(frequency_hz, bent_s, cutoff_hz)
    square = _filtered_saw(_detuned(frequency_hz, 6), bent_s, cutoff_hz, odd_only=True)
    return 0.5 * velocity * shape * (saw + 0.6 * square)


@lru_cache(maxsize=256)
def stab(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """An electric piano by frequency modulation, for short house chords."""
    shape = envelope(duration_s, attack_s=0.003, decay_s=0.35, sustain=0.25, release_s=0.18)
    time_s = times(duration_s + 0.18)
    phase = 2 * np.pi * frequency_hz * time_s
    tine = 0.22 * velocity * np.exp(-time_s / 0.05) * np.sin(14 * phase)
    body = (1.3 * velocity * np.exp(-time_s / 0.3) + 0.25) * np.sin(phase)
    return 0.7 * velocity * shape * np.sin(phase + tine + body)


@lru_cache(maxsize=256)
def mallet(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A marimba-like bar: fundamental, its fourth and tenth partial, wood at the start."""
    time_s = times(max(duration_s, 0.2) + 0.5)
    wave = np.exp(-time_s / 0.35) * np.sin(2 * np.pi * frequency_hz * time_s)
    wave += 0.35 * np.exp(-time_s / 0.09) * np.sin(2 * np.pi * 3.93 * frequency_hz * time_s)
    wave += 0.12 * np.exp(-time_s / 0.03) * np.sin(2 * np.pi * 9.6 * frequency_hz * time_s)
    return velocity * wave * np.minimum(time_s / 0.0015, 1) * _tail(time_s)


@lru_cache(maxsize=256)
def felt_piano(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A piano with felt before the strings: dull hammers, two strings a note, audible action."""
    ring_s = duration_s + 0.9
    time_s = times(ring_s)
    damper = np.exp(-np.maximum(time_s - duration_s, 0) / 0.22)
    brightness = 0.32 + 0.3 * velocity
    wave = np.zeros_like(time_s)
    for n in range(1, 13):
        partial_hz = n * frequency_hz * np.sqrt(1 + 0.0004 * n * n)
        if partial_hz > _TOP_HZ:
            break
        decay_s = 3.2 / (1 + 0.35 * n) * (220 / frequency_hz) ** 0.35
        strings = np.sin(2 * np.pi * partial_hz * time_s) + np.sin(
            2 * np.pi * partial_hz * 1.0006 * time_s + 0.4
        )
        wave += brightness ** (n - 1) * np.exp(-time_s / decay_s) * strings
    hammer = np.random.default_rng(round(frequency_hz)).standard_normal(time_s.size)
    knock = lfilter([0.04], [1, -0.96], hammer) * np.exp(-time_s / 0.018)
    sound: Samples = (
        velocity
        * damper
        * np.minimum(time_s / 0.006, 1)
        * (0.5 * wave + 0.5 * knock)
        * _tail(time_s)
    )
    return sound


@lru_cache(maxsize=256)
def steel_string(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A plucked steel string (Karplus and Strong, 1983) with the body of a guitar around it."""
    return _plucked(frequency_hz, duration_s, velocity, brightness=0.75, loss=0.9965)


@lru_cache(maxsize=256)
def upright_bass(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A plucked double bass: the same string, darker and shorter."""
    return 1.3 * _plucked(frequency_hz, duration_s, velocity, brightness=0.22, loss=0.988)


@lru_cache(maxsize=256)
def mandolin(frequency_hz: float, duration_s: float, velocity: float) -> Samples:
    """A course of two strings, slightly apart."""
    one = _plucked(frequency_hz, duration_s, velocity, brightness=0.9, loss=0.992)
    two = _plucked(_detuned(frequency_hz, 5), duration_s, velocity, brightness=0.85, loss=0.992)
    size = min(one.size, two.size)
    sound: Samples = 0.5 * np.tanh(1.5 * (one[:size] + two[:size]))
    return sound


def _plucked(
    frequency_hz: float, duration_s: float, velocity: float, *, brightness: float, loss: float
) -> Samples:
    period = SAMPLE_RATE_HZ / frequency_hz - 0.5
    whole, part = int(period), period - int(period)
    time_s = times(duration_s + 0.25)
    burst = np.zeros_like(time_s)
    noise = np.random.default_rng(round(frequency_hz * 8)).uniform(-1, 1, whole)
    softness = 1 - brightness * (0.45 + 0.55 * velocity)
    burst[:whole] = lfilter([1 - softness], [1, -softness], noise)
    pick = max(1, round(whole * 0.18))  # plucked near a fifth of the string: a comb in the spectrum
    burst[pick:] -= 0.8 * burst[:-pick].copy()
    feedback = np.zeros(whole + 3)
    feedback[0] = 1
    feedback[whole : whole + 3] = -loss * 0.5 * np.array([1 - part, 1.0, part])
    string = lfilter([1.0], feedback, burst)
    damper = np.exp(-np.maximum(time_s - duration_s, 0) / 0.05)
    body = 0.5 * _resonance(string, 105, 12) + 0.4 * _resonance(string, 210, 25)
    sound: Samples = velocity * damper * (string + body) * _tail(time_s)
    return sound


def _resonance(wave: Samples, centre_hz: float, width_hz: float) -> Samples:
    radius = np.exp(-np.pi * width_hz / SAMPLE_RATE_HZ)
    turn = 2 * np.pi * centre_hz / SAMPLE_RATE_HZ
    gain = (1 - radius) * 2
    return np.asarray(lfilter([gain, 0, -gain], [1, -2 * radius * np.cos(turn), radius**2], wave))


def _tail(time_s: Samples) -> Samples:
    """Silence the very end, so that no note stops with a click."""
    sound: Samples = np.minimum((time_s[-1] - time_s) / 0.02, 1)
    return sound

"""Sounds without a beat, made from numbers: the same ones each time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
LENGTH_S = 40
SCALE = (0, 2, 3, 5, 7, 8, 10, 12)
SPREADS = (0.25, 0.35, 0.5, 0.7)
"""Spread of the logarithm of time between notes; people who play freely reach 0.3 and more."""
FREE_PIECES = 8

Samples = NDArray[np.float64]


def beatless(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write, once, silence, a tone, a drone, noises, random clicks and free playing."""
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    for name, sound in _made():
        file = folder / f"beatless-{name}.flac"
        if not file.exists():
            peak = float(np.abs(sound).max())
            soundfile.write(file, 0.4 * sound / peak if peak else sound, RATE_HZ, format="FLAC")
        yield name, file


def _made() -> Iterator[tuple[str, Samples]]:
    random = np.random.default_rng(11)
    time_s = np.arange(LENGTH_S * RATE_HZ) / RATE_HZ
    yield "silence", np.zeros_like(time_s)
    yield "tone", np.sin(2 * np.pi * 440 * time_s)
    yield "drone", _drone(time_s)
    white = random.standard_normal(len(time_s))
    yield "white-noise", white
    brown = np.cumsum(white)
    yield "brown-noise", brown - np.convolve(brown, np.ones(2000) / 2000, "same")
    for number, clicks in enumerate((60, 100, 160)):
        yield f"random-clicks-{number}", _clicks(random, clicks)
    for number in range(FREE_PIECES):
        yield f"free-playing-{number}", _free(random, SPREADS[number % len(SPREADS)], number)


def _drone(time_s: Samples) -> Samples:
    parts = ((110, 0.07), (165, 0.05), (220, 0.11), (277, 0.031))
    swelling = [
        np.sin(2 * np.pi * hertz * time_s) * (1 + 0.6 * np.sin(2 * np.pi * slow * time_s + number))
        for number, (hertz, slow) in enumerate(parts)
    ]
    return np.sum(swelling, axis=0)


def _clicks(random: np.random.Generator, count: int) -> Samples:
    sound = np.zeros(LENGTH_S * RATE_HZ)
    shape = np.exp(-np.arange(200) / 40)
    for start_s in np.sort(random.uniform(0, LENGTH_S - 1, count)):
        start = int(start_s * RATE_HZ)
        sound[start : start + 200] += random.standard_normal(200) * shape
    return sound


def _free(random: np.random.Generator, spread: float, number: int) -> Samples:
    """Plucked notes whose distances drift and scatter."""
    sound = np.zeros(LENGTH_S * RATE_HZ)
    start_s = 0.5
    while start_s < LENGTH_S - 2:
        hertz = 220 * 2 ** (random.choice(SCALE) / 12)
        note = _pluck(hertz) * random.uniform(0.3, 1)
        start = int(start_s * RATE_HZ)
        sound[start : start + len(note)] += note[: len(sound) - start]
        start_s += random.lognormal(np.log(0.45 * (1 + 0.4 * np.sin(start_s / 7 + number))), spread)
    return sound


def _pluck(hertz: float) -> Samples:
    time_s = np.arange(int(1.5 * RATE_HZ)) / RATE_HZ
    partials = [np.sin(2 * np.pi * hertz * part * time_s) / part for part in (1, 2, 3, 4)]
    return np.asarray(
        np.sum(partials, axis=0) * np.exp(-2.5 * time_s) * np.minimum(1, time_s / 0.005)
    )

"""Placing notes in time, and bringing four stems to streaming level without parting them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import lfilter, resample_poly

from studio.demo.drums import Drum
from studio.demo.voices import SAMPLE_RATE_HZ, Samples, Voice

TARGET_LUFS = -14.0
CEILING = 10 ** (-1.2 / 20)
_NAMES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True)
class Note:
    """One note: `start` and `length` in beats, pitch as a MIDI number."""

    start: float
    length: float
    pitch: int
    velocity: float = 0.8


@dataclass(frozen=True)
class Hit:
    """One drum stroke: `start` in beats."""

    start: float
    velocity: float = 0.8


def pitch(name: str) -> int:
    """MIDI number of a note name such as "A4", "F#5" or "Bb3".

    >>> pitch("A4"), pitch("C4"), pitch("Bb3"), pitch("F#5")
    (69, 60, 58, 78)
    """
    step = _NAMES[name[0]] + name.count("#") - name[1:].count("b")
    return 12 * (int(name.lstrip("ABCDEFG#b")) + 1) + step


def phrase(text: str, *, start: float, velocity: float = 0.8) -> list[Note]:
    """Notes from words like "E5:1.5 C5:.5 -:1", name and length in beats; "-" is a rest.

    >>> [(n.start, n.pitch) for n in phrase("A4:1 -:2 B4:.5", start=8)]
    [(8, 69), (11.0, 71)]
    """
    notes, at = [], start
    for word in text.split():
        name, _, length = word.partition(":")
        if name != "-":
            notes.append(Note(at, float(length), pitch(name), velocity))
        at += float(length)
    return notes


class Canvas:
    """An empty stereo tape of a given tempo and length, on which sounds are laid."""

    def __init__(self, *, tempo_bpm: float, beats: float, tail_s: float = 3.0) -> None:
        self.beat_s = 60 / tempo_bpm
        self.size = round((beats * self.beat_s + tail_s) * SAMPLE_RATE_HZ)

    def play(
        self,
        notes: Iterable[Note],
        voice: Voice,
        *,
        pan: float = 0.0,
        level: float = 1.0,
        looseness_s: float = 0.0,
        spread: float = 0.0,
    ) -> Samples:
        """Play notes with a voice. `pan` is -1 left to 1 right; `spread` pans low to high keys.

        `looseness_s` moves every note by up to that much, the same way each time.
        """
        tape = np.zeros((2, self.size))
        chance = np.random.default_rng(17)
        for note in notes:
            frequency_hz = 440 * 2 ** ((note.pitch - 69) / 12)
            sound = voice(
                frequency_hz, round(note.length * self.beat_s, 4), round(note.velocity, 2)
            )
            side = pan + spread * (note.pitch - 62) / 24
            moved_s = looseness_s * chance.uniform(-1, 1)
            self._lay(tape, sound, note.start * self.beat_s + moved_s, side, level)
        return tape

    def hit(
        self, hits: Iterable[Hit], drum: Drum, *, pan: float = 0.0, level: float = 1.0
    ) -> Samples:
        """Strike a drum."""
        tape = np.zeros((2, self.size))
        for stroke in hits:
            sound = drum(round(stroke.velocity, 2))
            self._lay(tape, sound, stroke.start * self.beat_s, pan, level)
        return tape

    def _lay(self, tape: Samples, sound: Samples, at_s: float, pan: float, level: float) -> None:
        start = max(0, round(at_s * SAMPLE_RATE_HZ))
        room = min(sound.size, self.size - start)
        if room <= 0:
            return
        turn = (np.clip(pan, -1, 1) + 1) * np.pi / 4
        for side, gain in enumerate((np.cos(turn), np.sin(turn))):
            tape[side, start : start + room] += level * gain * sound[:room]


def grid(bars: Iterable[int], beats: Iterable[float], velocity: float = 0.8) -> list[Hit]:
    """The same strokes in every bar of four beats."""
    beats = tuple(beats)
    return [Hit(bar * 4 + beat, velocity) for bar in bars for beat in beats]


def master(stems: Mapping[str, Samples]) -> dict[str, Samples]:
    """Bring the sum of the stems to -14 LUFS below -1.2 dB, by one gain curve for all.

    Because every stem gets the same curve, the stems still add up to the finished piece.
    """
    mix = np.sum(list(stems.values()), axis=0)
    gain = 10 ** ((TARGET_LUFS - loudness_lufs(mix)) / 20)
    for _ in range(2):  # limiting takes a little loudness away, so aim again
        curve = gain * _limiter(mix * gain)
        gain *= 10 ** ((TARGET_LUFS - loudness_lufs(mix * curve)) / 20)
    curve = gain * _limiter(mix * gain)
    return {name: stem * curve for name, stem in stems.items()}


def _limiter(mix: Samples) -> Samples:
    """The gain that keeps a mix, also between its samples, below the ceiling; shape (n,)."""
    between = np.abs(resample_poly(mix.astype(np.float32), 2, 1, axis=1)).max(axis=0)
    peaks = between.reshape(-1, 2).max(axis=1).astype(np.float64)
    wanted = np.minimum(1, CEILING / np.maximum(peaks, 1e-9))
    reach = round(0.04 * SAMPLE_RATE_HZ)  # shorter would distort the bass
    held = -maximum_filter1d(-wanted, 2 * reach + 1)
    return np.asarray(uniform_filter1d(held, reach))


def loudness_lufs(stereo: Samples) -> float:
    """Integrated loudness by ITU-R BS.1770-4: K weighting, 400 ms blocks, both gates."""
    weighted = _k_weighted(stereo)
    block, hop = round(0.4 * SAMPLE_RATE_HZ), round(0.1 * SAMPLE_RATE_HZ)
    sums = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=0))])
    starts = np.arange(0, weighted.shape[1] - block, hop)
    power = (sums[starts + block] - sums[starts]) / block
    level = -0.691 + 10 * np.log10(np.maximum(power, 1e-12))
    loud = power[level > -70]
    relative = -0.691 + 10 * np.log10(loud.mean()) - 10
    return float(-0.691 + 10 * np.log10(power[level > max(relative, -70)].mean()))


def _k_weighted(stereo: Samples) -> Samples:
    """The two filters of BS.1770, from their analogue parameters (De Man, 2014)."""
    shelf_hz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * shelf_hz / SAMPLE_RATE_HZ)
    high = 10 ** (shelf_db / 20)
    band = high**0.4996667741545416
    b = [high + band * k / shelf_q + k * k, 2 * (k * k - high), high - band * k / shelf_q + k * k]
    a = [1 + k / shelf_q + k * k, 2 * (k * k - 1), 1 - k / shelf_q + k * k]
    shelved = lfilter(b, a, stereo, axis=-1)
    low_hz, low_q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * low_hz / SAMPLE_RATE_HZ)
    a = [1 + k / low_q + k * k, 2 * (k * k - 1), 1 - k / low_q + k * k]
    return np.asarray(lfilter([1, -2, 1], [1, a[1] / a[0], a[2] / a[0]], shelved, axis=-1))

"""Sounds made from numbers, so that no test needs a recording.

Samples are float32 in -1..1, shape `(n_samples,)` mono or `(2, n_samples)` stereo.
"""

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.float32]

SAMPLE_RATE_HZ = 44_100
_SEMITONE = {"C": 0, "Db": 1, "D": 2, "Eb": 3, "E": 4, "F": 5}
_SEMITONE |= {"Gb": 6, "G": 7, "Ab": 8, "A": 9, "Bb": 10, "B": 11}
_CODECS = {
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
}
_SUBTYPES = {16: "PCM_16", 24: "PCM_24", 32: "PCM_32"}


def silence(*, duration_s: float, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """Digital zero."""
    return np.zeros(round(duration_s * sample_rate_hz), dtype=np.float32)


def tone(
    *,
    frequency_hz: float = 440.0,
    duration_s: float = 5.0,
    level_dbfs: float = -12.0,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Samples:
    """A sine whose peak is at `level_dbfs`."""
    time_s = np.arange(round(duration_s * sample_rate_hz)) / sample_rate_hz
    wave = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * time_s)
    return wave.astype(np.float32)


def noise(
    *,
    duration_s: float = 5.0,
    level_dbfs: float = -12.0,
    seed: int = 0,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Samples:
    """White noise whose RMS is at `level_dbfs`."""
    generator = np.random.default_rng(seed)
    wave = generator.standard_normal(round(duration_s * sample_rate_hz))
    return (10 ** (level_dbfs / 20) * wave).clip(-1, 1).astype(np.float32)


def click_track(
    *,
    bpm: float = 120.0,
    duration_s: float = 8.0,
    accent_every: int = 4,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Samples:
    """Short decaying clicks, one a beat, the first of every `accent_every` higher and louder."""
    track = silence(duration_s=duration_s, sample_rate_hz=sample_rate_hz)
    time_s = np.arange(round(0.05 * sample_rate_hz)) / sample_rate_hz
    for beat, start_s in enumerate(np.arange(0, duration_s, 60 / bpm)):
        accented = beat % accent_every == 0
        click = np.exp(-time_s * 90) * np.sin(2 * np.pi * (1600 if accented else 1000) * time_s)
        _mix_in(track, click * (0.9 if accented else 0.6), round(start_s * sample_rate_hz))
    return track


def chord_progression(
    *,
    chords: Sequence[str] = ("Am", "F", "C", "G"),
    bpm: float = 100.0,
    beats_per_chord: int = 4,
    duration_s: float = 16.0,
    sample_rate_hz: int = SAMPLE_RATE_HZ,
) -> Samples:
    """Triads named like "Am" or "Bb", struck on every beat, repeated to the length asked for."""
    track = silence(duration_s=duration_s, sample_rate_hz=sample_rate_hz)
    beat_s = 60 / bpm
    time_s = np.arange(round(beat_s * sample_rate_hz)) / sample_rate_hz
    envelope = np.minimum(time_s / 0.01, 1) * np.exp(-time_s * 2.5)
    for beat, start_s in enumerate(np.arange(0, duration_s, beat_s)):
        notes = _triad(chords[beat // beats_per_chord % len(chords)])
        wave = np.sum([_harmonics(note, time_s) for note in notes], axis=0) * envelope * 0.12
        _mix_in(track, wave, round(start_s * sample_rate_hz))
    return track


def kick(*, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Samples:
    """A bass drum of 0.3 s."""
    time_s = np.arange(round(0.3 * sample_rate_hz)) / sample_rate_hz
    phase = 2 * np.pi * (50 * time_s + 4 * (1 - np.exp(-time_s * 30)))
    return (0.9 * np.exp(-time_s * 14) * np.sin(phase)).astype(np.float32)


def drum_loop(
    *, bpm: float = 120.0, duration_s: float = 16.0, sample_rate_hz: int = SAMPLE_RATE_HZ
) -> Samples:
    """Kick on 1 and 3, noise snare on 2 and 4, hi-hats on the eighths."""
    track = silence(duration_s=duration_s, sample_rate_hz=sample_rate_hz)
    generator = np.random.default_rng(7)
    drum = kick(sample_rate_hz=sample_rate_hz)
    time_s = np.arange(round(0.15 * sample_rate_hz)) / sample_rate_hz
    hiss = generator.standard_normal(time_s.size)
    snare, hat = 0.3 * hiss * np.exp(-time_s * 30), 0.12 * hiss * np.exp(-time_s * 120)
    for step, start_s in enumerate(np.arange(0, duration_s, 30 / bpm)):
        start = round(start_s * sample_rate_hz)
        _mix_in(track, hat, start)
        if step % 2 == 0:
            _mix_in(track, drum if step % 4 == 0 else snare, start)
    return track.clip(-1, 1)


def stereo(left: Samples, right: Samples | None = None) -> Samples:
    """Two channels; the left one twice when no right one is given."""
    return np.stack([left, left if right is None else right])


def write_wav(
    path: Path, samples: Samples, *, sample_rate_hz: int = SAMPLE_RATE_HZ, bit_depth: int = 16
) -> Path:
    """Write PCM in a RIFF WAVE file of 16, 24 or 32 bit."""
    soundfile.write(path, samples.T, sample_rate_hz, subtype=_SUBTYPES[bit_depth], format="WAV")
    return path


def write_flac(
    path: Path, samples: Samples, *, sample_rate_hz: int = SAMPLE_RATE_HZ, bit_depth: int = 16
) -> Path:
    """Write FLAC of 16 or 24 bit."""
    soundfile.write(path, samples.T, sample_rate_hz, subtype=_SUBTYPES[bit_depth], format="FLAC")
    return path


def write_encoded(
    path: Path, samples: Samples, *, sample_rate_hz: int = SAMPLE_RATE_HZ, bit_rate: int = 128_000
) -> Path:
    """Write mp3, ogg (Vorbis), opus (48 kHz) or m4a (AAC), by the suffix of the path."""
    if path.suffix == ".m4a":
        _write_aac(path, np.atleast_2d(samples), sample_rate_hz, bit_rate)
    else:
        container, codec = _CODECS[path.suffix]
        # One call with a long stereo Vorbis file can crash libsndfile; blocks do not.
        channels = np.atleast_2d(samples)
        with soundfile.SoundFile(
            path, "w", sample_rate_hz, channels.shape[0], format=container, subtype=codec
        ) as file:
            for start in range(0, channels.shape[1], 4096):
                file.write(channels[:, start : start + 4096].T)
    return path


def wav_bytes(samples: Samples, *, sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """The bytes of a 16 bit WAV file, for uploads in tests."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples.T, sample_rate_hz, subtype="PCM_16", format="WAV")
    return buffer.getvalue()


def _mix_in(track: Samples, sound: npt.NDArray[np.floating], start: int) -> None:
    end = min(start + sound.size, track.size)
    track[start:end] += sound[: end - start]


def _triad(name: str) -> tuple[float, float, float]:
    root = name.removesuffix("m")
    semitones = (0, 3, 7) if name.endswith("m") else (0, 4, 7)
    lowest = 57 + (_SEMITONE[root] - 9) % 12
    low, middle, high = (440 * 2 ** ((lowest + step - 69) / 12) for step in semitones)
    return low, middle, high


def _harmonics(frequency_hz: float, time_s: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    partials = [np.sin(2 * np.pi * frequency_hz * n * time_s) / n**1.5 for n in range(1, 6)]
    return np.asarray(np.sum(partials, axis=0))


def _write_aac(path: Path, channels: Samples, sample_rate_hz: int, bit_rate: int) -> None:
    layout = "mono" if channels.shape[0] == 1 else "stereo"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=sample_rate_hz)
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = bit_rate
        stream.layout = layout
        for start in range(0, channels.shape[1], 1024):
            part = np.ascontiguousarray(channels[:, start : start + 1024])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
            frame.sample_rate = sample_rate_hz
            frame.pts, frame.time_base = start, Fraction(1, sample_rate_hz)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

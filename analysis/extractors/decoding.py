"""Decode a file once, with PyAV: loudness and waveform over all of it, sound kept in windows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.loudness import Floats, Loudness, LoudnessMeter
from analysis.errors import UnusableAudio

# What we open. Playlists and network formats are not among them, so that a file can only be itself.
FORMATS = "wav,w64,aiff,flac,mp3,mov,ogg,aac,matroska,caf"
MAX_WINDOW_S = 240.0
WHOLE_UP_TO_S = 12 * 60.0
WINDOWS_OF_LONG_FILES = 3
MIN_USEFUL_S = 4.0
SILENT_PEAK = 10 ** (-70 / 20)
PEAK_POINTS = 2000
PEAK_HOP = 1024


@dataclass(frozen=True)
class Window:
    """A stretch of mono sound at the file's own rate, from `start_s`."""

    start_s: float
    samples: Floats


@dataclass
class Decoded:
    """A file as it was decoded; `windows` cover all of it up to twelve minutes."""

    duration_s: float
    sample_rate_hz: int
    channels: int
    codec: str
    container: str
    loudness: Loudness
    peaks: tuple[int, ...]
    windows: list[Window]
    is_silent: bool
    warnings: list[str] = field(default_factory=list)


def decode(path: Path) -> Decoded:
    """Decode the first audio stream of a file.

    Raises
    ------
    UnusableAudio : empty, not audio, or nothing of it can be decoded
    """
    import av

    _refuse_empty(path)
    try:
        container = av.open(
            str(path),
            options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, ValueError) as error:
        raise UnusableAudio(
            "This file is damaged, or not audio: it cannot be decoded.",
            hint="Upload WAV, AIFF, FLAC, MP3, M4A, Ogg or Opus.",
        ) from error
    with container:
        if not container.streams.audio:
            raise UnusableAudio("There is no sound in this file.", hint="Export the audio again.")
        return _Reader(path, container, container.streams.audio[0]).read()


def _refuse_empty(path: Path) -> None:
    if path.stat().st_size == 0:
        raise UnusableAudio(
            "The file is empty (0 bytes).", hint="Export it again and upload the new file."
        )


class _Reader:
    """One pass over the frames of a stream."""

    def __init__(self, path: Path, container: Any, stream: Any) -> None:
        self.path = path
        self.container = container
        self.stream = stream
        self.warnings: list[str] = []
        self.rate = int(stream.codec_context.sample_rate or 0)
        self.channels = int(stream.codec_context.channels or 0)
        if not self.rate or not self.channels:
            raise UnusableAudio("The file says neither its sample rate nor its channels.")
        self.declared_s = _wav_duration(path) or _declared_duration(stream, container)

    def read(self) -> Decoded:
        """Decode to the end, or to where the file breaks."""
        # A thread pool would change the order of errors, not the sound; one core is ours anyway.
        self.stream.thread_type = "NONE"
        meter = LoudnessMeter(self.rate, self.channels)
        peaks = _Peaks()
        keeper = _Keeper(self.rate, self.declared_s)
        broken_samples = 0
        total = 0
        highest = 0.0
        for samples in _gathered(self._pieces(), self.rate):
            finite = np.isfinite(samples)
            if not finite.all():
                broken_samples += int(samples.size - finite.sum())
                samples = np.where(finite, samples, np.float32(0))
            np.clip(samples, -16, 16, out=samples)
            meter.add(samples)
            mono = samples.mean(axis=0, dtype=np.float32)
            peaks.add(mono)
            keeper.add(mono)
            highest = max(highest, float(np.abs(samples).max(initial=0)))
            total += samples.shape[1]
        if not total:
            raise UnusableAudio(
                "Nothing in this file can be decoded; it is damaged or only a header.",
                hint="Export it again and upload the new file.",
            )
        duration_s = total / self.rate
        self._warn(duration_s, broken_samples, highest)
        return Decoded(
            duration_s=round(duration_s, 3),
            sample_rate_hz=self.rate,
            channels=self.channels,
            codec=_codec(self.stream.codec_context.name),
            container=self.container.format.name.split(",")[0],
            loudness=meter.result(),
            peaks=peaks.result(),
            windows=keeper.result(),
            is_silent=highest < SILENT_PEAK,
            warnings=self.warnings,
        )

    def _pieces(self) -> Iterator[Floats]:
        """Decoded sound, float32, shape (n_channels, n_samples)."""
        import av

        resampler = av.AudioResampler(format="fltp", layout=self.stream.codec_context.layout)
        try:
            for frame in self.container.decode(self.stream):
                frame.pts = None
                if frame.sample_rate != self.rate or frame.layout.nb_channels != self.channels:
                    self.warnings.append(
                        "The file changes its sample rate or channels in the middle; only the part "
                        "before is used."
                    )
                    return
                for piece in resampler.resample(frame):
                    yield _floats(piece)
        except (av.error.FFmpegError, ValueError):
            self.warnings.append("The file is damaged; it was read up to the damaged place.")
        with suppress(av.error.FFmpegError, ValueError):
            for piece in resampler.resample(None):
                yield _floats(piece)

    def _warn(self, duration_s: float, broken_samples: int, highest: float) -> None:
        declared = self.declared_s
        # The length of MP3 and raw AAC is only guessed from the bit rate.
        exact = self.container.format.name not in ("mp3", "aac")
        if declared and exact and duration_s < declared * 0.98 - 0.3:
            self.warnings.append(
                "The file is truncated: it is shorter than it says "
                f"({_clock(duration_s)} of {_clock(declared)})."
            )
        if broken_samples:
            self.warnings.append(
                f"{broken_samples:,} samples are not numbers and were read as silence."
            )
        if highest < SILENT_PEAK:
            self.warnings.append("The track is silent: nothing in it can be heard.")
        elif duration_s < MIN_USEFUL_S:
            self.warnings.append(
                f"The sound is very short ({duration_s:.1f} s): too short for tempo, key and tags."
            )


def _gathered(pieces: Iterator[Floats], samples: int) -> Iterator[Floats]:
    """Join pieces to at least this many samples: codecs give a few hundred at a time, and each
    costs the same in the filters behind.
    """
    waiting: list[Floats] = []
    held = 0
    for piece in pieces:
        waiting.append(piece)
        held += piece.shape[1]
        if held >= samples:
            yield np.concatenate(waiting, axis=1)
            waiting, held = [], 0
    if waiting:
        yield np.concatenate(waiting, axis=1)


class _Peaks:
    """Extremes of the waveform, thinned to a few thousand points."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, dtype=np.float32)
        self._low: list[Floats] = []
        self._high: list[Floats] = []

    def add(self, mono: Floats) -> None:
        joined = np.concatenate([self._rest, mono])
        whole = len(joined) // PEAK_HOP
        used, self._rest = np.split(joined, [whole * PEAK_HOP])
        if whole:
            blocks = used.reshape(whole, PEAK_HOP)
            self._low.append(blocks.min(axis=1))
            self._high.append(blocks.max(axis=1))

    def result(self) -> tuple[int, ...]:
        if self._rest.size:
            self._low.append(self._rest.min(keepdims=True))
            self._high.append(self._rest.max(keepdims=True))
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        step = math.ceil(len(low) / PEAK_POINTS)
        starts = np.arange(0, len(low), step)
        pairs = np.stack(
            [np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)], axis=1
        )
        scaled = np.clip(np.rint(pairs * 127), -127, 127).astype(int)
        return tuple(scaled.ravel().tolist())


class _Keeper:
    """Keeps the sound: all of it, or windows at the start, middle and end of a long file."""

    def __init__(self, rate: int, declared_s: float | None) -> None:
        self._rate = rate
        self._position = 0
        if declared_s is None or declared_s <= WHOLE_UP_TO_S:
            spans = [(0.0, WHOLE_UP_TO_S)]
        else:
            last = declared_s - MAX_WINDOW_S
            spans = [
                (start, start + MAX_WINDOW_S)
                for start in np.linspace(0, last, WINDOWS_OF_LONG_FILES)
            ]
        self._spans = [(int(a * rate), int(b * rate)) for a, b in spans]
        self._kept: list[list[Floats]] = [[] for _ in self._spans]

    def add(self, mono: Floats) -> None:
        begin, end = self._position, self._position + len(mono)
        for kept, (first, last) in zip(self._kept, self._spans, strict=True):
            if begin < last and end > first:
                kept.append(mono[max(first - begin, 0) : last - begin].copy())
        self._position = end

    def result(self) -> list[Window]:
        return [
            Window(first / self._rate, np.concatenate(kept))
            for kept, (first, _) in zip(self._kept, self._spans, strict=True)
            if kept
        ]


def _declared_duration(stream: Any, container: Any) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None


def _wav_duration(path: Path) -> float | None:
    """Read the length that a WAV header promises; FFmpeg shortens it to what is there."""
    with path.open("rb") as stream:
        head = stream.read(64 * 1024)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    at, bytes_per_second = 12, 0
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt ":
            bytes_per_second = int.from_bytes(head[at + 16 : at + 20], "little")
        elif name == b"data":
            # Recorders that stream write 0 or all ones and never come back.
            known = bytes_per_second and 0 < size < 0xFFFFFFFF
            return size / bytes_per_second if known else None
        at += 8 + size + size % 2
    return None


def _floats(piece: Any) -> Floats:
    return np.asarray(piece.to_ndarray(), dtype=np.float32)


def _codec(name: str) -> str:
    """Name a codec as people do, not as the decoder that reads it.

    >>> _codec("pcm_s24le"), _codec("mp3float"), _codec("flac")
    ('pcm', 'mp3', 'flac')
    """
    return "pcm" if name.startswith("pcm_") else name.removesuffix("float").removesuffix("_fixed")


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"

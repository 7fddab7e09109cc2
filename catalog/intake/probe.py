"""What an audio file is made of, measured by walking through its packets.

The duration is that of the packets which are there, not the one a header promises.
"""

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av

from catalog.domain.audio_kinds import Kind, RefusedFile

DECODED_SECONDS = 3.0
SHORT_SECONDS = 3.0
_CODECS = {"mp3float": "mp3", "mp2float": "mp2", "mp1float": "mp1", "libopus": "opus"}
_EXPORT_AGAIN = "Export it again, check that it plays to the end, and upload that."


@dataclass(frozen=True)
class Probed:
    """The technical facts of a file. `notes` say what is odd about it, in words."""

    codec: str
    duration_s: float
    sample_rate_hz: int
    channels: int
    bits_per_sample: int | None
    notes: tuple[str, ...] = ()


@dataclass
class _Walk:
    """What going through the packets of a stream found; times in the units of the stream."""

    first: int | None = None
    end: int = 0
    damaged: int = 0
    decoded_samples: int = 0


def probe(path: Path, kind: Kind, name: str) -> Probed:
    """Open a file, decode its start, and measure it.

    Raises
    ------
    RefusedFile : it cannot be decoded, holds a video, or holds no sound
    """
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            return _probe(container, path, kind, name)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise damaged(kind, name) from error


def damaged(kind: Kind, name: str) -> RefusedFile:
    """Refuse a file that looks like its kind but cannot be decoded."""
    return RefusedFile(
        f"“{name}” is damaged: it starts like {kind.label} but cannot be decoded.",
        hint=_EXPORT_AGAIN,
    )


def _probe(container: "av.container.InputContainer", path: Path, kind: Kind, name: str) -> Probed:
    pictures = av.stream.Disposition.attached_pic
    if any(not stream.disposition & pictures for stream in container.streams.video):
        raise RefusedFile(
            f"“{name}” is a video.", hint="Export the sound alone as WAV, AIFF or FLAC."
        )
    if not container.streams.audio:
        raise RefusedFile(f"“{name}” holds no sound.", hint=_EXPORT_AGAIN)
    stream = container.streams.audio[0]
    tick_s = float(stream.time_base or 0)
    promised_s = stream.duration * tick_s if stream.duration and stream.duration > 0 else None
    walk = _walk(container, stream, until=DECODED_SECONDS / tick_s if tick_s else 0)
    if walk.first is None or not walk.decoded_samples:
        raise damaged(kind, name)
    duration_s = (walk.end - max(0, walk.first)) * tick_s
    notes = []
    if kind.code == "wav":
        with path.open("rb") as file:
            promised_s = wav_promise_s(file)
    if promised_s and kind.code == "mp3":
        # A LAME header leaves the encoder's padding out; without one the promise is a guess.
        duration_s = promised_s if 0 <= duration_s - promised_s < 0.1 else duration_s
    elif promised_s and duration_s < promised_s - max(0.2, 0.005 * promised_s):
        notes.append(
            f"The file is truncated: it ends at {spoken_time(duration_s)} and is shorter than the "
            f"{spoken_time(promised_s)} its header promises. Upload it again, or keep it as it is."
        )
    if walk.damaged:
        notes.append("Parts at the start are damaged and could not be decoded.")
    if duration_s < SHORT_SECONDS:
        notes.append(f"Very short: {duration_s:.1f} seconds. Tempo and key need more to go by.")
    codec = stream.codec_context.name
    return Probed(
        codec=_codec_name(codec),
        duration_s=round(duration_s, 4),
        sample_rate_hz=stream.rate or 0,
        channels=stream.channels,
        bits_per_sample=_bits(codec, path),
        notes=tuple(notes),
    )


def _walk(
    container: "av.container.InputContainer", stream: "av.AudioStream", *, until: float
) -> _Walk:
    walk = _Walk()
    for packet in container.demux(stream):
        if packet.pts is not None:
            walk.first = packet.pts if walk.first is None else walk.first
            walk.end = max(walk.end, packet.pts + (packet.duration or 0))
        if walk.end <= until or not walk.decoded_samples:
            try:
                walk.decoded_samples += sum(
                    frame.samples for frame in packet.decode() if isinstance(frame, av.AudioFrame)
                )
            except av.FFmpegError:
                walk.damaged += 1
    return walk


def wav_promise_s(file: BinaryIO) -> float | None:
    """Seconds that the header of a WAV promises; None where it leaves the length open."""
    file.seek(12)
    byte_rate, long_size = 0, None
    while len(header := file.read(8)) == 8:
        code, size = struct.unpack("<4sI", header)
        if code == b"data":
            length = long_size if size == 0xFFFFFFFF and long_size else size
            known = length not in (0, 0xFFFFFFFF) and byte_rate
            return length / byte_rate if known else None
        body = file.read(min(size, 64))
        if code == b"fmt " and len(body) >= 12:
            byte_rate = struct.unpack("<I", body[8:12])[0]
        if code == b"ds64" and len(body) >= 16:
            long_size = struct.unpack("<Q", body[8:16])[0]
        file.seek(size - len(body) + size % 2, 1)
    return None


def spoken_time(seconds: float) -> str:
    """Write a duration as a player shows it.

    >>> spoken_time(151.4), spoken_time(4)
    ('2:31', '0:04')
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _codec_name(name: str) -> str:
    if name.startswith("pcm_"):
        return "pcm_float" if name.startswith("pcm_f") else "pcm"
    return _CODECS.get(name, name)


def _bits(codec: str, path: Path) -> int | None:
    if match := re.match(r"pcm_[fsu](\d+)", codec):
        return int(match[1])
    if codec in ("flac", "alac"):
        return _lossless_bits(path)
    return None


def _lossless_bits(path: Path) -> int | None:
    import mutagen

    try:
        file = mutagen.File(path)
    except Exception:  # the sound was decoded, so a tag reader's complaint costs only this number
        return None
    return getattr(file.info, "bits_per_sample", None) if file is not None else None

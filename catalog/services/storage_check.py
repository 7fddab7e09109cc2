"""Rows against stored files, in both directions; checksums; uploads that stand still."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from catalog.domain.sizes import spoken_size
from catalog.models import Artwork, AudioFile, Upload
from catalog.services.audio_store import ON_THE_WAY
from catalog.services.uploads import partial_path

FOLDERS = ("originals", "artwork", "previews")
_PIECE = 1 << 20
# Bytes go before rows, so a file this young may still get its row.
SETTLED_AFTER = timedelta(hours=1)
STALLED_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. `orphan` names stored bytes that no row knows."""

    sentence: str
    orphan: str = ""


@dataclass
class Counts:
    """How much was looked at."""

    files: int = 0
    bytes: int = 0


def check_files(counts: Counts, *, read_everything: bool = True) -> Iterator[Finding]:
    """Look at every row's file and every file's row."""
    known: set[str] = set()
    for audio in AudioFile.objects.order_by("pk").iterator():
        known.add(audio.storage_name)
        yield from _check_one(
            audio.storage_name,
            audio.byte_size,
            audio.sha256 if read_everything else "",
            f"recording {audio.pk} “{audio.original_name}”",
            counts,
        )
        if audio.preview_name:
            known.add(audio.preview_name)
            what = f"copy that browsers play of recording {audio.pk} “{audio.original_name}”"
            size = audio.preview_byte_size or 0
            yield from _check_one(audio.preview_name, size, "", what, counts)
    for artwork in Artwork.objects.order_by("pk").iterator():
        known |= {artwork.storage_name, artwork.thumbnail_name}
        what = f"picture {artwork.pk} “{artwork.original_name}”"
        sha256 = artwork.sha256 if read_everything else ""
        yield from _check_one(artwork.storage_name, artwork.byte_size, sha256, what, counts)
        if artwork.thumbnail_name and not default_storage.exists(artwork.thumbnail_name):
            yield Finding(f"The small version of {what} is missing.")
    yield from _orphans(known)


def _check_one(
    name: str, byte_size: int, sha256: str, what: str, counts: Counts
) -> Iterator[Finding]:
    counts.files += 1
    if not default_storage.exists(name):
        yield Finding(f"The file of {what} is missing: {name}.")
        return
    counts.bytes += byte_size
    size = default_storage.size(name)
    if size != byte_size:
        yield Finding(f"The file of {what} has {size:,} bytes, not {byte_size:,}: {name}.")
    elif sha256 and _digest(name) != sha256:
        yield Finding(f"The file of {what} was altered: its SHA-256 differs: {name}.")


def _digest(name: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _orphans(known: set[str]) -> Iterator[Finding]:
    before = timezone.now() - SETTLED_AFTER
    for folder in FOLDERS:
        for name in _stored_below(folder):
            if name not in known and _written(name) < before:
                size = spoken_size(default_storage.size(name))
                yield Finding(f"No row knows the stored file {name} ({size}).", orphan=name)


def _stored_below(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        yield f"{folder}/{file}"
    for inner in folders:
        yield from _stored_below(f"{folder}/{inner}")


def _written(name: str) -> datetime:
    found: datetime = default_storage.get_modified_time(name)
    return found


def check_uploads() -> Iterator[Finding]:
    """Look for uploads that stand still, and partial files without one."""
    now = timezone.now()
    open_uploads = {
        upload.pk.hex: upload for upload in Upload.objects.filter(status__in=ON_THE_WAY)
    }
    for upload in open_uploads.values():
        path = partial_path(upload)
        size = path.stat().st_size if path.exists() else 0
        if size < upload.offset:
            yield Finding(f"The partial file of the upload “{upload}” is missing or short: {path}.")
        waiting = upload.status == Upload.Status.RECEIVED
        if waiting and upload.updated_at < now - STALLED_AFTER:
            yield Finding(f"The upload “{upload}” has waited for a worker for over an hour.")
    for file in sorted(Path(settings.UPLOAD_DIR).glob("??/*")):
        settled = file.stat().st_mtime < (now - SETTLED_AFTER).timestamp()
        if file.name not in open_uploads and settled:
            yield Finding(f"No open upload knows the partial file {file}.")


def remove_orphans(findings: list[Finding]) -> int:
    """Delete stored bytes that no row knows; gives their number."""
    orphans = [finding.orphan for finding in findings if finding.orphan]
    for name in orphans:
        default_storage.delete(name)
    return len(orphans)

"""Originals: stored once by SHA-256, never altered; what a workspace holds, and may hold."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Sum

from catalog.domain.sizes import spoken_size
from catalog.errors import StudioError
from catalog.intake.inspection import Inspection
from catalog.models import Artwork, AudioFile, Upload, User, Workspace

_PIECE = 1 << 20
ON_THE_WAY = (Upload.Status.RECEIVING, Upload.Status.RECEIVED)


class QuotaExceeded(StudioError):
    """The workspace has no room for the file."""

    http_status = 413


def quota_bytes(workspace: Workspace) -> int:
    """Bytes that the workspace may hold."""
    own = workspace.quota_bytes
    return int(settings.WORKSPACE_QUOTA_BYTES) if own is None else own


def used_bytes(workspace: Workspace) -> int:
    """Bytes that are stored, and those announced by uploads on their way."""
    stored = AudioFile.objects.filter(workspace=workspace).aggregate(n=Sum("byte_size"))["n"] or 0
    pictures = Artwork.objects.filter(workspace=workspace).aggregate(n=Sum("byte_size"))["n"] or 0
    coming = Upload.objects.filter(workspace=workspace, status__in=ON_THE_WAY)
    return stored + pictures + (coming.aggregate(n=Sum("byte_size"))["n"] or 0)


def check_quota(workspace: Workspace, more_bytes: int, *, used: int | None = None) -> None:
    """Refuse what the workspace has no room for; `used` is given by those who counted already.

    Raises
    ------
    QuotaExceeded : naming what is used and allowed
    """
    allowed = quota_bytes(workspace)
    used = used_bytes(workspace) if used is None else used
    if used + more_bytes > allowed:
        raise QuotaExceeded(
            f"{workspace.name} has no room for {spoken_size(more_bytes)} more: "
            f"{spoken_size(used)} of {spoken_size(allowed)} are used.",
            hint="Remove recordings you no longer need, or ask whoever runs the studio for room.",
        )


def sha256_of(path: Path) -> str:
    """Digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def original_name(workspace_id: int, sha256: str) -> str:
    """Where the bytes of an original are kept: a name nobody can guess from a title."""
    return f"originals/{workspace_id}/{sha256[:2]}/{sha256}"


def store_bytes(*, workspace: Workspace, path: Path, sha256: str) -> str:
    """Copy a file into the storage unless its bytes are there; gives the storage name.

    The bytes go first and the row after them: a crash in between leaves bytes without a row, which
    the next attempt uses and `check_storage` finds.
    """
    name = original_name(workspace.pk, sha256)
    if default_storage.exists(name) and default_storage.size(name) == path.stat().st_size:
        return name
    if default_storage.exists(name):  # half a copy from a crash
        default_storage.delete(name)
    with path.open("rb") as file:
        saved = default_storage.save(name, File(file))
    if saved != name:  # another worker was faster with the same bytes
        default_storage.delete(saved)
    return name


def record_audio(
    *,
    workspace: Workspace,
    storage_name: str,
    sha256: str,
    byte_size: int,
    name: str,
    inspection: Inspection,
    cover: Artwork | None,
    by: User | None,
) -> AudioFile:
    """Note stored bytes as an audio file of the workspace; the same bytes are one row."""
    tags: dict[str, object] = {"read": {key: list(value) for key, value in inspection.tags.items()}}
    if inspection.draft.repairs:
        tags["repairs"] = dict(inspection.draft.repairs)
    if cover is not None:
        tags["cover"] = {
            "artwork": cover.pk,
            "width_px": cover.width_px,
            "height_px": cover.height_px,
        }
    audio, _ = AudioFile.objects.get_or_create(
        workspace=workspace,
        sha256=sha256,
        defaults={
            "byte_size": byte_size,
            "storage_name": storage_name,
            "original_name": name[:255],
            "container": inspection.kind,
            "codec": inspection.codec,
            "duration_s": inspection.duration_s,
            "sample_rate_hz": inspection.sample_rate_hz,
            "channels": inspection.channels,
            "bits_per_sample": inspection.bits_per_sample,
            "embedded_tags": _storable(tags),
            "warnings": list(inspection.notes),
            "stored_by": by,
        },
    )
    return audio


def _storable(value: object) -> object:
    """Take out of tags what PostgreSQL's JSON cannot hold: NUL and half characters."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value

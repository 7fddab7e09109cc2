"""Files being sent: announced, appended to, cancelled, forgotten.

The row is the truth. Bytes wait in one partial file an upload, in a folder that web and worker
processes share; what a crash left behind the row's offset is cut off before more is appended.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from catalog.access import Access, Permission
from catalog.domain.audio_kinds import HEAD_BYTES, UNKNOWN, RefusedFile, refusal, sniff
from catalog.domain.file_names import safe_name, safe_path
from catalog.domain.sizes import spoken_size
from catalog.errors import StudioError
from catalog.models import Upload, Workspace
from catalog.services.audio_store import ON_THE_WAY, check_quota, used_bytes

LIFE = timedelta(days=2)
HISTORY = timedelta(days=60)
_PIECE = 256 * 1024
_REMEMBER_EVERY = 8 * 1024**2


class UploadRefused(StudioError):
    """An upload that may not start or go on; `http_status` says why to programs."""

    def __init__(self, message: str, *, hint: str = "", http_status: int = 400) -> None:
        super().__init__(message, hint=hint)
        self.http_status = http_status


class Readable(Protocol):
    """Whatever bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Give up to `size` bytes; none at the end."""


@dataclass(frozen=True)
class Announced:
    """A file somebody wants to send; `modified` is the stamp that tells two of one name apart."""

    name: str
    byte_size: int
    modified: str = ""


def announce(
    *, access: Access, files: list[Announced], batch: uuid.UUID
) -> list[Upload | StudioError]:
    """Open an upload for each file that may come, before its first byte is sent.

    Sizes, quota and rights are judged here; a file that is refused gets its reason in its place.
    """
    if not access.can(Permission.EDIT_OWN):
        raise UploadRefused(
            f"Your role in {access.workspace.name} may look but not add music.", http_status=403
        )
    with transaction.atomic():
        # Two batches at once must not both find the last free gigabyte.
        workspace = Workspace.objects.select_for_update().get(pk=access.workspace_id)
        used = used_bytes(workspace)
        found: list[Upload | StudioError] = []
        for file in files:
            found.append(_announce_one(workspace, access, file, batch, used))
            used += file.byte_size if isinstance(found[-1], Upload) else 0
        return found


def _announce_one(
    workspace: Workspace, access: Access, file: Announced, batch: uuid.UUID, used: int
) -> Upload | StudioError:
    name = safe_name(file.name)
    if (begun := _begun(access, file)) is not None:
        return begun
    if file.byte_size == 0:
        return RefusedFile(
            f"“{name}” is empty (0 bytes).", hint="Export it again, and check that it plays."
        )
    if file.byte_size > settings.UPLOAD_MAX_BYTES:
        return UploadRefused(
            f"“{name}” has {spoken_size(file.byte_size)}; one file may have "
            f"{spoken_size(settings.UPLOAD_MAX_BYTES)}.",
            hint="Export it as FLAC, or in parts.",
            http_status=413,
        )
    try:
        check_quota(workspace, file.byte_size, used=used)
    except StudioError as error:
        return error
    return Upload.objects.create(
        workspace=workspace,
        owner=access.user,
        batch=batch,
        file_name=name,
        relative_path=safe_path(file.name)[:1000],
        byte_size=file.byte_size,
        metadata={"modified": file.modified[:40]},
        expires_at=timezone.now() + LIFE,
    )


def _begun(access: Access, file: Announced) -> Upload | None:
    """Find the interrupted upload of the same file, which then goes on where it stopped."""
    if not file.modified:
        return None
    return Upload.objects.filter(
        workspace_id=access.workspace_id,
        owner=access.user,
        status=Upload.Status.RECEIVING,
        relative_path=safe_path(file.name)[:1000],
        byte_size=file.byte_size,
        metadata__modified=file.modified[:40],
    ).first()


def partial_path(upload: Upload) -> Path:
    """Where the bytes of an upload wait."""
    return Path(settings.UPLOAD_DIR) / upload.pk.hex[:2] / upload.pk.hex


def append(
    *,
    upload_id: uuid.UUID,
    offset: int,
    source: Readable,
    checksum: tuple[str, bytes] | None = None,
) -> Upload:
    """Add bytes to an upload; whatever arrived before a break is kept.

    Parameters
    ----------
    offset : where the sender thinks the upload stands
    checksum : name of the algorithm and digest of these bytes; with a wrong one none are kept

    Raises
    ------
    UploadRefused : 409 wrong offset, 410 gone, 423 somebody else is sending, 460 wrong checksum
    """
    with _locked(upload_id) as (upload, file):
        if upload.offset != offset:
            raise UploadRefused(
                f"The upload stands at {upload.offset:,} bytes, not at {offset:,}.", http_status=409
            )
        # A crash may have left bytes that the row does not know of.
        file.truncate(upload.offset)
        file.seek(upload.offset)
        digest = hashlib.new(checksum[0]) if checksum else None
        try:
            _copy(upload, source, file, digest)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise UploadRefused(
                    "The studio's disk is full. What was sent is kept.",
                    hint="Tell whoever runs the studio, then go on with this upload.",
                    http_status=507,
                ) from error
            raise  # the sender hung up; what came is kept below
        finally:
            if checksum is None:
                _remember(upload)
        if digest is not None and checksum is not None:
            if digest.digest() != checksum[1]:
                file.truncate(offset)
                raise UploadRefused("The bytes did not arrive as they were sent.", http_status=460)
            _remember(upload)
        if upload.offset == upload.byte_size:
            os.fsync(file.fileno())
            complete(upload)
        elif offset == 0:
            _refuse_early(upload, file)
    return upload


def _refuse_early(upload: Upload, file: IO[bytes]) -> None:
    """Stop a file that its first bytes show to be no audio, before all of it is sent."""
    if upload.offset < HEAD_BYTES:
        return

    def read_at(start: int, size: int) -> bytes:
        file.flush()
        with Path(file.name).open("rb") as beginning:
            beginning.seek(start)
            return beginning.read(size)

    kind = sniff(read_at, upload.byte_size).kind
    if kind.advice and kind is not UNKNOWN:
        error = refusal(kind, upload.file_name)
        close(upload, Upload.Status.FAILED, f"{error} {error.hint}".strip())
        raise UploadRefused(str(error), hint=error.hint, http_status=415)


@contextlib.contextmanager
def _locked(upload_id: uuid.UUID) -> Iterator[tuple[Upload, IO[bytes]]]:
    """Hold the partial file of an upload; the lock goes when the process does."""
    upload = Upload.objects.select_related("workspace").get(pk=upload_id)
    path = partial_path(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadRefused(
                "Another connection is sending this file.", http_status=423
            ) from None
        upload.refresh_from_db()
        if upload.status != Upload.Status.RECEIVING:
            _drop_if_empty(path)
            raise UploadRefused("This upload is closed.", http_status=410)
        if path.stat().st_size < upload.offset:
            close(upload, Upload.Status.FAILED, "The half-sent file is gone. Send it again.")
            raise UploadRefused("The half-sent file is gone. Send it again.", http_status=410)
        yield upload, file


def _copy(
    upload: Upload, source: Readable, file: IO[bytes], digest: "hashlib._Hash | None"
) -> None:
    remembered = upload.offset
    while upload.offset < upload.byte_size:
        piece = source.read(min(_PIECE, upload.byte_size - upload.offset))
        if not piece:
            break
        file.write(piece)
        upload.offset += len(piece)
        if digest is not None:
            digest.update(piece)
        elif upload.offset - remembered >= _REMEMBER_EVERY:
            file.flush()
            _remember(upload)
            remembered = upload.offset
    file.flush()
    if source.read(1):
        raise UploadRefused("More bytes came than were announced.", http_status=413)


def _remember(upload: Upload) -> None:
    upload.expires_at = timezone.now() + LIFE
    upload.save(update_fields=["offset", "expires_at", "updated_at"])


def complete(upload: Upload) -> None:
    """Hand a complete file to a worker."""
    from catalog.tasks import take_in_upload  # late, for the tasks import these services

    upload.status = Upload.Status.RECEIVED
    upload.save(update_fields=["status", "updated_at"])
    transaction.on_commit(lambda: take_in_upload.delay(str(upload.pk)), robust=True)


def receive_posted(
    *, access: Access, files: "list[UploadedFile[bytes]]", opened: list[Upload]
) -> None:
    """Take the files that a plain form sent into the uploads opened for them."""
    for file, upload in zip(files, opened, strict=True):
        if upload.status == Upload.Status.RECEIVING:
            with contextlib.suppress(UploadRefused):  # the row keeps the reason
                append(upload_id=upload.pk, offset=0, source=file)


def open_all(*, access: Access, files: list[Announced], batch: uuid.UUID) -> list[Upload]:
    """Open an upload for each file; one that is refused is kept as a closed row with its reason."""
    found = announce(access=access, files=files, batch=batch)
    return [
        opened if isinstance(opened, Upload) else _refused_row(access, batch, file, opened)
        for file, opened in zip(files, found, strict=True)
    ]


def _refused_row(access: Access, batch: uuid.UUID, file: Announced, why: StudioError) -> Upload:
    return Upload.objects.create(
        workspace=access.workspace,
        owner=access.user,
        batch=batch,
        file_name=safe_name(file.name),
        relative_path=safe_path(file.name)[:1000],
        byte_size=file.byte_size,
        status=Upload.Status.FAILED,
        error=f"{why} {why.hint}".strip(),
        expires_at=timezone.now(),
    )


def cancel(upload: Upload) -> None:
    """Stop an upload that is still coming, and drop what came."""
    if upload.status == Upload.Status.RECEIVING:
        close(upload, Upload.Status.CANCELLED)


def dismiss(upload: Upload) -> None:
    """Put a refused file out of sight; its row stays for a while as history."""
    upload.metadata = {**upload.metadata, "dismissed": True}
    upload.save(update_fields=["metadata", "updated_at"])


def close(upload: Upload, status: str, error: str = "") -> None:
    """End an upload; its partial file goes."""
    upload.status, upload.error, upload.lease_until = status, error, None
    upload.save(update_fields=["status", "error", "lease_until", "updated_at"])
    partial_path(upload).unlink(missing_ok=True)


def purge_expired() -> int:
    """Close uploads that nobody went on with, and drop old history and stray partial files."""
    now = timezone.now()
    stale = Upload.objects.filter(status=Upload.Status.RECEIVING, expires_at__lt=now)
    for upload in stale:
        close(upload, Upload.Status.CANCELLED, "Nobody went on with this upload. Send it again.")
    Upload.objects.filter(updated_at__lt=now - HISTORY).exclude(status__in=ON_THE_WAY).delete()
    return len(stale) + _purge_strays()


def _purge_strays() -> int:
    """Remove partial files that no open upload names."""
    folder = Path(settings.UPLOAD_DIR)
    files = {path.name: path for path in folder.glob("??/*") if path.is_file()}
    needed = {
        pk.hex for pk in Upload.objects.filter(status__in=ON_THE_WAY).values_list("pk", flat=True)
    }
    hour_ago = timezone.now().timestamp() - 3600
    strays = [path for name, path in files.items() if name not in needed]
    old = [path for path in strays if path.stat().st_mtime < hour_ago]
    for path in old:
        path.unlink(missing_ok=True)
    # A worker that died while unpacking leaves its folder; no unpacking takes an hour.
    for left in folder.glob("??/zip-*"):
        if left.is_dir() and left.stat().st_mtime < hour_ago:
            shutil.rmtree(left, ignore_errors=True)
    return len(old)


def _drop_if_empty(path: Path) -> None:
    if path.exists() and path.stat().st_size == 0:
        path.unlink(missing_ok=True)

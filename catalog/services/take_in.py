"""A file that has arrived becomes part of the catalog, or is refused in words.

Runs in a worker. The lease and the count of attempts are taken before any work, so a file that
kills its worker is tried a few times and then given up; the last write matches the attempt.
"""

import tempfile
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from catalog.access import Access, Permission, access_for
from catalog.domain.audio_kinds import RefusedFile
from catalog.errors import StudioError
from catalog.intake.archive import unpack
from catalog.intake.inspection import inspect_file
from catalog.models import Artist, ChangeSet, Stem, Track, Upload
from catalog.services.audio_store import (
    quota_bytes,
    record_audio,
    sha256_of,
    store_bytes,
    used_bytes,
)
from catalog.services.batches import plan_batch
from catalog.services.ledger import Ledger, change_set
from catalog.services.placing import (
    Stored,
    add_stem,
    create_empty_track,
    create_track,
    fill_track,
    home_of,
    keep_cover,
    one_at_a_time,
    tell_of_audio,
)
from catalog.services.uploads import close, complete, partial_path

LEASE = timedelta(minutes=20)
MAX_ATTEMPTS = 3


class LostLease(Exception):
    """Another worker took the upload over; what this one found is dropped."""


def claim(upload_id: uuid.UUID, now: datetime) -> Upload | None:
    """Take an upload that nobody holds, counting the attempt."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    waiting = Upload.objects.filter(free, pk=upload_id, status=Upload.Status.RECEIVED)
    taken = waiting.filter(attempts__lt=MAX_ATTEMPTS).update(
        attempts=F("attempts") + 1, lease_until=now + LEASE
    )
    return Upload.objects.select_related("workspace", "owner").get(pk=upload_id) if taken else None


def take_in(upload_id: uuid.UUID) -> None:
    """Bring one complete upload into the catalog; harmless to run twice."""
    upload = claim(upload_id, timezone.now())
    if upload is None:
        _give_up(upload_id)
        return
    try:
        _take_in(upload)
    except StudioError as error:
        close(upload, Upload.Status.FAILED, f"{error} {error.hint}".strip())
    except LostLease:
        return
    except Exception:
        Upload.objects.filter(pk=upload.pk, attempts=upload.attempts).update(lease_until=None)
        raise


def waiting_uploads(now: datetime) -> list[uuid.UUID]:
    """Uploads that are complete and held by nobody: a message was lost or a worker died."""
    free = Q(lease_until=None, updated_at__lt=now - timedelta(seconds=20)) | Q(lease_until__lt=now)
    found = Upload.objects.filter(free, status=Upload.Status.RECEIVED)
    return list(found.values_list("pk", flat=True))


def _give_up(upload_id: uuid.UUID) -> None:
    """Close an upload that has used up its attempts."""
    spent = Upload.objects.filter(
        pk=upload_id,
        status=Upload.Status.RECEIVED,
        attempts__gte=MAX_ATTEMPTS,
    ).filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))
    for upload in spent:
        close(
            upload,
            Upload.Status.FAILED,
            f"The file stopped the studio {MAX_ATTEMPTS} times and was put aside. Export it again.",
        )


def _take_in(upload: Upload) -> None:
    access = _access(upload)
    path = partial_path(upload)
    if not path.exists():
        raise RefusedFile("The uploaded bytes are gone.", hint="Send the file again.")
    inspection = inspect_file(path, upload.file_name)
    if inspection.kind == "zip":
        _unpack(upload, access, path)
        return
    sha256 = sha256_of(path)
    storage_name = store_bytes(workspace=upload.workspace, path=path, sha256=sha256)
    cover, notes = keep_cover(upload.workspace, inspection, upload.file_name)
    with transaction.atomic():
        one_at_a_time(upload.workspace)
        _keep_lease(upload)
        audio = record_audio(
            workspace=upload.workspace,
            storage_name=storage_name,
            sha256=sha256,
            byte_size=path.stat().st_size,
            name=upload.file_name,
            inspection=inspection,
            cover=cover,
            by=access.user,
        )
        upload.audio, upload.warnings = audio, [*inspection.notes, *notes]
        _place(upload, access, Stored(audio, inspection.draft, cover))
        upload.lease_until = None
        upload.save()
        tell_of_audio(audio)
        transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)


def _access(upload: Upload) -> Access:
    """Judge the sender's rights again: they may have changed since the upload began."""
    owner = upload.owner
    access = access_for(owner, upload.workspace.slug) if owner else None
    if access is None or not access.can(Permission.EDIT_OWN):
        raise StudioError(f"You may no longer add music to {upload.workspace.name}.")
    return access


def _keep_lease(upload: Upload) -> None:
    """Lock the row and make sure that this attempt still is the current one."""
    current = Upload.objects.select_for_update().get(pk=upload.pk)
    if current.attempts != upload.attempts or current.status != Upload.Status.RECEIVED:
        raise LostLease
    upload.metadata = current.metadata  # a person may have moved the file meanwhile


def _place(upload: Upload, access: Access, stored: Stored) -> None:
    """Put the file where the plan of its batch says."""
    role = str(upload.metadata.get("role", ""))
    track, stem = home_of(stored.audio)
    target = _track_of_group(upload, access) if upload.metadata.get("group") else None
    if track is not None and not (role and target is not None and target.pk != track.pk):
        upload.status, upload.track, upload.stem = Upload.Status.DUPLICATE, track, stem
        return
    with change_set(
        workspace=upload.workspace,
        actor=access.user,
        source=ChangeSet.Source.UPLOAD,
        reason=f"Upload “{upload.file_name}”",
    ) as ledger:
        if role:
            upload.track, upload.stem = _place_stem(ledger, upload, access, stored, target, role)
        elif target is not None and target.audio_id is None:
            upload.track = fill_track(ledger, target, stored)
        else:
            upload.track = create_track(
                ledger, stored, by=access.user, artists=_own_artists(access)
            )
    placed_before = role and upload.stem is None
    upload.status = Upload.Status.DUPLICATE if placed_before else Upload.Status.DONE


def _place_stem(
    ledger: Ledger,
    upload: Upload,
    access: Access,
    stored: Stored,
    target: Track | None,
    role: str,
) -> tuple[Track, Stem | None]:
    if target is None:
        title = str(upload.metadata.get("title", "")) or stored.draft.title
        target = create_empty_track(
            ledger,
            title[:300],
            by=access.user,
            names=stored.draft.artists,
            artists=_own_artists(access),
        )
    label = str(upload.metadata.get("label", ""))
    return target, add_stem(ledger, target, stored.audio, role=role, label=label)


def _track_of_group(upload: Upload, access: Access) -> Track | None:
    """Find the track that other files of the group made, or the one that they join."""
    fellows = Upload.objects.filter(
        workspace_id=upload.workspace_id,
        batch=upload.batch,
        track__isnull=False,
        metadata__group=upload.metadata["group"],
    ).exclude(pk=upload.pk)
    fellow = fellows.select_related("track").first()
    if fellow is not None:
        return fellow.track
    existing = upload.metadata.get("existing")
    return Track.objects.editable_by(access).filter(pk=existing).first() if existing else None


def _own_artists(access: Access) -> list[Artist]:
    """Credit the member who is the one artist of their membership; else nobody."""
    if len(access.artist_ids) != 1:
        return []
    return list(Artist.objects.visible_to(access).filter(pk__in=access.artist_ids))


def _unpack(upload: Upload, access: Access, path: Path) -> None:
    """Turn an archive into uploads of its files, in the same batch, and plan the batch again."""
    room = quota_bytes(upload.workspace) - used_bytes(upload.workspace) + upload.byte_size
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="zip-") as folder:
        found, notes = unpack(path, upload.file_name, Path(folder), limit_bytes=max(room, 0))
        with transaction.atomic():
            _keep_lease(upload)
            members = [
                _member(upload, item.relative_path, item.file)
                for item in found
                if item.file.stat().st_size
            ]
            upload.status, upload.warnings, upload.lease_until = Upload.Status.DONE, notes, None
            upload.metadata = {**upload.metadata, "unpacked": len(members)}
            upload.save()
            plan_batch(access=access, batch=upload.batch)
            for member in members:
                member.refresh_from_db()
                complete(member)
    path.unlink(missing_ok=True)


def _member(upload: Upload, relative_path: str, file: Path) -> Upload:
    size = file.stat().st_size
    member = Upload.objects.create(
        workspace=upload.workspace,
        owner=upload.owner,
        batch=upload.batch,
        file_name=relative_path.rpartition("/")[2][:255],
        relative_path=relative_path[:1000],
        byte_size=size,
        offset=size,
        expires_at=upload.expires_at,
    )
    target = partial_path(member)
    target.parent.mkdir(parents=True, exist_ok=True)
    file.replace(target)
    return member

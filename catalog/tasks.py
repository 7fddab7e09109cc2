"""Celery doors of the catalog. The rows are the truth; a message is only a nudge."""

import uuid

from celery import shared_task
from django.utils import timezone

from catalog.errors import StudioError
from catalog.services import bulk, exporting, notices, take_in, undoing, uploads
from catalog.services.imports import running as imports


@shared_task(acks_late=True, soft_time_limit=1080, time_limit=1140)
def take_in_upload(upload_id: str) -> None:
    """Bring a complete upload into the catalog; harmless to deliver twice."""
    take_in.take_in(uuid.UUID(upload_id))


@shared_task
def take_in_waiting_uploads() -> None:
    """Wake workers for complete uploads whose message was lost or whose worker died."""
    for upload_id in take_in.waiting_uploads(timezone.now()):
        take_in_upload.delay(str(upload_id))


@shared_task
def purge_expired_uploads() -> None:
    """Close uploads that nobody went on with."""
    uploads.purge_expired()


@shared_task(acks_late=True, soft_time_limit=540, time_limit=600)
def perform_import(import_id: int) -> None:
    """Carry out the step an import waits for; harmless to deliver twice."""
    imports.perform(import_id)


@shared_task
def wake_waiting_tables() -> None:
    """Wake workers for tables whose message was lost or whose worker died."""
    for import_id in imports.waiting(timezone.now()):
        perform_import.delay(import_id)
    for export_id in exporting.waiting_exports(timezone.now()):
        perform_export.delay(export_id)
    for run_id in undoing.waiting_undos(timezone.now()):
        perform_undo.delay(run_id)


@shared_task(acks_late=True, soft_time_limit=540, time_limit=600)
def perform_undo(run_id: int) -> None:
    """Carry out an undo; harmless to deliver twice."""
    try:
        undoing.perform_undo(run_id, now=timezone.now())
    except StudioError:
        return  # the sentence stands on the row


@shared_task(acks_late=True, soft_time_limit=540, time_limit=600)
def perform_export(export_id: int) -> None:
    """Write the file of an export; harmless to deliver twice."""
    exporting.perform_export(export_id)


@shared_task
def purge_old_tables() -> None:
    """Forget files that nobody needs any more."""
    exporting.purge_exports(timezone.now())
    imports.purge_imports(timezone.now())


@shared_task
def send_notice_digests() -> None:
    """Send each person one mail with what waits; a second run finds nothing to send."""
    notices.send_digests(now=timezone.now())


@shared_task(acks_late=True, soft_time_limit=540, time_limit=600)
def perform_bulk_edit(bulk_id: int) -> None:
    """Plan or apply a bulk edit; harmless to deliver twice."""
    bulk.perform_bulk(bulk_id)


@shared_task
def requeue_stalled_bulk_edits() -> None:
    """Pick up bulk edits that a dead worker dropped."""
    bulk.requeue_stalled()

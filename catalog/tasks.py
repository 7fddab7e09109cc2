"""Celery doors of the catalog. The rows are the truth; a message is only a nudge."""

import uuid

from celery import shared_task
from django.utils import timezone

from catalog.services import take_in, uploads


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

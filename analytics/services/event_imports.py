"""Files of real events on their way in: checked as a whole, then counted when a person says so.

Counting goes on where a killed worker stopped.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from typing import IO, Any

from celery import current_app
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from analytics.event_files import UnreadableFile, is_workbook, write_as_text
from analytics.models import EventImport, ObservedDay
from analytics.models.observed import IMPORT_ATTEMPTS, IMPORT_LEASE
from analytics.reference import event_columns
from analytics.services import event_rows
from analytics.services.event_rows import TEXT_COPY, EventsRefused, held
from catalog.access import Access
from catalog.domain.sizes import spoken_size

Status = EventImport.Status

LARGEST_FILE = 250 * 1024 * 1024


def receive_file(*, access: Access, upload: "UploadedFile[Any]") -> EventImport:
    """Keep a file and have it checked in a worker.

    Raises
    ------
    EventsRefused : empty, too large, or the same file is here already (`existing` names it)
    """
    name = (upload.name or "events.csv")[-255:]
    size = upload.size or 0
    if not size:
        raise EventsRefused("The file is empty.", hint="Choose a CSV or Excel file with rows.")
    if size > LARGEST_FILE:
        raise EventsRefused(
            f"The file has {spoken_size(size)}; {spoken_size(LARGEST_FILE)} are the most.",
            hint="Split it by month.",
        )
    digest = _digest(upload)
    before = EventImport.objects.filter(
        ~Q(status__in=[Status.FAILED, Status.CANCELLED]),
        workspace=access.workspace,
        sha256=digest,
    ).first()
    if before is not None:
        raise EventsRefused(
            f"This very file is here already, as {before.file_name}.",
            hint="Nothing is counted twice. Open it in the list below.",
        )
    stored = default_storage.save(f"observed/{access.workspace_id}/{digest}", File(upload))
    try:
        with transaction.atomic():
            found = EventImport.objects.create(
                workspace=access.workspace,
                file_name=name,
                sha256=digest,
                byte_size=size,
                storage_name=stored,
                created_by=access.user,
            )
    except IntegrityError as error:
        default_storage.delete(stored)
        raise EventsRefused("This very file is here already.") from error
    transaction.on_commit(lambda: _wake(found.pk))
    return found


def _digest(upload: "UploadedFile[Any]") -> str:
    digest = hashlib.sha256()
    for piece in upload.chunks():
        digest.update(piece)
    upload.seek(0)
    return digest.hexdigest()


def _wake(import_id: int) -> None:
    current_app.send_task("analytics.tasks.perform_event_import", args=[import_id])


def count_file(*, found: EventImport) -> None:
    """Have the good rows of a checked file counted."""
    taken = EventImport.objects.filter(pk=found.pk, status=Status.READY).update(
        status=Status.COUNTING, position=0, attempts=0, lease_until=None
    )
    if taken:
        transaction.on_commit(lambda: _wake(found.pk))


def cancel_file(*, found: EventImport) -> bool:
    """Stop checking or counting, or drop a checked file. What was counted stays counted."""
    stopped = EventImport.objects.filter(
        pk=found.pk, status__in=[*EventImport.BUSY, Status.READY]
    ).update(status=Status.CANCELLED, finished_at=timezone.now(), lease_until=None)
    return bool(stopped)


@transaction.atomic
def forget_file(*, found: EventImport) -> int:
    """Take back the rows that came with a file, and the file; say how many rows went."""
    gone: int = ObservedDay.objects.filter(came_with=found).delete()[0]
    names = [found.storage_name, found.findings.get(TEXT_COPY)]
    found.delete()
    for name in filter(None, names):
        transaction.on_commit(partial(default_storage.delete, name))
    return gone


def perform_import(*, import_id: int, now: datetime | None = None) -> None:
    """Check or count a file, if nobody else is at it. Harmless to call twice."""
    moment = now or timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=moment)
    taken = EventImport.objects.filter(
        free, pk=import_id, status__in=EventImport.BUSY, attempts__lt=IMPORT_ATTEMPTS
    ).update(attempts=F("attempts") + 1, lease_until=moment + IMPORT_LEASE)
    if not taken:
        return
    found = EventImport.objects.select_related("workspace").get(pk=import_id)
    try:
        with _opened(found) as (file, name):
            if found.status == Status.CHECKING:
                event_rows.check(found, file, name=name)
            elif event_rows.count(found, file, name=name):
                current_app.send_task("analytics.tasks.fit_listener", args=[found.workspace_id])
            elif held(found).update(attempts=0, lease_until=None):
                # Rows were counted, so this was no failed attempt; a fresh task takes the rest.
                _wake(found.pk)
    except (UnreadableFile, EventsRefused) as error:
        held(found).update(
            status=Status.FAILED,
            error=f"{error} {error.hint}".strip(),
            finished_at=timezone.now(),
            lease_until=None,
        )


@contextmanager
def _opened(found: EventImport) -> Iterator[tuple[IO[Any], str]]:
    """Open a file of events and say its name; a workbook as the text made of it the first time."""
    copy = found.findings.get(TEXT_COPY)
    if not copy:
        with default_storage.open(found.storage_name) as file:
            if not is_workbook(file, name=found.file_name):
                yield file, found.file_name
                return
            copy = _text_of(found, file)
    with default_storage.open(copy) as text:
        yield text, copy


def _text_of(found: EventImport, workbook: IO[Any]) -> str:
    """Keep a workbook as text; its name is noted once it is whole, so half a one is never read."""
    with tempfile.TemporaryFile() as room:
        text = TextIOWrapper(room, encoding="utf-8", newline="")
        write_as_text(workbook, text)
        text.flush()
        text.detach()
        room.seek(0)
        copy = default_storage.save(f"{found.storage_name}.csv", File(room))
    found.findings = {TEXT_COPY: copy}
    held(found).update(findings=found.findings)
    return copy


def requeue_stalled(*, now: datetime | None = None) -> int:
    """Wake workers for files that a dead one dropped; give up on what was tried too often."""
    moment = now or timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=moment)
    left = EventImport.objects.filter(free, status__in=EventImport.BUSY)
    left.filter(attempts__gte=IMPORT_ATTEMPTS).update(
        status=Status.FAILED,
        error="Reading the file stopped again and again. Split it by month and send the parts.",
        finished_at=moment,
        lease_until=None,
    )
    waiting = list(left.filter(created_at__lt=moment - IMPORT_LEASE).values_list("pk", flat=True))
    for import_id in waiting:
        _wake(import_id)
    return len(waiting)


def template_rows() -> Iterable[list[str]]:
    """The heading of our own template, the first name of each column."""
    return [[names[0].capitalize() for names in event_columns().values()]]

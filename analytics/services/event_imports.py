"""Files of real events on their way in: checked as a whole, then counted when a person says so.

Counting goes on where a killed worker stopped.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO, Any

from celery import current_app
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from analytics.domain.events import COUNTS, Columns, World, read_columns, read_row
from analytics.event_files import UnreadableFile, rows_of
from analytics.models import EventImport, ObservedDay
from analytics.models.observed import IMPORT_ATTEMPTS, IMPORT_LEASE
from analytics.reference import event_columns
from analytics.services.observing import world_of, write_counts
from catalog.access import Access
from catalog.domain.sizes import spoken_size
from catalog.errors import StudioError

Status = EventImport.Status

LARGEST_FILE = 250 * 1024 * 1024
MOST_ROWS = 2_000_000
PROBLEMS_KEPT = 500
BATCH = 2_000
ROWS_A_BEAT = 50_000
"""Rows between two notes of how far checking is."""


class EventsRefused(StudioError):
    """The events cannot be taken as they are."""


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
    name = found.storage_name
    found.delete()
    transaction.on_commit(lambda: default_storage.delete(name))
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
        with default_storage.open(found.storage_name) as file:
            if found.status == Status.CHECKING:
                _check(found, file)
            else:
                _count(found, file)
    except (UnreadableFile, EventsRefused) as error:
        _held(found).update(
            status=Status.FAILED,
            error=f"{error} {error.hint}".strip(),
            finished_at=timezone.now(),
            lease_until=None,
        )


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


def _held(found: EventImport) -> Any:
    """The row, while this attempt holds it and nobody cancelled."""
    return EventImport.objects.filter(
        pk=found.pk, attempts=found.attempts, status=found.status, workspace=found.workspace_id
    )


def _opened(rows: Iterator[list[str]]) -> Columns:
    heading = next(rows, None)
    if heading is None:
        raise EventsRefused("The file is empty.", hint="Choose a CSV or Excel file with rows.")
    columns = read_columns(heading, event_columns())
    if problems := columns.problems():
        raise EventsRefused(" ".join(problems))
    return columns


@dataclass(slots=True)
class _Verdicts:
    """What checking has found so far."""

    seen: dict[int, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    problems: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0
    good: int = 0
    bad: int = 0
    repeated: int = 0

    def take(self, number: int, cells: list[str], columns: Columns, world: World) -> None:
        """Judge one row; `number` is its line in the file."""
        self.rows += 1
        observation, reasons = read_row(cells, columns, world)
        if observation is None:
            self.bad += 1
            for reason in reasons:
                self._say(number, reason.column, reason.text)
            return
        key = hash(observation.key)
        if key in self.seen:
            self.repeated += 1
            text = f"Same day, track and place as row {self.seen[key]:,}; the later row counts."
            self._say(number, "", text)
        self.seen[key] = number
        self.good += 1
        for name, value in observation.counts.items():
            self.totals[name] += value or 0

    def _say(self, number: int, column: str, text: str) -> None:
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append({"row": number, "column": column, "text": text})


def _check(found: EventImport, file: IO[Any]) -> None:
    """Give every row its verdict and keep what the good ones add up to."""
    world = world_of(found.workspace)
    verdicts = _Verdicts()
    with rows_of(file, name=found.file_name) as reader:
        columns = _opened(reader)
        for number, cells in enumerate(reader, 2):
            if not any(cell.strip() for cell in cells):
                continue
            verdicts.take(number, cells, columns, world)
            if verdicts.rows > MOST_ROWS:
                raise EventsRefused(
                    f"The file has more than {MOST_ROWS:,} rows.", hint="Split it by month."
                )
            if verdicts.rows % ROWS_A_BEAT == 0 and not _beat(found, position=verdicts.rows):
                return
    if not verdicts.rows:
        raise EventsRefused("The file has a heading and no rows.")
    _held(found).update(
        status=Status.READY,
        headings={
            "read": sorted(columns.at, key=columns.at.__getitem__),
            "unknown": list(columns.unknown)[:40],
        },
        row_count=verdicts.rows,
        good_count=verdicts.good,
        bad_count=verdicts.bad,
        repeated_count=verdicts.repeated,
        problems=verdicts.problems,
        totals=[[name, verdicts.totals[name]] for name in columns.counts],
        position=verdicts.rows,
        lease_until=None,
    )


def _beat(found: EventImport, *, position: int) -> bool:
    """Note how far the work is; False when it was cancelled or another worker took over."""
    return bool(_held(found).update(position=position, lease_until=timezone.now() + IMPORT_LEASE))


def _count(found: EventImport, file: IO[Any]) -> None:
    """Write the good rows in batches, from where the last attempt stopped."""
    world = world_of(found.workspace)
    done = found.position
    with rows_of(file, name=found.file_name) as reader:
        columns = _opened(reader)
        for _ in islice(reader, done):
            pass
        while batch := list(islice(reader, BATCH)):
            read = [read_row(cells, columns, world)[0] for cells in batch]
            with transaction.atomic():
                write_counts(found, [one for one in read if one is not None])
                done += len(batch)
                if not _beat(found, position=done):
                    transaction.set_rollback(True)
                    return
    _held(found).update(status=Status.DONE, finished_at=timezone.now(), lease_until=None)
    current_app.send_task("analytics.tasks.fit_listener", args=[found.workspace_id])


def template_rows() -> Iterable[list[str]]:
    """The heading of our own template, the first name of each column."""
    return [[names[0].capitalize() for names in event_columns().values()]]

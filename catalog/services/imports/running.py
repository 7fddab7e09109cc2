"""An import from file to change set, step by step; each step may be delivered twice, late or never.

The row is the truth. Small tables go at once, in the request; large ones in a worker.
"""

from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from catalog.access import Access, Permission, access_for
from catalog.domain.table_shape import fold_heading
from catalog.errors import StudioError
from catalog.models import ImportMemory, ImportRow, TableImport
from catalog.models.imports import LEASE, MAX_ATTEMPTS, WORKING
from catalog.services.imports.applying import (
    Applied,
    ImportRefused,
    Interrupted,
    check_ready,
    write_import,
)
from catalog.services.imports.checking import check
from catalog.services.imports.looking import look
from catalog.tables.packages import RefusedTable
from catalog.tables.reading import MAX_BYTES

AT_ONCE_BYTES = 150_000
AT_ONCE_ROWS = 300
KEPT = timedelta(days=30)
Status = TableImport.Status


def receive_table(*, access: Access, name: str, data: bytes) -> TableImport:
    """Take a table in and have it looked at.

    Raises
    ------
    RefusedTable : empty or too large
    """
    if not data:
        raise RefusedTable("The file is empty.")
    if len(data) > MAX_BYTES:
        raise RefusedTable(
            f"The file is too large: a table can have {MAX_BYTES // 1024**2} MB.",
            hint="Split it and import the parts one after the other.",
        )
    run = TableImport.objects.create(
        workspace=access.workspace,
        created_by=access.user,
        file_name=name.replace("\x00", "")[-255:] or "table",
        byte_size=len(data),
        data=data,
    )
    nudge(run)
    return run


def look_again(run: TableImport, chosen: dict[str, object]) -> None:
    """Read the file again as the person says it is written."""
    _restart(run, Status.READING, (Status.MAPPING, Status.CHECKED, Status.FAILED), chosen)


def start_check(run: TableImport, chosen: dict[str, object]) -> None:
    """Judge every row with the mapping and settings chosen."""
    _restart(run, Status.CHECKING, (Status.MAPPING, Status.CHECKED, Status.FAILED), chosen)


def start_apply(run: TableImport, *, mode: str, approved: bool = False) -> bool:
    """Write what was checked; says whether this call is the one that started it.

    A second click finds the import under way or done, and changes nothing. Where the workspace
    wants a second person, only an approved request comes this way.

    Raises
    ------
    ImportRefused : rows that all-or-nothing does not allow, nothing to write, or not approved
    """
    if run.workspace.second_person and not approved:
        raise ImportRefused("Somebody else has to approve this import first.")
    run.settings["mode"] = mode
    check_ready(run)
    taken = TableImport.objects.filter(
        pk=run.pk, status=Status.WAITING if approved else Status.CHECKED, change_set=None
    ).update(status=Status.APPLYING, settings=run.settings, attempts=0, lease_until=None, error="")
    if taken:
        nudge(run)
    return bool(taken)


def cancel(run: TableImport) -> bool:
    """Stop what goes on; nothing that was not finished is kept."""
    stopped = TableImport.objects.filter(pk=run.pk).exclude(
        status__in=(Status.DONE, Status.CANCELLED)
    )
    return bool(
        stopped.update(
            status=Status.CANCELLED, finished_at=timezone.now(), lease_until=None, data=b""
        )
    )


def nudge(run: TableImport) -> None:
    """Perform the next step at once where the table is small, else wake a worker."""
    run.refresh_from_db(fields=["status", "row_count", "byte_size"])
    small = run.byte_size <= AT_ONCE_BYTES
    if small and (run.status == Status.READING or run.row_count <= AT_ONCE_ROWS):
        perform(run.pk)
        run.refresh_from_db()
    else:
        wake(run.pk)


def wake(import_id: int) -> None:
    """Send the message for a step; losing it costs time only."""
    transaction.on_commit(
        lambda: current_app.send_task("catalog.tasks.perform_import", args=[import_id]),
        robust=True,
    )


def perform(import_id: int, *, now: datetime | None = None) -> None:
    """Carry out the step an import waits for; harmless to call twice."""
    run = _claim(import_id, now or timezone.now())
    if run is None:
        return
    try:
        _STEPS[Status(run.status)](run)
    except StudioError as error:
        back = Status.CHECKED if isinstance(error, ImportRefused) else Status.FAILED
        _mine(run).update(
            status=back, error=f"{error} {error.hint}".strip(), lease_until=None, attempts=0
        )
    except Interrupted:
        return
    except Exception:
        _mine(run).update(lease_until=None)
        raise


def waiting(now: datetime) -> list[int]:
    """Imports that a worker should have and nobody holds; those tried too often are given up."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    open_ones = TableImport.objects.filter(free, status__in=WORKING)
    open_ones.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=Status.FAILED,
        error=f"The table stopped the studio {MAX_ATTEMPTS} times and was put aside. Split it.",
    )
    return list(open_ones.filter(attempts__lt=MAX_ATTEMPTS).values_list("pk", flat=True))


def purge_imports(now: datetime) -> None:
    """Forget files and verdicts of a month ago; what they changed stays in the ledger."""
    old = TableImport.objects.filter(created_at__lt=now - KEPT).exclude(data=b"")
    old.exclude(status__in=(Status.DONE, Status.FAILED, Status.WAITING)).update(
        status=Status.CANCELLED, finished_at=now
    )
    ImportRow.objects.filter(table__in=old.exclude(status=Status.WAITING)).delete()
    old.exclude(status=Status.WAITING).update(data=b"")


def _restart(
    run: TableImport,
    status: TableImport.Status,
    allowed: tuple[str, ...],
    chosen: dict[str, object],
) -> None:
    run.refresh_from_db(fields=["settings"])
    settings = {**run.settings, **chosen}
    taken = TableImport.objects.filter(pk=run.pk, status__in=allowed).update(
        status=status, settings=settings, attempts=0, lease_until=None, error="", done_count=0
    )
    if taken:
        nudge(run)


def _claim(import_id: int, now: datetime) -> TableImport | None:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = TableImport.objects.filter(
        free, pk=import_id, status__in=WORKING, attempts__lt=MAX_ATTEMPTS
    ).update(attempts=F("attempts") + 1, lease_until=now + LEASE)
    if not taken:
        return None
    return TableImport.objects.select_related("workspace", "created_by").get(pk=import_id)


def _mine(run: TableImport) -> QuerySet[TableImport]:
    """The row, as long as this attempt at this step is the current one."""
    return TableImport.objects.filter(pk=run.pk, status=run.status, attempts=run.attempts)


def _look(run: TableImport) -> None:
    look(run)
    _mine(run).update(
        status=Status.MAPPING,
        found=run.found,
        settings=run.settings,
        row_count=run.row_count,
        lease_until=None,
        attempts=0,
    )


def _check(run: TableImport) -> None:
    if check(run, keep_going=lambda done: bool(_mine(run).update(done_count=done))):
        ImportMemory.objects.update_or_create(
            workspace_id=run.workspace_id,
            headings_sha256=run.found["fingerprint"],
            defaults={
                "mapping": _mapping_by_heading(run),
                "settings": run.settings,
                "file_name": run.file_name,
            },
        )
        _mine(run).update(
            status=Status.CHECKED,
            counts=run.counts,
            row_count=run.row_count,
            lease_until=None,
            attempts=0,
        )


def _apply(run: TableImport) -> None:
    _still_allowed(run)

    def keep_going() -> None:
        if not _mine(run).exists():
            raise Interrupted

    def finish(applied: Applied) -> None:
        counts = {**run.counts, "stale": len(applied.stale)}
        ended = _mine(run).update(
            status=Status.DONE,
            change_set=applied.change_set,
            counts=counts,
            finished_at=timezone.now(),
            lease_until=None,
        )
        if not ended:
            raise Interrupted
        run.rows.filter(number__in=applied.stale).update(
            verdict="problem",
            notes={"0": ["problem", "Somebody changed this row while the import waited."]},
        )

    write_import(run, keep_going=keep_going, finish=finish)


def _still_allowed(run: TableImport) -> None:
    """Judge the sender's rights again: they may have changed since the upload."""
    access = access_for(run.created_by, run.workspace.slug) if run.created_by else None
    if access is None or not access.can(Permission.BULK):
        raise ImportRefused(f"You may no longer import into {run.workspace.name}.")


def _mapping_by_heading(run: TableImport) -> dict[str, str]:
    return {
        fold_heading(column["heading"]): target
        for column, target in zip(run.found["columns"], run.settings["mapping"], strict=True)
    }


_STEPS = {Status.READING: _look, Status.CHECKING: _check, Status.APPLYING: _apply}

"""Taking tables out: tracks with the columns chosen, as CSV or XLSX, at once or by a worker."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from catalog.access import Access, Permission, access_for
from catalog.domain.cells import Cells, Column, Kind
from catalog.errors import StudioError
from catalog.models import ReleaseCredit, TableExport, Track
from catalog.models.imports import LEASE, MAX_ATTEMPTS
from catalog.services.columns import WorkspaceWords, read_cells
from catalog.services.imports.targets import ID_HEADING, targets
from catalog.services.workspaces import audit
from catalog.tables.writing import Sheet, SheetColumn, write_csv, write_xlsx

AT_ONCE = 500
PART = 2_000
MOST_ROWS = 100_000
KEPT = timedelta(days=7)
WIDE = {"title": 34, "release_title": 34, "notes": 40, "artists": 26, "genre": 26, "mood": 26}
Status = TableExport.Status


def start_export(
    *, access: Access, tracks: "QuerySet[Track]", columns: Sequence[str], form: str
) -> TableExport:
    """Note which tracks go out in which columns, and write the file at once where they are few.

    Tracks whose owner allows no export are left out and counted.

    Raises
    ------
    StudioError : no column, no track, or more than fit
    """
    known = targets()
    wanted = [name for name in known if name in set(columns)]
    if not wanted:
        raise StudioError("No column is chosen.", hint="Tick at least one.")
    visible = Track.objects.visible_to(access).filter(pk__in=tracks.values("pk"))
    ids = list(visible.exportable().order_by("title", "pk").values_list("pk", flat=True))
    left_out = visible.count() - len(ids)
    if not ids:
        raise StudioError(
            "There is no track to export.",
            hint="Their owners allow no export." if left_out else "Choose other tracks.",
        )
    if len(ids) > MOST_ROWS:
        raise StudioError(
            f"{len(ids):,} tracks are too many for one table.",
            hint=f"Narrow the choice to {MOST_ROWS:,}.",
        )
    export = TableExport.objects.create(
        workspace=access.workspace,
        created_by=access.user,
        form=form,
        columns=wanted,
        track_ids=ids,
        row_count=len(ids),
        left_out_count=left_out,
        file_name=f"{access.workspace.slug}-{timezone.localdate().isoformat()}.{form}",
    )
    audit(
        access,
        "catalog.exported",
        f"Exported {len(ids):,} tracks in {len(wanted)} columns as {form.upper()}",
    )
    if len(ids) <= AT_ONCE:
        perform_export(export.pk)
    else:
        transaction.on_commit(
            lambda: current_app.send_task("catalog.tasks.perform_export", args=[export.pk]),
            robust=True,
        )
    return export


def perform_export(export_id: int, *, now: datetime | None = None) -> None:
    """Write the file of an export; harmless to call twice."""
    moment = now or timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=moment)
    waiting = Q(status__in=(Status.QUEUED, Status.RUNNING))
    taken = TableExport.objects.filter(
        free, waiting, pk=export_id, attempts__lt=MAX_ATTEMPTS
    ).update(status=Status.RUNNING, attempts=F("attempts") + 1, lease_until=moment + LEASE)
    if not taken:
        return
    export = TableExport.objects.select_related("workspace", "created_by").get(pk=export_id)
    access = access_for(export.created_by, export.workspace.slug) if export.created_by else None
    mine = TableExport.objects.filter(pk=export.pk, attempts=export.attempts)
    if access is None or not access.can(Permission.BULK):
        mine.update(status=Status.FAILED, error="You may no longer export.", lease_until=None)
        return
    sheet = sheet_of(access, export.track_ids, export.columns)
    data = write_csv(sheet) if export.form == TableExport.Form.CSV else write_xlsx(sheet)
    mine.update(status=Status.DONE, data=data, lease_until=None)


def waiting_exports(now: datetime) -> list[int]:
    """Exports that a worker should have and nobody holds."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    open_ones = TableExport.objects.filter(free, status__in=(Status.QUEUED, Status.RUNNING))
    open_ones.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=Status.FAILED, error="The table could not be written. Choose fewer tracks."
    )
    return list(open_ones.filter(attempts__lt=MAX_ATTEMPTS).values_list("pk", flat=True))


def purge_exports(now: datetime) -> None:
    """Forget files that were made a week ago; who exported what stays in the audit trail."""
    TableExport.objects.filter(created_at__lt=now - KEPT).delete()


def sheet_of(access: Access, track_ids: Sequence[int], names: Sequence[str]) -> Sheet:
    """Lay the tracks out as a sheet: our id first, locked; then the columns chosen."""
    words = WorkspaceWords(access.workspace_id)
    columns = [targets()[name] for name in names]
    head = [SheetColumn(ID_HEADING, 10, locked=True, help="Do not change: it finds the track.")]
    head += [_sheet_column(column, words) for column in columns]
    return Sheet("Tracks", head, _rows(access, track_ids, columns, words), len(track_ids))


def _rows(
    access: Access, track_ids: Sequence[int], columns: Sequence[Column], words: WorkspaceWords
) -> Iterator[list[str]]:
    read = [column for column in columns if column.name != "release_artists"]
    for start in range(0, len(track_ids), PART):
        part = track_ids[start : start + PART]
        cells = read_cells(access.workspace_id, part, read)
        if len(read) < len(columns):
            _add_release_artists(cells)
        for pk in part:
            if pk in cells:
                yield [
                    str(pk),
                    *(column.write(cells[pk][column.name], words) for column in columns),
                ]


def _add_release_artists(cells: dict[int, Cells]) -> None:
    names: dict[int, list[str]] = {}
    on = {row["release"] for row in cells.values() if row["release"]}
    credits = ReleaseCredit.objects.filter(release_id__in=on).order_by("position", "pk")
    for release_id, name in credits.values_list("release_id", "artist__name"):
        names.setdefault(release_id, []).append(name)
    for row in cells.values():
        row["release_artists"] = names.get(row["release"], [])


def _sheet_column(column: Column, words: WorkspaceWords) -> SheetColumn:
    choices: tuple[str, ...] = ()
    if column.kind is Kind.TERMS:
        choices = tuple(label for _, label in words.terms(column.facet))
    elif column.kind is Kind.CHOICE:
        choices = tuple(label for _, label in column.choices)
    elif column.kind is Kind.FLAG:
        choices = ("yes", "no")
    note = "Several values: put ; between them." if column.is_list else column.help
    return SheetColumn(
        column.label,
        WIDE.get(column.name, 16),
        choices=choices,
        several=column.is_list,
        help=note,
    )

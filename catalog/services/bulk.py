"""Bulk edits: planned, looked at, applied; a job above `AT_ONCE` tracks.

The plan is kept in the database, so that what is written is what was looked at. Planning and
applying may run twice: the lease and the attempt decide whose result counts.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from catalog.access import Access, Permission, access_for
from catalog.domain.bulk import (
    Operation,
    Plan,
    as_json,
    plan_bulk,
    read_operations,
    texts_of,
)
from catalog.domain.cells import CellChange, Cells
from catalog.domain.changes import Json
from catalog.domain.columns import COLUMNS
from catalog.domain.filters import read_query, spoken
from catalog.errors import StudioError
from catalog.models import BulkEdit, ChangeSet, PlannedChange, Recipe, Track
from catalog.services.asking import needs_request, request_bulk
from catalog.services.columns import WorkspaceWords, read_cells, write_cells
from catalog.services.copying import copy_rows
from catalog.services.ledger import Ledger, change_set
from catalog.services.patterns import check_pattern, replace_pattern
from catalog.track_query import matching_ids

AT_ONCE = 500
STEP = 2500
LEASE = timedelta(minutes=11)  # longer than the time limit of the task
MAX_ATTEMPTS = 3
LISTED = 500
TASK = "catalog.tasks.perform_bulk_edit"
State = BulkEdit.State


class BulkBusy(StudioError):
    """The bulk edit is not in the state that this needs."""

    http_status = 409


class LostBulk(Exception):
    """Another worker took the edit over, or somebody stopped it; this one's work is dropped."""


def start_bulk(
    *,
    access: Access,
    selection: dict[str, Json],
    operations: Sequence[Operation],
    recipe: Recipe | None = None,
    applies_at_once: bool = False,
) -> BulkEdit:
    """Plan a bulk edit: now for few tracks, in a worker for many.

    Parameters
    ----------
    selection : `{"ids": [...]}`, `{"query": {...}}`, or both for those of the ids that match
    applies_at_once : write without waiting for somebody to look (recipes)
    """
    check_operations(operations, access)
    ids = selected_ids(selection, access)
    bulk = BulkEdit.objects.create(
        workspace=access.workspace,
        created_by=access.user,
        title=title_of(operations, recipe)[:300],
        operations=as_json(operations),
        selection=selection,
        recipe=recipe,
        applies_at_once=applies_at_once,
        track_total=len(ids),
    )
    if len(ids) <= AT_ONCE:
        perform_bulk(bulk.pk)
        bulk.refresh_from_db()
    else:
        wake_after_commit(bulk.pk)
    return bulk


def hold_cells(cells: Sequence[CellChange], *, access: Access, title: str) -> BulkEdit:
    """Keep cells that somebody typed or pasted as a plan, to be written once somebody approves."""
    bulk = BulkEdit(
        workspace=access.workspace,
        created_by=access.user,
        title=title[:300],
        selection={"ids": sorted({cell.track_id for cell in cells})},
        state=State.READY,
    )
    _count(bulk, cells)
    with transaction.atomic():
        bulk.save()
        _keep_plan(bulk, cells)
    return bulk


def check_operations(operations: Sequence[Operation], access: Access) -> None:
    """Refuse operations whose text their column cannot hold, or whose pattern cannot be read."""
    plan_bulk({}, operations, WorkspaceWords(access.workspace_id))
    for operation in operations:
        if operation.is_pattern:
            check_pattern(operation.find, operation.text)


def title_of(operations: Sequence[Operation], recipe: Recipe | None = None) -> str:
    """Say what a bulk edit does, for the ledger."""
    words = "; ".join(map(str, operations))
    return f"{recipe.name}: {words}" if recipe else words


def apply_bulk(*, access: Access, bulk: BulkEdit, approved: bool = False) -> BulkEdit:
    """Write a plan that is ready: now for few tracks, in a worker for many.

    Where the workspace wants a second person, only an approved request comes this way.
    """
    if access.workspace.second_person and not approved:
        raise BulkBusy("Somebody else has to approve this bulk edit first.")
    taken = BulkEdit.objects.filter(pk=bulk.pk, state=State.READY).update(
        state=State.APPLYING, created_by=access.user, attempts=0, lease_until=None
    )
    if not taken:
        raise BulkBusy("This bulk edit was applied or cancelled already.")
    if bulk.track_total <= AT_ONCE:
        perform_bulk(bulk.pk)
    else:
        wake_after_commit(bulk.pk)
    bulk.refresh_from_db()
    return bulk


def cancel_bulk(bulk: BulkEdit) -> None:
    """Give a bulk edit up; one that is being written stops and leaves everything as it was."""
    BulkEdit.objects.filter(pk=bulk.pk, state__in=[State.PLANNING, State.READY]).update(
        state=State.CANCELLED, cancel_requested=True
    )
    BulkEdit.objects.filter(pk=bulk.pk, state=State.APPLYING).update(cancel_requested=True)
    PlannedChange.objects.filter(bulk_edit=bulk, bulk_edit__state=State.CANCELLED).delete()


def wake_after_commit(bulk_id: int) -> None:
    """Tell a worker; if the broker is away, the reconciler does it later."""
    transaction.on_commit(lambda: current_app.send_task(TASK, args=[bulk_id]), robust=True)


def perform_bulk(bulk_id: int) -> None:
    """Plan or apply, whatever the edit waits for; harmless to call twice."""
    bulk = _claim(bulk_id)
    if bulk is None:
        return
    try:
        if bulk.state == State.PLANNING:
            _plan(bulk)
            if bulk.applies_at_once and bulk.state == State.APPLYING:
                _apply(bulk)
        else:
            _apply(bulk)
    except LostBulk:
        BulkEdit.objects.filter(
            pk=bulk.pk, attempts=bulk.attempts, state=State.APPLYING, cancel_requested=True
        ).update(state=State.CANCELLED, lease_until=None)
    except StudioError as error:
        _fail(bulk, f"{error} {error.hint}".strip())
    except Exception:
        BulkEdit.objects.filter(pk=bulk.pk, attempts=bulk.attempts).update(lease_until=None)
        raise


def requeue_stalled() -> None:
    """Wake workers for edits that a dead one dropped; give up those out of attempts."""
    now = timezone.now()
    free = Q(lease_until=None, created_at__lt=now - timedelta(seconds=20)) | Q(lease_until__lt=now)
    waiting = BulkEdit.objects.filter(free, state__in=[State.PLANNING, State.APPLYING])
    for bulk in waiting.filter(attempts__gte=MAX_ATTEMPTS):
        _fail(bulk, f"The studio stopped {MAX_ATTEMPTS} times in the middle. Nothing was changed.")
    for bulk_id in waiting.filter(attempts__lt=MAX_ATTEMPTS).values_list("pk", flat=True):
        current_app.send_task(TASK, args=[bulk_id])
    old = BulkEdit.objects.filter(state=State.READY, created_at__lt=now - timedelta(days=7))
    for bulk in old:
        cancel_bulk(bulk)


def progress(bulk: BulkEdit) -> int:
    """Say how many changes are written so far; only a hint, nothing is visible until the end."""
    return int(cache.get(_progress_key(bulk.pk)) or 0)


def selected_ids(selection: dict[str, Json], access: Access) -> list[int]:
    """Give the tracks of a selection that the person may see, in order.

    Ids that are not there any more are kept out here and listed by the plan.
    """
    ids = selection.get("ids")
    query = selection.get("query")
    if query is None:
        return list(ids or ())
    words = WorkspaceWords(access.workspace_id)
    found = matching_ids(read_query(query), access=access, words=words)
    wanted = None if ids is None else set(ids)
    return [pk for pk in found if wanted is None or pk in wanted]


def spoken_selection(bulk: BulkEdit) -> str:
    """Say which tracks a bulk edit is about."""
    query = bulk.selection.get("query")
    if query is None:
        return "chosen tracks"
    return spoken(read_query(query))


def plan_rows(
    operations: Sequence[Operation], track_ids: Iterable[int], access: Access
) -> tuple[Plan, list[str]]:
    """Plan operations over tracks; gives the plan and the names of those one may not change."""
    ids = list(track_ids)
    editable = frozenset(
        Track.objects.editable_by(access).filter(pk__in=ids).values_list("pk", flat=True)
    )
    names = dict.fromkeys(["title", "title_language", *(each.column.name for each in operations)])
    columns = [COLUMNS[name] for name in names]
    rows = read_cells(access.workspace_id, [pk for pk in ids if pk in editable], columns)
    words = WorkspaceWords(access.workspace_id)
    plan = plan_bulk(rows, operations, words, replaced=_replaced(operations, rows, words))
    return plan, _refused([pk for pk in ids if pk not in editable], access)


def _refused(ids: Sequence[int], access: Access) -> list[str]:
    known = dict(Track.objects.visible_to(access).filter(pk__in=ids).values_list("pk", "title"))
    gone = len(ids) - len(known)
    listed = [f"“{title}”" for title in known.values()]
    return [*listed, *([f"{gone} that are not there any more"] if gone else [])]


def _replaced(
    operations: Sequence[Operation], rows: dict[int, Cells], words: WorkspaceWords
) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for place, operation in enumerate(operations):
        if operation.action != "find" or not operation.is_pattern:
            continue
        column = operation.column
        texts = {
            text for row in rows.values() for text in texts_of(column, row[column.name], words)
        }
        replaced = replace_pattern(
            texts,
            pattern=operation.find,
            replacement=operation.text,
            match_case=operation.match_case,
        )
        found.update({(place, text): new for text, new in replaced.items()})
    return found


def _claim(bulk_id: int) -> BulkEdit | None:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    waiting = BulkEdit.objects.filter(
        free, pk=bulk_id, state__in=[State.PLANNING, State.APPLYING], attempts__lt=MAX_ATTEMPTS
    )
    if not waiting.update(attempts=F("attempts") + 1, lease_until=now + LEASE):
        return None
    return BulkEdit.objects.select_related("workspace", "created_by", "recipe").get(pk=bulk_id)


def _access(bulk: BulkEdit) -> Access:
    """Judge the person's rights again: they may have changed since."""
    user = bulk.created_by
    access = access_for(user, bulk.workspace.slug) if user else None
    if access is None or not access.can(Permission.EDIT_OWN):
        raise StudioError("Whoever started this may no longer change the catalog.")
    return access


def _plan(bulk: BulkEdit) -> None:
    access = _access(bulk)
    operations = read_operations(bulk.operations)
    ids = selected_ids(bulk.selection, access)
    plan, refused = plan_rows(operations, ids, access)
    touched = len({change.track_id for change in plan.changes})
    asks = bulk.applies_at_once and needs_request(bulk.workspace, touched)
    goes_on = bulk.applies_at_once and bool(plan.changes) and not asks
    _count(bulk, plan.changes)
    bulk.state = State.APPLYING if goes_on else State.READY
    if bulk.applies_at_once and not plan.changes:
        bulk.state = State.DONE
    bulk.track_total, bulk.lost_total = len(ids), plan.lost
    bulk.problem_total = len(plan.problems)
    bulk.problems = [vars(problem) for problem in plan.problems[:LISTED]]
    bulk.refused = refused[:LISTED]
    with transaction.atomic():
        _finish(bulk, State.PLANNING, keep_lease=goes_on)
        PlannedChange.objects.filter(bulk_edit=bulk).delete()
        _keep_plan(bulk, plan.changes)
        if asks:
            request_bulk(bulk, author=access.user)


def _count(bulk: BulkEdit, cells: Sequence[CellChange]) -> None:
    bulk.change_total = len(cells)
    bulk.track_total = len({cell.track_id for cell in cells})
    bulk.counts = dict(Counter(cell.column for cell in cells))


def _keep_plan(bulk: BulkEdit, cells: Sequence[CellChange]) -> None:
    copy_rows(
        PlannedChange,
        ("bulk_edit", "track_id", "column", "before", "after", "label"),
        (
            (bulk.pk, c.track_id, c.column, _dumped(c.before), _dumped(c.after), c.label[:300])
            for c in cells
        ),
    )


def _dumped(value: Json) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _finish(bulk: BulkEdit, was: str, *, keep_lease: bool = False) -> None:
    """Write the edit's row, if this attempt still holds it."""
    names = (
        "state",
        "track_total",
        "change_total",
        "lost_total",
        "problem_total",
        "problems",
        "refused",
        "counts",
        "change_set",
    )
    values: dict[str, Any] = {name: getattr(bulk, name) for name in names}
    if not keep_lease:
        values["lease_until"] = None
    held = BulkEdit.objects.filter(
        pk=bulk.pk, attempts=bulk.attempts, state=was, cancel_requested=False
    )
    if not held.update(**values):
        raise LostBulk


def _apply(bulk: BulkEdit) -> None:
    access = _access(bulk)
    source = ChangeSet.Source.BULK
    with change_set(
        workspace=bulk.workspace, actor=access.user, source=source, reason=bulk.title
    ) as ledger:
        _write(bulk, ledger)
        bulk.state = State.DONE
        bulk.change_set = None if ledger.is_empty else ledger.change_set
        _finish(bulk, State.APPLYING)
        PlannedChange.objects.filter(bulk_edit=bulk).delete()
    cache.delete(_progress_key(bulk.pk))


def _write(bulk: BulkEdit, ledger: Ledger) -> None:
    planned = PlannedChange.objects.filter(bulk_edit=bulk).order_by("pk")
    rows = planned.values_list("track_id", "column", "before", "after", "label").iterator()
    done = 0
    while part := list(islice(rows, STEP * 3)):
        write_cells(ledger, [CellChange(*row) for row in part])
        done += len(part)
        cache.set(_progress_key(bulk.pk), done, 600)
        going_on = BulkEdit.objects.filter(
            pk=bulk.pk, attempts=bulk.attempts, cancel_requested=False
        )
        if not going_on.exists():
            raise LostBulk


def _fail(bulk: BulkEdit, sentence: str) -> None:
    BulkEdit.objects.filter(pk=bulk.pk, attempts=bulk.attempts).update(
        state=State.FAILED, error=sentence[:600], lease_until=None
    )


def _progress_key(bulk_id: int) -> str:
    return f"bulk-edit-progress:{bulk_id}"

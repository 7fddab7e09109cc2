"""Undo as a person asks for it: at once where it is small, else by a worker.

A second click while one is under way finds that one. Undoing the undo is how a change is redone.
"""

from collections.abc import Collection
from datetime import datetime

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from catalog.access import Access, access_for
from catalog.errors import StudioError
from catalog.models import ChangeSet, UndoRun
from catalog.models.imports import LEASE, MAX_ATTEMPTS
from catalog.services.changes import undo_change_set

AT_ONCE = 500
MOST_NAMED = 1_000
Status = UndoRun.Status
OPEN = (Status.QUEUED, Status.RUNNING)


def start_undo(
    target: ChangeSet, *, access: Access, only: Collection[int] | None = None
) -> UndoRun:
    """Take a change set back, whole or the changes named by id; see `undo_change_set`."""
    wanted = None if only is None else sorted(only)
    alike = UndoRun.objects.filter(target=target, status__in=OPEN)
    # In a JSON column `= None` would mean the JSON null, not an empty column.
    alike = alike.filter(only__isnull=True) if wanted is None else alike.filter(only=wanted)
    if (under_way := alike.first()) is not None:
        return under_way
    run = UndoRun.objects.create(
        workspace=access.workspace, target=target, actor=access.user, only=wanted
    )
    if (target.change_count if wanted is None else len(wanted)) <= AT_ONCE:
        perform_undo(run.pk, now=timezone.now())
        run.refresh_from_db()
    else:
        transaction.on_commit(
            lambda: current_app.send_task("catalog.tasks.perform_undo", args=[run.pk]),
            robust=True,
        )
    return run


def perform_undo(run_id: int, *, now: datetime) -> None:
    """Carry out an undo that nobody holds; harmless to call twice."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = UndoRun.objects.filter(
        free, pk=run_id, status__in=OPEN, attempts__lt=MAX_ATTEMPTS
    ).update(status=Status.RUNNING, attempts=F("attempts") + 1, lease_until=now + LEASE)
    if not taken:
        return
    run = UndoRun.objects.select_related("target", "workspace", "actor").get(pk=run_id)
    access = access_for(run.actor, run.workspace.slug) if run.actor else None
    if access is None:
        _end(run, status=Status.FAILED, error="Who asked for this is no member any more.")
        return
    try:
        with transaction.atomic():
            only = None if run.only is None else frozenset(run.only)
            undone = undo_change_set(run.target, access=access, only=only)
            left = [[change.label, change.field] for change in undone.left[:MOST_NAMED]]
            _end(run, status=Status.DONE, result=undone.change_set, left=left)
    except StudioError as error:
        _end(run, status=Status.FAILED, error=f"{error} {error.hint}".strip())
        raise


def waiting_undos(now: datetime) -> list[int]:
    """Undos that a worker should have and nobody holds."""
    free = Q(lease_until=None, created_at__lt=now - LEASE / 6) | Q(lease_until__lt=now)
    open_ones = UndoRun.objects.filter(free, status__in=OPEN)
    open_ones.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=Status.FAILED, error="This stopped the studio several times. Undo it in parts."
    )
    return list(open_ones.filter(attempts__lt=MAX_ATTEMPTS).values_list("pk", flat=True))


def _end(run: UndoRun, **values: object) -> None:
    UndoRun.objects.filter(pk=run.pk, attempts=run.attempts).update(lease_until=None, **values)

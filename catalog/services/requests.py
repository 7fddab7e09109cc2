"""Deciding about changes that wait for a second person (`asking`).

Nobody approves what they asked for themselves.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from catalog.access import Access, Permission, access_for
from catalog.domain.changes import WHOLE_ROW, Change, Json
from catalog.models import ChangeRequest, TableImport
from catalog.services.asking import RequestRefused
from catalog.services.bulk import apply_bulk
from catalog.services.changes import write_planned
from catalog.services.imports.running import start_apply
from catalog.services.ledger import change_set
from catalog.services.registry import VERSIONED

Status = ChangeRequest.Status


def approve(request: ChangeRequest, *, access: Access, comment: str) -> ChangeRequest:
    """Write what was asked for, if every value still is what the preview showed.

    Raises
    ------
    RequestRefused : it is one's own, or decided already
    catalog.services.ledger.StaleChange : naming what changed since; nothing was written
    """
    with transaction.atomic():
        locked = _open(request, access)
        if locked.author_id == access.user_id:
            raise RequestRefused(
                "You asked for this yourself, so somebody else has to approve it.",
                hint="Any other manager or owner can.",
            )
        if locked.table is not None:
            start_apply(locked.table, mode=locked.table.settings.get("mode", "all"), approved=True)
        elif locked.bulk is not None:
            apply_bulk(access=_author(locked), bulk=locked.bulk, approved=True)
        else:
            with change_set(
                workspace=access.workspace,
                actor=locked.author,
                source=locked.source,
                reason=locked.reason,
            ) as ledger:
                write_planned(ledger, changes_of(locked))
            locked.change_set = None if ledger.is_empty else ledger.change_set
        return _decide(locked, Status.APPROVED, access, comment)


def decline(request: ChangeRequest, *, access: Access, comment: str) -> ChangeRequest:
    """Refuse what was asked for, with a word why."""
    if not comment.strip():
        raise RequestRefused("Say why, so that the other knows what to mend.")
    with transaction.atomic():
        locked = _open(request, access)
        _give_back(locked, f"{access.user} declined it: {comment.strip()}")
        return _decide(locked, Status.DECLINED, access, comment)


def withdraw(request: ChangeRequest, *, access: Access) -> ChangeRequest:
    """Take one's own request back."""
    with transaction.atomic():
        locked = _open(request, access, own=True)
        _give_back(locked, "")
        return _decide(locked, Status.WITHDRAWN, access, "")


def changes_of(request: ChangeRequest) -> list[Change]:
    """Read the changes of a request."""
    return [Change(*entry) for entry in request.changes]


def stale_places(request: ChangeRequest) -> frozenset[int]:
    """Find which changes no longer start from the value they show, by position."""
    changes = changes_of(request)
    now: dict[tuple[str, int, str], Json] = {}
    for table in {change.model for change in changes}:
        entry = VERSIONED[table]
        ids = {change.object_id for change in changes if change.model == table}
        rows = {row.pk: row for row in entry.rows(request.workspace_id).filter(pk__in=ids)}
        names = {change.field for change in changes if change.model == table}
        for name in names - {WHOLE_ROW}:
            for pk, value in entry.fields[name].read(rows).items():
                now[table, pk, name] = value
    missing = object()
    return frozenset(
        place
        for place, change in enumerate(changes)
        if change.field != WHOLE_ROW
        and now.get((change.model, change.object_id, change.field), missing)
        not in (change.before, change.after)
    )


def _open(request: ChangeRequest, access: Access, *, own: bool = False) -> ChangeRequest:
    locked = ChangeRequest.objects.select_for_update(of=("self",)).select_related(
        "table", "bulk", "author", "workspace"
    )
    found = locked.get(pk=request.pk, workspace_id=access.workspace_id)
    if own and found.author_id != access.user_id:
        raise PermissionDenied("Only who asked for a change can take the request back.")
    if not own and not access.can(Permission.MANAGE):
        raise PermissionDenied("Only a manager or owner decides about requests.")
    if found.status != Status.OPEN:
        raise RequestRefused(f"This request is {found.get_status_display().lower()} already.")
    return found


def _author(request: ChangeRequest) -> Access:
    """The rights of who asked, as they are now."""
    found = access_for(request.author, request.workspace.slug) if request.author else None
    if found is None:
        raise RequestRefused("Who asked for this is no member any more.", hint="Decline it.")
    return found


def _give_back(request: ChangeRequest, why: str) -> None:
    if request.table is not None:
        TableImport.objects.filter(pk=request.table.pk, status=TableImport.Status.WAITING).update(
            status=TableImport.Status.CHECKED, error=why
        )


def _decide(
    request: ChangeRequest, status: ChangeRequest.Status, access: Access, comment: str
) -> ChangeRequest:
    request.status, request.decided_by, request.comment = status, access.user, comment.strip()
    request.decided_at = timezone.now()
    request.save()
    return request

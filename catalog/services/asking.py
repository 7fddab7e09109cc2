"""Asking a second person: what would change is kept until somebody decides (`requests`).

A workspace chooses this (`second_person`) for changes of many rows; edits of one row stay direct.
"""

from collections.abc import Sequence

from django.db import transaction

from catalog.access import Access
from catalog.domain.changes import Change
from catalog.errors import StudioError
from catalog.models import BulkEdit, ChangeRequest, ChangeSet, TableImport, User, Workspace
from catalog.services.changes import check_may_change
from catalog.services.imports.applying import check_ready

Status = ChangeRequest.Status


class RequestRefused(StudioError):
    """What was asked about a request cannot be done; nothing changed."""

    http_status = 409


def needs_request(workspace: Workspace, rows: int) -> bool:
    """Say whether a change of so many rows has to wait for a second person."""
    return workspace.second_person and rows > 1


def request_changes(
    changes: Sequence[Change], *, access: Access, reason: str, source: str
) -> ChangeRequest:
    """Put planned changes before a second person, instead of writing them."""
    check_may_change(changes, access)
    if not changes:
        raise RequestRefused("Nothing would change, so there is nothing to ask for.")
    return ChangeRequest.objects.create(
        workspace=access.workspace,
        author=access.user,
        source=source,
        reason=reason[:300],
        changes=[[c.model, c.object_id, c.field, c.before, c.after, c.label] for c in changes],
        change_count=len(changes),
        row_count=len({(change.model, change.object_id) for change in changes}),
    )


def request_import(run: TableImport, *, access: Access, mode: str) -> ChangeRequest:
    """Put a checked import before a second person.

    Raises
    ------
    RequestRefused : it is not checked (any more)
    """
    run.settings["mode"] = mode
    check_ready(run)
    with transaction.atomic():
        taken = TableImport.objects.filter(
            pk=run.pk, status=TableImport.Status.CHECKED, change_set=None
        ).update(status=TableImport.Status.WAITING, settings=run.settings, error="")
        if not taken:
            raise RequestRefused("This import is not ready to be written.")
        rows = run.counts.get("new", 0) + run.counts.get("change", 0)
        return ChangeRequest.objects.create(
            workspace=access.workspace,
            author=access.user,
            source=ChangeSet.Source.IMPORTED,
            reason=f"Import “{run.file_name}”"[:300],
            table=run,
            change_count=run.counts.get("cells", 0),
            row_count=rows,
        )


def request_bulk(
    bulk: BulkEdit, *, author: User, source: str = ChangeSet.Source.BULK
) -> ChangeRequest:
    """Put a planned bulk edit before a second person; asking twice finds the same request."""
    if bulk.state != BulkEdit.State.READY:
        raise RequestRefused("This bulk edit is not ready to be written.")
    asked, _ = ChangeRequest.objects.get_or_create(
        workspace_id=bulk.workspace_id,
        bulk=bulk,
        status=Status.OPEN,
        defaults={
            "author": author,
            "source": source,
            "reason": bulk.title[:300],
            "change_count": bulk.change_total,
            "row_count": bulk.track_total,
        },
    )
    return asked

"""Edits as people make them: planned changes, forms with a row version, undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from catalog.access import Access, Permission
from catalog.domain import changes as rules
from catalog.domain.changes import Change, Conflict, Json
from catalog.errors import StudioError
from catalog.models import Change as ChangeRow
from catalog.models import ChangeSet, Description, Stem, Track
from catalog.services.ledger import Ledger, change_set
from catalog.services.registry import VERSIONED


class EditConflict(StudioError):
    """Somebody else changed the same values; both texts are kept in `conflicts`."""

    http_status = 409

    def __init__(self, conflicts: Sequence[Conflict], row_version: int) -> None:
        fields = ", ".join(conflict.field.replace("_", " ") for conflict in conflicts)
        super().__init__(
            f"While you were editing, somebody else changed: {fields}. Nothing was overwritten.",
            hint="Compare both and save the one you want.",
        )
        self.conflicts = tuple(conflicts)
        self.row_version = row_version


class NotYours(StudioError):
    """The person may not change some of the rows; `labels` names them."""

    http_status = 403

    def __init__(self, labels: Sequence[str]) -> None:
        names = ", ".join(f"“{label}”" for label in labels[:3])
        more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
        super().__init__(f"You may not change {names}{more}. Nothing was written.")
        self.labels = tuple(labels)


@dataclass(frozen=True)
class Undone:
    """What an undo did: its change set (None if nothing could go back), and what was left."""

    change_set: ChangeSet | None
    left: tuple[Change, ...]


def apply_changes(
    changes: Sequence[Change],
    *,
    access: Access,
    reason: str,
    source: str = ChangeSet.Source.TYPED,
) -> ChangeSet | None:
    """Write planned changes as one change set, or nothing.

    Raises
    ------
    NotYours : the person may not change some of the rows
    catalog.services.ledger.StaleChange : a value is no longer what the plan starts from
    """
    check_may_change(changes, access)
    with change_set(
        workspace=access.workspace, actor=access.user, source=source, reason=reason
    ) as ledger:
        ledger.apply(changes)
    return ledger.change_set if not ledger.is_empty else None


def edit_row(
    table: str,
    object_id: int,
    values: Mapping[str, Json],
    *,
    row_version: int,
    access: Access,
    reason: str,
    source: str = ChangeSet.Source.TYPED,
) -> ChangeSet | None:
    """Save a form that was filled in on version `row_version` of a row.

    Edits of different fields merge; the same field changed by somebody else is refused.

    Raises
    ------
    EditConflict : with both values of each field in question
    NotYours : the person may not change the row
    """
    entry = VERSIONED[table]
    with transaction.atomic():
        row = entry.rows(access.workspace_id).select_for_update().get(pk=object_id)
        current = {name: entry.fields[name].read({row.pk: row})[row.pk] for name in values}
        base = current
        if row_version != row.row_version:
            base = values_at(table, object_id, row_version, current, access.workspace_id)
        merged = rules.merge_edit(base=base, current=current, wanted=values)
        if merged.conflicts:
            raise EditConflict(merged.conflicts, row.row_version)
        planned = [
            Change(table, object_id, name, current[name], value, str(row))
            for name, value in merged.wanted.items()
        ]
        return apply_changes(planned, access=access, reason=reason, source=source)


def values_at(
    table: str,
    object_id: int,
    row_version: int,
    current: Mapping[str, Json],
    workspace_id: int,
) -> dict[str, Json]:
    """Rewind values of a row to an earlier version of it, from the ledger."""
    later = ChangeRow.objects.filter(
        workspace_id=workspace_id, model=table, object_id=object_id, row_version__gt=row_version
    ).order_by("-pk")
    state = rules.rewind(current, map(as_change, later))
    return {name: (state or {}).get(name) for name in current}


def undo_change_set(
    target: ChangeSet, *, access: Access, only: frozenset[int] | None = None
) -> Undone:
    """Take a change set back, whole or only the changes named by id.

    A value goes back only where it still is what the set wrote; the rest is left and returned.
    """
    rows = list(target.changes.order_by("-pk"))
    if only is not None:
        rows = [row for row in rows if row.pk in only]
    chosen = [as_change(row) for row in rows]
    check_may_change(chosen, access)
    left: list[Change] = []
    with change_set(
        workspace=access.workspace,
        actor=access.user,
        source=ChangeSet.Source.UNDO,
        reason=f"Undo: {target.reason}",
        undoes=target,
    ) as ledger:
        batch: list[Change] = []
        for row, change in zip(rows, chosen, strict=True):
            if change.field != rules.WHOLE_ROW:
                batch.append(rules.inverse(change))
                continue
            left += _take_back(ledger, batch)
            batch = []
            left += _undo_whole_row(ledger, change, row, target)
        left += _take_back(ledger, batch)
    return Undone(ledger.change_set if not ledger.is_empty else None, tuple(left))


def check_may_change(changes: Sequence[Change], access: Access) -> None:
    """Refuse changes of rows that the person may not edit.

    Raises
    ------
    NotYours : some rows are beyond the person's role
    """
    if access.can(Permission.EDIT):
        return
    if not access.can(Permission.EDIT_OWN):
        raise PermissionDenied("Your role may look but not change anything.")
    allowed = frozenset(Track.objects.editable_by(access).values_list("pk", flat=True))
    refused = [
        change.label or change.model
        for change in changes
        if _track_of(change) not in allowed and not change.deletes
    ]
    if refused:
        raise NotYours(sorted(set(refused)))


def as_change(row: ChangeRow) -> Change:
    """Read a row of the log as a plain change."""
    return Change(row.model, row.object_id, row.field, row.before, row.after, row.label)


def _track_of(change: Change) -> int | None:
    if change.model == "track":
        return change.object_id
    if change.model == "stem":
        return Stem.objects.filter(pk=change.object_id).values_list("track_id", flat=True).first()
    if change.model == "description":
        found = Description.objects.filter(pk=change.object_id)
        return found.values_list("track_id", flat=True).first()
    return None


def _take_back(ledger: Ledger, inverted: Sequence[Change]) -> list[Change]:
    """Write what still can go back; give what cannot, as it was in the set."""
    fresh: list[Change] = []
    left: list[Change] = []
    by_table: dict[str, list[Change]] = {}
    for change in inverted:
        by_table.setdefault(change.model, []).append(change)
    for table, of_table in by_table.items():
        names = {change.field for change in of_table}
        current = ledger.current(table, {change.object_id for change in of_table}, names)
        for change in of_table:
            row = current.get(change.object_id)
            target = fresh if row is not None and row[change.field] == change.before else left
            target.append(change)
    ledger.apply(fresh)
    return [rules.inverse(change) for change in left]


def _undo_whole_row(
    ledger: Ledger, change: Change, row: ChangeRow, target: ChangeSet
) -> list[Change]:
    entry = VERSIONED[change.model]
    found = entry.rows(ledger.workspace_id).filter(pk=change.object_id).first()
    if change.creates:
        if found is None:
            return []
        # Newer entries of other sets, but for this undo itself, mean that somebody built on it.
        newer = ChangeRow.objects.filter(
            workspace_id=ledger.workspace_id,
            model=change.model,
            object_id=change.object_id,
            pk__gt=row.pk,
        ).exclude(change_set=target)
        if newer.exists():
            return [change]
        ledger.delete(found)
        return []
    if found is not None:
        return [change]
    ledger.create_many(change.model, [change.before], ids=[change.object_id])
    return []

"""Edits as people make them: planned changes, forms with a row version, undo."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from catalog.access import Access, Permission
from catalog.domain import changes as rules
from catalog.domain.changes import Change, Conflict, Json
from catalog.errors import StudioError
from catalog.models import Change as ChangeRow
from catalog.models import ChangeSet, Description, Stem, Track
from catalog.services.ledger import Ledger, RowInUse, change_set
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
        for is_whole, group in _runs(zip(rows, chosen, strict=True)):
            if is_whole:
                left += _undo_whole_rows(ledger, group, target)
            else:
                left += _take_back(ledger, [rules.inverse(change) for _, change in group])
    return Undone(ledger.change_set if not ledger.is_empty else None, tuple(left))


Pair = tuple[ChangeRow, Change]


def _runs(pairs: Iterable[Pair]) -> Iterator[tuple[bool, list[Pair]]]:
    """Part changes into runs that can go back at once: values, or whole rows of one table."""
    for (is_whole, _, _), run in groupby(pairs, key=_kind_of):
        yield is_whole, list(run)


def _kind_of(pair: Pair) -> tuple[bool, str, bool]:
    change = pair[1]
    is_whole = change.field == rules.WHOLE_ROW
    return (True, change.model, change.creates) if is_whole else (False, "", False)


def write_planned(ledger: Ledger, changes: Sequence[Change]) -> None:
    """Write planned changes of values, then remove the rows that the plan removes.

    Raises
    ------
    catalog.services.ledger.StaleChange : a value is no longer what the plan starts from
    catalog.services.ledger.RowInUse : a row to remove is needed elsewhere
    """
    ledger.apply([change for change in changes if change.field != rules.WHOLE_ROW])
    gone: dict[str, list[int]] = {}
    for change in changes:
        if change.deletes:
            gone.setdefault(change.model, []).append(change.object_id)
    for table, ids in gone.items():
        ledger.delete_many(table, ids)


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


def _undo_whole_rows(ledger: Ledger, pairs: Sequence[Pair], target: ChangeSet) -> list[Change]:
    """Remove rows that the set made, or bring back rows that it removed; gives what has to stay."""
    model = pairs[0][1].model
    entry = VERSIONED[model]
    ids = [change.object_id for _, change in pairs]
    here = set(entry.rows(ledger.workspace_id).filter(pk__in=ids).values_list("pk", flat=True))
    if not pairs[0][1].creates:
        absent = [change for _, change in pairs if change.object_id not in here]
        ledger.create_many(
            model,
            [change.before for change in absent],
            ids=[change.object_id for change in absent],
        )
        return [change for _, change in pairs if change.object_id in here]
    # Newer entries of other sets, but for this undo itself, mean that somebody built on the row.
    newest = dict(
        ChangeRow.objects.filter(workspace_id=ledger.workspace_id, model=model, object_id__in=ids)
        .exclude(change_set=target)
        .order_by()
        .values_list("object_id")
        .annotate(newest=Max("pk"))
    )
    built_on = {
        change.object_id for row, change in pairs if newest.get(change.object_id, 0) > row.pk
    }
    removable = here - built_on
    in_use = _remove(ledger, model, removable)
    return [change for _, change in pairs if change.object_id in here & (built_on | in_use)]


def _remove(ledger: Ledger, model: str, ids: set[int]) -> set[int]:
    """Remove rows at once, or one by one where some are in use; gives those."""
    if not ids:
        return set()
    try:
        ledger.delete_many(model, ids)
    except RowInUse:
        if len(ids) == 1:
            return ids
        half = set(sorted(ids)[: len(ids) // 2])
        return _remove(ledger, model, half) | _remove(ledger, model, ids - half)
    return set()

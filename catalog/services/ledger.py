"""The one way any catalog value changes.

    with change_set(workspace=..., actor=..., source=..., reason="rename") as ledger:
        ledger.put(track, title="New title")

Everything inside is one transaction and one change set; nothing written means no change set.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction
from django.db.models import F

from catalog.domain.changes import WHOLE_ROW, Change, Json
from catalog.errors import StudioError
from catalog.models import Change as ChangeRow
from catalog.models import ChangeSet, User, Workspace
from catalog.services.copying import copy_rows, update_rows
from catalog.services.registry import VERSIONED, VersionedModel, table_of
from catalog.signals import change_set_applied

BATCH = 1000
ENTRY_COLUMNS = (
    "workspace",
    "change_set",
    "model",
    "object_id",
    "field",
    "before",
    "after",
    "label",
    "row_version",
)


class StaleChange(StudioError):
    """A value is no longer what the change starts from; `stale` names the changes."""

    http_status = 409

    def __init__(self, stale: Sequence[Change]) -> None:
        labels = sorted({change.label or change.model for change in stale})
        names = ", ".join(f"“{label}”" for label in labels[:3])
        more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
        super().__init__(
            f"Somebody changed {names}{more} in the meantime. Nothing was written.",
            hint="Look at the newer values and decide again.",
        )
        self.stale = tuple(stale)


class RowInUse(StudioError):
    """A row cannot go while others need it."""

    http_status = 409


class Ledger:
    """Writes rows and remembers every value before and after; made by `change_set`."""

    def __init__(self, change_set: ChangeSet) -> None:
        self.change_set = change_set
        self.workspace_id = change_set.workspace_id
        self._entries: list[ChangeRow] = []
        self._touched: dict[tuple[str, int], int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing has changed so far."""
        return not self._entries

    def create(self, table: str, values: Mapping[str, Json], **columns: Any) -> Any:
        """Create one row; see `create_many`."""
        return self.create_many(table, [values], **columns)[0]

    def create_many(
        self,
        table: str,
        rows_values: Sequence[Mapping[str, Json]],
        *,
        ids: Sequence[int] | None = None,
        **columns: Any,
    ) -> list[Any]:
        """Create rows of one table from their versioned values.

        `columns` are further columns, the same for all (such as `created_by`); `ids` are given
        when an undo brings rows back.
        """
        entry = VERSIONED[table]
        rows = []
        for position in range(len(rows_values)):
            row = entry.model(workspace_id=self.workspace_id, **columns)
            if ids is not None:
                row.pk = ids[position]
            rows.append(row)
        places = dict(enumerate(rows))
        for name, field in entry.fields.items():
            if field.is_column:
                given = {at: v[name] for at, v in enumerate(rows_values) if name in v}
                field.write(places, given, self.change_set)
        self._ensure_saved()
        entry.rows(self.workspace_id).bulk_create(rows, batch_size=BATCH)
        models.prefetch_related_objects(rows, *entry.named_by)
        by_pk = {row.pk: row for row in rows}
        for name, field in entry.fields.items():
            if field.is_column:
                continue
            given = {
                row.pk: values[name]
                for row, values in zip(rows, rows_values, strict=True)
                if values.get(name)
            }
            if given:
                field.write(by_pk, given, self.change_set)
        # A list that nothing was given for is empty on a new row; reading it back would only cost.
        given_names = {name for values in rows_values for name in values}
        unread = {
            name: field.empty
            for name, field in entry.fields.items()
            if not field.is_column and name not in given_names
        }
        snapshots = self.snapshot(entry, by_pk, without=unread.keys())
        for row in rows:
            snapshots[row.pk].update(unread)
            self._record(entry, row, WHOLE_ROW, None, snapshots[row.pk])
        return rows

    def put(self, row: models.Model, **values: Json) -> bool:
        """Change values of one row, whatever they are now; says whether anything changed."""
        entry = table_of(row)
        current = self.current(entry.name, [row.pk], values)[row.pk]
        return bool(
            self.apply(
                [
                    Change(entry.name, row.pk, name, current[name], value, str(row))
                    for name, value in values.items()
                ]
            )
        )

    def apply(self, changes: Sequence[Change], *, refuse_stale: bool = True) -> int:
        """Write planned changes of values (not whole rows); returns how many values changed.

        Raises
        ------
        StaleChange : a value is neither `before` nor already `after`; nothing was written
        """
        stale: list[Change] = []
        written = 0
        for table, of_table in _grouped(changes).items():
            entry = VERSIONED[table]
            rows = self._lock(entry, {change.object_id for change in of_table})
            wanted: dict[str, dict[int, Change]] = {}
            for change in of_table:
                wanted.setdefault(change.field, {})[change.object_id] = change
            effective: dict[str, dict[int, Change]] = {}
            for name, by_row in wanted.items():
                current = entry.fields[name].read({pk: rows[pk] for pk in by_row if pk in rows})
                for pk, change in by_row.items():
                    if pk not in rows or (refuse_stale and current[pk] != change.before):
                        if pk in rows and current[pk] == change.after:
                            continue
                        stale.append(change)
                    elif current[pk] != change.after:
                        effective.setdefault(name, {})[pk] = change
            if stale:
                continue
            written += self._write(entry, rows, effective)
        if stale:
            raise StaleChange(stale)
        return written

    def delete(self, row: models.Model) -> None:
        """Remove a row with everything that goes with it, keeping all values in the ledger."""
        self.delete_many(table_of(row).name, [row.pk])

    def delete_many(self, table: str, pks: Iterable[int]) -> None:
        """Remove rows of one table; see `delete`.

        Raises
        ------
        RowInUse : one of them is needed elsewhere; none of them was removed
        """
        entry = VERSIONED[table]
        gone = set(pks)
        entries, touched = len(self._entries), dict(self._touched)
        try:
            with transaction.atomic():
                self._delete(entry, gone)
        except models.ProtectedError as error:
            del self._entries[entries:]
            self._touched = touched
            named = str(next(iter(entry.rows(self.workspace_id).filter(pk__in=gone)), table))
            raise RowInUse(
                f"“{named}” is still used in the catalog, so it cannot be removed.",
                hint="Take it off the tracks and releases that name it first.",
            ) from error

    def _delete(self, entry: VersionedModel, pks: set[int]) -> None:
        for table, column in entry.detached:
            found = VERSIONED[table].rows(self.workspace_id).filter(**{f"{column}__in": pks})
            self.apply(
                [
                    Change(table, row.pk, column, getattr(row, f"{column}_id"), None, str(row))
                    for row in found
                ]
            )
        for table, column in entry.dependants:
            found = VERSIONED[table].rows(self.workspace_id).filter(**{f"{column}__in": pks})
            if dependants := set(found.values_list("pk", flat=True)):
                self._delete(VERSIONED[table], dependants)
        locked = self._lock(entry, pks)
        models.prefetch_related_objects(list(locked.values()), *entry.named_by)
        snapshots = self.snapshot(entry, locked)
        for name, field in entry.fields.items():
            held = [pk for pk, values in snapshots.items() if values[name]]
            if not field.is_column and held:
                field.write(locked, dict.fromkeys(held, field.empty), self.change_set)
        for pk, row in locked.items():
            self._record(entry, row, WHOLE_ROW, snapshots[pk], None)
        entry.rows(self.workspace_id).filter(pk__in=list(locked)).delete()

    def snapshot(
        self, entry: VersionedModel, rows: Mapping[int, Any], *, without: Collection[str] = ()
    ) -> dict[int, dict[str, Json]]:
        """Read all versioned values of rows, but for those named."""
        found: dict[int, dict[str, Json]] = {pk: {} for pk in rows}
        for name, field in entry.fields.items():
            if name in without:
                continue
            for pk, value in field.read(rows).items():
                found[pk][name] = value
        return found

    def current(
        self, table: str, pks: Iterable[int], names: Iterable[str]
    ) -> dict[int, dict[str, Json]]:
        """Lock rows and read some of their values; a row that is gone is missing."""
        entry = VERSIONED[table]
        rows = self._lock(entry, set(pks))
        found: dict[int, dict[str, Json]] = {pk: {} for pk in rows}
        for name in names:
            for pk, value in entry.fields[name].read(rows).items():
                found[pk][name] = value
        return found

    def _lock(self, entry: VersionedModel, pks: set[int]) -> dict[int, Any]:
        rows = entry.rows(self.workspace_id).select_for_update().filter(pk__in=pks)
        return {row.pk: row for row in rows.order_by("pk")}

    def _write(
        self,
        entry: VersionedModel,
        rows: Mapping[int, Any],
        effective: Mapping[str, Mapping[int, Change]],
    ) -> int:
        self._ensure_saved()
        touched: dict[int, Any] = {}
        column_names: list[str] = []
        for name, by_row in effective.items():
            field = entry.fields[name]
            field.write(rows, {pk: change.after for pk, change in by_row.items()}, self.change_set)
            if field.is_column:
                column_names.append(name)
            touched.update({pk: rows[pk] for pk in by_row})
        for pk, row in touched.items():
            if (entry.name, pk) not in self._touched:
                row.row_version += 1
        if touched:
            update_rows(entry.model, [*column_names, "row_version"], list(touched.values()))
        written = 0
        for name, by_row in effective.items():
            # Read back: what the database holds is the truth, not what was asked for.
            after = entry.fields[name].read({pk: rows[pk] for pk in by_row})
            for pk, change in by_row.items():
                if after[pk] != change.before:
                    self._record(entry, rows[pk], name, change.before, after[pk])
                    written += 1
        return written

    def _record(
        self, entry: VersionedModel, row: Any, field: str, before: Json, after: Json
    ) -> None:
        self._ensure_saved()
        self._touched[entry.name, row.pk] = row.row_version
        self._entries.append(
            ChangeRow(
                workspace_id=self.workspace_id,
                change_set=self.change_set,
                model=entry.name,
                object_id=row.pk,
                field=field,
                before=before,
                after=after,
                label=str(row)[:300],
                row_version=row.row_version,
            )
        )

    def _ensure_saved(self) -> None:
        if self.change_set._state.adding:
            self.change_set.save()

    def close(self) -> ChangeSet | None:
        """Write the log; None where nothing changed."""
        if not self._entries:
            if not self.change_set._state.adding:
                self.change_set.delete()
            return None
        copy_rows(ChangeRow, ENTRY_COLUMNS, map(_entry_values, self._entries))
        self.change_set.change_count = len(self._entries)
        self.change_set.row_count = len(self._touched)
        self.change_set.save(update_fields=["change_count", "row_count"])
        # Last, because it holds the workspace's row until commit.
        Workspace.objects.filter(pk=self.workspace_id).update(catalog_stamp=F("catalog_stamp") + 1)
        news = {"workspace_id": self.workspace_id, "change_set_id": self.change_set.pk}
        transaction.on_commit(lambda: change_set_applied.send(ChangeSet, **news))
        return self.change_set


@contextmanager
def change_set(
    *,
    workspace: Workspace,
    actor: User | None,
    source: str,
    reason: str,
    undoes: ChangeSet | None = None,
) -> Iterator[Ledger]:
    """Open a change set; what is written through the ledger lands together or not at all."""
    with transaction.atomic():
        ledger = Ledger(
            ChangeSet(
                workspace=workspace,
                actor=actor,
                source=source,
                reason=reason[:300],
                undoes=undoes,
            )
        )
        yield ledger
        ledger.close()


def _entry_values(entry: ChangeRow) -> tuple[object, ...]:
    before, after = (
        None if value is None else json.dumps(value, ensure_ascii=False)
        for value in (entry.before, entry.after)
    )
    return (
        entry.workspace_id,
        entry.change_set_id,
        entry.model,
        entry.object_id,
        entry.field,
        before,
        after,
        entry.label,
        entry.row_version,
    )


def _grouped(changes: Iterable[Change]) -> dict[str, list[Change]]:
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.model, []).append(change)
    return groups

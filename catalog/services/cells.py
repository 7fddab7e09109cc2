"""Cells as people save them: one typed, two hundred pasted, one column filled down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.access import Access, Permission
from catalog.domain.cells import CellChange, CellProblem, Cells, Column, Words
from catalog.domain.changes import Json
from catalog.domain.columns import COLUMNS
from catalog.errors import StudioError
from catalog.models import Change, ChangeRequest, ChangeSet, Track
from catalog.services.asking import needs_request, request_bulk
from catalog.services.bulk import hold_cells
from catalog.services.columns import WorkspaceWords, read_cells, write_cells
from catalog.services.ledger import StaleChange, change_set

MOST_CELLS = 20_000


@dataclass(frozen=True)
class Edit:
    """What a person put into a cell: the text they saw before, None if unknown, and the new one."""

    track_id: int
    column: str
    text: str
    before: str | None = None


@dataclass(frozen=True)
class CellConflict:
    """A cell somebody else changed meanwhile: what it was, what they made of it, what is wanted."""

    track_id: int
    column: str
    label: str
    base: str
    theirs: str
    yours: str
    who: str


@dataclass
class Saved:
    """What became of some edits; where there are errors or conflicts, nothing was written.

    With a `request`, they wait for a second person.
    """

    request: ChangeRequest | None = None
    change_set: ChangeSet | None = None
    errors: list[CellProblem] = field(default_factory=list)
    remarks: list[CellProblem] = field(default_factory=list)
    conflicts: list[CellConflict] = field(default_factory=list)
    changed: list[CellChange] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether nothing was written because of errors or conflicts."""
        return bool(self.errors or self.conflicts)


def save_cells(
    edits: Sequence[Edit],
    *,
    access: Access,
    reason: str,
    overwrite: bool = False,
    only_check: bool = False,
    source: str = ChangeSet.Source.TYPED,
) -> Saved:
    """Save edits as one change set, or say of every cell why not.

    Edits of different cells merge with what others did meanwhile. A cell that somebody else changed
    since the person saw it is a conflict, unless `overwrite` says that the person has seen both.
    """
    if len(edits) > MOST_CELLS:
        raise StudioError(
            f"{len(edits):,} cells are too many to save at once; {MOST_CELLS:,} are the most.",
            hint="Use a bulk edit or an import for that many.",
        )
    for attempt in (1, 2):
        saved = _checked(edits, access=access, overwrite=overwrite)
        if saved.is_refused or only_check or not saved.changed:
            return saved
        if needs_request(access.workspace, len({change.track_id for change in saved.changed})):
            held = hold_cells(saved.changed, access=access, title=reason)
            saved.request = request_bulk(held, author=access.user, source=source)
            return saved
        try:
            with change_set(
                workspace=access.workspace, actor=access.user, source=source, reason=reason
            ) as ledger:
                write_cells(ledger, saved.changed)
        except StaleChange:
            # Somebody wrote between our look and our lock: look again, which names the conflict.
            if attempt == 2:
                raise
            continue
        saved.change_set = None if ledger.is_empty else ledger.change_set
        return saved
    raise AssertionError("unreachable")


def _checked(edits: Sequence[Edit], *, access: Access, overwrite: bool) -> Saved:
    words = WorkspaceWords(access.workspace_id)
    saved = Saved()
    known = [edit for edit in edits if edit.column in COLUMNS]
    if len(known) != len(edits):
        raise StudioError("There is no such column.", hint="Load the page again.")
    columns = [COLUMNS[name] for name in dict.fromkeys(["title", *(e.column for e in known)])]
    if "title" in {edit.column for edit in known}:
        columns.append(COLUMNS["title_language"])
    ids = {edit.track_id for edit in known}
    editable = Track.objects.editable_by(access).filter(pk__in=ids).values_list("pk", flat=True)
    current = read_cells(access.workspace_id, editable, columns)
    moved: list[tuple[Edit, Column, Cells]] = []
    for edit in {(edit.track_id, edit.column): edit for edit in known}.values():
        column, row = COLUMNS[edit.column], current.get(edit.track_id)
        problem = _locked(column, row, access)
        if problem or row is None:
            saved.errors.append(CellProblem(edit.track_id, column.name, problem))
            continue
        now = column.write(row[column.name], words)
        if edit.text == now:
            continue
        label = str(row["title"])
        try:
            value = column.read(edit.text, words)
        except StudioError as error:
            saved.errors.append(
                CellProblem(edit.track_id, column.name, str(error), error.hint, label)
            )
            continue
        if value == row[column.name]:
            continue
        if edit.before is not None and edit.before != now and not overwrite:
            moved.append((edit, column, row))
            continue
        saved.changed.append(CellChange(edit.track_id, column.name, row[column.name], value, label))
        language = str(row.get("title_language") or "")
        saved.remarks += [
            CellProblem(edit.track_id, column.name, remark, "", label)
            for remark in column.remarks(value, language=language)
        ]
    saved.conflicts = _conflicts(moved, words, access.workspace_id)
    return saved


def _locked(column: Column, row: Cells | None, access: Access) -> str:
    if row is None:
        return "This track is not there any more, or you may not change it."
    if column.table == "release" and not access.can(Permission.EDIT):
        return "This belongs to the release, which editors of the workspace change."
    if column.table == "release" and row["release"] is None:
        return f"The track is on no release, so it has no {column.label.lower()}."
    return ""


def _conflicts(
    moved: Sequence[tuple[Edit, Column, Cells]], words: Words, workspace_id: int
) -> list[CellConflict]:
    found: list[CellConflict] = []
    for edit, column, row in moved:
        object_id = row["release"] if column.table == "release" else edit.track_id
        found.append(
            CellConflict(
                edit.track_id,
                column.name,
                str(row["title"]),
                base=edit.before or "",
                theirs=column.write(row[column.name], words),
                yours=edit.text,
                who=who_changed(workspace_id, column, object_id) if len(found) < 20 else "",
            )
        )
    return found


def who_changed(workspace_id: int, column: Column, object_id: int) -> str:
    """Name the person who changed a cell last."""
    last = (
        Change.objects.filter(
            workspace_id=workspace_id,
            model=column.table,
            object_id=object_id,
            field__in=[*column.fields, "*"],
        )
        .select_related("change_set__actor")
        .order_by("-pk")
        .first()
    )
    actor = last.change_set.actor if last else None
    return str(actor) if actor else "somebody"


def grid_rows(
    access: Access, track_ids: Iterable[int], columns: Sequence[Column]
) -> list[dict[str, Json]]:
    """Give rows as a grid shows them: every cell as text, what may be changed, what can be played.

    A fixed number of queries, whatever the number of rows.
    """
    ids = list(track_ids)
    visible = Track.objects.visible_to(access).filter(pk__in=ids)
    facts = {
        row["pk"]: row
        for row in visible.values(
            "pk", "audio_id", "audio__duration_s", "release__title", "release__artwork_id"
        )
    }
    editable: frozenset[int] = frozenset()
    if access.can(Permission.EDIT):
        editable = frozenset(facts)
    elif access.can(Permission.EDIT_OWN):
        own = Track.objects.editable_by(access).filter(pk__in=ids)
        editable = frozenset(own.values_list("pk", flat=True))
    words = WorkspaceWords(access.workspace_id)
    cells = read_cells(access.workspace_id, [pk for pk in ids if pk in facts], columns)
    for pk, row in cells.items():
        if row["release"] is not None:
            words.know_release(row["release"], facts[pk]["release__title"] or "")
    return [_grid_row(row, facts[pk], columns, words, pk in editable) for pk, row in cells.items()]


def _grid_row(
    row: Cells,
    facts: Mapping[str, Json],
    columns: Sequence[Column],
    words: Words,
    is_editable: bool,
) -> dict[str, Json]:
    return {
        "id": row["id"],
        "version": row["row_version"],
        "editable": is_editable,
        "release_id": row["release"],
        "audio_id": facts["audio_id"],
        "artwork_id": facts["release__artwork_id"],
        "duration_s": facts["audio__duration_s"],
        "cells": {column.name: column.write(row[column.name], words) for column in columns},
    }

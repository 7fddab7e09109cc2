"""The arithmetic of change sets: plan, merge, invert, rewind, rebuild. Values are JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Json = Any
WHOLE_ROW = "*"


@dataclass(frozen=True)
class Change:
    """One value of one row, before and after.

    With the field `WHOLE_ROW` the row itself comes into being (`before` is None) or goes
    (`after` is None), and the other side is a mapping of all its values.
    """

    model: str
    object_id: int
    field: str
    before: Json
    after: Json
    label: str = ""

    @property
    def creates(self) -> bool:
        """The row did not exist before."""
        return self.field == WHOLE_ROW and self.before is None

    @property
    def deletes(self) -> bool:
        """The row does not exist after."""
        return self.field == WHOLE_ROW and self.after is None


@dataclass(frozen=True)
class Conflict:
    """Two people changed one value: what it was, what it is now, what the second one wanted."""

    field: str
    base: Json
    theirs: Json
    yours: Json


@dataclass(frozen=True)
class Merge:
    """What is left to write of an edit, and what cannot be written without a decision."""

    wanted: Mapping[str, Json] = field(default_factory=dict)
    conflicts: Sequence[Conflict] = ()


def plan_changes(
    model: str,
    rows: Iterable[Mapping[str, Json]],
    *,
    put: Mapping[str, Json],
    clear: frozenset[str] = frozenset(),
    empty: Mapping[str, Json] | None = None,
) -> list[Change]:
    """List what an edit would alter; fields in neither `put` nor `clear` stay as they are.

    Each row holds `id`, `label` and the fields concerned; `empty` says what a cleared field holds
    (`""` unless named).
    """
    wanted = {**put, **{name: (empty or {}).get(name, "") for name in clear}}
    return [
        Change(model, row["id"], name, row[name], after, row.get("label", ""))
        for row in rows
        for name, after in wanted.items()
        if row[name] != after
    ]


def merge_edit(
    *, base: Mapping[str, Json], current: Mapping[str, Json], wanted: Mapping[str, Json]
) -> Merge:
    """Merge an edit made on `base` into `current`, field by field.

    A field that the person left as it was on their page is not an edit, whatever happened to it
    since. One that both changed, to different values, is a conflict.
    """
    write: dict[str, Json] = {}
    conflicts: list[Conflict] = []
    for name, value in wanted.items():
        if value in (base[name], current[name]):
            continue
        if current[name] != base[name]:
            conflicts.append(Conflict(name, base[name], current[name], value))
        else:
            write[name] = value
    return Merge(write, tuple(conflicts))


def inverse(change: Change) -> Change:
    """Give the change that takes a change back."""
    return replace(change, before=change.after, after=change.before)


def rewind(
    state: Mapping[str, Json] | None, newest_first: Iterable[Change]
) -> dict[str, Json] | None:
    """Take changes of one row back, the newest first; None means that the row did not exist."""
    found = None if state is None else dict(state)
    for change in newest_first:
        if change.field == WHOLE_ROW:
            found = None if change.before is None else dict(change.before)
        elif found is not None:
            found[change.field] = change.before
    return found


def rebuild(oldest_first: Iterable[Change]) -> dict[tuple[str, int], dict[str, Json]]:
    """Rebuild every row that exists after the changes, from the log alone."""
    rows: dict[tuple[str, int], dict[str, Json]] = {}
    for change in oldest_first:
        key = (change.model, change.object_id)
        if change.deletes:
            rows.pop(key, None)
        elif change.creates:
            rows[key] = dict(change.after)
        else:
            rows[key][change.field] = change.after
    return rows

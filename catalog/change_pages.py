"""Change sets as their pages search and part them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from catalog.access import Access
from catalog.models import Change, ChangeSet, UndoRun
from catalog.roles import Role
from catalog.selectors import change_sets_for_list

KINDS = frozenset(ChangeSet.Source.values)
TABLES = ("track", "release", "artist", "stem", "description", "term")


def find_change_sets(access: Access, asked: Mapping[str, str]) -> QuerySet[ChangeSet]:
    """Change sets by words, kind, person, days, or the row they touched; an artist sees their own.

    `asked` may hold `q`, `kind`, `who` (id), `from` and `to` (ISO days), and `row`
    ("track:12").
    """
    found = change_sets_for_list(access, asked.get("q", ""))
    if access.role is Role.ARTIST:
        found = found.filter(actor=access.user)
    if asked.get("kind") in KINDS:
        found = found.filter(source=asked["kind"])
    if asked.get("who", "").isdigit():
        found = found.filter(actor_id=int(asked["who"]))
    for name, lookup in (("from", "created_at__date__gte"), ("to", "created_at__date__lte")):
        if day := _day(asked.get(name, "")):
            found = found.filter(**{lookup: day})
    table, _, pk = asked.get("row", "").partition(":")
    if table in TABLES and pk.isdigit():
        touched = Change.objects.filter(
            workspace_id=access.workspace_id,
            model=table,
            object_id=int(pk),
            change_set_id=OuterRef("pk"),
        )
        found = found.filter(Exists(touched))
    return found


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


@dataclass(frozen=True)
class Part:
    """A part of a change set: changes of one field or of rows whose name holds some words."""

    field: str = ""
    words: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is narrowed."""
        return not (self.field or self.words)

    def of(self, change_set: ChangeSet) -> QuerySet[Change]:
        """Pick the changes."""
        found = change_set.changes.all()
        if self.field:
            model, _, name = self.field.partition(".")
            found = found.filter(model=model, field=name)
        for word in self.words.replace("\x00", "").split():
            found = found.filter(Q(label__icontains=word))
        return found


def fields_of(change_set: ChangeSet) -> list[tuple[str, str]]:
    """List the fields a change set touched, as value and words."""
    pairs = change_set.changes.order_by("model", "field").values_list("model", "field").distinct()
    words = {"*": "added or removed"}
    return [
        (f"{model}.{field}", f"{model.capitalize()} · {words.get(field, field.replace('_', ' '))}")
        for model, field in pairs
    ]


def left_of(change_set: ChangeSet) -> list[list[str]]:
    """Name the values that an undo had to leave, where the set is one; read with `undo_run`."""
    run: UndoRun | None = getattr(change_set, "undo_run", None)
    return run.left if run else []

"""Saved views of the grid, and who else is looking at it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction

from catalog.access import Access, Permission
from catalog.domain.changes import Json
from catalog.domain.columns import COLUMNS
from catalog.domain.filters import as_json, read_query
from catalog.errors import StudioError
from catalog.models import SavedView
from catalog.services.changes import NotYours

PRESENT_S = 25
MOST_VIEWS = 100


def save_view(
    *, access: Access, name: str, settings: Mapping[str, Json], is_shared: bool
) -> SavedView:
    """Keep a view under a name; one of that name of the same person is replaced."""
    name = " ".join(name.split())[:80]
    if not name:
        raise StudioError("A view needs a name.")
    if is_shared and not access.can(Permission.EDIT):
        raise StudioError(
            "Sharing a view needs the role editor or above.", hint="Save it for yourself instead."
        )
    with transaction.atomic():
        if SavedView.objects.visible_to(access).filter(owner=access.user).count() >= MOST_VIEWS:
            raise StudioError(f"You have {MOST_VIEWS} views already.", hint="Remove one first.")
        view, _ = SavedView.objects.update_or_create(
            workspace=access.workspace,
            owner=access.user,
            name=name,
            defaults={"settings": clean_settings(settings), "is_shared": is_shared},
        )
    return view


def remove_view(*, access: Access, view: SavedView) -> None:
    """Remove one's own view; a manager may remove shared ones."""
    if view.owner_id != access.user_id and not access.can(Permission.MANAGE):
        raise NotYours([view.name])
    view.delete()


def clean_settings(raw: Mapping[str, Json]) -> dict[str, Json]:
    """Keep of a view's settings what is known; refuse a query that is none."""
    columns = []
    for entry in raw.get("columns") or []:
        if not isinstance(entry, list) or len(entry) != 3 or entry[0] not in COLUMNS:
            continue
        width = entry[1] if isinstance(entry[1], int) else 0
        columns.append([entry[0], max(0, min(width, 1200)), bool(entry[2])])
    query = raw.get("query")
    return {
        "columns": columns,
        "query": as_json(read_query(query if isinstance(query, dict) else {})),
    }


@dataclass(frozen=True)
class Present:
    """Somebody else in the grid: who, and the cell they are in (track 0 if in none)."""

    user_id: int
    name: str
    track_id: int
    column: str


def be_present(access: Access, *, track_id: int, column: str) -> list[Present]:
    """Say where one is, and hear who else is in the grid of the workspace.

    A hint that lives in the cache and runs out by itself; nothing depends on it.
    """
    key = f"grid-people:{access.workspace_id}"
    mine = f"{key}:{access.user_id}"
    where = {"name": str(access.user), "track": track_id, "column": column[:40]}
    cache.set(mine, where, PRESENT_S)
    known: set[int] = set(cache.get(key) or ())
    if access.user_id not in known:
        known.add(access.user_id)
        cache.set(key, sorted(known), 24 * 3600)
    others = {f"{key}:{user_id}": user_id for user_id in known if user_id != access.user_id}
    found = cache.get_many(list(others))
    if len(found) < len(others):
        cache.set(key, sorted({others[name] for name in found} | {access.user_id}), 24 * 3600)
    return [
        Present(others[name], entry["name"], entry["track"], entry["column"])
        for name, entry in found.items()
    ]

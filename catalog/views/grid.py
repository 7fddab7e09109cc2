"""The grid: its page, and what it asks for while somebody works in it."""

import json
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from catalog import selectors
from catalog.access import Access, Permission, StudioRequest, workspace_view
from catalog.domain.cells import Column, Kind
from catalog.domain.columns import COLUMNS
from catalog.domain.filters import TESTS, Query, as_json, read_query, tests_of
from catalog.errors import StudioError
from catalog.models import SavedView, Track
from catalog.services.cells import Edit, Saved, grid_rows, save_cells
from catalog.services.changes import undo_change_set
from catalog.services.columns import WorkspaceWords
from catalog.services.mixed import mixed_values
from catalog.services.views import be_present, remove_view, save_view
from catalog.track_query import matching_ids
from catalog.views.json_doors import UnreadableBody, body_of, refuses_as_json, whole

FIRST_ROWS = 60
MOST_ROWS_AT_ONCE = 500
START_COLUMNS = (
    ("title", 240),
    ("version_title", 130),
    ("artists", 180),
    ("release", 180),
    ("track_number", 80),
    ("isrc", 140),
    ("genre", 170),
    ("mood", 170),
    ("instrument", 190),
    ("vocals", 140),
    ("tempo_bpm", 100),
    ("key", 100),
    ("lyrics_language", 110),
    ("advisory", 120),
    ("recording_year", 95),
    ("release_date", 120),
    ("upc", 140),
    ("label_name", 140),
)


@require_GET
@workspace_view()
def grid(request: StudioRequest) -> HttpResponse:
    """Show the grid; without JavaScript it leads to the list of tracks."""
    view = _wanted_view(request)
    boot = _boot(request, view)
    context = {"boot": boot, "view": view, "can_bulk": request.access.can(Permission.BULK)}
    return render(request, "catalog/grid.html", context)


def _wanted_view(request: StudioRequest) -> SavedView | None:
    pk = request.GET.get("view", "")
    if not pk.isdigit():
        return None
    view = SavedView.objects.visible_to(request.access).filter(pk=int(pk)).first()
    if view is None:
        raise Http404
    return view


def _boot(request: StudioRequest, view: SavedView | None) -> dict[str, Any]:
    access = request.access
    slug = access.workspace.slug
    settings = view.settings if view else {}
    shown = settings.get("columns") or [
        [name, width, name == "title"] for name, width in START_COLUMNS
    ]
    query = settings.get("query") or as_json(_asked(request))
    return {
        "columns": [column_json(column) for column in COLUMNS.values()],
        "tests": TESTS,
        "shown": shown,
        "query": query,
        "view": view_json(view, access) if view else None,
        "views": [view_json(each, access) for each in SavedView.objects.visible_to(access)],
        "canEdit": access.can(Permission.EDIT_OWN),
        "canShare": access.can(Permission.EDIT),
        "canBulk": access.can(Permission.BULK),
        "urls": {
            name: reverse(f"catalog:grid_{name}", args=[slug])
            for name in ("order", "rows", "save", "words", "presence", "mixed", "view_save")
        }
        | {
            "grid": reverse("catalog:grid", args=[slug]),
            "undo": reverse("catalog:grid_undo", args=[slug, 0]),
            "bulk": reverse("catalog:bulk_start", args=[slug]),
            "recipes": reverse("catalog:recipe_list", args=[slug]),
            "view_remove": reverse("catalog:grid_view_remove", args=[slug, 0]),
            "track": reverse("catalog:track_detail", args=[slug, 0]),
            "audio": reverse("catalog:audio", args=[slug, 0]),
            "artwork": reverse("catalog:artwork", args=[slug, 0]),
            "change": reverse("catalog:change_set_detail", args=[slug, 0]),
        },
    }


def _asked(request: StudioRequest) -> Query:
    """Read the query that the address names; one that is none shows everything."""
    try:
        return query_of(request.GET.get("query", ""), q=request.GET.get("q", ""))
    except StudioError:
        return Query()


def query_of(text: str, *, q: str = "") -> Query:
    """Read a query from a text of JSON."""
    try:
        raw = json.loads(text or "{}")
    except ValueError as error:
        raise UnreadableBody("The studio could not read the filters.") from error
    if not isinstance(raw, dict):
        raise UnreadableBody("The studio could not read the filters.")
    return read_query({"q": q, **raw})


def column_json(column: Column) -> dict[str, Any]:
    """Describe a column to the page."""
    return {
        "name": column.name,
        "label": column.label,
        "kind": column.kind.value,
        "group": column.group,
        "table": column.table,
        "choices": [label for _, label in column.choices],
        "required": column.required,
        "help": column.help,
        "tests": tests_of(column),
    }


def view_json(view: SavedView, access: Access) -> dict[str, Any]:
    """Describe a saved view to the page."""
    return {
        "id": view.pk,
        "name": view.name,
        "shared": view.is_shared,
        "own": view.owner_id == access.user_id,
    }


@require_GET
@workspace_view()
@refuses_as_json
def grid_order(request: StudioRequest) -> HttpResponse:
    """Give the ids of all tracks that fit, in order, and the rows that are seen first."""
    query = query_of(request.GET.get("query", ""))
    words = WorkspaceWords(request.access.workspace_id)
    ids = matching_ids(query, access=request.access, words=words)
    rows = grid_rows(request.access, ids[:FIRST_ROWS], _columns(request))
    return JsonResponse({"ids": ids, "rows": rows})


@require_GET
@workspace_view()
@refuses_as_json
def grid_rows_view(request: StudioRequest) -> HttpResponse:
    """Give some rows by id."""
    ids = [int(part) for part in request.GET.get("ids", "").split(",") if part.isdigit()]
    if len(ids) > MOST_ROWS_AT_ONCE:
        raise UnreadableBody(f"Ask for up to {MOST_ROWS_AT_ONCE} rows at once.")
    return JsonResponse({"rows": grid_rows(request.access, ids, _columns(request))})


def _columns(request: StudioRequest) -> list[Column]:
    names = request.GET.get("columns", "").split(",")
    return [COLUMNS[name] for name in dict.fromkeys(names) if name in COLUMNS]


@require_POST
@workspace_view(Permission.EDIT_OWN)
@refuses_as_json
def grid_save(request: StudioRequest) -> HttpResponse:
    """Save cells as one change set; what stands against it comes back cell by cell."""
    body = body_of(request)
    raw = body.get("cells")
    if not isinstance(raw, list):
        raise UnreadableBody("The studio could not read what the page sent.")
    edits = [_edit(cell) for cell in raw]
    saved = save_cells(
        edits,
        access=request.access,
        reason=_reason(body, edits),
        overwrite=body.get("overwrite") is True,
        only_check=body.get("check") is True,
    )
    names = body.get("columns") if isinstance(body.get("columns"), list) else []
    columns = [COLUMNS[name] for name in names or () if name in COLUMNS]
    return JsonResponse(_saved_json(request.access, saved, columns))


def _edit(cell: Any) -> Edit:
    if not isinstance(cell, dict):
        raise UnreadableBody("The studio could not read what the page sent.")
    before = cell.get("before")
    return Edit(
        whole(cell.get("id")),
        str(cell.get("column", "")),
        str(cell.get("text", "")),
        before if isinstance(before, str) else None,
    )


def _reason(body: dict[str, Any], edits: list[Edit]) -> str:
    reason = " ".join(str(body.get("reason") or "").split())[:200]
    if reason:
        return reason
    if len(edits) == 1 and edits[0].column in COLUMNS:
        return f"Edit {COLUMNS[edits[0].column].label.lower()} in the grid"
    return f"Edit {len(edits):,} cells in the grid"


def _saved_json(access: Access, saved: Saved, columns: list[Column]) -> dict[str, Any]:
    touched = list(dict.fromkeys(change.track_id for change in saved.changed))
    releases = any(COLUMNS[change.column].table == "release" for change in saved.changed)
    rows = [] if saved.change_set is None else grid_rows(access, touched[:1000], columns)
    return {
        "change_set": saved.change_set.pk if saved.change_set else None,
        "request": _request_url(access, saved),
        "changed": len(saved.changed),
        "errors": [vars(problem) for problem in saved.errors],
        "remarks": [vars(problem) for problem in saved.remarks[:200]],
        "conflicts": [vars(conflict) for conflict in saved.conflicts],
        "rows": rows,
        "releases_changed": releases,
    }


def _request_url(access: Access, saved: Saved) -> str | None:
    if saved.request is None:
        return None
    return reverse("catalog:request_detail", args=[access.workspace.slug, saved.request.pk])


@require_POST
@workspace_view(Permission.EDIT_OWN)
@refuses_as_json
def grid_undo(request: StudioRequest, change_set_id: int) -> HttpResponse:
    """Take one's last doing in the grid back."""
    found = selectors.change_sets_for_list(request.access).filter(pk=change_set_id)
    if not request.access.can(Permission.EDIT):
        found = found.filter(actor=request.access.user)
    target = found.first()
    if target is None:
        raise Http404
    undone = undo_change_set(target, access=request.access)
    ids = target.changes.filter(model="track").order_by("object_id").distinct("object_id")
    return JsonResponse(
        {
            "change_set": undone.change_set.pk if undone.change_set else None,
            "reason": target.reason,
            "left": [change.label for change in undone.left],
            "ids": list(ids.values_list("object_id", flat=True)[:2000]),
            "releases_changed": target.changes.filter(model="release").exists(),
        }
    )


@require_GET
@workspace_view()
@refuses_as_json
def grid_words(request: StudioRequest) -> HttpResponse:
    """Offer values for a cell: terms of the vocabulary, artists, releases."""
    column = COLUMNS.get(request.GET.get("column", ""))
    text = request.GET.get("q", "").strip()
    words = WorkspaceWords(request.access.workspace_id)
    found: list[str] = []
    if column is not None and column.kind is Kind.TERMS:
        found = words.terms_like(column.facet, text)
    elif column is not None and column.kind is Kind.NAMES:
        found = words.artists_like(text)
    elif column is not None and column.kind is Kind.RELEASE:
        found = words.releases_like(text)
    return JsonResponse({"words": found[:12]})


@require_POST
@workspace_view()
@refuses_as_json
def grid_presence(request: StudioRequest) -> HttpResponse:
    """Say where one is and hear who else is here."""
    body = body_of(request)
    track_id = whole(body.get("track"))
    if track_id and not Track.objects.visible_to(request.access).filter(pk=track_id).exists():
        track_id = 0
    column = str(body.get("column", ""))
    here = be_present(request.access, track_id=track_id, column=column)
    return JsonResponse({"people": [vars(person) for person in here]})


@require_POST
@workspace_view()
@refuses_as_json
def grid_mixed(request: StudioRequest) -> HttpResponse:
    """Say what the chosen tracks have in a column, and where they differ."""
    body = body_of(request)
    column = COLUMNS.get(str(body.get("column", "")))
    if column is None:
        raise UnreadableBody("There is no such column.")
    ids = chosen_ids(body, request.access)
    return JsonResponse(mixed_values(request.access, ids, column))


def chosen_ids(body: dict[str, Any], access: Access) -> list[int]:
    """Give the tracks that a page chose: by id, or all that match a query."""
    if isinstance(body.get("query"), dict):
        words = WorkspaceWords(access.workspace_id)
        return matching_ids(read_query(body["query"]), access=access, words=words)
    ids = body.get("ids")
    if not isinstance(ids, list):
        raise UnreadableBody("No tracks are chosen.")
    return list(dict.fromkeys(pk for pk in map(whole, ids) if pk))


@require_POST
@workspace_view()
@refuses_as_json
def grid_view_save(request: StudioRequest) -> HttpResponse:
    """Keep the columns, filters and order under a name."""
    body = body_of(request)
    settings = body.get("settings")
    view = save_view(
        access=request.access,
        name=str(body.get("name", "")),
        settings=settings if isinstance(settings, dict) else {},
        is_shared=body.get("shared") is True,
    )
    return JsonResponse({"view": view_json(view, request.access)})


@require_POST
@workspace_view()
@refuses_as_json
def grid_view_remove(request: StudioRequest, view_id: int) -> HttpResponse:
    """Remove a saved view."""
    view = SavedView.objects.visible_to(request.access).filter(pk=view_id).first()
    if view is None:
        raise Http404
    remove_view(access=request.access, view=view)
    return JsonResponse({})

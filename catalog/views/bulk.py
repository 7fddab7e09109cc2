"""Bulk edits and recipes: planned from the grid, looked at, applied, kept."""

import json

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.domain.bulk import actions_of, read_operations
from catalog.domain.columns import COLUMNS
from catalog.domain.filters import as_json, read_query, spoken
from catalog.errors import StudioError
from catalog.models import BulkEdit, PlannedChange, Recipe
from catalog.services import recipes as recipe_services
from catalog.services.asking import request_bulk
from catalog.services.bulk import (
    apply_bulk,
    cancel_bulk,
    progress,
    spoken_selection,
    start_bulk,
)
from catalog.services.columns import WorkspaceWords
from catalog.views.json_doors import UnreadableBody, body_of, refuses_as_json, whole

PREVIEW_ROWS = 50
MOST_RECIPE_BYTES = 256 * 1024


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.BULK)
@refuses_as_json
def bulk_start(request: StudioRequest) -> HttpResponse:
    """Tell the page what can be done (GET), or plan a bulk edit over chosen tracks (POST)."""
    if request.method == "GET":
        actions = {
            column.name: [[action, label] for action, label in actions_of(column).items()]
            for column in COLUMNS.values()
        }
        return JsonResponse({"actions": actions})
    body = body_of(request)
    selection = {key: body[key] for key in ("ids", "query") if body.get(key) is not None}
    if isinstance(selection.get("ids"), list):
        selection["ids"] = list(dict.fromkeys(pk for pk in map(whole, selection["ids"]) if pk))
    elif isinstance(selection.get("query"), dict):
        selection = {"query": as_json(read_query(selection["query"]))}
    else:
        raise UnreadableBody("No tracks are chosen.")
    bulk = start_bulk(
        access=request.access,
        selection=selection,
        operations=read_operations(body.get("operations")),
    )
    address = reverse("catalog:bulk_detail", args=[request.access.workspace.slug, bulk.pk])
    return JsonResponse({"id": bulk.pk, "url": address})


@require_GET
@workspace_view(Permission.BULK)
def bulk_detail(request: StudioRequest, bulk_id: int) -> HttpResponse:
    """Show what a bulk edit will do or did: every before and after, in pages."""
    return _bulk_page(request, _bulk(request, bulk_id))


def _bulk_page(request: StudioRequest, bulk: BulkEdit, status: int = 200) -> HttpResponse:
    page, lines = planned_page(request, bulk)
    context = {
        "bulk": bulk,
        "page": page,
        "lines": lines,
        "tracks": spoken_selection(bulk),
        "counts": [(COLUMNS[name].label, count) for name, count in bulk.counts.items()],
        "problems": [
            {**problem, "column": COLUMNS[problem["column"]].label} for problem in bulk.problems
        ],
        "done": progress(bulk) if bulk.is_running else 0,
        "can_keep": bulk.recipe_id is None and "query" in bulk.selection,
    }
    return render(request, "catalog/bulk_detail.html", context, status=status)


def planned_page(
    request: StudioRequest, bulk: BulkEdit
) -> tuple[Page[PlannedChange], list[dict[str, object]]]:
    """Give one page of what a bulk edit will write, with its values in words."""
    words = WorkspaceWords(request.access.workspace_id)
    planned = PlannedChange.objects.filter(bulk_edit=bulk).order_by("pk")
    page = Paginator(planned, PREVIEW_ROWS).get_page(request.GET.get("page"))
    lines: list[dict[str, object]] = [
        {
            "change": change,
            "column": COLUMNS[change.column].label,
            "before": COLUMNS[change.column].write(change.before, words),
            "after": COLUMNS[change.column].write(change.after, words),
        }
        for change in page.object_list
    ]
    return page, lines


@require_GET
@workspace_view(Permission.BULK)
def bulk_state(request: StudioRequest, bulk_id: int) -> HttpResponse:
    """Show how far a bulk edit is; polled while it runs."""
    bulk = _bulk(request, bulk_id)
    context = {"bulk": bulk, "done": progress(bulk) if bulk.is_running else 0}
    response = render(request, "catalog/parts/bulk_state.html", context)
    if not bulk.is_running:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@workspace_view(Permission.BULK)
def bulk_apply(request: StudioRequest, bulk_id: int) -> HttpResponse:
    """Write the plan, or put it before a second person where the workspace wants one."""
    bulk = _bulk(request, bulk_id)
    try:
        if request.access.workspace.second_person:
            asked = request_bulk(bulk, author=request.access.user)
            return redirect("catalog:request_detail", request.access.workspace.slug, asked.pk)
        bulk = apply_bulk(access=request.access, bulk=bulk)
    except StudioError as error:
        messages.error(request, f"{error} {error.hint}".strip())
    slug = request.access.workspace.slug
    if bulk.state == BulkEdit.State.DONE and bulk.change_set_id:
        undo = reverse("catalog:change_set_undo", args=[slug, bulk.change_set_id])
        sentence = f"{bulk.change_total:,} values on {bulk.track_total:,} tracks: done."
        messages.success(request, sentence, extra_tags=f"undo:{undo}")
    return redirect("catalog:bulk_detail", slug, bulk.pk)


@require_POST
@workspace_view(Permission.BULK)
def bulk_cancel(request: StudioRequest, bulk_id: int) -> HttpResponse:
    """Give the bulk edit up."""
    bulk = _bulk(request, bulk_id)
    cancel_bulk(bulk)
    return redirect("catalog:bulk_detail", request.access.workspace.slug, bulk.pk)


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.BULK)
def recipe_list(request: StudioRequest) -> HttpResponse:
    """List recipes; a file of one is taken in here."""
    error = ""
    if request.method == "POST":
        try:
            recipe = recipe_services.recipe_from_json(access=request.access, raw=_posted(request))
        except StudioError as refusal:
            error = f"{refusal} {refusal.hint}".strip()
        else:
            messages.success(request, f"The recipe “{recipe}” was taken in.")
            return redirect("catalog:recipe_list", request.access.workspace.slug)
    recipes = Recipe.objects.visible_to(request.access).select_related("created_by")
    context = {
        "recipes": [
            {
                "recipe": recipe,
                "tracks": spoken(read_query(recipe.query)),
                "steps": [str(each) for each in read_operations(recipe.operations)],
            }
            for recipe in recipes
        ],
        "runs": BulkEdit.objects.visible_to(request.access).select_related("created_by")[:20],
        "error": error,
    }
    return render(request, "catalog/recipe_list.html", context, status=422 if error else 200)


def _posted(request: StudioRequest) -> object:
    sent = request.FILES.get("recipe")
    if sent is None or sent.size is None or sent.size > MOST_RECIPE_BYTES:
        raise StudioError("Choose the file of a recipe (up to 256 KB).")
    try:
        found: object = json.loads(sent.read())
    except (ValueError, UnicodeDecodeError) as error:
        raise StudioError("That file is not a recipe.") from error
    return found


@require_POST
@workspace_view(Permission.BULK)
def recipe_keep(request: StudioRequest, bulk_id: int) -> HttpResponse:
    """Keep a bulk edit with its filter as a recipe."""
    bulk = _bulk(request, bulk_id)
    try:
        recipe = recipe_services.save_recipe(
            access=request.access,
            name=request.POST.get("name", ""),
            query=bulk.selection.get("query") or {},
            operations=read_operations(bulk.operations),
            runs_on_upload=request.POST.get("runs_on_upload") == "on",
        )
    except StudioError as error:
        messages.error(request, f"{error} {error.hint}".strip())
        return redirect("catalog:bulk_detail", request.access.workspace.slug, bulk.pk)
    messages.success(request, f"The recipe “{recipe}” is kept.")
    return redirect("catalog:recipe_list", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.BULK)
def recipe_run(request: StudioRequest, recipe_id: int) -> HttpResponse:
    """Plan a recipe over what matches now; nothing is written before somebody looked."""
    recipe = _recipe(request, recipe_id)
    try:
        bulk = recipe_services.run_recipe(access=request.access, recipe=recipe)
    except StudioError as error:
        messages.error(request, f"{error} {error.hint}".strip())
        return redirect("catalog:recipe_list", request.access.workspace.slug)
    return redirect("catalog:bulk_detail", request.access.workspace.slug, bulk.pk)


@require_POST
@workspace_view(Permission.BULK)
def recipe_switch(request: StudioRequest, recipe_id: int) -> HttpResponse:
    """Let a recipe run on each new upload, or no longer."""
    recipe = _recipe(request, recipe_id)
    recipe.runs_on_upload = not recipe.runs_on_upload
    # It acts in the name of whoever switched it on.
    recipe.created_by = request.access.user
    recipe.save(update_fields=["runs_on_upload", "created_by", "saved_at"])
    return redirect("catalog:recipe_list", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.BULK)
def recipe_remove(request: StudioRequest, recipe_id: int) -> HttpResponse:
    """Remove a recipe; what it did stays."""
    recipe = _recipe(request, recipe_id)
    recipe.delete()
    messages.success(request, f"The recipe “{recipe}” was removed. What it did stays.")
    return redirect("catalog:recipe_list", request.access.workspace.slug)


@require_GET
@workspace_view(Permission.BULK)
def recipe_json(request: StudioRequest, recipe_id: int) -> HttpResponse:
    """Give a recipe as a file for another workspace."""
    recipe = _recipe(request, recipe_id)
    response = JsonResponse(recipe_services.recipe_as_json(recipe), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = f'attachment; filename="recipe-{recipe.pk}.json"'
    return response


def _bulk(request: StudioRequest, bulk_id: int) -> BulkEdit:
    found = BulkEdit.objects.visible_to(request.access).filter(pk=bulk_id)
    bulk = found.select_related("recipe", "change_set", "created_by").first()
    if bulk is None:
        raise Http404
    return bulk


def _recipe(request: StudioRequest, recipe_id: int) -> Recipe:
    recipe = Recipe.objects.visible_to(request.access).filter(pk=recipe_id).first()
    if recipe is None:
        raise Http404
    return recipe

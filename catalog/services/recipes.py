"""Recipes: bulk edits kept with their filter, run again, carried between workspaces as JSON."""

import logging
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from catalog.access import Access, Permission, access_for
from catalog.domain import bulk as operations_of
from catalog.domain import filters
from catalog.domain.bulk import Operation, read_operations
from catalog.domain.changes import Json
from catalog.domain.filters import read_query
from catalog.errors import StudioError
from catalog.models import BulkEdit, Recipe, Workspace
from catalog.services.bulk import check_operations, start_bulk

FORMAT = "liner-recipe"
MOST_RECIPES = 200

logger = logging.getLogger(__name__)


def save_recipe(
    *,
    access: Access,
    name: str,
    query: Mapping[str, Json],
    operations: Sequence[Operation],
    runs_on_upload: bool = False,
) -> Recipe:
    """Keep a bulk edit with its filter under a name that is free."""
    name = " ".join(name.split())[:120]
    if not name:
        raise StudioError("A recipe needs a name.")
    check_operations(operations, access)
    if Recipe.objects.visible_to(access).count() >= MOST_RECIPES:
        raise StudioError(f"A workspace can keep {MOST_RECIPES} recipes.", hint="Remove one first.")
    try:
        with transaction.atomic():
            return Recipe.objects.create(
                workspace=access.workspace,
                created_by=access.user,
                name=name,
                query=filters.as_json(read_query(query)),
                operations=operations_of.as_json(operations),
                runs_on_upload=runs_on_upload,
            )
    except IntegrityError as error:
        raise StudioError(
            f"There is a recipe “{name}” already.",
            hint="Choose another name, or remove the old one.",
        ) from error


def run_recipe(*, access: Access, recipe: Recipe) -> BulkEdit:
    """Plan a recipe over the tracks that match its filter now."""
    return start_bulk(
        access=access,
        selection={"query": recipe.query},
        operations=read_operations(recipe.operations),
        recipe=recipe,
    )


def run_on_upload(workspace: Workspace, track_ids: Sequence[int]) -> None:
    """Run the recipes that wait for new uploads over new tracks, each as one change set.

    A recipe that does not work says so on its own page; it never stands in the way of an upload.
    """
    for recipe in Recipe.objects.filter(workspace=workspace, runs_on_upload=True).select_related(
        "created_by"
    ):
        access = access_for(recipe.created_by, workspace.slug) if recipe.created_by else None
        if access is None or not access.can(Permission.BULK):
            continue
        try:
            start_bulk(
                access=access,
                selection={"query": recipe.query, "ids": list(track_ids)},
                operations=read_operations(recipe.operations),
                recipe=recipe,
                applies_at_once=True,
            )
        except StudioError as error:
            logger.warning("Recipe %s did not run on an upload: %s", recipe.pk, error)


def recipe_as_json(recipe: Recipe) -> dict[str, Json]:
    """Write a recipe as what `recipe_from_json` takes, in this or another workspace."""
    return {
        "format": FORMAT,
        "version": 1,
        "name": recipe.name,
        "query": recipe.query,
        "operations": recipe.operations,
    }


def recipe_from_json(*, access: Access, raw: Json) -> Recipe:
    """Take in a recipe from another workspace; it never runs by itself until somebody says so."""
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise StudioError("That file is not a recipe.", hint="Export one to see how they look.")
    if raw.get("version") != 1:
        raise StudioError("That recipe was written by a newer Liner than this one.")
    query = raw.get("query")
    return save_recipe(
        access=access,
        name=str(raw.get("name", "")),
        query=query if isinstance(query, dict) else {},
        operations=read_operations(raw.get("operations")),
    )

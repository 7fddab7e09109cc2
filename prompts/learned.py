"""The trainings in use."""

from collections.abc import Mapping
from typing import Any

from catalog.models import Workspace
from prompts.models import LearnedModel


def newest_model(workspace: Workspace, kind: str) -> LearnedModel | None:
    """The newest training of a kind that is in use."""
    found = LearnedModel.objects.filter(workspace=workspace, kind=kind, is_used=True)
    return found.first()


def neighbours_of(model: LearnedModel) -> dict[int, dict[int, float]]:
    """Neighbours as the domain reads them; JSON knows only text as keys."""
    raw: Mapping[str, Mapping[str, Any]] = model.payload.get("neighbours", {})
    return {int(t): {int(o): float(v) for o, v in near.items()} for t, near in raw.items()}

"""News from the catalog: facts that changed under approved texts."""

from typing import Any

from catalog.models import ChangeSet
from prompts.descriptions.approving import recheck_after


def recheck_texts(*, change_set_id: int, **_: Any) -> None:
    """Bring approved texts back whose claims no longer stand."""
    recheck_after(ChangeSet.objects.get(pk=change_set_id))

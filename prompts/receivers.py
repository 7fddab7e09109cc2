"""News from the catalog: facts that changed under approved texts."""

import logging
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from catalog.models import ChangeSet
from prompts.descriptions.approving import recheck_after

AT_ONCE = 40  # changed rows; more than a page waits for are left to a worker
logger = logging.getLogger(__name__)


def recheck_texts(*, change_set_id: int, **_: Any) -> None:
    """Bring approved texts back whose claims no longer stand."""
    change_set = ChangeSet.objects.get(pk=change_set_id)
    if change_set.row_count > AT_ONCE:
        try:
            current_app.send_task("prompts.tasks.recheck_texts", args=[change_set_id])
            return
        except OperationalError:
            logger.warning("No broker, so approved texts are checked again here.")
    recheck_after(change_set)

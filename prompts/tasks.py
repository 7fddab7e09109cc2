"""Celery doors of the prompts: training, purging, checking texts again; harmless to run twice."""

from celery import shared_task

from catalog.models import ChangeSet
from prompts import learning, listening
from prompts.descriptions.approving import recheck_after


@shared_task(ignore_result=True, soft_time_limit=1500, time_limit=1800)
def train_on_listening() -> None:
    """Learn from what was listened to since the last training."""
    learning.train_all()


@shared_task(ignore_result=True)
def purge_old_events() -> None:
    """Remove listening events that are older than their workspace keeps them."""
    listening.purge_old_events()


@shared_task(ignore_result=True)
def recheck_texts(change_set_id: int) -> None:
    """Bring approved texts back whose claims no longer stand after a change set."""
    change_set = ChangeSet.objects.filter(pk=change_set_id).first()
    if change_set is not None:
        recheck_after(change_set)

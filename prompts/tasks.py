"""Celery doors of the prompts: nightly training and purging; harmless to run twice."""

from celery import shared_task

from prompts import learning, listening


@shared_task(ignore_result=True, soft_time_limit=1500, time_limit=1800)
def train_on_listening() -> None:
    """Learn from what was listened to since the last training."""
    learning.train_all()


@shared_task(ignore_result=True)
def purge_old_events() -> None:
    """Remove listening events that are older than their workspace keeps them."""
    listening.purge_old_events()

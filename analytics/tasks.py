"""Celery doors of the simulation; the rows decide, any task may run twice or late."""

from celery import shared_task

from analytics.services import runs


@shared_task(acks_late=True, soft_time_limit=270, time_limit=300)
def perform_shard(shard_id: int) -> None:
    """Carry one shard to the service."""
    runs.perform_shard(shard_id=shard_id)


@shared_task(acks_late=True, soft_time_limit=270, time_limit=300)
def finish_run(run_id: int) -> None:
    """Sum up a run whose last shard ended without doing so."""
    runs.finish_run(run_id=run_id)


@shared_task(ignore_result=True)
def requeue_stalled_simulations() -> None:
    """Pick up what dead workers dropped; runs every minute."""
    runs.requeue_stalled()

"""Celery doors of simulations and real events; the rows decide, any task may run twice."""

from celery import shared_task
from django.utils import timezone

from analytics.services import (
    approaches,
    campaigns,
    digests,
    effects,
    event_imports,
    fitting,
    runs,
    simulation_files,
    weekly,
)
from catalog.models import Workspace


@shared_task(acks_late=True, soft_time_limit=270, time_limit=300)
def perform_shard(shard_id: int) -> None:
    """Carry one shard to the service."""
    runs.perform_shard(shard_id=shard_id)


@shared_task(ignore_result=True)
def start_next_seeds() -> None:
    """Go on with runs that are repeated with other seeds."""
    approaches.start_next_seeds()


@shared_task(acks_late=True, soft_time_limit=270, time_limit=300)
def finish_run(run_id: int) -> None:
    """Sum up a run whose last shard ended without doing so."""
    runs.finish_run(run_id=run_id)


@shared_task(ignore_result=True)
def requeue_stalled_simulations() -> None:
    """Pick up what dead workers dropped; runs every minute."""
    runs.requeue_stalled()
    approaches.start_next_seeds()
    effects.requeue_stalled()


@shared_task(acks_late=True, soft_time_limit=270, time_limit=300)
def work_out_effect(effect_id: int) -> None:
    """Carry one planned change to the service."""
    effects.perform_effect(effect_id=effect_id)


@shared_task(acks_late=True, soft_time_limit=270, time_limit=300)
def perform_event_import(import_id: int) -> None:
    """Carry one file of events to the service."""
    event_imports.perform_import(import_id=import_id)


@shared_task(ignore_result=True)
def requeue_stalled_event_imports() -> None:
    """Pick up files that dead workers dropped; runs every minute."""
    event_imports.requeue_stalled()


@shared_task(ignore_result=True)
def start_campaigns() -> None:
    """Settle the control groups of campaigns whose first day has come; runs every hour."""
    campaigns.start_due()


@shared_task(acks_late=True, soft_time_limit=270, time_limit=300)
def fit_listener(workspace_id: int) -> None:
    """Learn from a workspace's events."""
    fitting.fit_listener(workspace=Workspace.objects.get(pk=workspace_id))


@shared_task(ignore_result=True, soft_time_limit=270, time_limit=300)
def send_surfacing_digests() -> None:
    """Send what is due; runs every hour, and a period's mail goes out once however often."""
    digests.send_due(now=timezone.now())


@shared_task(ignore_result=True)
def start_weekly_runs() -> None:
    """Simulate again where a weekly look at fairness is due; runs every day."""
    weekly.start_weekly_runs()


@shared_task(acks_late=True, soft_time_limit=1740, time_limit=1800)
def read_simulation_file(file_id: int) -> None:
    """Carry a file of prompts or of a market to the service, which renews its lease as it reads."""
    simulation_files.read_file(file_id=file_id)


@shared_task(ignore_result=True)
def requeue_stalled_simulation_files() -> None:
    """Pick up files that dead workers dropped; runs every minute."""
    simulation_files.requeue_stalled()

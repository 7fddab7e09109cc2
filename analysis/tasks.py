"""Celery doors of the analysis; the rows decide, any task may run twice or late."""

from celery import shared_task
from django.conf import settings

from analysis.services import deriving, performing, queueing, recalibrating, stem_checking


@shared_task(
    acks_late=True,
    soft_time_limit=settings.ANALYSIS_SOFT_TIME_LIMIT_S,
    time_limit=settings.ANALYSIS_TIME_LIMIT_S,
)
def analyse_audio(run_id: int) -> None:
    """Carry one run to the service; harmless to deliver twice."""
    performing.perform_run(run_id=run_id)


@shared_task(acks_late=True)
def check_stems(track_id: int) -> None:
    """Lay the stems of a track over its master; harmless to deliver twice."""
    stem_checking.perform_stem_check(track_id=track_id)


@shared_task
def requeue_stalled_runs() -> None:
    """Pick up what dead workers dropped; runs every minute."""
    queueing.requeue_stalled_runs()
    stem_checking.wake_forgotten_checks()


@shared_task
def refresh_suggestions(track_ids: list[int]) -> None:
    """Bring the suggestions of many tracks in line after a bulk change."""
    deriving.refresh_suggestions_of(track_ids=track_ids)


@shared_task
def recalibrate_limits() -> None:
    """Learn from the answers of the day; runs every night, harmless to run twice."""
    recalibrating.recalibrate_all()

"""Queueing, claiming, stopping and picking up runs. The row is the truth, messages only nudge."""

import logging
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import ChannelError

from analysis.domain.result import ENGINE, ENGINE_VERSION
from analysis.models import UNFINISHED, AnalysisRun, Status
from analysis.models.runs import MAX_ATTEMPTS
from analysis.services.deriving import lock_tracks_of, refresh_suggestions
from catalog.errors import StudioError
from catalog.models import AudioFile, Workspace

TASK = "analysis.tasks.analyse_audio"
QUEUE = "audio"
# A message younger than this may still be between the sender and the broker.
SETTLES_AFTER = timedelta(seconds=20)
FORGOTTEN_AT_ONCE = 200
ANNOUNCED_AT_ONCE = 20

OUT_OF_ATTEMPTS = (
    "The analysis stopped {times} times before its end, most likely because this machine ran out "
    "of memory or was switched off. The file itself is safe."
)
OUT_OF_ATTEMPTS_HINT = "Try again; if it stops again, give the audio worker more memory."

logger = logging.getLogger(__name__)


class RunBusy(StudioError):
    """The run cannot be started again, or stopped, in the state it is in."""

    http_status = 409


def queue_run(*, audio: AudioFile) -> AnalysisRun:
    """Have a file analysed by the current engine, once; harmless to call again."""
    waiting = AnalysisRun.objects.unfinished().filter(audio=audio).first()
    if waiting is not None:
        return waiting
    run, is_new = AnalysisRun.objects.get_or_create(
        audio=audio,
        extractor=ENGINE,
        extractor_version=ENGINE_VERSION,
        defaults={"workspace_id": audio.workspace_id, "woken_at": timezone.now()},
    )
    if is_new:
        wake_after_commit(run.pk)
    return run


def queue_outdated(*, workspace: Workspace) -> int:
    """Have everything heard again that only an older engine heard; returns how many recordings.

    The rows are written at once and wait in the database; the first few are announced, and
    `requeue_stalled_runs` wakes the others as workers take them. What the older engine heard stays.
    """
    old = AnalysisRun.objects.filter(workspace=workspace).by_older_engine(ENGINE_VERSION)
    rows = [
        AnalysisRun(
            workspace=workspace,
            audio_id=run.audio_id,
            extractor=ENGINE,
            extractor_version=ENGINE_VERSION,
        )
        for run in old.iterator()
    ]
    AnalysisRun.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    wanted = [run.audio_id for run in rows]
    waiting = AnalysisRun.objects.filter(audio__in=wanted, status=Status.QUEUED).order_by("pk")
    for run in waiting[:ANNOUNCED_AT_ONCE]:
        wake_after_commit(run.pk)
    return len(rows)


def wake_after_commit(run_id: int) -> None:
    """Tell a worker; a broker that is away costs time only, see `requeue_stalled_runs`."""
    transaction.on_commit(lambda: wake(run_id), robust=True)


def wake(run_id: int) -> None:
    """Send the message."""
    current_app.send_task(TASK, args=[run_id])


def claim_run(*, run_id: int, now: datetime) -> AnalysisRun | None:
    """Take the run if nobody holds it, counting the attempt before any work starts.

    A file that crashes the worker is therefore tried as often as allowed, not for ever.
    """
    taken = (
        AnalysisRun.objects.claimable(now)
        .filter(pk=run_id)
        .update(
            status=Status.RUNNING,
            attempts=F("attempts") + 1,
            lease_until=now + lease(),
            started_at=now,
            extractor_version=ENGINE_VERSION,  # it may have waited through an upgrade
            finished_at=None,
            stage="Starting",
            progress=0.0,
            error="",
            hint="",
        )
    )
    if not taken:
        return None
    return AnalysisRun.objects.select_related("audio").get(pk=run_id)


def lease() -> timedelta:
    """How long a worker that is not heard of keeps a run; it renews this while it works."""
    return timedelta(seconds=settings.ANALYSIS_LEASE_S)


def give_back(*, run: AnalysisRun) -> None:
    """Put a run back in the queue after a passing fault; the attempt stays counted."""
    freed = AnalysisRun.objects.held(run_id=run.pk, attempt=run.attempts).update(
        status=Status.QUEUED,
        lease_until=None,
        stage="",
        progress=0.0,
        woken_at=timezone.now(),
    )
    if freed and run.attempts < run.attempts_allowed:
        wake_after_commit(run.pk)


@transaction.atomic
def cancel_run(*, run: AnalysisRun) -> None:
    """Stop a run; a worker that is at it notices within seconds and its work is dropped.

    What was heard in the other recordings of its tracks is then asked about.

    Raises
    ------
    RunBusy : it has ended already
    """
    tracks = lock_tracks_of(run.audio_id)
    stopped = AnalysisRun.objects.filter(pk=run.pk, status__in=UNFINISHED).update(
        status=Status.CANCELLED,
        lease_until=None,
        stage="",
        progress=0.0,
        finished_at=timezone.now(),
    )
    if not stopped:
        raise RunBusy("The analysis has ended already, so there is nothing to stop.")
    for track in tracks:
        refresh_suggestions(track=track)


def retry_run(*, run: AnalysisRun) -> None:
    """Start a run again because a person asked; it gets a full set of attempts.

    What an older engine heard stays as it is, and the current one gets a run of its own.

    Raises
    ------
    RunBusy : it is waiting or running
    """
    if not run.is_unfinished and run.extractor_version != ENGINE_VERSION:
        queue_run(audio=run.audio)
        return
    restarted = (
        AnalysisRun.objects.filter(pk=run.pk)
        .exclude(status__in=UNFINISHED)
        .update(
            status=Status.QUEUED,
            attempts_allowed=F("attempts") + MAX_ATTEMPTS,
            lease_until=None,
            error="",
            hint="",
            stage="",
            progress=0.0,
            finished_at=None,
            woken_at=timezone.now(),
        )
    )
    if not restarted:
        raise RunBusy("The analysis is under way already.")
    wake_after_commit(run.pk)


def requeue_stalled_runs(*, now: datetime | None = None) -> int:
    """Pick up what a dead worker or a lost message dropped; returns how many were woken.

    A worker that is alive renews its lease, so a lease that ran out means that it is gone.
    """
    moment = now or timezone.now()
    queue_forgotten()
    fail_exhausted(moment)
    dropped = AnalysisRun.objects.abandoned(moment).update(
        status=Status.QUEUED, lease_until=None, stage="", progress=0.0, woken_at=None
    )
    waiting = AnalysisRun.objects.filter(status=Status.QUEUED).order_by("pk")
    unannounced = waiting.count() - messages_waiting()
    if unannounced <= 0:
        return 0
    silent = waiting.exclude(woken_at__gt=moment - SETTLES_AFTER)
    woken = list(silent.values_list("pk", flat=True)[:unannounced])
    AnalysisRun.objects.filter(pk__in=woken).update(woken_at=moment)
    for run_id in woken:
        wake(run_id)
    if dropped:
        logger.warning("%d analyses were dropped by a worker and start again.", dropped)
    return len(woken)


def queue_forgotten() -> int:
    """Queue recordings of tracks that no run exists for, since their news was lost."""
    used = Q(tracks__isnull=False) | Q(stems__isnull=False)
    files = AudioFile.objects.filter(used, analysis_runs=None).distinct().order_by("pk")
    forgotten = list(files[:FORGOTTEN_AT_ONCE])
    for audio in forgotten:
        queue_run(audio=audio)
    return len(forgotten)


def fail_exhausted(now: datetime | None = None) -> int:
    """Give up on runs that nobody holds and that were tried as often as allowed."""
    moment = now or timezone.now()
    free = AnalysisRun.objects.abandoned(moment) | AnalysisRun.objects.filter(status=Status.QUEUED)
    return free.filter(attempts__gte=F("attempts_allowed")).update(
        status=Status.FAILED,
        lease_until=None,
        stage="",
        finished_at=moment,
        error=OUT_OF_ATTEMPTS.format(times=MAX_ATTEMPTS),
        hint=OUT_OF_ATTEMPTS_HINT,
    )


def messages_waiting() -> int:
    """Count the messages in the audio queue that no worker has taken."""
    with current_app.connection_for_read() as connection:
        try:
            declared = connection.default_channel.queue_declare(queue=QUEUE, passive=True)
        except ChannelError:  # an empty queue does not exist
            return 0
    return int(declared.message_count)

"""Carrying out one run: hear the file outside any transaction, then write what was found."""

import array
from typing import Any

from django.db import transaction
from django.utils import timezone

from analysis.child import ChildDied
from analysis.domain.result import AnalysisResult
from analysis.models import AnalysisRun, Observation, Status, Waveform
from analysis.services.comparing import find_duplicates, keep_signature
from analysis.services.deriving import lock_tracks_of, refresh_suggestions
from analysis.services.findings import observations_of
from analysis.services.listening import listen_to
from analysis.services.previewing import with_preview
from analysis.services.queueing import claim_run, give_back, lease
from catalog.domain.audio_kinds import needs_preview
from catalog.errors import StudioError
from catalog.models import AudioFile

PROGRESS_EVERY_S = 1.0
NOT_IN_RESULT = frozenset(
    {"tags", "peaks", "warnings", "seconds", "peak_rss_mb"} | {"embedding_spread", "fingerprint"}
)


class RunLost(StudioError):
    """The run was stopped, or another worker holds it: nobody wants this work any more."""


class Keeper:
    """Keeps the lease of a run while it is worked on, writes its progress, and notices a stop."""

    def __init__(self, run: AnalysisRun) -> None:
        self._run = run
        self._written_at = timezone.now()
        self._state: dict[str, Any] = {}

    def on_stage(self, words: str, share: float) -> None:
        """Take what happens now; a new stage is written at once."""
        is_new = words != self._state.get("stage")
        self._state = {"stage": words[:120], "progress": min(max(share, 0.0), 1.0)}
        self.on_wait(at_once=is_new)

    def on_wait(self, *, at_once: bool = False) -> None:
        """Renew the lease, at most once a second.

        Raises
        ------
        RunLost : the run is no longer ours
        """
        now = timezone.now()
        if not at_once and (now - self._written_at).total_seconds() < PROGRESS_EVERY_S:
            return
        held = AnalysisRun.objects.held(run_id=self._run.pk, attempt=self._run.attempts)
        if not held.update(lease_until=now + lease(), **self._state):
            raise RunLost("Somebody stopped this analysis.")
        self._written_at = now


def perform_run(*, run_id: int) -> bool:
    """Analyse one file if nobody else does; says whether this call ended the run.

    Whatever is wrong with the file is written on the run, in words. Anything else gives the run
    back to the queue and is raised.
    """
    run = claim_run(run_id=run_id, now=timezone.now())
    if run is None:
        return False
    keeper = Keeper(run)
    try:
        result = listen_to(run.audio, on_stage=keeper.on_stage, on_wait=keeper.on_wait)
        if needs_preview(result.container, result.codec):
            keeper.on_stage("Writing a copy that browsers play", 0.95)
            result = with_preview(run.audio, result, on_wait=keeper.on_wait)
    except RunLost:
        return False
    except ChildDied as error:
        # The machine may only have been short of memory for a moment; the last attempt decides.
        if run.attempts < run.attempts_allowed:
            give_back(run=run)
            return False
        return fail_run(run=run, error=error)
    except StudioError as error:
        return fail_run(run=run, error=error)
    except BaseException:
        give_back(run=run)
        raise
    return finish_run(run=run, result=result)


@transaction.atomic
def finish_run(*, run: AnalysisRun, result: AnalysisResult) -> bool:
    """Write all that was heard and the suggestions it leads to; False if the run was lost."""
    tracks = lock_tracks_of(run.audio_id)
    if not _end(run, Status.DONE, result=result):
        return False
    # A run started again replaces what an earlier attempt of the same engine found.
    Observation.objects.filter(run=run).delete()
    Observation.objects.bulk_create(observations_of(run, result))
    Waveform.objects.update_or_create(
        run=run,
        defaults={
            "workspace_id": run.workspace_id,
            "peaks": array.array("b", result.peaks).tobytes(),
        },
    )
    _describe_file(run.audio_id, result)
    for track in tracks:
        refresh_suggestions(track=track)
    keep_signature(run=run, result=result)
    find_duplicates(track_ids={track.pk for track in tracks if track.audio_id == run.audio_id})
    return True


@transaction.atomic
def fail_run(*, run: AnalysisRun, error: StudioError) -> bool:
    """Keep the words of an expected failure; the other recordings of the track may still speak."""
    tracks = lock_tracks_of(run.audio_id)
    if not _end(run, Status.FAILED, error=error):
        return False
    for track in tracks:
        refresh_suggestions(track=track)
    return True


def _end(
    run: AnalysisRun,
    status: Status,
    *,
    result: AnalysisResult | None = None,
    error: StudioError | None = None,
) -> bool:
    """Close the run, only for the attempt that claimed it."""
    values: dict[str, Any] = {
        "status": status,
        "lease_until": None,
        "stage": "",
        "progress": 1.0,
        "finished_at": timezone.now(),
    }
    if result is not None:
        values |= {
            "warnings": list(result.warnings),
            "result": plain_result(result),
            "seconds": result.seconds,
            "peak_rss_mb": result.peak_rss_mb,
        }
    if error is not None:
        values |= {"error": str(error), "hint": error.hint}
    held = AnalysisRun.objects.held(run_id=run.pk, attempt=run.attempts)
    return held.update(**values) == 1


def plain_result(result: AnalysisResult) -> dict[str, Any]:
    """Give what has no table of its own, as JSON."""
    return {name: value for name, value in result.as_json().items() if name not in NOT_IN_RESULT}


def _describe_file(audio_id: int, result: AnalysisResult) -> None:
    """Fill in the technical columns that nobody filled in yet."""
    file = AudioFile.objects.select_for_update().get(pk=audio_id)
    empty = {
        name: value
        for name, value in (
            ("duration_s", result.duration_s),
            ("sample_rate_hz", result.sample_rate_hz),
            ("channels", result.channels),
            ("codec", result.codec[:40]),
            ("container", result.container[:40]),
        )
        if getattr(file, name) in (None, "")
    }
    if empty:
        AudioFile.objects.filter(pk=audio_id).update(**empty)

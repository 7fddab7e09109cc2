"""The state of a run: claimed once, kept while worked on, never lost and never tried for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from analysis.child import ChildDied
from analysis.domain.result import (
    ENGINE,
    ENGINE_VERSION,
    AnalysisResult,
    Bars,
    KeyRunnerUp,
    TempoStretch,
)
from analysis.errors import ModelsMissing, UnusableAudio
from analysis.models import AnalysisRun, Observation, Status, Waveform
from analysis.models.runs import MAX_ATTEMPTS
from analysis.services import performing, queueing
from analysis.services.performing import Keeper, RunLost, finish_run, perform_run
from analysis.services.queueing import (
    RunBusy,
    cancel_run,
    claim_run,
    queue_outdated,
    queue_run,
    requeue_stalled_runs,
    retry_run,
)
from catalog.models import AudioFile, Workspace
from tests.analyses import found, heard, result_of
from tests.factories import WorkspaceFactory, make_audio_file, make_track

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=1)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def audio(workspace: Workspace) -> AudioFile:
    return make_audio_file(workspace)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs that a worker was told of."""
    woken: list[int] = []
    monkeypatch.setattr(queueing, "wake", woken.append)
    return woken


@pytest.fixture
def listens(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let `outcome` stand for the engine; gives the names of the files it was handed."""

    def arrange(outcome: AnalysisResult | BaseException) -> list[str]:
        handed: list[str] = []

        def listen(audio: AudioFile, **_: object) -> AnalysisResult:
            handed.append(audio.original_name)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setattr(performing, "listen_to", listen)
        return handed

    return arrange


def claimed(audio: AudioFile) -> AnalysisRun:
    run = claim_run(run_id=queue_run(audio=audio).pk, now=timezone.now())
    assert run is not None
    return run


def test_a_recording_is_queued_once_and_a_worker_is_told_once(
    audio: AudioFile,
    sent: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = queue_run(audio=audio)
        again = queue_run(audio=audio)
    assert first == again
    assert sent == [first.pk]


def test_a_run_delivered_twice_is_heard_once(
    audio: AudioFile, listens: Callable[..., list[str]]
) -> None:
    handed = listens(result_of(found("instrument", "piano")))
    run = queue_run(audio=audio)
    assert perform_run(run_id=run.pk)
    assert not perform_run(run_id=run.pk)
    assert handed == ["sound.wav"]
    assert Observation.objects.filter(run=run, term="piano").count() == 1


def test_a_run_that_is_held_cannot_be_claimed(audio: AudioFile) -> None:
    run = claimed(audio)
    assert claim_run(run_id=run.pk, now=timezone.now()) is None


EVERY_FIGURE: dict[str, Any] = {
    "tempo_stretches": (TempoStretch(0.0, 200.0, 120.0),),
    "bars": Bars(4, 0.5, 0.97, (0.5, 2.5, 198.5)),
    "key_runner_up": KeyRunnerUp("Gb", "major", 0.3, "relative"),
    "tuning_hz": 440.0,
    "brightness_hz": 2100.0,
    "vocals_share": 0.0,
    "valence": 0.1,
    "arousal": 0.4,
    "mood_confidence": 0.5,
}


def test_a_finished_run_keeps_what_was_heard_and_describes_the_file(audio: AudioFile) -> None:
    run = heard(
        audio,
        found("genre", "techno"),
        warnings=("The file ends in the middle.",),
        **EVERY_FIGURE,
    )
    assert run.status == Status.DONE
    assert run.warnings == ["The file ends in the middle."]
    assert run.result["loudness_lufs"] == -10.9
    assert bytes(Waveform.objects.get(run=run).peaks) == bytes([156, 100, 236, 30])
    rows = {row.kind: row for row in Observation.objects.filter(run=run)}
    assert rows.keys() == {kind.value for kind in Observation.Kind}
    assert (rows["bars"].number, rows["bars"].confidence) == (4, 0.97)
    assert rows["bars"].ranges == [[0.5, 198.5]]
    assert (rows["tempo_stretch"].number, rows["tempo_stretch"].ranges) == (120.0, [[0.0, 200.0]])
    assert {row.model for row in rows.values()} == {"MTT_musicnn", ENGINE}
    audio.refresh_from_db()
    assert (audio.duration_s, audio.codec, audio.channels) == (200.0, "flac", 2)


def test_what_was_known_of_a_file_is_not_overwritten(workspace: Workspace) -> None:
    audio = make_audio_file(workspace, duration_s=199.5, codec="alac")
    heard(audio)
    audio.refresh_from_db()
    assert (audio.duration_s, audio.codec, audio.sample_rate_hz) == (199.5, "alac", 44_100)


def test_a_worker_that_lost_its_lease_cannot_overwrite_a_newer_result(audio: AudioFile) -> None:
    slow = claimed(audio)
    AnalysisRun.objects.update(lease_until=timezone.now() - LATER)
    quick = claim_run(run_id=slow.pk, now=timezone.now())
    assert quick is not None
    assert finish_run(run=quick, result=result_of(found("genre", "techno")))
    assert not finish_run(run=slow, result=result_of(found("genre", "folk")))
    assert list(Observation.objects.filter(kind="tag").values_list("term", flat=True)) == ["techno"]


def test_a_worker_learns_that_its_run_was_stopped(audio: AudioFile) -> None:
    run = claimed(audio)
    cancel_run(run=run)
    with pytest.raises(RunLost):
        Keeper(run).on_stage("Decoding", 0.1)
    assert not finish_run(run=run, result=result_of())
    run.refresh_from_db()
    assert run.status == Status.CANCELLED


def test_a_worker_renews_its_lease_while_it_listens(audio: AudioFile) -> None:
    run = claimed(audio)
    almost_over = timezone.now() + timedelta(seconds=1)
    AnalysisRun.objects.update(lease_until=almost_over)
    Keeper(run).on_stage("Listening for tempo and key", 0.3)
    run.refresh_from_db()
    assert run.lease_until is not None
    assert run.lease_until > almost_over
    assert (run.stage, run.progress) == ("Listening for tempo and key", 0.3)


@pytest.mark.parametrize("fault", [UnusableAudio, ModelsMissing])
def test_what_is_wrong_with_a_file_is_kept_in_words(
    audio: AudioFile, listens: Callable[..., list[str]], fault: type[UnusableAudio]
) -> None:
    listens(fault("The file is empty.", hint="Upload it again."))
    run = queue_run(audio=audio)
    assert perform_run(run_id=run.pk)
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert (run.error, run.hint) == ("The file is empty.", "Upload it again.")
    assert run.attempts == 1


def test_a_file_that_kills_the_child_is_tried_as_often_as_allowed(
    audio: AudioFile, listens: Callable[..., list[str]]
) -> None:
    handed = listens(ChildDied("The analysis needed more than 1500 MB."))
    run = queue_run(audio=audio)
    for _ in range(MAX_ATTEMPTS + 2):
        perform_run(run_id=run.pk)
    run.refresh_from_db()
    assert len(handed) == MAX_ATTEMPTS
    assert run.status == Status.FAILED
    assert run.error == "The analysis needed more than 1500 MB."


def test_a_passing_fault_gives_the_run_back_and_is_raised(
    audio: AudioFile, listens: Callable[..., list[str]]
) -> None:
    listens(OSError("the storage is away"))
    run = queue_run(audio=audio)
    with pytest.raises(OSError, match="away"):
        perform_run(run_id=run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts, run.lease_until) == (Status.QUEUED, 1, None)


def test_a_missing_original_is_said_so(audio: AudioFile) -> None:
    run = queue_run(audio=audio)
    assert perform_run(run_id=run.pk)
    run.refresh_from_db()
    assert run.error == "The stored file of “sound.wav” is missing."


def test_an_original_in_remote_storage_is_fetched_and_its_copy_removed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.services.listening import local_copy

    name = default_storage.save("originals/remote", ContentFile(b"RIFF of some kind"))
    audio = make_audio_file(workspace, storage_name=name)

    def nowhere(name: str) -> str:
        raise NotImplementedError

    monkeypatch.setattr(default_storage._wrapped, "path", nowhere)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage._wrapped, "_open", _opener(default_storage.location))
        with local_copy(audio) as path:
            assert path.read_bytes() == b"RIFF of some kind"
    assert not path.exists()


def _opener(location: str) -> Callable[..., object]:
    from pathlib import Path

    from django.core.files import File

    return lambda name, mode="rb": File((Path(location) / name).open(mode))


def test_what_a_dead_worker_dropped_is_picked_up(audio: AudioFile, sent: list[int]) -> None:
    run = claimed(audio)
    assert requeue_stalled_runs() == 0
    assert requeue_stalled_runs(now=timezone.now() + LATER) == 1
    assert sent == [run.pk]
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Status.QUEUED, 1)


def test_a_lost_message_is_sent_again_but_a_waiting_one_is_not(
    audio: AudioFile, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queue_run(audio=audio)
    assert requeue_stalled_runs() == 0  # it was announced a moment ago
    monkeypatch.setattr(queueing, "messages_waiting", lambda: 1)
    assert requeue_stalled_runs(now=timezone.now() + LATER) == 0
    monkeypatch.setattr(queueing, "messages_waiting", lambda: 0)
    assert requeue_stalled_runs(now=timezone.now() + LATER) == 1
    assert sent == [run.pk]


def test_messages_in_the_broker_are_counted() -> None:
    assert queueing.messages_waiting() == 0
    current_app.send_task("analysis.tasks.analyse_audio", args=[1])
    assert queueing.messages_waiting() == 1


def test_a_recording_whose_news_was_lost_is_found(audio: AudioFile, sent: list[int]) -> None:
    make_track(audio.workspace, audio=audio.pk)
    AnalysisRun.objects.all().delete()
    requeue_stalled_runs()
    assert AnalysisRun.objects.get().audio == audio


def test_out_of_attempts_means_failed_in_words(audio: AudioFile, sent: list[int]) -> None:
    run = queue_run(audio=audio)
    for _ in range(MAX_ATTEMPTS):
        AnalysisRun.objects.update(lease_until=timezone.now() - LATER)
        assert claim_run(run_id=run.pk, now=timezone.now()) is not None
    assert requeue_stalled_runs(now=timezone.now() + LATER) == 0
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert run.error.startswith("The analysis stopped 3 times before its end")
    assert run.hint
    assert sent == []


def test_a_person_can_have_it_tried_again_with_a_full_set_of_attempts(audio: AudioFile) -> None:
    run = queue_run(audio=audio)
    AnalysisRun.objects.update(status=Status.FAILED, attempts=MAX_ATTEMPTS, error="It stopped.")
    retry_run(run=run)
    run.refresh_from_db()
    assert (run.status, run.error) == (Status.QUEUED, "")
    again = claim_run(run_id=run.pk, now=timezone.now())
    assert again is not None
    assert again.attempts == MAX_ATTEMPTS + 1


def test_what_an_older_engine_heard_is_kept_when_a_newer_one_listens(audio: AudioFile) -> None:
    old = heard(audio, found("genre", "techno"))
    AnalysisRun.objects.update(extractor_version="0")
    old.refresh_from_db()
    retry_run(run=old)
    new = AnalysisRun.objects.exclude(pk=old.pk).get()
    assert (new.status, new.extractor_version) == (Status.QUEUED, ENGINE_VERSION)
    old.refresh_from_db()
    assert old.status == Status.DONE
    assert old.observations.filter(term="techno").exists()


def test_a_run_that_waited_through_an_upgrade_is_done_by_the_new_engine(audio: AudioFile) -> None:
    run = queue_run(audio=audio)
    AnalysisRun.objects.update(extractor_version="0")
    assert queue_run(audio=audio) == run
    assert claimed(audio).extractor_version == ENGINE_VERSION


def test_a_run_under_way_cannot_be_started_again_nor_an_ended_one_stopped(
    audio: AudioFile,
) -> None:
    run = claimed(audio)
    with pytest.raises(RunBusy):
        retry_run(run=run)
    finish_run(run=run, result=result_of())
    with pytest.raises(RunBusy):
        cancel_run(run=run)


def test_all_that_an_older_engine_heard_is_queued_once(audio: AudioFile) -> None:
    heard(audio, found("genre", "techno"))
    assert queue_outdated(workspace=audio.workspace) == 0
    AnalysisRun.objects.update(extractor_version="0")
    assert queue_outdated(workspace=audio.workspace) == 1
    assert queue_outdated(workspace=audio.workspace) == 0
    new = AnalysisRun.objects.get(status=Status.QUEUED)
    assert (new.audio_id, new.extractor_version) == (audio.pk, ENGINE_VERSION)
    assert AnalysisRun.objects.filter(status=Status.DONE, extractor_version="0").exists()

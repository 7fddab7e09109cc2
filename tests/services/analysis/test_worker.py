"""Ten recordings, a real worker with the real engine, and a power cut in the middle."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from analysis.models import AnalysisRun, Status, Suggestion, Waveform
from analysis.musicnn import weights
from analysis.services.queueing import queue_run
from catalog.models import AudioFile, Track, Workspace
from catalog.services.audio_store import sha256_of
from tests.audio import chord_progression, drum_loop, write_flac
from tests.factories import WorkspaceFactory, make_audio_file, make_track
from tests.support.worker import Worker

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not weights.verify(settings.MODELS_DIR),
        reason="model weights missing: manage.py fetch_models",
    ),
]

RECORDINGS = 10
ALL_WITHIN_S = 420.0
BEAT_EVERY_S = 2.0


@pytest.fixture
def recordings(tmp_path: Path, transactional_db: None) -> Iterator[list[AudioFile]]:
    """Short pieces at ten tempos, stored as an upload stores them, each with its track."""
    workspace = WorkspaceFactory()
    found = [_recording(workspace, tmp_path, number) for number in range(RECORDINGS)]
    yield found
    for audio in found:
        default_storage.delete(audio.storage_name)


def _recording(workspace: Workspace, folder: Path, number: int) -> AudioFile:
    bpm = 90 + 4 * number
    drums, chords = drum_loop(bpm=bpm, duration_s=8), chord_progression(bpm=bpm, duration_s=8)
    file = write_flac(folder / f"piece {number}.flac", 0.5 * drums + 0.5 * chords)
    with file.open("rb") as stream:
        name = default_storage.save(f"originals/kill-{number}", File(stream))
    audio = make_audio_file(
        workspace, file.read_bytes(), storage_name=name, original_name=file.name
    )
    assert audio.sha256 == sha256_of(file)
    make_track(workspace, title=f"Piece {number}", audio=audio.pk)
    return audio


def test_ten_analyses_survive_a_power_cut_in_the_middle(
    recordings: list[AudioFile], worker: Worker
) -> None:
    for audio in recordings:
        queue_run(audio=audio)
    worker.wait_until(_in_the_middle, within_s=ALL_WITHIN_S)

    worker.kill()
    cut_off = set(AnalysisRun.objects.filter(status=Status.RUNNING).values_list("pk", flat=True))
    assert cut_off, "nothing was running when the worker was killed"
    worker.start()
    beat = _Beat()
    worker.wait_until(lambda: beat.tick() and _all_ended(), within_s=ALL_WITHIN_S)

    runs = AnalysisRun.objects.all()
    assert {run.error for run in runs} == {""}
    assert {run.status for run in runs} == {Status.DONE}
    assert all(run.attempts >= 2 for run in runs if run.pk in cut_off)
    assert Waveform.objects.count() == RECORDINGS
    asked = Suggestion.objects.values_list("track_id", flat=True)
    assert set(asked) == set(Track.objects.values_list("pk", flat=True))


def _in_the_middle() -> bool:
    states = list(AnalysisRun.objects.values_list("status", flat=True))
    return Status.RUNNING in states and states.count(Status.DONE) >= 2


def _all_ended() -> bool:
    return not AnalysisRun.objects.unfinished().exists()


class _Beat:
    """Does what the scheduler does every minute, more often."""

    def __init__(self) -> None:
        self._last = 0.0

    def tick(self) -> bool:
        """Send the reconciler's message when its time has come."""
        if time.monotonic() - self._last > BEAT_EVERY_S:
            current_app.send_task("analysis.tasks.requeue_stalled_runs")
            self._last = time.monotonic()
        return True

"""`manage.py ingest`: folders become tracks, once."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from analysis.models import AnalysisRun
from catalog.models import AudioFile, ChangeSet, Track, Workspace
from tests.audio import chord_progression, drum_loop, tone, wav_bytes, write_flac, write_wav
from tests.factories import WorkspaceFactory
from tests.sounds import tagged_mp3

pytestmark = [pytest.mark.services, pytest.mark.django_db]

FIELDS = {
    "path",
    "track_id",
    "status",
    "error",
    "duration_s",
    "tempo_bpm",
    "key",
    "suggestions",
    "stems",
}


@pytest.fixture
def workspace() -> Workspace:
    found: Workspace = WorkspaceFactory(slug="blue-door")
    return found


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder as people have it: a song with stems, a single, a zip, a text, a broken file."""
    folder = tmp_path / "music"
    (folder / "Song stems").mkdir(parents=True)
    write_wav(folder / "Song.wav", chord_progression(duration_s=4))
    write_wav(folder / "Song stems" / "Drums.wav", drum_loop(duration_s=4))
    write_flac(folder / "Song stems" / "Bass.flac", tone(frequency_hz=60, duration_s=4))
    tagged_mp3(folder / "single.mp3", title="Snow", artist="Ida Marrow")
    with zipfile.ZipFile(folder / "Tide.zip", "w") as packed:
        packed.writestr("Kick.wav", wav_bytes(drum_loop(duration_s=3)))
        packed.writestr("Pad.wav", wav_bytes(tone(frequency_hz=220, duration_s=3)))
    (folder / "notes.txt").write_text("loud please")
    (folder / "bad.flac").write_bytes(b"fLaC" + bytes(2000))
    return folder


def ingest(*arguments: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    with TestCase.captureOnCommitCallbacks(execute=True):
        call_command(
            "ingest",
            *arguments,
            "--workspace",
            "blue-door",
            "--json",
            stdout=out,
            stderr=io.StringIO(),
        )
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_folder_becomes_tracks_with_stems_and_reasons(workspace: Workspace, music: Path) -> None:
    lines = ingest(str(music), "--artist", "Vesper Lane")

    assert all(set(line) == FIELDS for line in lines)
    by_name = {Path(line["path"]).name: line for line in lines}
    assert by_name["Song.wav"]["status"] == "queued"
    assert [stem["role"] for stem in by_name["Song.wav"]["stems"]] == ["bass", "drums"]
    assert by_name["Song.wav"]["duration_s"] == pytest.approx(4, abs=0.01)
    assert "damaged" in by_name["bad.flac"]["error"]
    assert by_name["bad.flac"]["track_id"] is None
    assert "notes.txt" not in by_name
    titles = set(Track.objects.values_list("title", flat=True))
    assert titles == {"Song", "Snow", "Tide"}
    artists = {track.title: [a.name for a in track.artists.all()] for track in Track.objects.all()}
    assert artists == {"Song": ["Vesper Lane"], "Snow": ["Ida Marrow"], "Tide": ["Vesper Lane"]}
    assert AnalysisRun.objects.count() == AudioFile.objects.count() == 6


def test_a_file_that_was_named_itself_is_refused_aloud(workspace: Workspace, music: Path) -> None:
    (line,) = ingest(str(music / "notes.txt"))

    assert line["status"] == "failed"
    assert "not audio" in line["error"]


def test_a_file_in_a_folder_that_claims_to_be_audio_is_refused_aloud(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "song.mp3").write_text("<html>not found</html>")

    (line,) = ingest(str(tmp_path))

    assert "is a web page" in line["error"]


def test_running_it_again_adds_nothing(workspace: Workspace, music: Path) -> None:
    first = ingest(str(music))
    change_sets = ChangeSet.objects.count()

    second = ingest(str(music))

    assert [line["track_id"] for line in second] == [line["track_id"] for line in first]
    assert {line["status"] for line in second} == {"duplicate", "failed"}
    assert (Track.objects.count(), AudioFile.objects.count()) == (3, 6)
    assert ChangeSet.objects.count() == change_sets


def test_stems_brought_later_join_their_track(workspace: Workspace, music: Path) -> None:
    ingest(str(music / "Song.wav"))

    (line,) = ingest(str(music / "Song stems"))

    assert Track.objects.count() == 1
    assert [stem["role"] for stem in line["stems"]] == ["bass", "drums"]


def test_a_workspace_or_path_that_is_not_there_is_a_sentence(
    workspace: Workspace, music: Path
) -> None:
    with pytest.raises(CommandError, match="There is no workspace nowhere"):
        call_command("ingest", str(music), "--workspace", "nowhere")
    with pytest.raises(CommandError, match=r"There is no .*gone"):
        call_command("ingest", str(music / "gone"), "--workspace", "blue-door")

"""Stems against their master: compared once everything was heard, said in words, and used."""

from pathlib import Path

import numpy as np
import pytest
from django.core.files import File
from django.core.files.storage import default_storage

from analysis.models import StemCheck, Suggestion
from analysis.services.stem_checking import perform_stem_check, wake_forgotten_checks
from analysis.services.stem_sums import known_sum
from catalog.models import AudioFile, Stem, Track, Workspace
from catalog.services.ledger import change_set
from tests.analyses import heard
from tests.audio import SAMPLE_RATE_HZ, Samples, chord_progression, drum_loop, write_wav
from tests.factories import WorkspaceFactory, make_audio_file, make_track

pytestmark = pytest.mark.django_db

LENGTH_S = 12.0


def stored(workspace: Workspace, folder: Path, name: str, samples: Samples) -> AudioFile:
    file = write_wav(folder / f"{name}.wav", samples)
    with file.open("rb") as stream:
        stored_name = default_storage.save(f"originals/check/{name}", File(stream))
    return make_audio_file(
        workspace,
        file.read_bytes(),
        storage_name=stored_name,
        original_name=file.name,
        duration_s=len(samples) / SAMPLE_RATE_HZ,
    )


def song(folder: Path, *, late_s: float = 0.0) -> Track:
    """A track of drums and chords whose parts are at hand, all of it heard as instrumental."""
    workspace = WorkspaceFactory()
    drums = 0.4 * drum_loop(bpm=120, duration_s=LENGTH_S)
    chords = 0.4 * chord_progression(bpm=120, duration_s=LENGTH_S)
    delay = np.zeros(int(late_s * SAMPLE_RATE_HZ), np.float32)
    master = stored(workspace, folder, "master", drums + chords)
    track = make_track(workspace, title="Song", audio=master.pk)
    files = {"drums": np.concatenate([delay, drums]), "keys": chords}
    for role, samples in files.items():
        audio = stored(workspace, folder, role, samples)
        with change_set(
            workspace=workspace, actor=None, source="system", reason="Test data"
        ) as ledger:
            values = {"track": track.pk, "role": role, "label": role, "audio": audio.pk}
            ledger.create("stem", values)
    for audio in [master, *(stem.audio for stem in Stem.objects.filter(track=track))]:
        heard(audio, vocals_label="ambiguous", vocals_probability=0.5, duration_s=LENGTH_S)
    return track


def stems_of(track: Track) -> list[Stem]:
    return list(Stem.objects.filter(track=track))


def test_stems_that_add_up_are_recognised_and_decide_that_nobody_sings(tmp_path: Path) -> None:
    track = song(tmp_path)
    assert not Suggestion.objects.filter(track=track, facet="vocals").exists()
    assert perform_stem_check(track_id=track.pk)
    found = known_sum(track, stems_of(track))
    assert found is not None
    assert found.adds_up
    assert found.residual_db < -40
    assert found.warnings == []
    asked = Suggestion.objects.get(track=track, facet="vocals", status="open")
    assert asked.term == "instrumental"
    assert asked.reason == "None of the 2 stems is a voice, and they add up to the master."
    assert not perform_stem_check(track_id=track.pk), "it was done"


def test_a_stem_that_starts_late_is_named(tmp_path: Path) -> None:
    track = song(tmp_path, late_s=0.5)
    perform_stem_check(track_id=track.pk)
    found = known_sum(track, stems_of(track))
    assert found is not None
    assert found.warnings == ["The stem “drums” starts 0.50 s too late."]
    assert found.sentence.endswith("once they start together.")


def test_a_missing_file_is_said_in_words_and_not_tried_for_ever(tmp_path: Path) -> None:
    track = song(tmp_path)
    assert track.audio is not None
    default_storage.delete(track.audio.storage_name)
    assert perform_stem_check(track_id=track.pk)
    assert "is missing" in StemCheck.objects.get().error
    assert wake_forgotten_checks() == 0


def test_a_track_without_stems_needs_no_check() -> None:
    workspace = WorkspaceFactory()
    audio = make_audio_file(workspace)
    make_track(workspace, title="Alone", audio=audio.pk)
    heard(audio)
    assert not StemCheck.objects.exists()

"""The demo workspace comes in by the real way, once."""

import json
import stat
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from catalog.access import access_for
from catalog.models import ChangeSet, Description, Release, Track, User, Workspace
from catalog.services.tracks import delete_track
from studio.demo import loading, rendering
from studio.demo.voices import Samples
from tests.audio import drum_loop, stereo, tone

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def quick_pieces(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> None:
    """Short sounds in place of the compositions, which are tested by themselves; no processes."""

    def render(piece: rendering.Piece, folder: Path) -> list[Path]:
        files = [folder / f"{piece.title}.flac"]
        hz = 200.0 + 30 * piece.number
        rendering.write_flac(files[0], _sound(hz))
        rendering._tag(files[0], piece)
        for number, role in enumerate(("drums", "bass", "chords", "melody"), start=1):
            files.append(folder / f"{piece.title} ({role}).flac")
            rendering.write_flac(files[-1], _sound(hz + 7 * number))
        return files

    class Here:
        def __init__(self, *args: object, **kwargs: object) -> None: ...
        def __enter__(self) -> "Here":
            return self

        def __exit__(self, *args: object) -> None: ...

        map = staticmethod(map)

    monkeypatch.setattr(loading, "render", render)
    monkeypatch.setattr(loading, "ProcessPoolExecutor", Here)
    settings.VAR_DIR = tmp_path


def _sound(hz: float) -> Samples:
    return stereo(tone(frequency_hz=hz, duration_s=3) + 0.2 * drum_loop(duration_s=3)).astype(float)


def test_four_pieces_with_stems_cover_and_some_work_begun() -> None:
    login = loading.load_demo()

    assert login is not None
    tracks = Track.objects.filter(workspace__slug="demo")
    assert sorted(track.title for track in tracks) == sorted(p.title for p in rendering.PIECES)
    for track in tracks:
        assert [stem.role for stem in track.stems.all()] == ["drums", "bass", "chords", "melody"]
        assert track.audio is not None
    release = Release.objects.get()
    assert (release.title, release.artwork.width_px) == ("Four Rooms", 3000)
    assert Description.objects.count() == len(loading.BEGUN)
    assert tracks.filter(assertions=None).count() == len(rendering.PIECES) - len(loading.BEGUN)


def test_the_login_works_and_only_this_user_reads_it() -> None:
    login = loading.load_demo()
    assert login is not None
    written = json.loads(login.read_text())

    assert stat.S_IMODE(login.stat().st_mode) == 0o600
    assert len(written["password"]) >= 12
    client = Client()
    assert client.login(email=written["email"], password=written["password"])


def test_loading_again_changes_nothing_that_people_did() -> None:
    loading.load_demo()
    track = Track.objects.get(title="Neon Harbour")
    Description.objects.filter(track=track).update(text="Mine now.")
    before = (User.objects.count(), ChangeSet.objects.count())

    assert loading.load_demo() is None

    assert (User.objects.count(), ChangeSet.objects.count()) == before
    assert Description.objects.get(track=track).text == "Mine now."
    assert Workspace.objects.filter(slug="demo").count() == 1


def test_a_load_that_was_cut_short_is_completed() -> None:
    loading.load_demo()
    track = Track.objects.get(title="Copper Creek")
    stem = track.stems.last()
    assert stem is not None
    stem.delete()
    stem.audio.delete()

    loading.load_demo()

    assert track.stems.count() == 4


def test_a_piece_that_somebody_removed_stays_away() -> None:
    loading.load_demo()
    owner = access_for(User.objects.get(), "demo")
    assert owner is not None
    delete_track(access=owner, track=Track.objects.get(title="Copper Creek"))

    loading.load_demo()

    assert not Track.objects.filter(title="Copper Creek").exists()

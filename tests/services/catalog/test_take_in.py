"""Files that arrive become tracks and stems, once, whatever goes wrong on the way."""

import io
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import TestCase
from django.utils import timezone

from catalog.access import Access
from catalog.models import Artist, Artwork, AudioFile, ChangeSet, Release, Stem, Track, Upload
from catalog.roles import Role
from catalog.services import take_in as service
from catalog.services.batches import move_upload, plan_batch
from catalog.services.changes import undo_change_set
from catalog.services.take_in import MAX_ATTEMPTS, take_in, waiting_uploads
from catalog.services.uploads import Announced, announce, append, partial_path
from catalog.signals import audio_stored
from tests.audio import chord_progression, drum_loop, tone, wav_bytes
from tests.factories import WorkspaceFactory, make_track, member
from tests.sounds import tagged_mp3

pytestmark = [pytest.mark.services, pytest.mark.django_db]

SONG = wav_bytes(chord_progression(duration_s=4))
DRUMS = wav_bytes(drum_loop(duration_s=4))
BASS = wav_bytes(tone(frequency_hz=60, duration_s=4))


@pytest.fixture
def access() -> Access:
    return member(WorkspaceFactory())


def send(access: Access, files: dict[str, bytes], batch: uuid.UUID | None = None) -> list[Upload]:
    """Announce, plan and send files; the worker's part is not done yet."""
    batch = batch or uuid.uuid4()
    wanted = [Announced(name, len(data)) for name, data in files.items()]
    uploads = []
    opened = announce(access=access, files=wanted, batch=batch)
    plan_batch(access=access, batch=batch)
    for upload, data in zip(opened, files.values(), strict=True):
        assert isinstance(upload, Upload)
        append(upload_id=upload.pk, offset=0, source=io.BytesIO(data))
        uploads.append(Upload.objects.get(pk=upload.pk))
    return uploads


def bring_in(access: Access, files: dict[str, bytes]) -> list[Upload]:
    """Send files and do the worker's part."""
    uploads = send(access, files)
    for upload in uploads:
        with TestCase.captureOnCommitCallbacks(execute=True):
            take_in(upload.pk)
    return [Upload.objects.get(pk=upload.pk) for upload in uploads]


def test_a_file_becomes_a_track_whose_bytes_are_stored_under_their_digest(access: Access) -> None:
    (upload,) = bring_in(access, {"Ida Marrow - Snow.wav": SONG})

    assert upload.status == Upload.Status.DONE
    assert (upload.track.title, upload.track.audio) == ("Snow", upload.audio)
    assert [a.name for a in upload.track.artists.all()] == ["Ida Marrow"]
    assert upload.audio.storage_name.endswith(upload.audio.sha256)
    with default_storage.open(upload.audio.storage_name) as stored:
        assert stored.read() == SONG
    assert (upload.audio.container, upload.audio.codec) == ("wav", "pcm")
    assert not partial_path(upload).exists()


def test_the_tags_of_a_file_fill_the_track_its_release_and_its_terms(
    access: Access, tmp_path: Path
) -> None:
    data = tagged_mp3(
        tmp_path / "x.mp3",
        title="Harbour (feat. Moss) [Night Remix]",
        artist="Vesper Lane",
        album="Lights",
        isrc="AA6Q72000047",
        bpm="110",
        key="8A",
        genre="Synthwave/Indie Rock",
        date="2021-05-03",
        track="3/12",
        cover=True,
    )

    (upload,) = bring_in(access, {"x.mp3": data})
    track = upload.track

    assert (track.title, track.version_title, track.isrc) == (
        "Harbour",
        "Night Remix",
        "AA6Q72000047",
    )
    assert [(c.artist.name, c.role) for c in track.credits.all()] == [
        ("Vesper Lane", "main"),
        ("Moss", "featured"),
    ]
    assert (track.tempo_bpm, track.key_tonic, track.key_mode) == (110, "A", "minor")
    assert {(a.term.facet, a.term.slug, a.source) for a in track.assertions.all()} == {
        ("genre", "synthwave", "imported"),
        ("genre", "indie-rock", "imported"),
    }
    assert (track.release.title, track.release.kind, track.track_number) == ("Lights", "album", 3)
    assert (track.release.artwork.width_px, track.recording_year) == (640, 2021)
    assert upload.audio.embedded_tags["read"]["title"] == ["Harbour (feat. Moss) [Night Remix]"]


def test_two_tracks_of_one_album_share_release_and_artist(access: Access, tmp_path: Path) -> None:
    files = {
        f"{n}.mp3": tagged_mp3(
            tmp_path / f"{n}.mp3",
            title=f"T{n}",
            artist="Vesper Lane",
            album="Lights",
            seconds=3 + n,
        )
        for n in (1, 2)
    }

    bring_in(access, files)

    assert Release.objects.count() == 1
    assert Artist.objects.count() == 1
    assert Release.objects.get().tracks.count() == 2


def test_the_same_bytes_again_are_recognised_and_lead_to_the_track(access: Access) -> None:
    (first,) = bring_in(access, {"Snow.wav": SONG})

    (second,) = bring_in(access, {"another name.wav": SONG})

    assert second.status == Upload.Status.DUPLICATE
    assert second.track == first.track
    assert (Track.objects.count(), AudioFile.objects.count()) == (1, 1)


def test_the_same_bytes_in_another_workspace_are_a_track_of_their_own(access: Access) -> None:
    other = member(WorkspaceFactory())
    bring_in(access, {"Snow.wav": SONG})

    (upload,) = bring_in(other, {"Snow.wav": SONG})

    assert upload.status == Upload.Status.DONE
    assert upload.audio.storage_name.startswith(f"originals/{other.workspace_id}/")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_stems_meet_their_track_in_whatever_order_they_arrive(
    access: Access, order: tuple[int, ...]
) -> None:
    files = {"Song.wav": SONG, "Song (drums).wav": DRUMS, "Song (bass).wav": BASS}
    uploads = send(access, files)

    for position in order:
        take_in(uploads[position].pk)

    (track,) = Track.objects.all()
    assert (track.title, track.audio.original_name) == ("Song", "Song.wav")
    assert {stem.role for stem in track.stems.all()} == {"drums", "bass"}


def test_a_part_sent_later_joins_the_track_that_is_there(access: Access) -> None:
    (song,) = bring_in(access, {"Song.wav": SONG})

    (drums,) = bring_in(access, {"Song (drums).wav": DRUMS})

    assert drums.track == song.track
    assert drums.stem.role == "drums"


def test_a_zip_of_stems_becomes_one_track(access: Access) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("Song/Drums.wav", DRUMS)
        packed.writestr("Song/Bass.wav", BASS)
        packed.writestr("Song/Full Mix.wav", SONG)
        packed.writestr("Song/notes.txt", b"loud please")
    (archive,) = bring_in(access, {"export.zip": buffer.getvalue()})

    members = Upload.objects.filter(batch=archive.batch).exclude(pk=archive.pk)
    for upload in members:
        take_in(upload.pk)

    (track,) = Track.objects.all()
    assert archive.status == Upload.Status.DONE
    assert (track.title, track.stems.count()) == ("Song", 2)
    assert track.audio.original_name == "Full Mix.wav"
    refused = members.get(file_name="notes.txt")
    assert refused.status == Upload.Status.FAILED
    assert "is not audio that the studio knows" in refused.error


def test_a_refused_file_leaves_words_and_nothing_else(access: Access) -> None:
    (upload,) = bring_in(access, {"bad.flac": b"fLaC" + bytes(2000)})

    assert upload.status == Upload.Status.FAILED
    assert "damaged" in upload.error
    assert (Track.objects.count(), AudioFile.objects.count()) == (0, 0)
    assert not partial_path(upload).exists()
    assert not ChangeSet.objects.filter(source="upload").exists()


def test_one_bad_file_stops_none_of_the_others(access: Access) -> None:
    good, bad = bring_in(access, {"Snow.wav": SONG, "bad.mp3": b"<html>no</html>"})

    assert (good.status, bad.status) == (Upload.Status.DONE, Upload.Status.FAILED)


def test_an_upload_is_taken_in_once_however_often_it_is_asked_for(access: Access) -> None:
    (upload,) = send(access, {"Snow.wav": SONG})

    take_in(upload.pk)
    take_in(upload.pk)

    assert Track.objects.count() == 1


def test_the_news_of_audio_is_sent_for_new_and_for_known_bytes(access: Access) -> None:
    heard: list[int] = []

    def listen(sender: object, audio_file_id: int, **news: object) -> None:
        heard.append(audio_file_id)

    audio_stored.connect(listen)
    try:
        for name in ("Snow.wav", "Again.wav"):
            bring_in(access, {name: SONG})
    finally:
        audio_stored.disconnect(listen)

    audio = AudioFile.objects.get()
    assert heard == [audio.pk, audio.pk]


def test_a_file_that_kills_its_worker_is_given_up_after_some_tries(access: Access) -> None:
    (upload,) = send(access, {"Snow.wav": SONG})
    now = timezone.now()
    for _ in range(MAX_ATTEMPTS):
        assert service.claim(upload.pk, now) is not None
        assert service.claim(upload.pk, now) is None
        Upload.objects.filter(pk=upload.pk).update(lease_until=now - timedelta(seconds=1))
    assert waiting_uploads(now) == [upload.pk]

    take_in(upload.pk)

    upload.refresh_from_db()
    assert upload.status == Upload.Status.FAILED
    assert "put aside" in upload.error


def test_a_worker_that_lost_its_lease_writes_nothing(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    (upload,) = send(access, {"Snow.wav": SONG})

    def steal(*args: object, **kwargs: object) -> str:
        Upload.objects.filter(pk=upload.pk).update(attempts=2)
        return store(*args, **kwargs)

    store = service.store_bytes
    monkeypatch.setattr(service, "store_bytes", steal)
    take_in(upload.pk)

    assert Track.objects.count() == 0
    assert Upload.objects.get(pk=upload.pk).status == Upload.Status.RECEIVED


def test_a_passing_fault_gives_the_lease_back(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    (upload,) = send(access, {"Snow.wav": SONG})

    def full(*args: object, **kwargs: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(service, "store_bytes", full)
    with pytest.raises(OSError, match="No space"):
        take_in(upload.pk)
    monkeypatch.undo()
    take_in(upload.pk)

    assert Upload.objects.get(pk=upload.pk).status == Upload.Status.DONE


def test_a_sender_who_was_removed_meanwhile_adds_nothing(access: Access) -> None:
    (upload,) = send(access, {"Snow.wav": SONG})
    access.user.memberships.all().delete()

    take_in(upload.pk)

    upload.refresh_from_db()
    assert upload.status == Upload.Status.FAILED
    assert "may no longer add music" in upload.error


def test_an_artist_owns_what_they_send(access: Access) -> None:
    artist = member(access.workspace, Role.ARTIST)

    (upload,) = bring_in(artist, {"Snow.wav": SONG})

    assert list(Track.objects.editable_by(artist)) == [upload.track]


def test_a_cover_without_an_album_is_kept_with_the_file(access: Access, tmp_path: Path) -> None:
    (upload,) = bring_in(access, {"x.mp3": tagged_mp3(tmp_path / "x.mp3", title="T", cover=True)})

    artwork = Artwork.objects.get()
    assert upload.audio.embedded_tags["cover"] == {
        "artwork": artwork.pk,
        "width_px": 640,
        "height_px": 640,
    }
    assert upload.track.release is None


class TestMovingByHand:
    def test_a_track_becomes_a_stem_and_undo_brings_it_back(self, access: Access) -> None:
        song, other = bring_in(access, {"Song.wav": SONG, "Odd name.wav": DRUMS})

        moved = move_upload(access=access, upload=other, to=f"track:{song.track_id}", role="drums")

        assert [stem.role for stem in song.track.stems.all()] == ["drums"]
        assert Track.objects.count() == 1
        undo_change_set(moved, access=access)
        assert Track.objects.count() == 2
        assert Stem.objects.count() == 0

    def test_a_stem_becomes_a_track_of_its_own(self, access: Access) -> None:
        song, drums = bring_in(access, {"Song.wav": SONG, "Song (drums).wav": DRUMS})

        move_upload(access=access, upload=drums, to="new")

        drums.refresh_from_db()
        assert drums.track.title == "Song (drums)"
        assert song.track.stems.count() == 0

    def test_a_stem_moves_to_another_track(self, access: Access) -> None:
        files = {"A.wav": SONG, "A (drums).wav": DRUMS, "B.wav": BASS}
        _, drums, other = bring_in(access, files)

        move_upload(
            access=access, upload=drums, to=f"group:{other.metadata['group']}", role="other"
        )

        assert [stem.role for stem in other.track.stems.all()] == ["other"]

    def test_a_file_still_on_its_way_goes_where_it_was_moved(self, access: Access) -> None:
        song, drums = send(access, {"Song.wav": SONG, "boom.wav": DRUMS})
        move_upload(access=access, upload=drums, to=f"group:{song.metadata['group']}", role="drums")

        take_in(drums.pk)
        take_in(song.pk)

        (track,) = Track.objects.all()
        assert (track.title, [stem.role for stem in track.stems.all()]) == ("Song", ["drums"])

    def test_a_track_with_stems_cannot_become_one(self, access: Access) -> None:
        song, _, other = bring_in(
            access, {"Song.wav": SONG, "Song (drums).wav": DRUMS, "Other.wav": BASS}
        )

        with pytest.raises(Exception, match="stems of its own"):
            move_upload(access=access, upload=song, to=f"track:{other.track_id}", role="bass")

        assert Track.objects.count() == 2

    def test_nothing_moves_to_a_track_of_another_workspace(self, access: Access) -> None:
        (upload,) = bring_in(access, {"Song.wav": SONG})
        foreign = make_track(WorkspaceFactory(), title="Theirs")

        with pytest.raises(Exception, match="not there any more"):
            move_upload(access=access, upload=upload, to=f"track:{foreign.pk}", role="bass")

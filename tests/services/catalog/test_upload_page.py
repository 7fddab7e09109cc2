"""The upload page as a form and as the door of its script."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from catalog.access import Access
from catalog.models import Track, Upload
from catalog.roles import Role
from catalog.services.take_in import take_in
from catalog.services.uploads import append
from catalog.upload_list import upload_list
from tests.audio import drum_loop, tone, wav_bytes
from tests.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.services, pytest.mark.django_db]

SONG, DRUMS = wav_bytes(tone(duration_s=3)), wav_bytes(drum_loop(duration_s=3))


@pytest.fixture
def access() -> Access:
    return member(WorkspaceFactory())


@pytest.fixture
def client(access: Access) -> Client:
    found = Client()
    found.force_login(access.user)
    return found


def address(access: Access, name: str, *args: Any) -> str:
    return reverse(f"catalog:{name}", args=[access.workspace.slug, *args])


def post_files(client: Client, access: Access, files: dict[str, bytes]) -> None:
    sent = [SimpleUploadedFile(name, data) for name, data in files.items()]
    answer = client.post(address(access, "upload"), {"files": sent})
    assert answer.status_code == 302
    for upload in Upload.objects.filter(status=Upload.Status.RECEIVED):
        with TestCase.captureOnCommitCallbacks(execute=True):
            take_in(upload.pk)


def announce(client: Client, access: Access, *files: dict[str, Any]) -> Any:
    return client.post(
        address(access, "upload_announce"),
        json.dumps({"files": files}),
        content_type="application/json",
    )


def test_a_plain_form_brings_in_several_files_and_groups_their_stems(
    client: Client, access: Access
) -> None:
    post_files(client, access, {"Song.wav": SONG, "Song (drums).wav": DRUMS, "x.wav": b"<html>"})

    page = client.get(address(access, "upload")).content.decode()
    (track,) = Track.objects.all()
    assert (track.title, track.stems.count()) == ("Song", 1)
    assert address(access, "track_detail", track.pk) in page
    assert "is a web page" in page


def test_no_file_chosen_is_said(client: Client, access: Access) -> None:
    answer = client.post(address(access, "upload"), {}, follow=True)

    assert "No file was chosen." in answer.content.decode()


def test_announced_files_get_an_address_or_a_reason(client: Client, access: Access) -> None:
    answer = announce(
        client,
        access,
        {"path": "Song.wav", "size": 1000, "modified": "1"},
        {"path": "empty.wav", "size": 0, "modified": "1"},
    )

    good, bad = answer.json()["files"]
    assert good["url"] == f"/uploads/{good['id']}/"
    assert "empty (0 bytes)" in bad["error"]
    assert {upload.status for upload in Upload.objects.all()} == {"receiving", "failed"}


def test_an_interrupted_file_goes_on_in_its_old_upload(client: Client, access: Access) -> None:
    entry = {"path": "Song.wav", "size": len(SONG), "modified": "1"}
    first = announce(client, access, entry).json()["files"][0]

    class Broken:
        sent = False

        def read(self, size: int, /) -> bytes:
            if self.sent:
                raise OSError("connection lost")
            self.sent = True
            return SONG[:5000]

    with pytest.raises(OSError, match="lost"):
        append(upload_id=first["id"], offset=0, source=Broken())

    again = announce(client, access, entry).json()["files"][0]
    changed = announce(client, access, {**entry, "modified": "2"}).json()["files"][0]

    assert again["id"] == first["id"]
    assert Upload.objects.get(pk=again["id"]).offset == 5000
    assert changed["id"] != first["id"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"files": 3}',
        '{"files": [{"path": "x"}]}',
        '{"files": [{"path": "x", "size": -1}]}',
    ],
)
def test_a_malformed_announcement_is_a_clear_refusal(
    client: Client, access: Access, body: str
) -> None:
    answer = client.post(address(access, "upload_announce"), body, content_type="application/json")

    assert answer.status_code == 400


def test_moving_a_file_answers_with_the_list_and_an_undo(client: Client, access: Access) -> None:
    post_files(client, access, {"Song.wav": SONG, "Odd.wav": DRUMS})
    song, odd = (
        Upload.objects.order_by("pk").filter(file_name="Song.wav").get(),
        Upload.objects.get(file_name="Odd.wav"),
    )

    answer = client.post(
        address(access, "upload_move", odd.pk),
        {"to": f"track:{song.track_id}", "role": "drums"},
        headers={"HX-Request": "true"},
    )

    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["text"] == "“Odd.wav” is now a stem of “Song” (drums)."
    assert "/undo/" in toast["undo"]
    assert song.track is not None
    assert [stem.role for stem in song.track.stems.all()] == ["drums"]
    client.post(toast["undo"])
    assert Track.objects.count() == 2


def test_a_move_that_cannot_be_says_why(client: Client, access: Access) -> None:
    post_files(client, access, {"Song.wav": SONG})
    song = Upload.objects.get()

    answer = client.post(
        address(access, "upload_move", song.pk), {"to": f"track:{song.track_id}"}, follow=True
    )

    assert "whole recording" in answer.content.decode()


def test_refused_files_can_be_put_out_of_sight(client: Client, access: Access) -> None:
    post_files(client, access, {"x.wav": b"<html>"})
    upload = Upload.objects.get()
    assert not upload_list(access).is_empty

    client.post(address(access, "upload_cancel", upload.pk))

    assert upload_list(access).is_empty


def test_files_of_yesterday_and_of_others_are_not_listed(client: Client, access: Access) -> None:
    post_files(client, access, {"Song.wav": SONG})
    assert upload_list(member(access.workspace)).is_empty
    assert not upload_list(access).is_empty

    Upload.objects.update(created_at=timezone.now() - timedelta(days=2))

    assert upload_list(access).is_empty


def test_the_page_takes_few_queries_however_many_files(
    client: Client, access: Access, django_assert_max_num_queries: Any
) -> None:
    announce(
        client, access, *({"path": f"{n}.wav", "size": 10, "modified": "1"} for n in range(40))
    )

    with django_assert_max_num_queries(15):
        client.get(address(access, "upload"))


def test_a_viewer_has_no_upload_page(access: Access) -> None:
    viewer = Client()
    viewer.force_login(member(access.workspace, Role.VIEWER).user)

    assert viewer.get(address(access, "upload")).status_code == 403

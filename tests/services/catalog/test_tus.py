"""The resumable door: offsets, limits, rights and breaks."""

import base64
import hashlib
import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client, TestCase
from django.utils import timezone
from rest_framework.authtoken.models import Token

from catalog.access import Access
from catalog.models import AudioFile, Track, Upload
from catalog.roles import Role
from catalog.services.take_in import take_in
from catalog.services.uploads import append, partial_path, purge_expired
from tests.audio import tone, wav_bytes
from tests.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.services, pytest.mark.django_db]

SONG = wav_bytes(tone(duration_s=3))
OCTETS = "application/offset+octet-stream"


@pytest.fixture
def access() -> Access:
    return member(WorkspaceFactory())


class Sender:
    """A tus client with a session, as the page has one."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.client = Client(headers={"Tus-Resumable": "1.0.0"})
        self.client.force_login(access.user)

    def create(self, size: int, name: str = "Song.wav", body: bytes = b"", **extra: Any) -> Any:
        pairs = {"filename": name, "workspace": self.access.workspace.slug}
        encoded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
        return self.client.generic(
            "POST",
            "/uploads/",
            body,
            content_type=OCTETS if body else "",
            headers={"Upload-Length": str(size), "Upload-Metadata": encoded, **extra},
        )

    def patch(self, address: str, offset: int, body: bytes, **headers: str) -> Any:
        return self.client.generic(
            "PATCH",
            address,
            body,
            content_type=OCTETS,
            headers={"Upload-Offset": str(offset), **headers},
        )

    def offset(self, address: str) -> int:
        return int(self.client.head(address)["Upload-Offset"])


@pytest.fixture
def sender(access: Access) -> Sender:
    return Sender(access)


def test_a_file_arrives_in_parts_and_becomes_a_track(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]
    half = len(SONG) // 2

    assert sender.patch(address, 0, SONG[:half])["Upload-Offset"] == str(half)
    assert sender.offset(address) == half
    assert (Track.objects.count(), AudioFile.objects.count()) == (0, 0)
    last = sender.patch(address, half, SONG[half:])

    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(SONG)))
    upload = Upload.objects.get()
    assert upload.status == Upload.Status.RECEIVED
    with TestCase.captureOnCommitCallbacks(execute=True):
        take_in(upload.pk)
    assert AudioFile.objects.get().sha256 == hashlib.sha256(SONG).hexdigest()


def test_bytes_may_come_with_the_announcement(sender: Sender) -> None:
    created = sender.create(len(SONG), body=SONG)

    assert (created.status_code, created["Upload-Offset"]) == (201, str(len(SONG)))
    assert Upload.objects.get().status == Upload.Status.RECEIVED


def test_a_part_sent_twice_or_at_a_wrong_offset_is_a_conflict_and_harms_nothing(
    sender: Sender,
) -> None:
    address = sender.create(len(SONG))["Location"]
    sender.patch(address, 0, SONG[:1000])

    assert sender.patch(address, 0, SONG[:1000]).status_code == 409
    assert sender.patch(address, 5000, SONG[5000:]).status_code == 409
    assert sender.patch(address, 1000, SONG[1000:]).status_code == 204

    assert partial_path(Upload.objects.get()).read_bytes() == SONG


def test_what_arrived_before_a_break_is_kept(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]
    upload = Upload.objects.get()

    class Broken:
        def __init__(self) -> None:
            self.pieces = iter([SONG[:70_000], SONG[70_000:90_000]])

        def read(self, size: int, /) -> bytes:
            try:
                return next(self.pieces)
            except StopIteration:
                raise OSError("connection lost") from None

    with pytest.raises(OSError, match="connection lost"):
        append(upload_id=upload.pk, offset=0, source=Broken())

    assert sender.offset(address) == 90_000
    assert sender.patch(address, 90_000, SONG[90_000:]).status_code == 204
    assert partial_path(upload).read_bytes() == SONG


def test_bytes_that_a_crash_left_behind_the_row_are_cut_off(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]
    sender.patch(address, 0, SONG[:1000])
    upload = Upload.objects.get()
    with partial_path(upload).open("ab") as file:
        file.write(b"not in the row")

    sender.patch(address, 1000, SONG[1000:])

    assert partial_path(upload).read_bytes() == SONG


def test_two_connections_cannot_send_one_file_at_once(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]
    upload = Upload.objects.get()
    seen: list[int] = []

    class Meanwhile(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if not seen:
                seen.append(sender.patch(address, 0, SONG).status_code)
            return super().read(size)

    append(upload_id=upload.pk, offset=0, source=Meanwhile(SONG))

    assert seen == [423]
    assert partial_path(upload).read_bytes() == SONG


def test_a_wrong_checksum_keeps_nothing_of_the_part(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]
    wrong = base64.b64encode(hashlib.sha1(b"other").digest()).decode()
    right = base64.b64encode(hashlib.sha1(SONG).digest()).decode()

    assert sender.patch(address, 0, SONG, **{"Upload-Checksum": f"sha1 {wrong}"}).status_code == 460
    assert sender.offset(address) == 0
    assert sender.patch(address, 0, SONG, **{"Upload-Checksum": f"sha1 {right}"}).status_code == 204


@pytest.mark.parametrize("checksum", ["sha1 !!", "crc32 AAAA", "sha1 AAAA"])
def test_a_checksum_that_cannot_be_one_is_refused(sender: Sender, checksum: str) -> None:
    address = sender.create(len(SONG))["Location"]

    assert sender.patch(address, 0, SONG, **{"Upload-Checksum": checksum}).status_code == 400


def test_sizes_are_judged_before_the_first_byte(sender: Sender, settings: LazySettings) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    answer = sender.create(1001)

    assert answer.status_code == 413
    assert "one file may have 1.0 KB" in answer.json()["detail"]
    assert Upload.objects.count() == 0


def test_quota_counts_what_is_stored_and_what_is_on_its_way(sender: Sender) -> None:
    sender.access.workspace.quota_bytes = 1500
    sender.access.workspace.save()

    assert sender.create(1000).status_code == 201
    refused = sender.create(501)

    assert refused.status_code == 413
    assert "has no room for 501 bytes more" in refused.json()["detail"]
    assert sender.create(500).status_code == 201


def test_an_empty_file_is_refused_at_once(sender: Sender) -> None:
    answer = sender.create(0, name="empty.wav")

    assert answer.status_code == 400
    assert "empty (0 bytes)" in answer.json()["detail"]


def test_a_file_that_is_no_audio_is_stopped_after_its_first_bytes(sender: Sender) -> None:
    address = sender.create(10_000_000, name="film.wav")["Location"]

    answer = sender.patch(address, 0, b"\x1a\x45\xdf\xa3" + bytes(10_000))

    assert answer.status_code == 415
    assert "is a video" in answer.json()["detail"]
    assert Upload.objects.get().status == Upload.Status.FAILED
    assert sender.patch(address, 10_004, b"x").status_code == 410


def test_more_bytes_than_announced_are_refused(sender: Sender) -> None:
    address = sender.create(100)["Location"]

    assert sender.patch(address, 0, bytes(200)).status_code == 413


def test_an_upload_can_be_stopped_and_its_bytes_go(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]
    sender.patch(address, 0, SONG[:1000])

    assert sender.client.delete(address).status_code == 204

    upload = Upload.objects.get()
    assert upload.status == Upload.Status.CANCELLED
    assert not partial_path(upload).exists()
    assert sender.client.head(address).status_code == 410


def test_an_upload_nobody_goes_on_with_is_closed(sender: Sender) -> None:
    sender.create(len(SONG))
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    purge_expired()

    assert Upload.objects.get().status == Upload.Status.CANCELLED


def test_the_server_says_what_it_can(sender: Sender) -> None:
    answer = sender.client.options("/uploads/")

    assert (answer.status_code, answer["Tus-Version"]) == (204, "1.0.0")
    assert {"creation", "checksum", "termination", "expiration"} <= set(
        answer["Tus-Extension"].split(",")
    )


def test_another_version_of_the_protocol_is_refused(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]

    answer = sender.client.head(address, headers={"Tus-Resumable": "0.2.2"})

    assert (answer.status_code, answer["Tus-Resumable"]) == (412, "1.0.0")


def test_a_method_in_a_header_is_minded(sender: Sender) -> None:
    address = sender.create(len(SONG))["Location"]

    answer = sender.client.generic(
        "POST",
        address,
        SONG,
        content_type=OCTETS,
        headers={"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )

    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(SONG)))


@pytest.mark.parametrize(
    "headers",
    [{"Upload-Length": "many"}, {"Upload-Length": "-1"}, {"Upload-Metadata": "filename !!!"}],
)
def test_malformed_headers_are_a_clear_refusal(sender: Sender, headers: dict[str, str]) -> None:
    answer = sender.client.post(
        "/uploads/", headers={"Upload-Length": "10", "Upload-Metadata": "", **headers}
    )

    assert answer.status_code == 400
    assert answer.json()["detail"]


class TestRights:
    @pytest.fixture
    def address(self, sender: Sender) -> str:
        location: str = sender.create(len(SONG))["Location"]
        return location

    @pytest.fixture
    def strangers(self, access: Access) -> dict[str, Sender]:
        gone = member(access.workspace)
        gone.user.memberships.all().delete()
        return {
            "another member": Sender(member(access.workspace)),
            "another workspace": Sender(member(WorkspaceFactory())),
            "a removed member": Sender(gone),
        }

    def test_an_upload_is_its_senders_alone(
        self, address: str, strangers: dict[str, Sender]
    ) -> None:
        for name, other in strangers.items():
            assert other.client.head(address).status_code == 404, name
            assert other.patch(address, 0, SONG).status_code == 404, name
            assert other.client.delete(address).status_code == 404, name
        assert Upload.objects.get().offset == 0

    def test_nobody_gets_in_without_signing_in(self, address: str, access: Access) -> None:
        nobody = Client(headers={"Tus-Resumable": "1.0.0"})

        assert nobody.head(address).status_code in (401, 403)
        assert nobody.post("/uploads/").status_code in (401, 403)
        assert nobody.generic("PATCH", address, SONG, content_type=OCTETS).status_code in (401, 403)

    def test_a_viewer_may_not_add_music(self, access: Access) -> None:
        viewer = Sender(member(access.workspace, Role.VIEWER))

        answer = viewer.create(100)

        assert answer.status_code == 403
        assert "may look but not add music" in answer.json()["detail"]

    def test_a_workspace_one_is_no_member_of_does_not_exist(self, sender: Sender) -> None:
        sender.access = member(WorkspaceFactory())

        assert sender.create(100).status_code == 404

    def test_a_session_needs_the_token_against_forgery_on_every_change(
        self, access: Access, address: str
    ) -> None:
        forged = Client(enforce_csrf_checks=True, headers={"Tus-Resumable": "1.0.0"})
        forged.force_login(access.user)

        assert forged.post("/uploads/", headers={"Upload-Length": "10"}).status_code == 403
        assert forged.generic("PATCH", address, SONG, content_type=OCTETS).status_code == 403
        assert forged.delete(address).status_code == 403
        assert Upload.objects.get().status == Upload.Status.RECEIVING

    def test_a_program_uploads_with_its_token(self, access: Access) -> None:
        token = Token.objects.create(user=access.user)
        program = Sender(access)
        program.client = Client(
            enforce_csrf_checks=True,
            headers={"Tus-Resumable": "1.0.0", "Authorization": f"Token {token.key}"},
        )

        address = program.create(len(SONG))["Location"]

        assert program.patch(address, 0, SONG).status_code == 204

    def test_a_batch_of_somebody_else_is_not_joined(self, access: Access, sender: Sender) -> None:
        batch = uuid.uuid4()
        Upload.objects.update(batch=batch)
        sender.create(10)
        theirs = Upload.objects.get(byte_size=10)
        other = Sender(member(access.workspace))
        pairs = {
            "workspace": access.workspace.slug,
            "batch": str(theirs.batch),
            "filename": "x.wav",
        }
        encoded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())

        other.client.post("/uploads/", headers={"Upload-Length": "11", "Upload-Metadata": encoded})

        assert Upload.objects.get(byte_size=11).batch != theirs.batch

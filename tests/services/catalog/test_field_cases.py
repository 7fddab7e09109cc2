"""Odd files from the field, through the whole way in: each ends as its manifest says."""

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client, TestCase
from django.urls import reverse

from catalog.access import Access
from catalog.domain.audio_kinds import RefusedFile
from catalog.intake.pictures import prepare_picture
from catalog.models import AudioFile, Track, Upload
from catalog.roles import Role
from catalog.services.take_in import take_in
from catalog.services.uploads import Announced, append, open_all
from tests.factories import WorkspaceFactory, member
from tests.support.shared import write_field_cases

pytestmark = [pytest.mark.services, pytest.mark.django_db]

# Silence (C08) is noticed by the analysis, which has tests of its own for all audio cases.
AUDIO = ("C01", "C02", "C03", "C04", "C05", "C06", "C07", "C10", "C11", "C16", "C41")
TAGS = ("C14", "C15", "C18", "C19", "C32")
OTHER = ("C30", "C31", "C33", "C34", "C42")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


@pytest.fixture(scope="module")
def cases(folder: Path) -> dict[str, Any]:
    return write_field_cases(folder, *AUDIO, *TAGS, *OTHER)


@pytest.fixture
def access() -> Access:
    return member(WorkspaceFactory())


def send(access: Access, data: bytes, name: str) -> Upload:
    """Send one file and do the worker's part."""
    batch = uuid.uuid4()
    (upload,) = open_all(access=access, files=[Announced(name, len(data))], batch=batch)
    if upload.status == Upload.Status.RECEIVING:
        append(upload_id=upload.pk, offset=0, source=io.BytesIO(data))
        with TestCase.captureOnCommitCallbacks(execute=True):
            take_in(upload.pk)
    return Upload.objects.select_related("track", "audio").get(pk=upload.pk)


def mentions(text: str, words: list[str]) -> bool:
    """Whether a text holds one of the words, in any case."""
    return any(word.lower() in text.lower() for word in words)


@pytest.mark.parametrize("case_id", [*AUDIO, "C14", "C15", "C30"])
def test_a_file_ends_as_its_manifest_says(
    access: Access, cases: dict[str, Any], folder: Path, case_id: str
) -> None:
    for file in cases[case_id]["files"]:
        upload = send(access, (folder / file["path"]).read_bytes(), file["upload_as"])
        if file["outcome"] == "rejected":
            assert upload.status == Upload.Status.FAILED, file["path"]
            assert mentions(upload.error, file["reason"]), upload.error
            continue
        assert upload.status == Upload.Status.DONE, f"{file['path']}: {upload.error}"
        assert upload.audio is not None
        assert upload.audio.sha256 == file["sha256"]
        assert bool(upload.warnings) == (file["outcome"] == "accepted_with_warning"), (
            upload.warnings
        )
        if "warn" in file:
            assert mentions(" ".join(upload.warnings), file["warn"]), upload.warnings
        facts, tolerance = file.get("facts", {}), file.get("tolerance", {})
        for fact, column in (
            ("channels", upload.audio.channels),
            ("sample_rate_hz", upload.audio.sample_rate_hz),
            ("bit_depth", upload.audio.bits_per_sample),
            ("codec", upload.audio.codec),
        ):
            if fact in facts:
                assert column == facts[fact], file["path"]
        if "duration_s" in facts:
            within = tolerance.get("duration_s", 0.05)
            assert upload.audio.duration_s == pytest.approx(facts["duration_s"], abs=within)
    refused = [file for file in cases[case_id]["files"] if file["outcome"] == "rejected"]
    taken = len(cases[case_id]["files"]) - len(refused)
    assert (AudioFile.objects.count(), Track.objects.count()) == (taken, taken)


def test_tags_that_disagree_are_read_from_id3(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    (file,) = cases["C14"]["files"]

    track = send(access, (folder / file["path"]).read_bytes(), file["upload_as"]).track

    assert track is not None
    assert track.title == file["facts"]["title"]
    assert [artist.name for artist in track.artists.all()] == [file["facts"]["artist"]]
    assert track.isrc == file["facts"]["isrc"]


def test_a_heavy_cover_becomes_a_small_thumbnail(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    (file,) = cases["C15"]["files"]

    upload = send(access, (folder / file["path"]).read_bytes(), file["upload_as"])

    assert upload.audio is not None
    cover = upload.audio.embedded_tags["cover"]
    assert (cover["width_px"], cover["height_px"]) == (3600, 3600)
    artwork = access.workspace.artworks.get(pk=cover["artwork"])
    assert default_storage.size(artwork.thumbnail_name) < 100_000


def test_cyrillic_in_a_latin_frame_stays_as_read_until_a_person_mends_it(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    (file,) = cases["C18"]["files"]
    upload = send(access, (folder / file["path"]).read_bytes(), file["upload_as"])
    assert upload.track is not None
    assert upload.track.title == file["facts"]["title_raw"]
    client = Client()
    client.force_login(access.user)
    page = client.get(reverse("catalog:upload", args=[access.workspace.slug]))
    assert file["facts"]["title_suggestion"] in page.content.decode()

    client.post(reverse("catalog:upload_repair", args=[access.workspace.slug, upload.pk]))

    upload.track.refresh_from_db()
    assert upload.track.title == file["facts"]["title_suggestion"]


def test_nul_in_a_tag_reaches_no_row(access: Access, cases: dict[str, Any], folder: Path) -> None:
    file = next(file for file in cases["C19"]["files"] if file["kind"] == "audio")

    upload = send(access, (folder / file["path"]).read_bytes(), file["upload_as"])

    assert upload.status == Upload.Status.DONE
    assert upload.track is not None
    assert "\x00" not in upload.track.title


def test_markup_in_a_title_is_shown_as_text(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    (file,) = cases["C32"]["files"]

    upload = send(access, (folder / file["path"]).read_bytes(), file["upload_as"])

    assert upload.track is not None
    assert upload.track.title == file["facts"]["title"]
    client = Client()
    client.force_login(access.user)
    page = client.get(reverse("catalog:upload", args=[access.workspace.slug])).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_pictures_that_may_harm_are_refused(cases: dict[str, Any], folder: Path) -> None:
    for case_id in ("C31", "C34"):
        (file,) = cases[case_id]["files"]
        with pytest.raises(RefusedFile) as refused:
            prepare_picture((folder / file["path"]).read_bytes(), file["upload_as"])
        assert mentions(f"{refused.value} {refused.value.hint}", file["reason"])


def test_names_that_climb_are_cleaned_and_nothing_is_written_elsewhere(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    case = cases["C33"]
    data = (folder / case["files"][0]["path"]).read_bytes()

    for number, name in enumerate(case["scenario"]["names"]):
        # Other bytes each time, or all but the first would be duplicates.
        upload = send(access, data + bytes(2 * number), name)
        assert upload.status == Upload.Status.DONE, upload.error
        assert upload.audio is not None
        assert "/" not in upload.file_name
        assert "\\" not in upload.file_name
        assert upload.audio.storage_name.startswith(f"originals/{access.workspace_id}/")
        assert upload.audio.sha256 in upload.audio.storage_name
    assert list(Path(settings.VAR_DIR).rglob("*evil*")) == []
    assert not Path("/etc/evil.wav").exists()
    assert not Path("/abs/evil.wav").exists()


def test_stored_files_open_to_members_alone(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    (file,) = cases["C30"]["files"]
    upload = send(access, (folder / file["path"]).read_bytes(), file["upload_as"])
    address = reverse("catalog:audio", args=[access.workspace.slug, upload.audio_id])
    outsiders = {"nobody": Client(), "another workspace": Client(), "a former member": Client()}
    outsiders["another workspace"].force_login(member(WorkspaceFactory()).user)
    former = member(access.workspace, Role.EDITOR)
    outsiders["a former member"].force_login(former.user)
    former.user.memberships.all().delete()

    for name, client in outsiders.items():
        assert client.get(address).status_code in (302, 401, 403, 404), name
    insider = Client()
    insider.force_login(access.user)
    answer = insider.get(address)
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_one_good_file_of_four_is_done_and_three_say_why(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    uploads = [
        send(access, (folder / file["path"]).read_bytes(), file["upload_as"])
        for file in cases["C41"]["files"]
    ]

    assert [upload.status for upload in uploads] == ["done", "failed", "failed", "failed"]
    assert all("damaged" in upload.error for upload in uploads[1:])


def test_an_upload_cut_off_and_taken_up_again_has_the_right_digest(
    access: Access, cases: dict[str, Any], folder: Path
) -> None:
    (file,) = cases["C42"]["files"]
    data = (folder / file["path"]).read_bytes()
    client = Client(headers={"Tus-Resumable": "1.0.0"})
    client.force_login(access.user)
    (upload,) = open_all(
        access=access, files=[Announced(file["upload_as"], len(data))], batch=uuid.uuid4()
    )
    address = reverse("tus_upload", args=[upload.pk])

    def patch(offset: int, body: bytes) -> int:
        answer = client.generic(
            "PATCH",
            address,
            body,
            content_type="application/offset+octet-stream",
            headers={"Upload-Offset": str(offset)},
        )
        return answer.status_code

    cut = len(data) * 6 // 10
    assert patch(0, data[:cut]) == 204
    assert int(client.head(address)["Upload-Offset"]) == cut
    assert patch(0, data[:1000]) == 409
    assert patch(cut + 1, data[cut + 1 :]) == 409
    assert not Track.objects.exists()
    assert patch(cut, data[cut:]) == 204
    take_in(upload.pk)

    assert AudioFile.objects.get().sha256 == file["sha256"]

"""The storage check finds what does not fit, and only that."""

import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from analysis.models import AnalysisRun
from catalog.models import Artwork, AudioFile, Upload, Workspace
from catalog.services.artwork import store_artwork
from catalog.services.ingest import FoundFile, ingest_group, plan
from catalog.services.uploads import Announced, open_all, partial_path
from tests.audio import tone, write_wav
from tests.factories import WorkspaceFactory, member
from tests.sounds import png

pytestmark = [pytest.mark.services, pytest.mark.django_db]

TWO_HOURS_AGO = time.time() - 7200


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with one recording and one picture in the store."""
    found: Workspace = WorkspaceFactory()
    files = [FoundFile(write_wav(tmp_path / "Song.wav", tone(duration_s=3)), "Song.wav")]
    (group,) = plan(found, files)
    assert ingest_group(workspace=found, group=group, files={"Song.wav": files[0]}).track
    store_artwork(workspace=found, data=png(64, 64))
    return found


def check(*options: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("check_storage", *options, stdout=out)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue()
    return 0, out.getvalue()


def stored(name: str) -> Path:
    return Path(default_storage.path(name))


def test_a_store_in_order_has_nothing_to_report(workspace: Workspace) -> None:
    code, text = check()

    assert (code, text.splitlines()[-1].endswith("nothing to report.")) == (0, True)
    assert "2 files" in text


def test_copies_that_browsers_play_are_looked_at_too(workspace: Workspace) -> None:
    name = default_storage.save("previews/1/ab/kept.mp3", ContentFile(b"12345"))
    lost = default_storage.save("previews/1/ab/lost.mp3", ContentFile(b"1"))
    os.utime(stored(lost), (TWO_HOURS_AGO, TWO_HOURS_AGO))
    AudioFile.objects.update(preview_name=name, preview_byte_size=5)
    code, text = check()
    assert (code, lost in text, name in text) == (1, True, False)

    default_storage.delete(lost)
    stored(name).write_bytes(b"123")
    assert "copy that browsers play" in check()[1]


def test_a_missing_file_is_found(workspace: Workspace) -> None:
    default_storage.delete(AudioFile.objects.get().storage_name)

    code, text = check()

    assert code == 1
    assert "Song.wav” is missing" in text


def test_a_file_of_another_size_is_found(workspace: Workspace) -> None:
    with stored(AudioFile.objects.get().storage_name).open("ab") as file:
        file.write(b"x")

    assert "bytes, not" in check("--quick")[1]


def test_altered_bytes_are_found_by_their_digest(workspace: Workspace) -> None:
    path = stored(AudioFile.objects.get().storage_name)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    assert check("--quick")[0] == 0
    code, text = check()
    assert (code, "was altered" in text) == (1, True)


def test_a_missing_thumbnail_is_found(workspace: Workspace) -> None:
    default_storage.delete(Artwork.objects.get().thumbnail_name)

    assert "small version" in check()[1]


def test_stored_bytes_without_a_row_are_found_and_can_be_removed(workspace: Workspace) -> None:
    name = default_storage.save("originals/0/ab/orphan", ContentFile(b"bytes"))
    assert check()[0] == 0, "a file this young may still get its row"
    os.utime(default_storage.path(name), (TWO_HOURS_AGO, TWO_HOURS_AGO))

    code, text = check()
    assert (code, "No row knows" in text) == (1, True)
    assert check("--remove-orphans")[0] == 0
    assert not default_storage.exists(name)


def test_uploads_that_stand_still_are_found(workspace: Workspace) -> None:
    access = member(workspace)
    stuck, short = open_all(
        access=access,
        files=[Announced("stuck.wav", 10), Announced("short.wav", 10)],
        batch=Upload().batch,
    )
    partial_path(stuck).parent.mkdir(parents=True, exist_ok=True)
    partial_path(stuck).write_bytes(bytes(10))
    hours_ago = timezone.now() - timedelta(hours=2)
    Upload.objects.filter(pk=stuck.pk).update(status="received", offset=10, updated_at=hours_ago)
    Upload.objects.filter(pk=short.pk).update(offset=5)

    code, text = check()

    assert code == 1
    assert "“stuck.wav” has waited for a worker" in text
    assert "“short.wav” is missing or short" in text


def test_an_analysis_that_nobody_carries_on_with_is_found(workspace: Workspace) -> None:
    hours_ago = timezone.now() - timedelta(hours=2)
    AnalysisRun.objects.create(
        workspace=workspace,
        audio=AudioFile.objects.get(),
        extractor="studio",
        extractor_version="1",
        status="running",
        attempts=1,
        lease_until=hours_ago,
    )

    code, text = check()

    assert (code, "runs without a worker" in text) == (1, True)

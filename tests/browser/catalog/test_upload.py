"""Uploading in a real browser: breaks, moving by keyboard and by mouse, and without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.access import Access
from catalog.models import Stem, Track, Upload
from tests.audio import drum_loop, noise, stereo, tone, write_wav
from tests.conftest import LiveStudio
from tests.factories import WorkspaceFactory, member
from tests.support.browser import axe_violations, sign_in

pytestmark = pytest.mark.browser

TAKEN_IN_MS = 60_000


@pytest.fixture
def owner(live_studio: LiveStudio) -> Access:
    return member(WorkspaceFactory(name="Ada Sound", slug="ada"))


@pytest.fixture
def upload_page(live_studio: LiveStudio, page: Page, owner: Access) -> Page:
    sign_in(page.context, live_studio.url, owner.user)
    page.goto(f"{live_studio.url}/w/ada/upload/")
    return page


def choose(page: Page, *files: Path) -> None:
    page.locator("#upload-files-input").set_input_files(list(files))


def added(page: Page, name: str) -> None:
    """Wait until a file is in the catalog."""
    row = page.locator(".file-row", has_text=name)
    expect(row.get_by_text("Added", exact=True)).to_be_visible(timeout=TAKEN_IN_MS)


def test_an_interrupted_upload_goes_on_after_a_reload(upload_page: Page, tmp_path: Path) -> None:
    page = upload_page
    take = write_wav(tmp_path / "Long Take.wav", stereo(noise(duration_s=120)))
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 4_000_000}
    network.send("Network.emulateNetworkConditions", slow)
    choose(page, take)
    row = page.locator(".file-row", has_text="Long Take.wav")
    expect(row.get_by_text("Uploading")).to_be_visible()
    expect(row.locator("[data-upload-percent]")).not_to_have_text("0 %", timeout=30_000)

    row.get_by_role("button", name="Pause").click()
    expect(row.get_by_text("Paused")).to_be_visible()
    page.reload()
    sent = Upload.objects.get().offset
    assert 0 < sent < take.stat().st_size
    expect(row.get_by_text("goes on where it stopped")).to_be_visible()
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    choose(page, take)

    added(page, "Long Take.wav")
    assert Upload.objects.count() == 1
    assert Track.objects.get().title == "Long Take"


def test_a_refused_file_says_why_beside_the_good_one(upload_page: Page, tmp_path: Path) -> None:
    page = upload_page
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "page.mp3").write_text("<html>not found</html>" + " " * 5000)
    choose(
        page,
        write_wav(tmp_path / "Song.wav", tone(duration_s=3)),
        tmp_path / "empty.wav",
        tmp_path / "page.mp3",
    )

    expect(page.get_by_text("“empty.wav” is empty (0 bytes).")).to_be_visible()
    expect(page.get_by_text("“page.mp3” is a web page.")).to_be_visible(timeout=TAKEN_IN_MS)
    added(page, "Song.wav")
    expect(page.get_by_role("link", name="Open track Song")).to_be_visible()
    assert axe_violations(page) == []


def test_a_file_is_moved_to_its_song_by_keyboard_alone(upload_page: Page, tmp_path: Path) -> None:
    page = upload_page
    choose(
        page,
        write_wav(tmp_path / "Song.wav", tone(duration_s=3)),
        write_wav(tmp_path / "Boom.wav", drum_loop(duration_s=3)),
    )
    added(page, "Song.wav")
    added(page, "Boom.wav")

    page.locator(".file-row", has_text="Boom.wav").locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Song")
    page.keyboard.press("Tab")
    page.keyboard.type("Drums")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".toast")).to_contain_text("a stem of “Song” (drums)")
    stem = Stem.objects.get()
    assert (stem.track.title, stem.role) == ("Song", "drums")
    assert Track.objects.count() == 1


def test_a_file_is_dragged_onto_its_song_and_taken_back(upload_page: Page, tmp_path: Path) -> None:
    page = upload_page
    choose(
        page,
        write_wav(tmp_path / "Song.wav", tone(duration_s=3)),
        write_wav(tmp_path / "Boom.wav", drum_loop(duration_s=3)),
    )
    added(page, "Song.wav")
    added(page, "Boom.wav")
    # The list is drawn anew until both were listened to, and a row that goes takes its drag along.
    expect(page.get_by_text("2 recordings analysed.")).to_be_visible(timeout=TAKEN_IN_MS)

    page.locator(".file-row", has_text="Boom.wav").drag_to(page.get_by_role("region", name="Song"))
    expect(page.locator(".toast")).to_contain_text("a stem of “Song” (other)")
    assert Stem.objects.count() == 1
    with page.expect_navigation():
        page.locator(".toast").get_by_role("button", name="Undo").click()

    assert (Stem.objects.count(), Track.objects.count()) == (0, 2)


def test_without_javascript_a_form_brings_songs_in(
    live_studio: LiveStudio, chromium: Browser, owner: Access, tmp_path: Path
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    sign_in(context, live_studio.url, owner.user)
    page = context.new_page()
    page.goto(f"{live_studio.url}/w/ada/upload/")
    choose(
        page,
        write_wav(tmp_path / "Song.wav", tone(duration_s=3)),
        write_wav(tmp_path / "Song (drums).wav", drum_loop(duration_s=3)),
    )

    page.get_by_role("button", name="Upload", exact=True).click()
    live_studio.worker.wait_until(lambda: Stem.objects.exists(), within_s=60)
    page.reload()

    expect(page.get_by_role("link", name="Open track Song")).to_be_visible()
    context.close()

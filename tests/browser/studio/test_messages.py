"""What the studio says after an action, with Undo, with and without JavaScript."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Track
from tests.audio import tone, wav_bytes
from tests.factories import WorkspaceFactory, make_track, member
from tests.support.browser import sign_in


@pytest.fixture
def track(context: BrowserContext, live_server: LiveServer) -> Track:
    access = member(WorkspaceFactory())
    sign_in(context, live_server.url, access.user)
    return make_track(access.workspace, title="Harbour Lights")


def address_of(live_server: LiveServer, track: Track) -> str:
    return f"{live_server.url}/w/{track.workspace.slug}/tracks/{track.pk}/"


def play_something(page: Page) -> None:
    sound = wav_bytes(tone(duration_s=20))
    page.route("**/sound.wav", lambda route: route.fulfill(body=sound, content_type="audio/wav"))
    page.evaluate(
        """() => {
          const button = document.createElement("button");
          button.textContent = "Play it";
          Object.assign(button.dataset, { play: "", track: "7", title: "It", src: "/sound.wav" });
          document.getElementById("main").append(button);
        }"""
    )
    page.get_by_role("button", name="Play it").click()
    page.get_by_role("button", name="Pause", exact=True).wait_for()


def rename(page: Page, live_server: LiveServer, track: Track) -> None:
    page.goto(address_of(live_server, track) + "edit/")
    page.get_by_label("Title", exact=True).fill("Harbour Night")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Harbour Night")


def test_a_saved_edit_says_so_and_can_be_undone_at_once(
    page: Page, live_server: LiveServer, track: Track
) -> None:
    rename(page, live_server, track)
    messages = page.get_by_role("region", name="Messages")
    expect(page.locator("#live")).to_contain_text("Undo is available.")
    messages.get_by_role("button", name="Undo").click()
    page.goto(address_of(live_server, track))
    expect(page.locator("h1")).to_have_text("Harbour Lights")


def test_a_message_can_be_dismissed(page: Page, live_server: LiveServer, track: Track) -> None:
    rename(page, live_server, track)
    messages = page.get_by_role("region", name="Messages")
    messages.get_by_role("button", name="Dismiss").click()
    expect(messages.locator(".toast")).to_have_count(0)


def test_undo_works_without_javascript(
    chromium: Browser, live_server: LiveServer, track: Track, context: BrowserContext
) -> None:
    plain = chromium.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())  # type: ignore[arg-type]  # given back as they came
    page = plain.new_page()
    rename(page, live_server, track)
    page.get_by_role("main").get_by_role("button", name="Undo").click()
    page.goto(address_of(live_server, track))
    expect(page.locator("h1")).to_have_text("Harbour Lights")
    plain.close()


@pytest.mark.parametrize("playing", [False, True])
def test_unsaved_words_are_not_lost_by_a_click(
    page: Page, live_server: LiveServer, track: Track, playing: bool
) -> None:
    page.goto(address_of(live_server, track))
    if playing:
        play_something(page)
    page.locator("#description textarea").fill("A slow song about the harbour.")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Review", exact=True).first.click(no_wait_after=True)
    page.wait_for_function("() => true")
    expect(page.locator("h1")).to_have_text("Harbour Lights")
    assert asked == ["beforeunload"]

"""The player at the bottom of every page, with real sound in a real browser."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from catalog.roles import Role
from tests.audio import tone, wav_bytes
from tests.factories import WorkspaceFactory, member
from tests.support.browser import sign_in

TRACKS = {"101": "Harbour Lights", "102": "Second Wind"}
STEMS = [
    {"key": "drums", "label": "Drums", "src": "/sound/drums.wav"},
    {"key": "bass", "label": "Bass", "src": "/sound/bass.wav"},
]


@pytest.fixture
def studio(page: Page, live_server: LiveServer, settings: Settings) -> Page:
    """Open Home with two playable tracks put into it."""
    settings.ROOT_URLCONF = "tests.support.urls"
    access = member(WorkspaceFactory(), Role.OWNER)
    sign_in(page.context, live_server.url, access.user)
    sounds = {name: wav_bytes(tone(duration_s=6)) for name in (*TRACKS, "drums", "bass")}

    def serve(route: Route) -> None:
        body = sounds[route.request.url.rsplit("/", 1)[1].removesuffix(".wav")]
        first, _, last = route.request.headers.get("range", "bytes=0-")[6:].partition("-")
        end = min(int(last or len(body)), len(body) - 1)
        route.fulfill(
            status=206,
            body=body[int(first) : end + 1],
            content_type="audio/wav",
            headers={
                "Accept-Ranges": "bytes",
                "Content-Range": f"bytes {first}-{end}/{len(body)}",
            },
        )

    page.route("**/sound/*.wav", serve)
    page.goto(f"{live_server.url}/w/{access.workspace.slug}/")
    offer_tracks(page)
    return page


def offer_tracks(page: Page) -> None:
    page.evaluate(
        """([tracks, stems]) => {
          const list = document.createElement("div");
          list.dataset.queue = "";
          for (const [track, title] of Object.entries(tracks)) {
            const button = document.createElement("button");
            button.textContent = `Play ${title}`;
            Object.assign(button.dataset, {
              play: "", track, title, src: `/sound/${track}.wav`, duration: "6",
              stems: track === "101" ? stems : "[]",
            });
            list.append(button);
          }
          const loop = document.createElement("button");
          loop.textContent = "Loop 2 to 3";
          Object.assign(loop.dataset, { loop: "", track: "101", start: "2", end: "3" });
          document.getElementById("main").append(list, loop);
        }""",
        [TRACKS, json.dumps(STEMS)],
    )


def position(page: Page) -> float:
    return float(page.locator("[data-player-seek]").input_value())


def wait_until_past(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "s => Number(document.querySelector('[data-player-seek]').value) > s", arg=seconds
    )


def test_a_track_plays_pauses_and_seeks_by_keyboard(studio: Page) -> None:
    bar = studio.get_by_role("region", name="Player")
    expect(bar).to_be_hidden()
    studio.get_by_role("button", name="Play Harbour Lights").click()
    expect(bar).to_contain_text("Harbour Lights")
    wait_until_past(studio, 0.3)
    studio.locator("h1").click()
    studio.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Play", exact=True)).to_be_visible()
    studio.keyboard.press("ArrowRight")
    assert position(studio) > 5
    studio.keyboard.press("ArrowLeft")
    assert position(studio) < 2


def test_seconds_can_be_looped_until_pressed_again(studio: Page) -> None:
    loop = studio.get_by_role("button", name="Loop 2 to 3")
    loop.click()
    expect(loop).to_have_attribute("aria-pressed", "true")
    wait_until_past(studio, 2.5)
    studio.wait_for_function(
        "() => Number(document.querySelector('[data-player-seek]').value) < 2.4"
    )
    assert 1.9 < position(studio) < 3.3
    loop.click()
    expect(loop).to_have_attribute("aria-pressed", "false")


def test_stems_are_heard_alone_or_mixed(studio: Page) -> None:
    bar = studio.get_by_role("region", name="Player")
    studio.get_by_role("button", name="Play Harbour Lights").click()
    wait_until_past(studio, 0.5)
    bar.get_by_label("What to hear").select_option("Drums")
    wait_until_past(studio, 0.8)
    bar.get_by_role("button", name="Stem mixer").click()
    mute = bar.get_by_role("button", name="Mute Drums")
    mute.click()
    expect(bar.get_by_role("button", name="Mute Drums")).to_have_attribute("aria-pressed", "true")
    bar.get_by_role("button", name="Solo Bass").click()
    expect(bar.get_by_role("button", name="Solo Bass")).to_be_focused()
    wait_until_past(studio, 1.2)
    bar.get_by_role("button", name="Stem mixer").click()
    expect(bar.get_by_role("button", name="Mute Drums")).to_be_hidden()


def test_the_next_track_of_a_list_follows(studio: Page) -> None:
    studio.get_by_role("button", name="Play Harbour Lights").click()
    wait_until_past(studio, 0.2)
    studio.get_by_role("slider", name="Position").fill("5.8")
    bar = studio.get_by_role("region", name="Player")
    expect(bar).to_contain_text("Second Wind")
    expect(studio.get_by_role("button", name="Play Second Wind")).to_contain_class("playing")


def test_music_goes_on_while_pages_change_and_comes_back_after_a_load(studio: Page) -> None:
    studio.evaluate("window.sameDocument = true")
    studio.get_by_role("button", name="Play Harbour Lights").click()
    wait_until_past(studio, 0.5)
    studio.get_by_role("link", name="Catalog", exact=True).first.click()
    expect(studio).to_have_url(re.compile(r"/tracks/"))
    expect(studio.locator("h1")).to_be_visible()
    assert studio.evaluate("window.sameDocument") is True
    wait_until_past(studio, 1.0)
    studio.go_back()
    expect(studio).to_have_url(re.compile(r"/w/[^/]+/$"))
    expect(studio.locator(".rail [aria-current=page]")).to_have_text("Home")
    assert studio.evaluate("window.sameDocument") is True

    studio.locator("h1").click()
    studio.keyboard.press("Space")
    before = position(studio)
    studio.reload()
    bar = studio.get_by_role("region", name="Player")
    expect(bar).to_contain_text("Harbour Lights")
    studio.wait_for_function(
        "s => Math.abs(Number(document.querySelector('[data-player-seek]').value) - s) < 0.3",
        arg=before,
    )


def test_links_are_ordinary_loads_while_nothing_plays(studio: Page) -> None:
    studio.evaluate("window.sameDocument = true")
    studio.get_by_role("link", name="Catalog", exact=True).first.click()
    expect(studio).to_have_url(re.compile(r"/tracks/"))
    assert studio.evaluate("window.sameDocument") is None


def test_a_waveform_shows_and_moves_the_position(studio: Page, live_server: LiveServer) -> None:
    studio.route(
        "**/styleguide/none", lambda route: route.fulfill(json={"peaks": [[0.2, -0.5] * 99]})
    )
    studio.goto(f"{live_server.url}/styleguide/")
    offer_tracks(studio)
    studio.evaluate(
        """() => {
          const old = document.querySelector("[data-waveform]");
          const copy = old.cloneNode(true);
          Object.assign(copy.dataset, { track: "101", duration: "6" });
          copy.querySelector("[data-waveform-canvas]").replaceChildren();
          old.replaceWith(copy);
        }"""
    )
    slider = studio.get_by_role("slider", name="Position in Harbour Lights")
    expect(slider).to_have_attribute("aria-valuetext", "0:00 of 0:06")
    slider.focus()
    studio.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "0:06 of 0:06")
    studio.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0:00 of 0:06")
    box = slider.bounding_box()
    assert box
    studio.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_until_past(studio, 2.5)
    assert position(studio) < 4.5


def test_a_page_reached_while_music_plays_has_its_own_styles_and_scripts(studio: Page) -> None:
    studio.evaluate("window.sameDocument = true")
    studio.get_by_role("button", name="Play Harbour Lights").click()
    wait_until_past(studio, 0.3)
    studio.get_by_role("link", name="Prompts", exact=True).first.click()
    box = studio.get_by_label("What would you like to hear?")
    expect(box).to_be_visible()
    assert studio.evaluate("window.sameDocument") is True
    assert studio.evaluate("[...document.styleSheets].some(s => s.href.includes('css/prompts'))")
    # Enter asks only where the page's module is at work.
    box.fill("something calm")
    box.press("Enter")
    expect(studio).to_have_url(re.compile(r"q=something"))
    studio.go_back()
    expect(studio).not_to_have_url(re.compile(r"q=something"))
    expect(studio.get_by_label("What would you like to hear?")).to_have_value("")
    assert studio.evaluate("window.sameDocument") is True

"""Deciding suggestions in a real browser: by keyboard alone, by mouse, and without JavaScript."""

from dataclasses import dataclass

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from analysis.domain.result import TagFound
from catalog.access import Access
from catalog.models import AudioFile, Track, Workspace
from catalog.roles import Role
from tests.analyses import found, heard
from tests.audio import tone, wav_bytes
from tests.factories import WorkspaceFactory, make_audio_file, make_track, member
from tests.support.browser import axe_violations, sign_in

SECONDS = 80
RATE_HZ = 8_000
FIRST = (
    found("genre", "jazz", 0.9),
    found("instrument", "piano", 0.82),
    found("instrument", "violin", 0.6),
    found("mood", "mellow", 0.7),
)
SECOND = (found("genre", "techno", 0.95),)


@dataclass(frozen=True)
class Scene:
    """Two tracks with suggestions, and the person in front of them."""

    page: Page
    url: str
    access: Access
    first: Track
    second: Track

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}/w/{self.access.workspace.slug}/{path}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def current(self) -> str:
        """The label of the suggestion that has the focus, and is marked so."""
        expect(self.page.locator(".ask.current")).to_be_focused()
        return str(self.page.evaluate("document.activeElement.getAttribute('aria-label')"))

    def expect_left(self, count: int) -> None:
        expect(self.page.locator("[data-suggestion]")).to_have_count(count)


@pytest.fixture
def scene(page: Page, live_server: LiveServer) -> Scene:
    access = member(WorkspaceFactory(), Role.EDITOR)
    sign_in(page.context, live_server.url, access.user)
    return Scene(
        page=page,
        url=live_server.url,
        access=access,
        first=_track(access.workspace, "Blue Hour", 220.0, FIRST),
        second=_track(access.workspace, "Night Bus", 330.0, SECOND),
    )


def _track(workspace: Workspace, title: str, pitch_hz: float, tags: tuple[TagFound, ...]) -> Track:
    audio = _sound(workspace, title, pitch_hz)
    track = make_track(workspace, title=title, artist="Ada Lindgren", audio=audio.pk)
    heard(audio, *tags, duration_s=float(SECONDS))
    return track


def _sound(workspace: Workspace, title: str, pitch_hz: float) -> AudioFile:
    samples = tone(frequency_hz=pitch_hz, duration_s=SECONDS, sample_rate_hz=RATE_HZ)
    content = wav_bytes(samples, sample_rate_hz=RATE_HZ)
    name = default_storage.save(f"originals/{title}", ContentFile(content))
    return make_audio_file(
        workspace,
        content,
        storage_name=name,
        original_name=f"{title}.wav",
        container="wav",
        duration_s=float(SECONDS),
    )


def test_two_tracks_are_decided_by_keyboard_alone_without_loading_a_page(scene: Scene) -> None:
    page = scene.page
    scene.open("analysis/review/")
    page.evaluate("window.sameDocument = true")
    scene.expect_left(6)
    expect(page.locator("[data-suggestion]").first).to_be_focused()
    assert scene.current() == "Genre: Jazz"

    scene.press("a")
    scene.expect_left(5)
    assert scene.current() == "Mood: Mellow"
    scene.press("r")
    scene.expect_left(4)
    scene.press("u")
    scene.expect_left(5)

    scene.press("j")
    assert scene.current() == "Instrument: Piano"
    scene.press("l")
    expect(page.locator(".ask.current [data-loop][aria-pressed=true]")).to_have_count(1)
    expect(page.locator("#player")).to_be_visible()
    scene.press("k", "j", "e")
    answer = page.get_by_label("Instrument", exact=True)
    expect(answer).to_be_focused()
    page.keyboard.type("Rhodes")
    scene.press("Tab", "Enter")
    scene.expect_left(4)

    scene.press("]")
    expect(page.get_by_text("Tempo: 240 BPM")).to_be_visible()
    scene.press("[", "A")
    expect(page.get_by_text("Tempo: 120 BPM").first).to_be_visible()
    scene.expect_left(3)
    for left in (2, 1, 0):
        scene.press("a")
        scene.expect_left(left)
    expect(page.get_by_text("Everything is decided here.")).to_be_visible()
    expect(page.locator("#review-left")).to_have_text("3 suggestions left on 1 track")

    expect(page.get_by_role("link", name="Next track")).to_be_focused()
    scene.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Night Bus")
    assert page.url.endswith(f"?track={scene.second.pk}")
    scene.press("A")
    scene.expect_left(1)
    scene.press("r")
    expect(page.locator("#review-left")).to_have_text("Nothing left to decide")
    assert page.evaluate("window.sameDocument")

    stands = scene.first.assertions.values_list("term__slug", flat=True)
    assert set(stands) == {"jazz", "rhodes", "mellow", "violin"}
    scene.first.refresh_from_db()
    assert (scene.first.tempo_bpm, scene.first.key_tonic) == (120.0, "Eb")


def test_keys_pressed_faster_than_the_studio_answers_are_not_lost(scene: Scene) -> None:
    scene.open("analysis/review/")
    scene.expect_left(6)
    scene.press("a", "r", "a", "j", "a")
    scene.expect_left(2)
    rows = scene.first.suggestions.order_by("pk")
    answers = {row.term or row.facet: row.status for row in rows}
    assert answers == {
        "jazz": "accepted",
        "mellow": "rejected",
        "piano": "accepted",
        "violin": "open",
        "tempo": "accepted",
        "key": "open",
    }


def test_the_tags_of_the_track_page_follow_the_decisions(scene: Scene) -> None:
    page = scene.page
    scene.open(f"tracks/{scene.first.pk}/")
    page.get_by_role("button", name="Accept Jazz").click()
    expect(page.locator("#stands").get_by_text("Jazz")).to_be_visible()
    expect(page.locator('.lane[data-of="genre:jazz"]')).to_have_class("lane accepted")
    page.get_by_text("Decided: 1 accepted, 0 refused").click()
    page.get_by_role("button", name="Undo: Jazz").click()
    expect(page.locator("#stands").get_by_text("Jazz")).to_have_count(0)


def test_a_decision_by_somebody_else_is_said(scene: Scene) -> None:
    page = scene.page
    scene.open(f"analysis/tracks/{scene.first.pk}/")
    scene.first.suggestions.filter(term="jazz").update(status="superseded")
    page.get_by_role("button", name="Accept Jazz").click()
    expect(page.locator(".toast")).to_contain_text("decided on Jazz in the meantime")
    scene.expect_left(5)


def test_everything_works_without_javascript(scene: Scene, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    sign_in(context, scene.url, scene.access.user)
    page = context.new_page()
    page.goto(f"{scene.url}/w/{scene.access.workspace.slug}/analysis/tracks/{scene.first.pk}/")
    page.get_by_role("button", name="Accept Jazz").click()
    expect(page.get_by_text("Accepted Jazz.")).to_be_visible()
    page.get_by_role("link", name="Edit Piano").click()
    page.get_by_label("Instrument", exact=True).select_option("rhodes")
    page.get_by_role("button", name="Use this instead").click()
    expect(page.get_by_text("Accepted Rhodes instead of Piano.")).to_be_visible()
    context.close()
    assert set(scene.first.assertions.values_list("term__slug", flat=True)) == {"jazz", "rhodes"}


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["analysis/review/", "analysis/tracks/{}/", "analysis/home/"])
def test_the_pages_are_accessible_and_fit(scene: Scene, path: str, width: int) -> None:
    scene.page.set_viewport_size({"width": width, "height": 844})
    scene.open(path.format(scene.first.pk))
    scene.page.wait_for_load_state("networkidle")
    assert axe_violations(scene.page) == []
    overflow = scene.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0

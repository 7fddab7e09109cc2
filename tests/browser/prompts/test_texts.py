"""Texts in a real browser: two people at once, underlines by name, the review room by keyboard."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.access import Access
from catalog.models import Description, Track
from catalog.roles import Role
from catalog.services.descriptions import Slot, save_text
from tests.factories import WorkspaceFactory, make_release, make_track, member
from tests.support.browser import Complaints, axe_violations, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FACTS = {
    "tempo_bpm": 174.0,
    "genre": ["drum-and-bass"],
    "mood": ["dark"],
    "instrument": ["synthesizer", "drums"],
    "vocals": ["female-vocals"],
}


@dataclass(frozen=True)
class Scene:
    """An album and the person in front of it."""

    page: Page
    url: str
    access: Access
    tracks: list[Track]
    release_id: int

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}/w/{self.access.workspace.slug}/descriptions/{path}")

    def text(self, number: int) -> Description:
        return Description.objects.get(track=self.tracks[number], length=500)


@pytest.fixture
def scene(page: Page, live_server: LiveServer) -> Scene:
    access = member(WorkspaceFactory(), Role.EDITOR)
    sign_in(page.context, live_server.url, access.user)
    release = make_release(access.workspace, title="First Light")
    tracks = [
        make_track(access.workspace, title=f"Song {n}", release=release.pk, track_number=n, **FACTS)
        for n in (1, 2, 3)
    ]
    return Scene(page, live_server.url, access, tracks, release.pk)


def test_underlines_have_names_and_follow_the_typing(scene: Scene) -> None:
    scene.open(f"tracks/{scene.tracks[0].pk}/")
    page = scene.page
    field = page.get_by_label("Description, up to 500 characters")
    field.fill("🎹 A slow song with synths and no vocals.")
    marks = page.locator("[data-underlines] mark")
    expect(marks).to_have_text(["slow song", "no vocals"])
    expect(marks.first).to_have_class("contradicted")
    checks = page.locator("#checks")
    expect(checks.get_by_role("status")).to_contain_text("2 contradicted")
    expect(checks).to_contain_text("The tempo is 174 BPM.")
    page.get_by_role("button", name="Save text").click()
    expect(page.get_by_role("button", name=re.compile("no vocals: contradicted"))).to_be_visible()
    assert axe_violations(page) == []
    field.fill("A dark song!!")
    page.get_by_role("button", name="Write “.”").click()
    expect(field).to_have_value("A dark song.")
    page.locator("[data-take-draft]").first.click()
    expect(field).not_to_have_value("A dark song.")
    expect(page.locator("[data-counter]")).to_contain_text("left")


def test_two_people_editing_one_text_at_once_lose_nothing(
    scene: Scene, chromium: Browser, complaints: Complaints
) -> None:
    track = scene.tracks[0]
    save_text(
        access=scene.access, track=track, slot=Slot(), row_version=0,
        text="A dark song with synths and drums.",
    )  # fmt: skip
    other = member(scene.access.workspace, Role.EDITOR)
    context = chromium.new_context()
    sign_in(context, scene.url, other.user)
    theirs = context.new_page()
    path = f"/w/{scene.access.workspace.slug}/descriptions/tracks/{track.pk}/"
    scene.page.goto(scene.url + path)
    theirs.goto(scene.url + path)
    for page, text in (
        (theirs, "A very dark song with synths and drums."),
        (scene.page, "A dark song with synths and big drums."),
    ):
        page.locator("#text-field").fill(text)
        page.get_by_role("button", name="Save text").click()
        expect(page.locator("#toasts")).to_contain_text("aved")
    assert scene.text(0).text == "A very dark song with synths and big drums."
    theirs.goto(scene.url + path)
    scene.page.goto(scene.url + path)
    theirs.locator("#text-field").fill("A deep song.")
    theirs.get_by_role("button", name="Save text").click()
    expect(theirs.locator("#toasts")).to_contain_text("saved")
    scene.page.locator("#text-field").fill("A sad song.")
    scene.page.get_by_role("button", name="Save text").click()
    expect(scene.page.get_by_role("alert")).to_contain_text("Nothing was overwritten")
    expect(scene.page.locator("#text-field")).to_have_value("A sad song.")
    expect(scene.page.locator(".diff del")).to_have_text("deep")
    assert scene.text(0).text == "A deep song."
    complaints.forgive()  # the browser notes the refusal (409) as an error
    context.close()


def test_the_review_room_needs_nothing_but_keys(scene: Scene) -> None:
    save_text(
        access=scene.access, track=scene.tracks[1], slot=Slot(), text="A dark song.", row_version=0
    )
    page = scene.page
    scene.open(f"room/?release={scene.release_id}")
    loaded = page.evaluate("performance.timeOrigin")
    left = page.locator("[data-left]")
    expect(left).to_have_text(re.compile("3 left of 3"))
    expect(page.locator("[data-room-title]")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("[data-says]")).to_have_text("Draft taken.")
    page.keyboard.press("a")
    expect(page.locator("[data-room-title]")).to_have_text("Song 2")
    expect(left).to_have_text(re.compile("2 left of 3"))
    page.keyboard.press("e")
    expect(page.locator("#room-text")).to_be_focused()
    page.keyboard.type(" With drums.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".checked-text")).to_contain_text("With drums.")
    page.keyboard.press("a")
    expect(page.locator("[data-room-title]")).to_have_text("Song 3")
    page.keyboard.press("u")
    expect(page.locator("[data-room-title]")).to_have_text("Song 2")
    expect(left).to_have_text(re.compile("2 left of 3"))
    page.keyboard.press("n")
    expect(page.locator("[data-room-title]")).to_have_text("Song 3")
    assert page.evaluate("performance.timeOrigin") == loaded
    assert axe_violations(page) == []
    scene.open(f"room/?release={scene.release_id}")
    expect(page.locator("[data-room-title]")).to_have_text("Song 3")

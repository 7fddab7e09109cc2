"""The prompt box in a real browser: ask by keyboard, take a chip off, see why; also plain HTML."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.access import Access
from tests.factories import WorkspaceFactory, make_track, member
from tests.support.browser import sign_in

PROMPT = "latin percussion but no heavy vocals"


@pytest.fixture
def access(context: BrowserContext, live_server: LiveServer) -> Access:
    access = member(WorkspaceFactory())
    make_track(access.workspace, title="Costa", artist="Cy", instrument=["bongos"], tempo_bpm=120)
    make_track(
        access.workspace, title="Grito", artist="Bo", instrument=["congas"], vocals=["heavy-vocals"]
    )
    sign_in(context, live_server.url, access.user)
    return access


def address(live_server: LiveServer, access: Access) -> str:
    return f"{live_server.url}/w/{access.workspace.slug}/prompts/"


def test_a_prompt_is_asked_and_narrowed_by_keyboard(
    page: Page, live_server: LiveServer, access: Access
) -> None:
    page.goto(address(live_server, access))
    box = page.get_by_label("What would you like to hear?")
    box.fill(PROMPT)
    box.press("Enter")
    found = page.get_by_role("link", name="Costa")
    expect(found).to_be_visible()
    expect(page.get_by_role("link", name="Grito")).to_have_count(0)
    expect(page.get_by_text("Removed 1 track.")).to_be_visible()
    expect(page).to_have_url(re.compile("q=latin"))

    page.get_by_role("link", name="Take off without Heavy vocals").press("Enter")
    expect(page.get_by_role("link", name="Grito")).to_be_visible()

    page.locator(".why summary").first.press("Enter")
    expect(page.get_by_text("comes near latin percussion").first).to_be_visible()


def test_the_box_works_without_javascript(
    chromium: Browser, live_server: LiveServer, access: Access, context: BrowserContext
) -> None:
    plain = chromium.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(address(live_server, access))
    page.get_by_label("What would you like to hear?").fill(PROMPT)
    page.get_by_role("button", name="Find tracks").click()
    expect(page.get_by_role("link", name="Costa")).to_be_visible()
    page.get_by_role("link", name="Take off without Heavy vocals").click()
    expect(page.get_by_role("link", name="Grito")).to_be_visible()
    plain.close()

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
    plain.add_cookies(context.cookies())  # type: ignore[arg-type]  # given back as they came
    page = plain.new_page()
    page.goto(address(live_server, access))
    page.get_by_label("What would you like to hear?").fill(PROMPT)
    page.get_by_role("button", name="Find tracks").click()
    expect(page.get_by_role("link", name="Costa")).to_be_visible()
    page.get_by_role("link", name="Take off without Heavy vocals").click()
    expect(page.get_by_role("link", name="Grito")).to_be_visible()
    plain.close()


def test_the_profile_on_the_device_reorders_the_list_and_is_never_sent(
    page: Page, live_server: LiveServer, access: Access
) -> None:
    make_track(access.workspace, title="Sombra", artist="Di", instrument=["bongos"], mood=["dark"])
    page.goto(f"{address(live_server, access)}?q=latin+percussion&approach=on-device")
    titles = page.locator(".prompt-result h3")
    assert titles.count() == 3
    last = titles.nth(2).inner_text()
    sent: list[str] = []
    page.on(
        "request",
        lambda request: sent.append(
            f"{request.url} {request.post_data or ''} {request.all_headers()}"
        ),
    )
    for _ in range(8):
        page.get_by_role("button", name=re.compile(f"More of this.*{last}")).click()
        for other in (title for title in ("Costa", "Grito", "Sombra") if title != last):
            page.get_by_role("button", name=re.compile(f"Less of this.*{other}")).click()
    expect(titles.first).to_have_text(last)
    profile = page.evaluate("localStorage.getItem('liner:listening-profile')")
    terms = re.findall(r'"(\w+:[\w-]+)"', profile)
    assert "instrument:bongos" in terms
    page.goto(f"{address(live_server, access)}?q=percussion&approach=on-device")
    expect(page.get_by_text("Put in order on this device")).to_be_visible()
    page.get_by_role("button", name="Find tracks").click()
    page.wait_for_load_state("networkidle")
    assert sent
    for request in sent:
        assert "listening-profile" not in request
        assert not any(term in request for term in terms)
    assert page.evaluate("document.cookie").find("profile") < 0

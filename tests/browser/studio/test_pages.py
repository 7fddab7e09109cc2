"""Every page, empty and with awkward data: accessible, with one heading, not too wide."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from catalog.access import Access
from studio.styleguide import LONG_TITLE, RIGHT_TO_LEFT
from tests.factories import WorkspaceFactory, make_release, make_track, member
from tests.support.browser import Complaints, axe_violations, sign_in

PAGES = (
    "",
    "tracks/",
    "upload/",
    "releases/",
    "artists/",
    "changes/",
    "analysis/review/",
    "analysis/operations/",
    "prompts/",
    "prompts/?q=calm piano, no vocals",
    "surfacing/",
    "surfacing/spaces/",
    "surfacing/method/",
    "surfacing/observed/",
    "surfacing/listening/",
    "surfacing/money/",
    "surfacing/campaigns/",
    "surfacing/campaigns/new/",
    "settings/",
    "members/",
    "vocabulary/",
    "audit/",
)
ACCOUNT_PAGES = (
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/logout/",
    "/accounts/api-token/",
)


def problems_of(page: Page, address: str, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    found = [] if answer and answer.ok else [f"status {answer and answer.status}"]
    headings = page.locator("h1").count()
    if headings != 1:
        found.append(f"{headings} headings of level 1")
    if page.title().startswith(("·", "Liner")):
        found.append(f"no title of its own: {page.title()}")
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if beyond > 0:
        found.append(f"{beyond} px too wide at {width}")
    found += axe_violations(page)
    return [f"{address}: {line}" for line in found]


@pytest.fixture
def owner(page: Page, live_server: LiveServer) -> Access:
    access = member(WorkspaceFactory())
    sign_in(page.context, live_server.url, access.user)
    page.emulate_media(reduced_motion="reduce")
    return access


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_of_an_empty_workspace_is_sound(
    page: Page, live_server: LiveServer, owner: Access, width: int
) -> None:
    base = f"{live_server.url}/w/{owner.workspace.slug}/"
    problems = [line for path in PAGES for line in problems_of(page, base + path, width)]
    assert problems == []


@pytest.mark.parametrize("width", [1440, 320])
def test_long_titles_and_other_scripts_break_no_page(
    page: Page, live_server: LiveServer, owner: Access, width: int
) -> None:
    artist = f"{RIGHT_TO_LEFT}; {LONG_TITLE}"
    track = make_track(owner.workspace, title=LONG_TITLE, artist=artist)
    make_track(owner.workspace, title=RIGHT_TO_LEFT, artist=RIGHT_TO_LEFT)
    make_track(owner.workspace, title="W" * 200)
    release = make_release(owner.workspace, title=LONG_TITLE)
    base = f"{live_server.url}/w/{owner.workspace.slug}/"
    paths = (
        "",
        "tracks/",
        f"tracks/{track.pk}/",
        f"tracks/{track.pk}/edit/",
        "releases/",
        f"releases/{release.pk}/",
        "artists/",
        "changes/",
        "prompts/?q=" + "w" * 150,
    )
    problems = [line for path in paths for line in problems_of(page, base + path, width)]
    assert problems == []


def test_the_pages_of_ones_account_are_sound(
    page: Page, live_server: LiveServer, owner: Access
) -> None:
    owner.user.email = f"{'long-name.' * 6}@{'label.' * 9}example"
    owner.user.save()
    problems = [
        line
        for path in ACCOUNT_PAGES
        for width in (1440, 390)
        for line in problems_of(page, live_server.url + path, width)
    ]
    assert problems == []


def test_error_pages_say_what_to_do(
    page: Page, live_server: LiveServer, owner: Access, complaints: Complaints
) -> None:
    page.goto(f"{live_server.url}/w/nowhere/")
    page.get_by_role("heading", name="There is nothing here").wait_for()
    assert len(complaints.forgive()) == 1  # the browser notes the 404 that was asked for
    assert axe_violations(page) == []
    page.get_by_role("link", name="Back to the studio").click()
    page.wait_for_url(f"{live_server.url}/w/{owner.workspace.slug}/")

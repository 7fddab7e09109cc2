"""The way in and out, in a real browser: by mouse, by keyboard, and without JavaScript."""

import re

from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.access import Access
from catalog.roles import Role
from tests.factories import PASSWORD, WorkspaceFactory, member
from tests.support.browser import Complaints, axe_violations


def owner() -> Access:
    return member(WorkspaceFactory(), Role.OWNER)


def home_of(access: Access) -> re.Pattern[str]:
    return re.compile(rf"/w/{access.workspace.slug}/$")


def test_a_member_signs_in_and_out(page: Page, live_server: LiveServer) -> None:
    access = owner()
    page.goto(live_server.url)
    assert axe_violations(page) == []
    page.get_by_label("Email").fill(access.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(home_of(access))
    assert axe_violations(page) == []

    page.goto(f"{live_server.url}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{live_server.url}/w/{access.workspace.slug}/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_member_signs_in_by_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    access = owner()
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    for _ in range(10):
        if page.evaluate("document.activeElement.name") == "login":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(access.user.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(home_of(access))


def test_a_wrong_password_is_answered_in_words_and_too_many_lock_the_door(
    page: Page, live_server: LiveServer, complaints: Complaints
) -> None:
    access = owner()
    page.goto(f"{live_server.url}/accounts/login/")
    for attempt in range(6):
        page.get_by_label("Email").fill(access.user.email)
        page.get_by_label("Password", exact=True).fill(f"wrong {attempt}")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_text("Too many")).to_be_visible()
    page.get_by_label("Email").fill(access.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Too many")).to_be_visible()
    complaints.forgive()


def test_signing_in_needs_no_javascript(chromium: Browser, live_server: LiveServer) -> None:
    access = owner()
    with chromium.new_context(java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto(live_server.url)
        page.get_by_label("Email").fill(access.user.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(home_of(access))

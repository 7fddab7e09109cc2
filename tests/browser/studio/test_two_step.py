"""Two-step sign-in from switching it on to getting in, and a forgotten password."""

import re

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.factories import PASSWORD, WorkspaceFactory, member
from tests.support.browser import axe_violations


def code_for(secret: str, *, step: int = 0) -> str:
    """Give what an authenticator app shows now, or `step` half minutes later."""
    _, now, _ = yield_hotp_counters_from_time()  # one before, this one, one after
    return format_hotp_value(hotp_value(secret, now + step))


def sign_in_with(page: Page, live_server: LiveServer, email: str, password: str) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_two_steps_are_switched_on_used_and_survive_a_lost_phone(
    page: Page, live_server: LiveServer
) -> None:
    person = member(WorkspaceFactory(slug="harbour")).user
    sign_in_with(page, live_server, person.email, PASSWORD)
    page.goto(f"{live_server.url}/accounts/2fa/")
    page.get_by_role("link", name="Switch on").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_alt_text("QR code")).to_be_visible()
    assert axe_violations(page) == []
    secret = page.locator("main code").inner_text()
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill("000000")
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".error-summary")).to_be_focused()
    secret = page.locator("main code").inner_text()
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(code_for(secret))
    page.get_by_role("button", name="Switch on").click()
    page.goto(f"{live_server.url}/accounts/2fa/recovery-codes/")
    recovery = page.locator(".codes code").first.inner_text()
    assert axe_violations(page) == []
    sign_out(page, live_server)

    sign_in_with(page, live_server, person.email, PASSWORD)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(code_for(secret, step=1))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/w/harbour/")
    sign_out(page, live_server)

    sign_in_with(page, live_server, person.email, PASSWORD)
    page.get_by_label(re.compile("code", re.IGNORECASE)).fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/w/harbour/")


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(
    page: Page, live_server: LiveServer
) -> None:
    person = member(WorkspaceFactory(slug="harbour")).user
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    [message] = mail.outbox
    assert message.subject == "Choose a new password for Liner"
    [link] = re.findall(r"http\S+", str(message.body).split("once:")[1].split("If it")[0])
    page.goto(link)
    assert axe_violations(page) == []
    page.locator("[name=password1]").fill("a longer phrase 42")
    page.locator("[name=password2]").fill("a longer phrase 42")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_role("heading", name="Your new password is saved")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    sign_in_with(page, live_server, person.email, "a longer phrase 42")
    expect(page).to_have_url(f"{live_server.url}/w/harbour/")

"""Driving a real Chromium: where it is, how it starts, and what a page may never do."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def executable() -> str | None:
    """Find the machine's Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Complaints:
    """What the browser held against the pages of a test: script errors and refused content.

    A test that provokes some on purpose calls `forgive` once it has looked at them.
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def listen(self, page: Page) -> None:
        """Note the errors of a page."""
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))
        page.on("console", self._note)

    def forgive(self) -> list[str]:
        """Give what was found so far, and hold it against the test no longer."""
        found, self.found = self.found, []
        return found

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"console: {message.text}")


def sign_in(context: BrowserContext, base_url: str, user: AbstractBaseUser) -> None:
    """Give the browser a session of this person, as if they had signed in a moment ago."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": base_url}]
    )


def axe_violations(page: Page) -> list[str]:
    """Run axe-core on a page; each line says which rule is broken where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Without preload axe copies no style sheets, which the content policy would refuse.
    result: dict[str, Any] = page.evaluate(
        "axe.run(document, {preload: false,"
        " runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{violation['id']} ({violation['help']}): {node['html']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]

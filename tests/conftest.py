"""Fixtures that every folder of tests shares.

`embedded_services` starts the real PostgreSQL and Valkey, once, for the first test that asks for a
database. `worker` is a real Celery worker process; `page` is a tab of a real Chromium;
`live_studio` is the studio with its worker, at an address a browser can open.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from studio.embedded.paths import layout
from studio.embedded.services import Services, services
from tests.support import browser as browser_support
from tests.support.worker import Worker

ORDER = ("unit", "services", "browser")


@dataclass(frozen=True)
class LiveStudio:
    """The studio at work: its address and the worker behind it."""

    url: str
    worker: Worker


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run fast tests first, and mark tests by their folder where they do not say so themselves."""
    for item in items:
        folder = _folder(item)
        if folder in ("services", "browser"):
            item.add_marker(getattr(pytest.mark, folder))
        if folder == "browser":
            # On a busy machine a browser can miss a deadline: one more try, counted as a rerun.
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: ORDER.index(_folder(item)))


def _folder(item: pytest.Item) -> str:
    """Name the folder of a test; doctests beside the code count as unit tests."""
    parts = Path(item.path).relative_to(Path(__file__).parents[1]).parts
    return parts[1] if parts[0] == "tests" and parts[1] in ORDER else "unit"


# --- Services ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def embedded_services() -> Iterator[Services]:
    """Have PostgreSQL and Valkey answer for the rest of the session, on a folder of their own."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    with services(settings.VAR_DIR) as found:
        yield found


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    embedded_services: Services, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Start the database before pytest-django makes the test database in it."""


@pytest.fixture(autouse=True)
def _empty_broker(request: pytest.FixtureRequest) -> None:
    """Let no message, lock or counter of one test reach the next."""
    if request.node.get_closest_marker("services") or request.node.get_closest_marker("browser"):
        request.getfixturevalue("embedded_services")
        socket = layout(settings.VAR_DIR).valkey_socket
        with redis.Redis(unix_socket_path=str(socket)) as broker:
            broker.flushall()


@pytest.fixture
def worker(transactional_db: None, embedded_services: Services) -> Iterator[Worker]:
    """Run a real worker on the test database; `kill`, `start` and `wait_until` are its own."""
    found = Worker(
        database=connection.settings_dict["NAME"], log=settings.VAR_DIR / "log" / "worker.log"
    )
    found.start()
    yield found
    found.stop()


# --- Browser -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the machine's Chromium once; its tests are skipped where there is none."""
    executable = browser_support.executable()
    if executable is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    # Playwright keeps an event loop in this thread, in which Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=list(browser_support.ARGUMENTS)
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a browser profile of its own to each test."""
    found = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    found.set_default_timeout(15_000)
    yield found
    found.close()


@pytest.fixture
def complaints() -> browser_support.Complaints:
    """Collect what the browser holds against the pages of this test."""
    return browser_support.Complaints()


@pytest.fixture
def page(
    request: pytest.FixtureRequest,
    context: BrowserContext,
    complaints: browser_support.Complaints,
) -> Iterator[Page]:
    """Open a tab; script errors and content that the policy refuses fail the test at its end."""
    found = context.new_page()
    complaints.listen(found)
    yield found
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    if getattr(request.node, "failed", False):
        folder = settings.VAR_DIR / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        found.screenshot(path=folder / f"{name}.png", full_page=True)
    assert complaints.found == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    """Let fixtures know that their test failed."""
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]  # read by the page fixture
    return report


@pytest.fixture
def live_studio(live_server: LiveServer, worker: Worker) -> LiveStudio:
    """Serve the studio to a browser, with a worker for what pages leave to it."""
    return LiveStudio(url=live_server.url, worker=worker)

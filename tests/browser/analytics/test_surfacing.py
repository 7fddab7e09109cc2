"""Surfacing in a real browser: run a simulation, read the report, on any screen and by keyboard."""

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from analytics.models import SimulationRun
from analytics.services import runs
from catalog.models import Track, Workspace
from catalog.roles import Role
from tests.conftest import LiveStudio
from tests.factories import WorkspaceFactory, make_track, member
from tests.support.browser import axe_violations, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

SIZES = {"prompts": 1_300, "market_tracks": 1_500, "seed": 5}
LONG_TITLE = "A Song About Waiting for a Letter From a Lighthouse Keeper in the Winter of 1961"


def make_catalog() -> tuple[Workspace, Track]:
    workspace = WorkspaceFactory(name="Harbour Lights")
    track = make_track(
        workspace,
        title="Nocturne",
        artist="Ada",
        mood=["calm"],
        genre=["classical"],
        instrument=["piano"],
        activity=["studying"],
        vocals=["instrumental"],
    )
    make_track(workspace, title=LONG_TITLE, genre=["folk"], mood=["melancholic"])
    make_track(workspace, title="موسيقى الليل", genre=["arabic"], instrument=["oud"])
    return workspace, track


def simulate(workspace: Workspace) -> SimulationRun:
    run = runs.start_run(workspace=workspace, by=None, queue=False, **SIZES)
    for shard_id in run.shards.values_list("pk", flat=True):
        runs.perform_shard(shard_id=shard_id)
    return run


def test_a_person_runs_a_simulation_and_reads_what_it_found(
    live_studio: LiveStudio, context: BrowserContext, page: Page
) -> None:
    workspace, _ = make_catalog()
    sign_in(context, live_studio.url, member(workspace, Role.EDITOR).user)
    page.goto(f"{live_studio.url}/w/{workspace.slug}/surfacing/")

    page.get_by_text("Another approach, market, size or seed").click()
    page.get_by_label("Prompts", exact=True).fill(str(SIZES["prompts"]))
    page.get_by_label("Tracks in a generated market").fill(str(SIZES["market_tracks"]))
    page.get_by_role("button", name="Run with these").click()
    expect(page.locator("#simulation-progress")).to_be_visible()

    # The page changes by itself when the worker is done.
    expect(page.get_by_role("button", name="Run again")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Nocturne").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nocturne")
    expect(page.get_by_text("It surfaces in")).to_be_visible()
    expect(page.get_by_text("not a measurement of a streaming service")).to_be_visible()
    expect(page.get_by_text("If it is true, add").first).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_reports_are_accessible_and_fit_the_screen(
    live_server: LiveServer, context: BrowserContext, page: Page, theme: str, width: int
) -> None:
    workspace, track = make_catalog()
    run = simulate(workspace)
    space = run.space_results.filter(track=track, surfaced__gt=0)[0].space
    sign_in(context, live_server.url, member(workspace).user)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    start = f"{live_server.url}/w/{workspace.slug}/surfacing/"
    folder = settings.VAR_DIR / "screenshots" / "surfacing"
    folder.mkdir(parents=True, exist_ok=True)
    for name, address in {
        "report": start,
        "track": f"{start}tracks/{track.pk}/",
        "spaces": f"{start}spaces/",
        "space": f"{start}spaces/{space.slug}/",
        "method": f"{start}method/",
    }.items():
        page.goto(address)
        if name == "track":
            expect(page.get_by_text("Trying the words it lacks")).to_be_hidden(timeout=60_000)
        page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
        assert axe_violations(page) == [], name
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{name} is {overflow} pixels too wide"


def test_the_report_prints_its_charts(
    live_server: LiveServer, context: BrowserContext, page: Page
) -> None:
    workspace, track = make_catalog()
    simulate(workspace)
    sign_in(context, live_server.url, member(workspace).user)
    page.goto(f"{live_server.url}/w/{workspace.slug}/surfacing/tracks/{track.pk}/")
    page.emulate_media(media="print")
    chart = page.locator("svg.rows").first
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    assert box["height"] > 100

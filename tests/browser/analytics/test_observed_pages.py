"""Pages of what was observed, with much on them: accessible, in the frame, on any screen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from analytics.models import EventImport, ObservedDay, SpaceResult
from analytics.services import event_imports
from analytics.services.campaigns import Plan, add_link, plan_campaign
from analytics.services.money import set_rates
from catalog.access import Access
from catalog.models import Track, Workspace
from prompts.models import ListeningEvent
from tests.factories import UserFactory, WorkspaceFactory, make_track, member
from tests.simulations import make_finished_run
from tests.support.browser import axe_violations, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

TODAY = timezone.localdate()
LONG_TITLE = "A Song About Waiting for a Letter From a Lighthouse Keeper in the Winter of 1961"


def observe(track: Track, slug: str, *, lifted: int) -> None:
    """Ten weeks of counts that rise by `lifted` per cent 25 days ago."""
    for at in range(70):
        plays = 40 + (at * 7) % 11
        if 45 <= at < 60:
            plays = plays * (100 + lifted) // 100
        ObservedDay.objects.create(
            workspace=track.workspace, track=track, day=TODAY - timedelta(days=70 - at), space=slug,
            place=1 + at % 5, impressions=plays * 3, plays=plays, completions=plays // 2,
            skips=plays // 4, saves=plays // 8, replays=plays // 9, follows=at % 2,
        )  # fmt: skip


def listen(track: Track) -> None:
    """Forty people hear a track, a quarter skips it."""
    for number in range(40):
        kind = ("skipped", "played", "completed", "played")[number % 4]
        ListeningEvent.objects.create(
            workspace=track.workspace, track=track, listener=UserFactory(), kind=kind,
            key=f"key-{number}", place=1 + number % 3, day=TODAY - timedelta(days=40),
            day_part="evening",
        )  # fmt: skip


def bad_file(access: Access, track: Track) -> EventImport:
    """A file in which something is wrong in every way."""
    rows = [
        f"2026-05-01,{track.pk},,100,40", f"2026-05-01,{track.pk},,100,40",
        f"2126-05-01,{track.pk},,100,40", "2026-05-01,999999,,100,40",
        f"2026-05-02,{track.pk},,-1,40", f"03/04/2026,{track.pk},nowhere,100,400",
    ]  # fmt: skip
    content = "\n".join(["Date,Track id,Space,Impressions,Plays", *rows]).encode()
    found = event_imports.receive_file(
        access=access, upload=SimpleUploadedFile("distributor-export-of-may.csv", content)
    )
    event_imports.perform_import(import_id=found.pk)
    return found


def make_world() -> tuple[Workspace, Access, list[str]]:
    workspace = WorkspaceFactory(name="Harbour Lights")
    access = member(workspace, name="Mira")
    tracks = [
        make_track(workspace, title=title, artist="Ada", mood=["calm"], instrument=["piano"])
        for title in ("Nocturne", LONG_TITLE, "موسيقى الليل")
    ]
    run = make_finished_run(workspace)
    SpaceResult.objects.update(funnel={"played": 0.3})
    slug = run.bank.spaces.get().slug
    for at, track in enumerate(tracks):
        observe(track, slug, lifted=0 if at else 60)
    listen(tracks[0])
    set_rates(
        access=access,
        currency="EUR",
        per_save=Decimal("1.5"),
        per_stream=Decimal("0.003"),
        origin="Statement of May",
    )
    start = TODAY - timedelta(days=25)
    campaign = plan_campaign(
        access=access,
        plan=Plan(
            "Spring push", start, start + timedelta(days=14), tracks[:1], prompts=["calm piano"]
        ),
    )
    add_link(
        access=access, campaign=campaign, label="Story", target_url="https://example.org/nocturne"
    )
    planned = plan_campaign(
        access=access,
        plan=Plan("Autumn", TODAY + timedelta(days=9), TODAY + timedelta(days=30), tracks[1:2]),
    )
    pages = [
        "observed/", f"observed/files/{bad_file(access, tracks[0]).pk}/", "money/", "listening/",
        f"tracks/{tracks[0].pk}/listening/", "campaigns/", f"campaigns/{campaign.pk}/",
        f"campaigns/{planned.pk}/", f"campaigns/{planned.pk}/edit/",
    ]  # fmt: skip
    return workspace, access, pages


def test_pages_of_real_events_are_accessible_and_fit_every_screen(
    live_server: LiveServer, context: BrowserContext, page: Page
) -> None:
    workspace, access, pages = make_world()
    sign_in(context, live_server.url, access.user)
    folder = settings.VAR_DIR / "screenshots" / "observed"
    wrong: list[str] = []
    for path in pages:
        page.goto(f"{live_server.url}/w/{workspace.slug}/surfacing/{path}")
        page.wait_for_load_state("networkidle")
        for theme, width in (("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)):
            page.emulate_media(
                color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce"
            )
            page.set_viewport_size({"width": width, "height": 900})
            where = f"{path} {theme} {width}"
            beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            wrong += [f"{where}: {beyond} px too wide"] if beyond > 0 else []
            wrong += [f"{where}: {line}" for line in axe_violations(page)]
            name = path.strip("/").replace("/", "-")
            page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
    assert not wrong, "\n".join(wrong)

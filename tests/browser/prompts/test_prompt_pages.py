"""The pages around the prompt box: axe on each, light and dark, wide and narrow; by keyboard."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.access import Access
from prompts import conversations, learning, packs
from prompts.models import ListeningEvent
from tests.factories import WorkspaceFactory, make_track, member
from tests.support.browser import axe_violations, sign_in

TEMPLATE = "{mood} {genre}\nmood: calm, dark\ngenre: jazz\n= {genre} that is {mood}"
LONG_TITLE = "A very long title of a piece for prepared piano, field recordings and tape, part two"


@pytest.fixture
def access(context: BrowserContext, live_server: LiveServer) -> Access:
    access = member(WorkspaceFactory())
    for number in range(6):
        make_track(
            access.workspace,
            title=LONG_TITLE if number == 2 else f"Tune {number}",
            artist=f"Artist {number}",
            genre=["jazz"],
            mood=["calm"],
            tempo_bpm=90 + number,
        )
    access.workspace.refresh_from_db()
    sign_in(context, live_server.url, access.user)
    return access


def test_every_page_passes_axe_and_fits_the_screen(
    page: Page, live_server: LiveServer, access: Access
) -> None:
    talk = conversations.start_conversation(access=access, text="calm jazz")
    conversations.say(access=access, conversation_id=talk.pk, text="less vocals")
    pack = packs.save_pack(access=access, name="Night jazz", sponsor="Acme", text=TEMPLATE)
    learning.train(workspace=access.workspace)
    base = f"{live_server.url}/w/{access.workspace.slug}/prompts/"
    pages = {
        "listen": f"{base}conversations/{talk.pk}/listen/",
        "conversation": f"{base}conversations/{talk.pk}/",
        "packs": f"{base}packs/",
        "pack": f"{base}packs/{pack.pk}/",
        "compare": f"{base}compare/?prompts=calm+jazz",
        "learned": f"{base}learned/",
        "box": f"{base}?q=calm+jazz&per_artist=1",
    }
    for number, (name, address) in enumerate(pages.items()):
        width, scheme = ((390, "dark"), (1440, "light"))[number % 2]
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        assert axe_violations(page) == [], f"{name}, {width} px, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_list_is_judged_by_keyboard_and_the_moment_goes_with_it(
    page: Page, live_server: LiveServer, access: Access
) -> None:
    talk = conversations.start_conversation(access=access, text="calm jazz")
    base = f"{live_server.url}/w/{access.workspace.slug}/prompts/"
    page.goto(f"{base}conversations/{talk.pk}/listen/")
    page.get_by_label("Doing").focus()
    page.keyboard.press("W")
    expect(page.get_by_label("Doing")).to_have_value("work")
    save = page.locator(".listen-row").first.get_by_role("button", name="Save")
    save.focus()
    page.keyboard.press("Enter")
    expect(save).to_have_attribute("aria-pressed", "true")
    event = ListeningEvent.objects.get()
    assert (event.kind, event.activity) == ("saved", "work")

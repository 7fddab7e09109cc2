"""The grid in a real browser: two hundred cells from a real clipboard, and by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from catalog.access import Access
from catalog.models import ChangeSet, Description, Track
from catalog.roles import Role
from catalog.services.cells import Edit, save_cells
from tests.conftest import LiveStudio
from tests.factories import WorkspaceFactory, make_track, member
from tests.support.browser import axe_violations, sign_in

pytestmark = pytest.mark.browser

ROWS, COLUMNS = 50, 4
TSV = "\r\n".join(
    f'Song {n}\tLive\t"Ida; Moss"\t{n % 12 + 1}' for n in range(ROWS)
)  # as a spreadsheet writes a block of cells, one of them in quotes


@pytest.fixture
def owner(live_studio: LiveStudio) -> Access:
    return member(WorkspaceFactory(name="Ada Sound", slug="ada"))


@pytest.fixture
def grid(live_studio: LiveStudio, page: Page, owner: Access) -> Page:
    for number in range(ROWS + 5):
        make_track(owner.workspace, title=f"Take {number:03}", mood=["calm"], notes="first")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_studio.url)
    sign_in(page.context, live_studio.url, owner.user)
    query = '{"sort":"title"}'
    page.goto(f"{live_studio.url}/w/ada/grid/?query={query}")
    expect(page.locator("[data-ready]")).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    rows = page.locator("[data-columns] li")
    for index in range(rows.count()):
        wanted = rows.nth(index).get_attribute("data-name") in (
            "title",
            "version_title",
            "artists",
            "track_number",
            "isrc",
            "mood",
            "notes",
        )
        rows.nth(index).locator("input").first.set_checked(wanted)
    page.get_by_role("button", name="Show these").click()
    expect(page.locator('.tabulator-row[data-n="0"] [tabulator-field="notes"]')).to_have_text(
        "first"
    )
    page.locator("[data-grid-table]").focus()
    return page


def test_two_hundred_cells_are_pasted_as_one_change_set_and_taken_back(grid: Page) -> None:
    page = grid
    before = list(Track.objects.order_by("pk").values_list("title", "version_title"))
    page.evaluate("text => navigator.clipboard.writeText(text)", TSV)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+v")
    expect(page.locator("#toasts")).to_contain_text("Pasted: 200 cells")
    change_set = ChangeSet.objects.latest("pk")
    assert change_set.row_count == ROWS + 2  # and the two new artists
    assert Track.objects.filter(version_title="Live", artists__name="Moss").count() == ROWS
    page.keyboard.press("Control+c")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.split("\n")[2] == "Song 2\tLive\tIda; Moss\t3"
    page.keyboard.press("Control+z")
    expect(page.locator("#toasts")).to_contain_text("Taken back: Paste 200 cells")
    assert list(Track.objects.order_by("pk").values_list("title", "version_title")) == before
    page.keyboard.press("Control+y")
    expect(page.locator("#toasts")).to_contain_text("Done again")
    assert Track.objects.filter(version_title="Live").count() == ROWS


def test_a_label_edits_fills_and_corrects_with_the_keyboard_alone(grid: Page) -> None:
    page = grid
    assert axe_violations(page) == []
    table = page.locator("[data-grid-table]")
    expect(table).to_have_attribute("aria-rowcount", str(ROWS + 6))
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("Radio Edit")
    page.keyboard.press("Enter")
    expect(table).to_have_attribute("aria-activedescendant", "grid-1-version_title")
    page.keyboard.press("ArrowUp")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(page.locator("#toasts")).to_contain_text("Filled down: 3 cells")
    assert Track.objects.filter(version_title="Radio Edit").count() == 4

    # A wrong code stays in its cell, with the reason, until it is right.
    page.keyboard.press("Control+Home")
    while "isrc" not in (table.get_attribute("aria-activedescendant") or ""):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("nonsense")
    page.keyboard.press("Enter")
    expect(page.locator("#grid-editor-note")).to_contain_text("not an ISRC")
    page.keyboard.press("Control+a")
    page.keyboard.type("aa-6q7-20-00047")
    page.keyboard.press("Enter")
    expect(page.locator('.tabulator-row[data-n="0"] [tabulator-field="isrc"]')).to_have_text(
        "AA6Q72000047"
    )

    # A word of the vocabulary is offered while one types.
    page.keyboard.press("Control+Home")
    while "mood" not in (table.get_attribute("aria-activedescendant") or ""):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type("; upbe")
    expect(page.get_by_role("option", name="Upbeat")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator('.tabulator-row[data-n="0"] [tabulator-field="mood"]')).to_contain_text(
        "Upbeat"
    )
    page.keyboard.press("F1")
    expect(page.get_by_role("dialog", name="Keys of the grid")).to_be_visible()
    page.keyboard.press("Escape")


def test_a_cell_that_somebody_else_changed_shows_both_values_and_waits(
    grid: Page, owner: Access
) -> None:
    page = grid
    other = member(owner.workspace, Role.EDITOR, name="Bo Lind")
    track = Track.objects.get(title="Take 000")
    edit = Edit(track.pk, "notes", "theirs", "first")
    save_cells([edit], access=other, reason="Note")
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.type("mine")
    page.keyboard.press("Enter")
    dialog = page.locator("#grid-ask")
    expect(dialog).to_contain_text("theirs (Bo Lind)")
    track.refresh_from_db()
    assert track.notes == "theirs"
    dialog.get_by_role("button", name="Use mine").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#live")).to_have_text("Saved.")
    track.refresh_from_db()
    assert track.notes == "mine"


def test_many_tracks_are_edited_after_a_look_at_every_value(grid: Page) -> None:
    page = grid
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+e")
    dialog = page.get_by_role("dialog", name="Edit many tracks")
    dialog.get_by_label("Column").select_option("Mood")
    expect(dialog.locator(".grid-mixed")).to_contain_text("All have: Calm")
    dialog.get_by_label("Change").select_option("Replace with")
    dialog.get_by_label("Value").fill("Dark")
    dialog.get_by_role("button", name="Show what would change").click()
    expect(page.locator("main")).to_contain_text("Values that will be lost")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Apply 55 changes").click()
    page.get_by_role("dialog").get_by_role("button", name="Apply").click()
    expect(page.locator("main")).to_contain_text("55 values were written as one change set")
    assert Track.objects.filter(assertions__term__slug="dark").count() == ROWS + 5


def test_drafts_are_written_for_the_selected_rows_only(grid: Page) -> None:
    page = grid
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_role("button", name="Write drafts").click()
    expect(page.get_by_text("2 drafted, 0 left.").first).to_be_visible()
    described = Description.objects.exclude(text="").values_list("track__title", flat=True)
    assert sorted(described) == ["Take 000", "Take 001"]

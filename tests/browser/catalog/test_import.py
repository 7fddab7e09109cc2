"""A table brought in with a real browser and a real worker: read, checked, written, taken back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalog.access import Access
from catalog.models import Track
from tests.conftest import LiveStudio
from tests.factories import WorkspaceFactory, make_track, member
from tests.support.browser import axe_violations, sign_in

AT_WORK_MS = 60_000
TABLE = """Track title;Main artist;ISRC;Mood
Blue Hour;Ida Marrow;GBAYE9900001;Calm
Night Bus;Ida Marrow;GB-AYE-99-00002;Dark
Paper Moon;Kilo Parade;nonsense;Happy
"""


@pytest.fixture
def owner(live_studio: LiveStudio) -> Access:
    access = member(WorkspaceFactory(name="Ada Sound", slug="ada"))
    make_track(access.workspace, title="Blue Hour", artist="Ida Marrow", isrc="GBAYE9900001")
    return access


@pytest.fixture
def import_page(live_studio: LiveStudio, page: Page, owner: Access) -> Page:
    sign_in(page.context, live_studio.url, owner.user)
    page.goto(f"{live_studio.url}/w/ada/imports/")
    return page


def test_a_table_is_checked_then_its_good_rows_are_written_and_taken_back(
    import_page: Page, tmp_path: Path
) -> None:
    page = import_page
    table = tmp_path / "Release plan.csv"
    table.write_text(TABLE, encoding="utf-8")
    page.locator("#table-input").set_input_files(table)
    expect(page.locator("[data-table-name]")).to_have_text("Release plan.csv")
    page.get_by_role("button", name="Read the table").press("Enter")

    check = page.get_by_role("button", name="Check every row")
    expect(check).to_be_visible(timeout=AT_WORK_MS)
    expect(page.get_by_label("Columns are parted by")).to_have_value(";")
    expect(page.get_by_label("Where Track title goes")).to_have_value("title")
    assert axe_violations(page) == []
    check.press("Enter")

    write = page.get_by_role("button", name="Write the 2 good rows")
    expect(write).to_be_visible(timeout=AT_WORK_MS)
    wrong = page.get_by_role("row", name="Paper Moon")
    expect(wrong).to_contain_text("Problem")
    expect(wrong).to_contain_text("nonsense")
    assert axe_violations(page) == []
    assert Track.objects.count() == 1

    write.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Write good rows").press("Enter")
    expect(page.get_by_text("Everything below is one change set.")).to_be_visible(
        timeout=AT_WORK_MS
    )
    assert set(Track.objects.values_list("title", flat=True)) == {"Blue Hour", "Night Bus"}

    page.get_by_role("link", name="Open the change set").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Release plan.csv")
    page.get_by_role("button", name="Undo this change").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Undo", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Undo", timeout=AT_WORK_MS)
    assert list(Track.objects.values_list("title", flat=True)) == ["Blue Hour"]


def test_a_file_that_is_no_table_says_so_in_words(import_page: Page, tmp_path: Path) -> None:
    page = import_page
    picture = tmp_path / "Cover.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.locator("#table-input").set_input_files(picture)
    page.get_by_role("button", name="Read the table").click()
    expect(page.get_by_text("The table was refused")).to_be_visible(timeout=AT_WORK_MS)
    assert Track.objects.count() == 1

"""The pieces of the design system in a real browser: looks, themes, keyboard, dialogs, tags."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.support.browser import axe_violations


@pytest.fixture
def guide(page: Page, live_server: LiveServer, settings: Settings) -> Page:
    settings.ROOT_URLCONF = "tests.support.urls"
    # The example waveform has no peaks; the browser would note the missing answer as an error.
    page.route(
        "**/styleguide/none", lambda route: route.fulfill(json={"peaks": [[0.1, -0.4, 0.8]]})
    )
    page.goto(f"{live_server.url}/styleguide/")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_piece_is_accessible(guide: Page, scheme: str, width: int) -> None:
    guide.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # a word of the list
    guide.set_viewport_size({"width": width, "height": 900})
    assert axe_violations(guide) == []


# 320 px wide is a 1,280 px window at 400 % (WCAG 1.4.10); 720 px is one of 1,440 px at 200 %.
@pytest.mark.parametrize("width", [1440, 1000, 720, 390, 320])
def test_nothing_sticks_out_sideways(guide: Page, width: int) -> None:
    guide.set_viewport_size({"width": width, "height": 900})
    beyond = guide.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert beyond <= 0


def test_controls_are_large_enough_to_touch_on_a_phone(guide: Page) -> None:
    guide.set_viewport_size({"width": 390, "height": 844})
    small = guide.evaluate(
        """[...document.querySelectorAll(".button, .input, select:not([hidden]), .menu-item")]
        .filter((e) => e.checkVisibility() && !e.classList.contains("link"))
        .filter((e) => e.getBoundingClientRect().height < 44)
        .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_the_theme_is_remembered_before_the_first_paint(guide: Page) -> None:
    guide.get_by_role("button", name="Dark").first.click()
    expect(guide.locator("html")).to_have_attribute("data-theme", "dark")
    html = guide.request.get(guide.url).text()
    assert 'data-theme="dark"' in html
    guide.get_by_role("button", name="System").first.click()
    expect(guide.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_compact_rows_are_lower(guide: Page) -> None:
    row = guide.locator("tbody tr").nth(2)
    before = row.bounding_box()
    guide.get_by_role("button", name="Compact").first.click()
    after = row.bounding_box()
    assert before
    assert after
    assert after["height"] < before["height"]


def test_a_question_mark_lists_the_keys_and_they_can_be_switched_off(guide: Page) -> None:
    guide.locator("h1").click()
    guide.keyboard.press("?")
    dialog = guide.locator("#shortcuts")
    expect(dialog).to_contain_text("Play or pause")
    dialog.get_by_label("Single keys act on the page").uncheck()
    guide.keyboard.press("Escape")
    guide.keyboard.press("?")
    expect(dialog).to_be_hidden()


def test_keys_typed_into_a_field_stay_text(guide: Page) -> None:
    guide.get_by_label("Description").fill("")
    guide.get_by_label("Description").press_sequentially("what? a/b")
    expect(guide.get_by_label("Description")).to_have_value("what? a/b")
    expect(guide.locator("#shortcuts")).to_be_hidden()


def test_a_dialog_opens_names_its_numbers_and_gives_the_focus_back(guide: Page) -> None:
    opener = guide.get_by_role("button", name="Open the dialog")
    opener.focus()
    guide.keyboard.press("Enter")
    dialog = guide.get_by_role("dialog", name="Replace moods on 431 tracks?")
    expect(dialog).to_be_visible()
    assert axe_violations(guide) == []
    guide.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_menu_closes_on_escape_and_on_a_click_elsewhere(guide: Page) -> None:
    menu = guide.locator("details.menu").filter(has_text="Edit")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    guide.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    guide.locator("h1").click()
    expect(menu).not_to_have_attribute("open", "")


def test_tags_are_found_added_and_removed_by_keyboard(guide: Page) -> None:
    box = guide.get_by_role("combobox", name="Moods")
    box.focus()
    guide.keyboard.type("wist")
    option = guide.get_by_role("option", name="Wistful")
    expect(option).to_have_attribute("aria-selected", "true")
    guide.keyboard.press("Enter")
    select = guide.locator("select[name=moods]")
    assert select.evaluate("e => [...e.selectedOptions].map(o => o.value)") == [
        "calm",
        "warm",
        "wistful",
    ]
    guide.keyboard.press("Escape")
    guide.keyboard.press("Backspace")
    guide.keyboard.press("Backspace")
    assert select.evaluate("e => [...e.selectedOptions].map(o => o.value)") == ["calm"]
    expect(guide.locator("#live")).to_contain_text("Warm removed.")


def test_a_word_that_is_no_tag_is_said_so(guide: Page) -> None:
    guide.get_by_role("combobox", name="Moods").fill("zzz")
    expect(guide.get_by_text("Nothing like “zzz”")).to_be_visible()


def test_the_first_error_has_the_focus_and_leads_to_its_field(guide: Page) -> None:
    expect(guide.locator(".error-summary")).to_be_focused()
    guide.locator(".error-summary").get_by_role("link", name="ISRC").click()
    expect(guide.get_by_label("ISRC")).to_be_focused()

"""The whole journey of an artist: from dropped files to a visibility report, in a real browser with
a real worker; once by mouse, once by keyboard alone.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from analysis.models import AnalysisRun, Suggestion
from analysis.musicnn import weights
from analytics.models import SimulationRun
from catalog.access import Access
from catalog.models import Assertion, Description, Stem, Track
from tests.audio import chord_progression, drum_loop, stereo, write_flac
from tests.conftest import LiveStudio
from tests.factories import PASSWORD, WorkspaceFactory, member

pytestmark = pytest.mark.skipif(
    not weights.verify(settings.MODELS_DIR), reason="model weights missing: manage.py fetch_models"
)

ANALYSIS_MS = 180_000


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A song of twenty seconds at 120 BPM in A minor, with two stems."""
    chords = 0.5 * chord_progression(chords=("Am", "Dm", "Em", "Am"), bpm=120, duration_s=20)
    drums = 0.5 * drum_loop(bpm=120, duration_s=20)
    return [
        write_flac(tmp_path / "First Light.flac", stereo(chords + drums)),
        write_flac(tmp_path / "First Light (drums).flac", stereo(drums)),
        write_flac(tmp_path / "First Light (keys).flac", stereo(chords)),
    ]


@pytest.fixture
def owner(live_studio: LiveStudio) -> Access:
    return member(WorkspaceFactory(name="Ada Sound", slug="ada"))


def test_from_dropped_files_to_a_report(
    live_studio: LiveStudio, page: Page, owner: Access, files: list[Path]
) -> None:
    page.goto(live_studio.url)
    page.get_by_label("Email").fill(owner.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("link", name="Upload music").first.click()
    expect(page.get_by_text("Choose a folder")).to_be_visible()  # the page's script is there
    page.locator("#upload-files-input").set_input_files(files)
    link = page.get_by_role("link", name="Open track First Light")
    expect(link).to_be_visible(timeout=60_000)
    live_studio.worker.wait_until(lambda: Stem.objects.count() == 2, within_s=120)
    link.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("First Light")
    expect(page.locator("[data-suggestion]").first).to_be_visible(timeout=ANALYSIS_MS)
    assert not AnalysisRun.objects.exclude(status="done").exists()
    expect(page.locator("[data-waveform]")).to_be_visible()
    first = page.locator("[data-suggestion]").first
    first.get_by_role("button", name=re.compile("^Accept")).click()
    expect(page.get_by_text(re.compile("Decided: 1 accepted"))).to_be_visible()
    assert Suggestion.objects.filter(status="accepted").count() == 1

    page.get_by_role("textbox", name="Description").fill("Calm chords over a steady drum machine.")
    page.get_by_role("button", name="Save description").click()
    expect(page.get_by_text("Description saved.", exact=True)).to_be_visible()
    assert Description.objects.get().text == "Calm chords over a steady drum machine."

    page.get_by_role("link", name="Prompts").first.click()
    page.get_by_label("What would you like to hear?").fill("instrumental with drums, no vocals")
    page.get_by_role("button", name="Find tracks").click()
    expect(page.locator("#answer").get_by_text("First Light").first).to_be_visible()

    page.get_by_role("link", name="Surfacing").first.click()
    page.get_by_role("button", name="Run the simulation").first.click()
    live_studio.worker.wait_until(
        lambda: SimulationRun.objects.filter(status="done").exists(), within_s=240
    )
    track = Track.objects.get()
    page.goto(f"{live_studio.url}/w/ada/surfacing/tracks/{track.pk}/")
    expect(page.get_by_text("simulated", exact=False).first).to_be_visible()
    expect(page.get_by_text(re.compile("95 % interval")).first).to_be_visible()


def test_the_same_by_keyboard_alone(
    live_studio: LiveStudio, page: Page, owner: Access, files: list[Path]
) -> None:
    keys = page.keyboard
    page.goto(live_studio.url)
    tab_to(page, "Email")
    keys.type(owner.user.email)
    tab_to(page, "Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Sound")

    tab_to(page, "Upload music")
    keys.press("Enter")
    # The file dialog belongs to the operating system; the page's part ends where it opens.
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload music")
    tab_to(page, "upload-files-input")
    with page.expect_file_chooser() as chooser:
        keys.press("Space")
    chooser.value.set_files(files[:1])
    expect(page.get_by_role("link", name="Open track First Light")).to_be_visible(timeout=60_000)
    tab_to(page, "Open track First Light")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("First Light")
    expect(page.locator("[data-suggestion]").first).to_be_visible(timeout=ANALYSIS_MS)
    page.wait_for_load_state("networkidle")

    asked = Suggestion.objects.filter(status="open").count()
    assert asked >= 2
    keys.press("a")
    expect(page.get_by_text(re.compile("Decided: 1 accepted, 0 refused"))).to_be_visible()
    keys.press("r")
    expect(page.get_by_text(re.compile("Decided: 1 accepted, 1 refused"))).to_be_visible()
    keys.press("u")
    expect(page.get_by_text(re.compile("Decided: 1 accepted, 0 refused"))).to_be_visible()
    assert Suggestion.objects.filter(status="open").count() == asked - 1
    assert Assertion.objects.exists() or Track.objects.exclude(tempo_bpm=None).exists()

    tab_to(page, "Description")
    keys.type("Calm chords over a steady drum machine.")
    tab_to(page, "Save description")
    keys.press("Enter")
    expect(page.get_by_text("Description saved.", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")

    tab_to(page, "Prompts")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prompts")
    tab_to(page, "What would you like to hear?")
    keys.type("calm chords with a drum machine")
    keys.press("Enter")
    expect(page.locator("#answer").get_by_text("First Light").first).to_be_visible()

    tab_to(page, "Surfacing")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Surfacing")
    tab_to(page, "Run the simulation")
    keys.press("Enter")
    live_studio.worker.wait_until(
        lambda: SimulationRun.objects.filter(status="done").exists(), within_s=240
    )
    page.reload()
    tab_to(page, "First Light")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("First Light")


def tab_to(page: Page, name: str, *, limit: int = 120) -> None:
    """Press Tab until the control of that name (or id) has the focus; fail when it never does."""
    page.wait_for_load_state()
    for _ in range(limit):
        page.keyboard.press("Tab")
        if name in page.evaluate(FOCUSED_NAMES):
            return
    raise AssertionError(f"{name!r} cannot be reached with Tab")


FOCUSED_NAMES = """() => {
  const element = document.activeElement;
  const labels = [...(element.labels ?? [])].map((label) => label.textContent.trim());
  const text = element.textContent.replace(/\\s+/g, " ").trim();
  return [element.id, element.getAttribute("aria-label") ?? "", text, ...labels]
    .map((name) => name.replace(/\\s+/g, " ").trim());
}"""

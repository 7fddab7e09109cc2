"""Evidence one can hear: lanes, looping, a stem alone; and recordings side by side."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from analysis.domain.fingerprint import CODE_S
from analysis.models import Duplicate, StemCheck
from analysis.services.stem_checking import perform_stem_check
from catalog.access import Access
from catalog.models import AudioFile, Track, Workspace
from catalog.roles import Role
from catalog.services.ledger import change_set
from tests.analyses import found, heard
from tests.audio import tone, wav_bytes
from tests.factories import WorkspaceFactory, make_audio_file, make_track, member
from tests.support.browser import axe_violations, sign_in

SECONDS = 80
RATE_HZ = 8_000


def embedding(seed: int) -> tuple[float, ...]:
    return tuple(np.random.default_rng(seed).normal(0, 1, 400).tolist())


def fingerprint(seed: int, cut_s: float = 0.0) -> tuple[int, ...]:
    turned = np.random.default_rng(seed).random((int(SECONDS / CODE_S), 32)) < 0.2
    bits = np.logical_xor.accumulate(turned, axis=0)[round(cut_s / CODE_S) :]
    return tuple((bits @ (1 << np.arange(32, dtype=np.uint64))).astype(np.uint32).tolist())


def sound(workspace: Workspace, name: str, pitch_hz: float) -> AudioFile:
    samples = tone(frequency_hz=pitch_hz, duration_s=SECONDS, sample_rate_hz=RATE_HZ)
    content = wav_bytes(samples, sample_rate_hz=RATE_HZ)
    return make_audio_file(
        workspace,
        content,
        storage_name=default_storage.save(f"originals/{name}", ContentFile(content)),
        original_name=f"{name}.wav",
        container="wav",
        codec="pcm",
        sample_rate_hz=RATE_HZ,
        duration_s=float(SECONDS),
    )


@dataclass(frozen=True)
class Scene:
    """A track with two stems, a copy of it, and the person in front of them."""

    page: Page
    url: str
    access: Access
    track: Track

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}/w/{self.access.workspace.slug}/{path}")


@pytest.fixture
def scene(page: Page, live_server: LiveServer) -> Scene:
    access = member(WorkspaceFactory(), Role.EDITOR)
    sign_in(page.context, live_server.url, access.user)
    workspace = access.workspace
    master = sound(workspace, "master", 220)
    track = make_track(workspace, title="Blue Hour", artist="Ada Lindgren", audio=master.pk)
    stems = {
        "guitar": (found("genre", "rock", 0.9), found("instrument", "guitar", 0.95)),
        "other": (found("instrument", "drums", 0.8),),
    }
    files = {role: sound(workspace, role, 330 + 20 * place) for place, role in enumerate(stems)}
    for role, audio in files.items():
        with change_set(
            workspace=workspace, actor=None, source="system", reason="Test data"
        ) as ledger:
            label = role.capitalize() if role != "other" else "Track 2"
            values = {"track": track.pk, "role": role, "label": label, "audio": audio.pk}
            ledger.create("stem", values)
    shown = {"embedding": embedding(1), "brightness_hz": 2100.0, "duration_s": float(SECONDS)}
    for role, tags in stems.items():
        heard(files[role], *tags, **shown)
    heard(master, found("mood", "mellow", 0.7), fingerprint=fingerprint(1), **shown)
    copy = sound(workspace, "copy", 221)
    make_track(workspace, title="Blue Hour (promo)", artist="Ada Lindgren", audio=copy.pk)
    heard(copy, fingerprint=fingerprint(1, cut_s=6.0), **shown)
    perform_stem_check(track_id=track.pk)
    return Scene(page, live_server.url, access, track)


def test_a_suggestion_is_looped_and_its_stem_heard_alone_by_keys(scene: Scene) -> None:
    page = scene.page
    scene.open(f"tracks/{scene.track.pk}/")
    lanes = page.get_by_role("list", name="Heard at")
    expect(page.locator("[data-suggestion]")).to_have_count(8)
    expect(lanes.get_by_role("listitem")).to_have_count(8)
    expect(page.locator("#stem-sum")).to_contain_text("is from another song, or another take")
    row = page.get_by_role("listitem", name="Instrument: Electric guitar")
    expect(row).to_contain_text("Heard in the stem “Guitar”.")
    row.focus()
    page.keyboard.press("l")
    expect(row.locator("[data-loop]").first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("s")
    alone = row.get_by_role("button", name="Solo Guitar")
    expect(alone).to_have_attribute("aria-pressed", "true")
    heard_now = page.get_by_label("What to hear")
    expect(heard_now).to_have_value(alone.get_attribute("data-source") or "")
    expect(row.locator("[data-loop]").first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("s")
    expect(heard_now).to_have_value("master")
    shoot(page, "track")


def test_a_guessed_role_is_accepted_with_one_key(scene: Scene) -> None:
    page = scene.page
    scene.open(f"analysis/tracks/{scene.track.pk}/")
    row = page.get_by_role("listitem", name="Stem: Track 2: drums")
    expect(row).to_contain_text("does not tell what it is; drums is heard in it")
    row.focus()
    page.keyboard.press("a")
    expect(page.get_by_role("listitem", name="Stem: Track 2: drums")).to_have_count(0)
    expect(page.get_by_role("listitem", name="Instrument: Drums")).to_contain_text("Track 2")
    assert scene.track.stems.get(label="Track 2").role == "drums"
    page.keyboard.press("u")
    expect(row).to_be_visible()
    assert scene.track.stems.get(label="Track 2").role == "other"


def test_two_copies_are_shown_side_by_side_and_the_answer_is_remembered(scene: Scene) -> None:
    page = scene.page
    scene.open(f"tracks/{scene.track.pk}/")
    expect(page.locator("#sound").get_by_role("link", name="Blue Hour (promo)")).to_be_visible()
    page.get_by_role("link", name="Side by side").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this one recording?")
    expect(page.locator(".lead")).to_contain_text("the first has 5.9 s more at its start")
    expect(page.locator(".waveform canvas").first).to_be_attached()
    shoot(page, "pair")
    page.set_viewport_size({"width": 390, "height": 844})
    assert axe_violations(page) == []
    page.get_by_role("button", name="It is another version").click()
    expect(page.get_by_text("Another version").first).to_be_visible()
    assert Duplicate.objects.get().answer == "version"
    scene.open("analysis/duplicates/")
    shoot(page, "pairs")
    assert axe_violations(page) == []
    scene.open(f"analysis/tracks/{scene.track.pk}/sound/")
    assert axe_violations(page) == []
    assert StemCheck.objects.get().is_done


def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if not folder:
        return
    before = page.viewport_size
    for width in (1440, 390):
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            page.wait_for_timeout(600)
            page.screenshot(path=str(Path(folder) / f"{name}-{width}-{theme}.png"), full_page=True)
    if before:
        page.set_viewport_size(before)

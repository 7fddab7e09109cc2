"""Tracks that hold the same recording: found after the analysis, decided by people, remembered."""

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from analysis.domain.fingerprint import CODE_S
from analysis.models import Duplicate
from analysis.services.comparing import NotDecided, decide_duplicate, find_duplicates
from catalog.models import Track, Workspace
from catalog.roles import Role
from tests.analyses import heard, heard_track
from tests.factories import WorkspaceFactory, make_audio_file, make_track, member

pytestmark = pytest.mark.django_db


def codes(seed: int = 1, *, cut_s: float = 0.0, differing: float = 0.0) -> tuple[int, ...]:
    """A fingerprint of a hundred seconds, or of a copy that starts later with some bits turned."""
    random = np.random.default_rng(seed)
    turned = random.random((int(100 / CODE_S), 32)) < 0.2
    bits = np.logical_xor.accumulate(turned, axis=0)[round(cut_s / CODE_S) :]
    bits ^= np.random.default_rng(99).random(bits.shape) < differing
    return tuple((bits @ (1 << np.arange(32, dtype=np.uint64))).astype(np.uint32).tolist())


def track(workspace: Workspace, title: str, fingerprint: tuple[int, ...]) -> Track:
    return heard_track(workspace, title=title, artist="Ada Lindgren", fingerprint=fingerprint)


def test_a_shortened_copy_is_found_once_it_was_heard() -> None:
    workspace = WorkspaceFactory()
    first = track(workspace, "Blue Hour", codes())
    track(workspace, "Night Bus", codes(2))
    copy = track(workspace, "Blue Hour (promo)", codes(cut_s=8.0, differing=0.03))
    pair = Duplicate.objects.get()
    assert (pair.one, pair.other) == (first, copy)
    assert pair.offset_s == pytest.approx(8.0, abs=0.15)
    assert pair.difference < 0.06
    assert pair.is_open


def test_another_workspace_is_never_compared() -> None:
    track(WorkspaceFactory(), "Blue Hour", codes())
    track(WorkspaceFactory(), "Blue Hour (promo)", codes(cut_s=8.0))
    assert not Duplicate.objects.exists()


def test_a_decision_is_remembered_and_the_pair_never_asked_again() -> None:
    workspace = WorkspaceFactory()
    first = track(workspace, "Blue Hour", codes())
    second = track(workspace, "Blue Hour 2", codes(differing=0.01))
    access = member(workspace, Role.EDITOR)
    pair = decide_duplicate(duplicate=Duplicate.objects.get(), answer="version", access=access)
    assert (pair.answer, pair.decided_by) == ("version", access.user)
    assert find_duplicates(track_ids=[first.pk, second.pk]) == []
    assert Duplicate.objects.get().answer == "version"
    with pytest.raises(NotDecided):
        decide_duplicate(duplicate=pair, answer="perhaps", access=access)


def test_a_viewer_cannot_decide() -> None:
    workspace = WorkspaceFactory()
    track(workspace, "Blue Hour", codes())
    track(workspace, "Blue Hour 2", codes(differing=0.01))
    with pytest.raises(Duplicate.DoesNotExist):
        decide_duplicate(
            duplicate=Duplicate.objects.get(), answer="same", access=member(workspace, Role.VIEWER)
        )


def test_two_tracks_with_the_very_same_file_are_a_pair() -> None:
    workspace = WorkspaceFactory()
    audio = make_audio_file(workspace, b"one file")
    make_track(workspace, title="Blue Hour", audio=audio.pk)
    make_track(workspace, title="Blue Hour again", audio=audio.pk)
    heard(audio, fingerprint=codes())
    assert Duplicate.objects.get().difference == 0.0


def test_home_says_how_many_pairs_wait_for_a_decision() -> None:
    workspace = WorkspaceFactory()
    track(workspace, "Blue Hour", codes())
    track(workspace, "Blue Hour 2", codes(differing=0.01))
    client = Client()
    client.force_login(member(workspace, Role.EDITOR).user)
    page = reverse("analysis:home_panel", args=[workspace.slug])
    assert "1 pair of tracks may hold the same recording" in client.get(page).content.decode()
    decide_duplicate(
        duplicate=Duplicate.objects.get(), answer="version", access=member(workspace, Role.EDITOR)
    )
    assert "may hold the same recording" not in client.get(page).content.decode()

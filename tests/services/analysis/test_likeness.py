"""Neighbours by sound: within the workspace, for those who may see them, and in prompts."""

import numpy as np
import pytest

from analysis.likeness import neighbours_of, signatures
from catalog.models import Track, Workspace
from catalog.roles import Role
from prompts.index import workspace_index
from tests.analyses import heard_track
from tests.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db


def embedded(seed: int, near: int | None = None) -> tuple[float, ...]:
    """An embedding as of some music, or one near to that of another seed."""
    own = np.random.default_rng(seed).normal(0, 1, 400)
    if near is not None:
        own = np.random.default_rng(near).normal(0, 1, 400) + 0.3 * own
    return tuple(own.tolist())


def track(workspace: Workspace, title: str, embedding: tuple[float, ...]) -> Track:
    return heard_track(workspace, title=title, artist=title, embedding=embedding)


def test_the_nearest_track_comes_first_with_its_reasons() -> None:
    workspace = WorkspaceFactory()
    first = track(workspace, "Blue Hour", embedded(1))
    near = track(workspace, "Night Bus", embedded(2, near=1))
    track(workspace, "Far Away", embedded(3))
    track(WorkspaceFactory(), "Elsewhere", embedded(1))
    found = neighbours_of(member(workspace, Role.VIEWER), first.pk)
    assert found[0].track == near
    assert found[0].likeness > 0.8
    assert "timbre and arrangement" in found[0].why
    assert {each.track.title for each in found} <= {"Night Bus", "Far Away"}


def test_an_artist_finds_own_tracks_only() -> None:
    workspace = WorkspaceFactory()
    first = track(workspace, "Blue Hour", embedded(1))
    track(workspace, "Night Bus", embedded(2, near=1))
    assert neighbours_of(member(workspace, Role.ARTIST), first.pk) == []


def test_a_new_recording_is_known_at_once_and_prompts_compare_it() -> None:
    workspace = WorkspaceFactory()
    track(workspace, "Blue Hour", embedded(1))
    assert len(signatures(workspace).track_ids) == 1
    second = track(workspace, "Night Bus", embedded(2, near=1))
    workspace.refresh_from_db()
    known = signatures(workspace)
    assert known.track_ids.tolist()[-1] == second.pk
    assert signatures(workspace) is known
    index = workspace_index(workspace).index
    assert index.signatures is not None
    assert np.linalg.norm(index.signatures, axis=1) == pytest.approx([1, 1], abs=0.01)

"""Seeded catalogues are believable, repeatable and in the ledger."""

import pytest

from catalog.models import Assertion, Change, ChangeSet, Description, Track, Workspace
from catalog.services.changes import undo_change_set
from catalog.services.seeding import seed_catalog
from tests.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def shape(workspace: Workspace) -> list[tuple[object, ...]]:
    tracks = Track.objects.filter(workspace=workspace).order_by("pk")
    return list(tracks.values_list("title", "isrc", "tempo_bpm", "key_tonic", "release__title"))


def test_every_track_has_an_artist_a_genre_and_a_voice() -> None:
    workspace = WorkspaceFactory()

    assert seed_catalog(workspace=workspace, tracks=120, seed=3) == 120

    tracks = Track.objects.filter(workspace=workspace)
    assert tracks.count() == 120
    assert not tracks.filter(credits=None).exists()
    for facet in ("genre", "vocals", "instrument"):
        tagged = Assertion.objects.filter(track__workspace=workspace, term__facet=facet)
        assert tagged.values("track").distinct().count() == 120
    assert Description.objects.filter(workspace=workspace).exists()
    assert tracks.values("artists").distinct().count() > 3


def test_the_same_seed_gives_the_same_rows_and_another_does_not() -> None:
    first, second, third = WorkspaceFactory(), WorkspaceFactory(), WorkspaceFactory()
    seed_catalog(workspace=first, tracks=40, seed=1)
    seed_catalog(workspace=second, tracks=40, seed=1)
    seed_catalog(workspace=third, tracks=40, seed=2)

    assert shape(first) == shape(second)
    assert shape(first) != shape(third)


def test_seeding_again_adds_tracks_whose_codes_differ() -> None:
    workspace = WorkspaceFactory()
    seed_catalog(workspace=workspace, tracks=30, seed=1)
    seed_catalog(workspace=workspace, tracks=30, seed=2)

    codes = [isrc for _, isrc, *_ in shape(workspace) if isrc]
    assert len(shape(workspace)) == 60
    assert len(set(codes)) == len(codes)


def test_every_row_is_in_the_ledger_and_can_go_back() -> None:
    workspace = WorkspaceFactory()
    seed_catalog(workspace=workspace, tracks=25, seed=1)
    owner = member(workspace)
    logged = Change.objects.filter(workspace=workspace, model="track", field="*").count()
    assert logged == 25

    target = ChangeSet.objects.get(workspace=workspace, reason="Seed 25 tracks")
    undo_change_set(target, access=owner)

    assert not Track.objects.filter(workspace=workspace).exists()

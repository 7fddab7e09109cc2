"""A workspace with three tracks and a finished simulation, small enough for tests."""

import pytest

from analytics.models import FairnessLedger, SimulationRun, SpaceResult, TrackResult
from analytics.services import runs
from catalog.models import Track, Workspace
from tests.factories import WorkspaceFactory, make_track

SIZES = {"prompts": 1_300, "market_tracks": 1_500, "seed": 5}


@pytest.fixture
def workspace() -> Workspace:
    workspace = WorkspaceFactory()
    make_track(
        workspace,
        title="Nocturne",
        artist="Ada",
        mood=["calm"],
        genre=["classical"],
        instrument=["piano"],
        activity=["studying"],
        vocals=["instrumental"],
    )
    make_track(workspace, title="Hammer", genre=["techno"], mood=["dark"], activity=["clubbing"])
    make_track(workspace, title="Bare")
    return workspace


@pytest.fixture
def nocturne(workspace: Workspace) -> Track:
    return Track.objects.get(workspace=workspace, title="Nocturne")


@pytest.fixture
def finished(workspace: Workspace) -> SimulationRun:
    run = runs.start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(run)
    run.refresh_from_db()
    return run


def perform_all(run: SimulationRun, *, backwards: bool = False) -> None:
    """Do what workers would do."""
    shards = list(run.shards.values_list("pk", flat=True))
    for shard_id in reversed(shards) if backwards else shards:
        runs.perform_shard(shard_id=shard_id)


def figures(run: SimulationRun) -> list[tuple[object, ...]]:
    """Every figure of a run that must not depend on who computed it."""
    rows: list[tuple[object, ...]] = list(
        SpaceResult.objects.filter(run=run)
        .order_by("track_id", "space__slug")
        .values_list("track_id", "space__slug", "surfaced", "best_rank", "conversion_high")
    )
    rows += (
        TrackResult.objects.filter(run=run)
        .order_by("track_id")
        .values_list("track_id", "reach", "saves", "saves_low", "saves_high")
    )
    rows += FairnessLedger.objects.filter(run=run).values_list("figures", "groups", "boosts")
    return rows

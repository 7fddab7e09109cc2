"""Simulation runs: the same figures whoever computes which shard, and nothing lost by a kill."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.models import SimulationRun, SimulationShard, SpaceResult, TrackResult
from analytics.models.runs import LEASE, MAX_ATTEMPTS, Status
from analytics.services import runs
from analytics.services.runs import SimulationRefused, start_run
from catalog.models import ChangeSet, Track, Workspace
from catalog.services.ledger import change_set
from tests.factories import WorkspaceFactory
from tests.services.analytics.conftest import SIZES, figures, perform_all

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def test_a_run_says_where_tracks_surface(workspace: Workspace) -> None:
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(run)

    run.refresh_from_db()
    assert run.status == Status.DONE
    piano = SpaceResult.objects.filter(run=run, track__title="Nocturne").first()
    assert piano is not None
    assert piano.surfaced > 0
    assert piano.rate_low < piano.rate <= piano.rate_high
    assert piano.conversion_low < piano.conversion < piano.conversion_high
    bare = TrackResult.objects.get(run=run, track__title="Bare")
    assert (bare.spaces_surfaced, bare.saves) == (0, 0.0)


def test_the_order_of_the_shards_does_not_change_a_figure(workspace: Workspace) -> None:
    first = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(first)
    second = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(second, backwards=True)

    assert figures(first) == figures(second)
    assert len(figures(first)) > 3


def test_the_way_to_look_is_a_setting_of_the_run(workspace: Workspace) -> None:
    saves: dict[str, float] = {}
    stages = {"surfaced", "examined", "played", "completed", "saved", "replayed", "followed"}
    for way in ("geometric", "cascade", "uniform"):
        run = start_run(workspace=workspace, by=None, queue=False, examination=way, **SIZES)
        perform_all(run)
        result = TrackResult.objects.get(run=run, track__title="Nocturne")
        saves[way] = result.saves
        assert set(result.funnel) == stages
        assert "examination" in {name for name, *_ in result.sensitivity}

    assert saves["cascade"] < saves["geometric"]
    assert len(set(saves.values())) == 3
    with pytest.raises(SimulationRefused, match="geometric, cascade, uniform"):
        start_run(workspace=workspace, by=None, queue=False, examination="upwards", **SIZES)


def test_a_shard_delivered_twice_is_computed_once(workspace: Workspace) -> None:
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    shard = run.shards.first()
    assert shard is not None
    runs.perform_shard(shard_id=shard.pk)
    runs.perform_shard(shard_id=shard.pk)

    shard.refresh_from_db()
    assert (shard.status, shard.attempts) == (Status.DONE, 1)


def test_a_shard_whose_worker_died_is_tried_again_and_the_figures_are_the_same(
    workspace: Workspace,
) -> None:
    expected = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(expected)
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    shards = list(run.shards.values_list("pk", flat=True))
    now = timezone.now()
    for attempt in range(2):  # claimed and killed, twice
        claimed_at = now + attempt * (LEASE + timedelta(seconds=1))
        assert SimulationShard.objects.claim(shard_id=shards[0], now=claimed_at) is not None
    assert SimulationShard.objects.claim(shard_id=shards[0], now=claimed_at) is None

    late = claimed_at + LEASE + timedelta(seconds=1)
    for shard_id in shards:
        runs.perform_shard(shard_id=shard_id, now=late)

    run.refresh_from_db()
    assert run.status == Status.DONE
    assert figures(run) == figures(expected)


def test_a_shard_that_kills_every_worker_ends_the_run_with_words(workspace: Workspace) -> None:
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    shard = run.shards.first()
    assert shard is not None
    moment = timezone.now()
    for _ in range(MAX_ATTEMPTS):
        assert SimulationShard.objects.claim(shard_id=shard.pk, now=moment) is not None
        moment += LEASE + timedelta(seconds=1)

    runs.requeue_stalled(now=moment)

    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "smaller market" in run.error


def test_a_cancelled_run_stays_cancelled_whatever_workers_still_do(workspace: Workspace) -> None:
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    shards = list(run.shards.values_list("pk", flat=True))
    runs.perform_shard(shard_id=shards[0])

    assert runs.cancel_run(run=run)
    for shard_id in shards:
        runs.perform_shard(shard_id=shard_id)

    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    assert not SpaceResult.objects.filter(run=run).exists()


def test_a_second_run_waits_for_the_first(workspace: Workspace) -> None:
    start_run(workspace=workspace, by=None, queue=False, **SIZES)
    with pytest.raises(SimulationRefused, match="under way"):
        start_run(workspace=workspace, by=None, queue=False, **SIZES)


def test_a_track_kept_out_of_simulations_is_in_none(workspace: Workspace) -> None:
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Opt out"
    ) as ledger:
        ledger.put(Track.objects.get(title="Nocturne"), opt_out_simulation=True)
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(run)

    run.refresh_from_db()
    assert run.opted_out_count == 1
    assert not TrackResult.objects.filter(run=run, track__title="Nocturne").exists()


def test_a_workspace_without_tracks_is_told_so() -> None:
    with pytest.raises(SimulationRefused, match="no track"):
        start_run(workspace=WorkspaceFactory(), by=None, queue=False, **SIZES)


def test_a_run_set_up_before_an_upgrade_is_ended_with_words(workspace: Workspace) -> None:
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    SimulationRun.objects.filter(pk=run.pk).update(engine_version="0")
    perform_all(run)

    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "upgraded" in run.error

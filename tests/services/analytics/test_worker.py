"""A real worker: same figures however many processes compute, also when it is killed twice."""

import pytest
from django.db import transaction

from analytics.models import SimulationRun, SimulationShard
from analytics.models.runs import Status
from analytics.services import runs
from catalog.models import Workspace
from tests.services.analytics.conftest import SIZES, figures
from tests.support.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

MANY_SHARDS = 260


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "SHARD_PROMPTS", MANY_SHARDS)


def test_two_four_and_one_processes_killed_twice_give_the_figures_of_two_undisturbed(
    workspace: Workspace, worker: Worker
) -> None:
    expected = _started(workspace)
    worker.wait_until(lambda: _finished(expected), within_s=240)
    run = _started(workspace)

    def done(at_least: int) -> bool:
        return run.shards.filter(status=Status.DONE).count() >= at_least

    for reached, next_processes in ((1, 4), (2, 1)):
        worker.wait_until(lambda reached=reached: done(reached) or _finished(run), within_s=240)
        worker.kill()
        # The leases of what died run out; here we do not wait six minutes for it.
        SimulationShard.objects.filter(run=run, status=Status.RUNNING).update(lease_until=None)
        SimulationShard.objects.filter(run=run, status=Status.RUNNING).update(status=Status.QUEUED)
        SimulationRun.objects.filter(pk=run.pk).update(lease_until=None)
        worker.start(concurrency=next_processes)
        runs.wake_workers(run)
    worker.wait_until(lambda: _finished(run), within_s=240)

    attempts = SimulationShard.objects.filter(run=run).values_list("attempts", flat=True)
    assert max(attempts) > 1, "no shard was cut off; make shards larger"
    assert figures(run) == figures(expected)


def _started(workspace: Workspace) -> SimulationRun:
    with transaction.atomic():
        return runs.start_run(workspace=workspace, by=None, **SIZES)


def _finished(run: SimulationRun) -> bool:
    return SimulationRun.objects.filter(pk=run.pk, status=Status.DONE).exists()

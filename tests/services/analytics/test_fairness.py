"""The fairness ledger of a run: stored, shown, watched, and blind to tracks that opted out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics import fairness as pages
from analytics.models import FairnessLedger, FairnessWatch, SimulationRun
from analytics.models.fairness import Measure
from analytics.services import runs
from analytics.services.fairness import WatchRefused, due_workspaces, set_watch, store_ledger
from analytics.services.runs import start_run
from analytics.services.weekly import start_weekly_runs
from catalog.access import Access
from catalog.models import ChangeSet, Notice, Track, Workspace
from catalog.roles import Role
from catalog.services.ledger import change_set
from tests.factories import WorkspaceFactory, member
from tests.services.analytics.conftest import SIZES, perform_all

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def access(workspace: Workspace) -> Access:
    return member(workspace, Role.OWNER)


def page(access: Access, **query: str) -> str:
    client = Client()
    client.force_login(access.user)
    response = client.get(reverse("analytics:fairness", args=[access.workspace.slug]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_run_stores_a_ledger_that_the_page_shows(finished: SimulationRun, access: Access) -> None:
    ledger = FairnessLedger.objects.get(run=finished)
    assert set(ledger.figures) == set(Measure.values)
    assert ledger.track_count == SIZES["market_tracks"] + 3
    estimate, low, high = ledger.figures["coverage"]
    assert 0 < low < estimate < high < 1
    assert [row["name"] for row in ledger.groups["whose"]] == ["Ours", "The market's"]

    shown = page(access, boost="4")
    assert "(simulated)" in shown
    assert "n = 1,300 prompts" in shown
    assert "A boost of 15 % gives the long tail" in shown
    for words in pages.DEFINITIONS.values():
        assert words[:30] in shown


def test_the_ledger_is_the_same_whoever_computed_which_shard(
    finished: SimulationRun, workspace: Workspace
) -> None:
    again = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(again, backwards=True)

    one, other = (FairnessLedger.objects.get(run=run) for run in (finished, again))
    assert (one.figures, one.groups, one.boosts) == (other.figures, other.groups, other.boosts)


def test_a_track_kept_out_of_simulations_takes_no_place(workspace: Workspace) -> None:
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Opt out"
    ) as ledger:
        ledger.put(Track.objects.get(title="Nocturne"), opt_out_simulation=True)
    run = start_run(workspace=workspace, by=None, queue=False, **SIZES)
    perform_all(run)

    kept = FairnessLedger.objects.get(run=run)
    ours = kept.groups["whose"][0]
    assert (ours["name"], ours["tracks"]) == ("Ours", 2)


def test_a_workspace_without_simulation_is_told_what_to_do() -> None:
    assert "No simulation yet" in page(member(WorkspaceFactory(), Role.VIEWER))


def crossed(run: SimulationRun, value: float) -> FairnessLedger:
    """A ledger with one figure, as if a run had ended with it."""
    return FairnessLedger(
        workspace=run.workspace,
        run=run,
        prompt_count=10,
        track_count=20,
        tail_by="popularity",
        figures={measure: [value, value, value] for measure in Measure.values},
        groups={},
        boosts={},
    )


def test_the_alarm_rings_once_a_crossing(finished: SimulationRun, access: Access) -> None:
    set_watch(workspace=access.workspace, by=access.user, measure="gini", line=0.99, is_weekly=True)
    second = start_run(workspace=access.workspace, by=None, queue=False, **SIZES)
    store_ledger(crossed(second, 0.995))
    assert Notice.objects.get(person=access.user).sentence.startswith("Exposure Gini (simulated)")

    runs.cancel_run(run=second)
    third = start_run(workspace=access.workspace, by=None, queue=False, **SIZES)
    store_ledger(crossed(third, 0.996))
    assert Notice.objects.count() == 1


def test_a_run_beside_the_one_shown_rings_no_alarm(finished: SimulationRun, access: Access) -> None:
    set_watch(workspace=access.workspace, by=access.user, measure="gini", line=0.99, is_weekly=True)
    beside = start_run(
        workspace=access.workspace, by=None, queue=False, approach="mix", is_beside=True, **SIZES
    )
    store_ledger(crossed(beside, 0.999))
    assert not Notice.objects.exists()
    runs.cancel_run(run=beside)
    second = start_run(workspace=access.workspace, by=None, queue=False, **SIZES)
    store_ledger(crossed(second, 0.995))
    assert Notice.objects.count() == 1  # what stood beside was not the time before


def test_less_coverage_rings_below_the_line_and_more_does_not() -> None:
    watch = FairnessWatch(measure=Measure.COVERAGE, line=0.5)
    assert watch.is_crossed(0.4)
    assert not watch.is_crossed(0.6)


def test_a_line_nobody_can_reach_is_refused(workspace: Workspace) -> None:
    with pytest.raises(WatchRefused, match="between 0 and 1"):
        set_watch(workspace=workspace, by=None, measure="gini", line=-0.5, is_weekly=False)


def test_the_weekly_look_repeats_the_newest_run_when_a_week_has_passed(
    finished: SimulationRun, access: Access
) -> None:
    set_watch(workspace=access.workspace, by=access.user, measure="gini", line=0.99, is_weekly=True)
    assert due_workspaces() == []
    later = timezone.now() + timedelta(days=7)
    (again,) = start_weekly_runs(now=later)

    assert (again.market_id, again.bank_id, again.seed) == (
        finished.market_id,
        finished.bank_id,
        finished.seed,
    )
    assert due_workspaces(now=later) == []  # one is under way


def test_a_run_on_another_market_is_no_point_of_the_line(
    finished: SimulationRun, access: Access
) -> None:
    other = start_run(
        workspace=access.workspace, by=None, queue=False, **{**SIZES, "market_tracks": 500}
    )
    perform_all(other)
    other = SimulationRun.objects.select_related("bank", "market").get(pk=other.pk)

    trend = pages.trend(access, other, None)
    assert len(trend.points) == 1
    assert trend.left_out == 1

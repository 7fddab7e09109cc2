"""Places over wordings and seeds: pooled as they are, and repeated one run after the other."""

import pytest

from analytics import selectors
from analytics.approaches import results_by_run
from analytics.models import PromptSpace, SimulationRun, SpaceResult, TrackResult
from analytics.models.runs import Status
from analytics.places import places_of
from analytics.services.approaches import repeat, start_next_seeds
from analytics.services.runs import SimulationRefused
from analytics.services.what_if import Edit, answer
from catalog.models import Track, Workspace
from catalog.roles import Role
from tests.factories import make_track, member
from tests.services.analytics.conftest import perform_all
from tests.services.analytics.test_pages import address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def repeated(workspace: Workspace, finished: SimulationRun) -> SimulationRun:
    """The finished simulation, repeated with two more seeds."""
    person = member(workspace).user
    run = repeat(finished, seeds=2, used={finished.seed}, by=person)
    perform_all(run)
    (second,) = start_next_seeds()
    perform_all(second)
    return finished


def test_seeds_follow_one_after_the_other_and_the_reports_stay(
    workspace: Workspace, nocturne: Track, repeated: SimulationRun
) -> None:
    seeds = SimulationRun.objects.filter(status=Status.DONE).values_list("seed", flat=True)
    assert sorted(seeds) == [repeated.seed, repeated.seed + 1, repeated.seed + 2]
    assert start_next_seeds() == []
    access = member(workspace)
    assert selectors.latest_run(access) == repeated
    assert answer(run=repeated, track_id=nocturne.pk, edit=Edit()).shifts == ()
    assert not SimulationRun.objects.filter(shards__isnull=False).exclude(pk=repeated.pk).exists()


def test_places_are_pooled_over_the_seeds(
    workspace: Workspace, nocturne: Track, repeated: SimulationRun
) -> None:
    access = member(workspace)
    found = places_of(repeated, list(results_by_run(access, nocturne).values()), access)
    assert found is not None
    assert found.seeds == 3
    assert found.totals[0].run_id == repeated.pk
    assert found.reach == (
        min(row.reach for row in found.totals),
        max(row.reach for row in found.totals),
    )
    totals = TrackResult.objects.filter(track=nocturne)
    prompts = sum(row.prompt_count for row in totals)
    first = sum(row.rank_bands[0] for row in totals)
    assert found.bands[0][1].estimate == pytest.approx(first / prompts)
    assert sum(share.estimate for _, share in found.bands) == pytest.approx(1.0)
    best = found.spaces[0]
    rows = SpaceResult.objects.filter(track=nocturne, space__name=best.name)
    spaces = PromptSpace.objects.filter(name=best.name)
    assert best.prompts == sum(space.prompt_count for space in spaces)
    assert best.rate.estimate == sum(row.surfaced for row in rows) / best.prompts
    assert best.rate_low <= best.rate.estimate <= best.rate_high
    assert sum(share for _, share in best.bands) == pytest.approx(1.0)
    assert best.exposure == pytest.approx(sum(row.exposure or 0 for row in rows) / 3)


def test_shares_of_exposure_of_a_space_carry_an_interval(
    nocturne: Track, finished: SimulationRun
) -> None:
    rows = SpaceResult.objects.filter(run=finished, track=nocturne, surfaced__gt=0)
    assert rows
    for row in rows:
        assert 0 < row.exposure_low < row.exposure < row.exposure_high < 1
        # The first place gets at most a bit over a tenth of the looks at 20 places.
        assert row.exposure <= 0.12 * row.rate
        assert 1 <= row.mean_rank <= 200


def test_too_many_seeds_are_refused(workspace: Workspace, finished: SimulationRun) -> None:
    with pytest.raises(SimulationRefused, match="1 to 10"):
        repeat(finished, seeds=11, used=set(), by=member(workspace).user)


def test_the_page_shows_places_and_runs_more_seeds(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    client = signed_in(member(workspace))
    page = client.get(address(workspace, "track_places", nocturne.pk)).content.decode()
    assert "One seed so far" in page
    assert "51 to 200" in page
    sent = client.post(address(workspace, "track_repeat", nocturne.pk), follow=True)
    assert "3 more seeds run one after the other." in sent.content.decode()
    assert SimulationRun.objects.get(status=Status.QUEUED).seeds_left == 2
    again = client.post(address(workspace, "track_repeat", nocturne.pk), follow=True)
    assert "A simulation of this workspace is under way." in again.content.decode()
    viewer = signed_in(member(workspace, Role.VIEWER))
    assert viewer.post(address(workspace, "track_repeat", nocturne.pk)).status_code == 403


def test_a_track_that_is_not_in_the_run_says_so(
    workspace: Workspace, finished: SimulationRun
) -> None:
    fresh = make_track(workspace, title="Fresh")
    page = signed_in(member(workspace)).get(address(workspace, "track_places", fresh.pk))
    text = page.content.decode()
    assert "Not in the simulation that is shown" in text
    assert text.count(f'href="{address(workspace, "track_report", fresh.pk)}"') == 2

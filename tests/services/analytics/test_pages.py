"""Pages of surfacing: honest, complete in every state, and few queries."""

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from analytics.models import SimulationRun
from analytics.models.runs import Status
from analytics.services import runs
from catalog.access import Access
from catalog.models import ChangeSet, Membership, Track, Workspace
from catalog.roles import Role
from catalog.services.ledger import change_set
from tests.factories import WorkspaceFactory, make_release, make_track, member
from tests.services.analytics.conftest import SIZES
from tests.simulations import make_finished_run

pytestmark = [pytest.mark.django_db, pytest.mark.services]

MOST_QUERIES = 15


def signed_in(access: Access) -> Client:
    client = Client()
    client.force_login(access.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def address(workspace: Workspace, name: str, *args: object) -> str:
    return reverse(f"analytics:{name}", args=[workspace.slug, *args])


@pytest.mark.parametrize("name", ["report", "atlas", "spaces", "method", "home_panel"])
def test_pages_work_before_the_first_simulation(workspace: Workspace, name: str) -> None:
    page = signed_in(member(workspace)).get(address(workspace, name))
    assert page.status_code == 200


def test_the_first_visit_offers_to_run_the_simulation(workspace: Workspace) -> None:
    page = signed_in(member(workspace)).get(address(workspace, "report")).content.decode()
    assert "No simulation yet" in page
    assert "Run the simulation" in page


def test_a_workspace_without_tracks_is_sent_to_the_catalog() -> None:
    empty = WorkspaceFactory()
    page = signed_in(member(empty)).get(address(empty, "report")).content.decode()
    assert "No track to simulate" in page


def test_a_viewer_is_not_offered_what_she_may_not_do(workspace: Workspace) -> None:
    client = signed_in(member(workspace, Role.VIEWER))
    assert "Run the simulation" not in client.get(address(workspace, "report")).content.decode()
    assert client.post(address(workspace, "simulation_start")).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["report", "approaches", "track_report", "track_places", "track_panel", "atlas", "space"],
)
def test_every_page_with_a_simulated_number_says_so(
    workspace: Workspace, nocturne: Track, finished: SimulationRun, name: str
) -> None:
    args = {"space": ["piano-sleep"]}
    args |= {view: [nocturne.pk] for view in ("track_report", "track_places", "track_panel")}
    page = signed_in(member(workspace)).get(address(workspace, name, *args.get(name, [])))
    text = page.content.decode()
    assert "imulat" in text
    if name != "track_panel":
        assert "not a measurement of a streaming service" in text
        assert f"seed {finished.seed}" in text
        assert address(workspace, "method") in text


@pytest.mark.parametrize(
    "name",
    [
        "report",
        "approaches",
        "track_report",
        "track_places",
        "track_panel",
        "track_advice",
        "spaces",
        "space",
        "method",
    ],
)
def test_no_page_asks_the_database_more_than_fifteen_times(
    workspace: Workspace,
    nocturne: Track,
    finished: SimulationRun,
    name: str,
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    client = signed_in(member(workspace))
    args = {"space": ["piano-sleep"]}
    views = ("track_report", "track_places", "track_panel", "track_advice")
    args |= {view: [nocturne.pk] for view in views}
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(address(workspace, name, *args.get(name, [])))
    assert page.status_code == 200


def test_the_creator_reads_the_finding_in_words_and_as_a_table(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    page = signed_in(member(workspace)).get(address(workspace, "track_report", nocturne.pk))
    text = page.content.decode()
    assert "It surfaces in" in text
    assert "most often in" in text
    assert 'class="bar-simulated"' in text
    assert "95 % interval" in text
    assert "<caption>Spaces where it surfaces</caption>" in text


def test_a_track_without_tags_is_told_what_would_help(
    workspace: Workspace, finished: SimulationRun
) -> None:
    bare = Track.objects.get(title="Bare")
    text = (
        signed_in(member(workspace))
        .get(address(workspace, "track_report", bare.pk))
        .content.decode()
    )
    assert "It does not surface in any of" in text
    assert "What would move it" in text


def test_a_track_newer_than_the_run_says_so(workspace: Workspace, finished: SimulationRun) -> None:
    late = make_track(workspace, title="Late")
    text = (
        signed_in(member(workspace))
        .get(address(workspace, "track_report", late.pk))
        .content.decode()
    )
    assert "Newer than the last simulation" in text


def test_a_changed_catalog_makes_the_report_say_that_it_is_old(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    client = signed_in(member(workspace))
    url = address(workspace, "track_report", nocturne.pk)
    assert "changed since this simulation" not in client.get(url).content.decode()
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Retitle"
    ) as ledger:
        ledger.put(nocturne, title="Nocturne No. 2")
    assert "changed since this simulation" in client.get(url).content.decode()


def test_an_opt_out_after_the_run_hides_its_figures(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    client = signed_in(member(workspace))
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Opt out"
    ) as ledger:
        ledger.put(nocturne, opt_out_simulation=True)
    text = client.get(address(workspace, "track_report", nocturne.pk)).content.decode()
    assert "Kept out of simulations" in text
    assert "bar-simulated" not in text
    assert client.get(address(workspace, "track_json", nocturne.pk)).status_code == 404


def test_an_artist_sees_only_her_own_tracks(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    access = member(workspace, Role.ARTIST)
    membership = Membership.objects.get(user=access.user, workspace=workspace)
    membership.artists.set(nocturne.artists.all())
    client = signed_in(access)
    text = client.get(address(workspace, "report")).content.decode()
    assert "Nocturne" in text
    assert "Hammer" not in text
    hammer = Track.objects.get(title="Hammer")
    assert client.get(address(workspace, "track_report", hammer.pk)).status_code == 404


def test_starting_shows_progress_and_cancelling_ends_it(workspace: Workspace) -> None:
    client = signed_in(member(workspace))
    client.post(address(workspace, "simulation_start"), {key: str(v) for key, v in _form().items()})
    page = client.get(address(workspace, "report")).content.decode()
    assert "Waiting for a worker" in page
    assert "Run the simulation" not in page

    client.post(address(workspace, "simulation_cancel"))
    run = SimulationRun.objects.get()
    assert run.status == Status.CANCELLED


def test_the_progress_asks_for_a_new_page_when_it_ends(
    workspace: Workspace, finished: SimulationRun
) -> None:
    answer = signed_in(member(workspace)).get(
        address(workspace, "simulation_status"), headers={"HX-Request": "true"}
    )
    assert answer["HX-Refresh"] == "true"


def test_impossible_sizes_come_back_with_words(workspace: Workspace) -> None:
    page = signed_in(member(workspace)).post(
        address(workspace, "simulation_start"), {**_form(), "market_tracks": 3}
    )
    assert page.status_code == 422
    assert "greater than or equal to 20" in page.content.decode()


def test_the_advice_tries_words_against_the_finished_run(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    page = signed_in(member(workspace)).get(address(workspace, "track_advice", nocturne.pk))
    text = page.content.decode()
    assert "If it is true, add" in text
    assert "→" in text


def test_what_if_equals_a_full_run_with_the_edit(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    client = signed_in(member(workspace))
    answer = client.get(
        address(workspace, "track_what_if", nocturne.pk), {"add": "activity/sleep"}
    ).json()
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Edit"
    ) as ledger:
        ledger.put(nocturne, activity=["studying", "sleep"])
    again = runs.start_run(workspace=workspace, by=None, queue=False, **SIZES)
    for shard_id in again.shards.values_list("pk", flat=True):
        runs.perform_shard(shard_id=shard_id)
    full = client.get(address(workspace, "track_json", nocturne.pk)).json()["track"]

    assert answer["after"]["reach"]["estimate"] == pytest.approx(full["reach"]["estimate"])
    assert answer["after"]["spaces_surfaced"] == full["spaces_surfaced"]
    assert answer["after"]["saves_per_10000_prompts"]["estimate"] == pytest.approx(
        full["saves_per_10000_prompts"]["estimate"], rel=1e-6
    )
    assert answer["after"]["reach"]["estimate"] > answer["before"]["reach"]["estimate"]


def test_what_if_refuses_words_outside_the_vocabulary(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    answer = signed_in(member(workspace)).get(
        address(workspace, "track_what_if", nocturne.pk), {"add": "mood/blorp"}
    )
    assert answer.status_code == 400
    assert "mood/blorp" in answer.json()["error"]


def test_downloads_carry_the_same_figures_and_call_them_simulated(
    workspace: Workspace, nocturne: Track, finished: SimulationRun
) -> None:
    client = signed_in(member(workspace))
    table = client.get(address(workspace, "track_csv", nocturne.pk)).content.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    data = json.loads(client.get(address(workspace, "track_json", nocturne.pk)).content)
    assert data["kind"] == "simulated"
    assert {row["kind"] for row in rows} == {"simulated"}
    assert len(rows) == len(data["track"]["spaces"])
    first = data["track"]["spaces"][0]
    assert rows[0]["space"] == first["space"]
    assert int(rows[0]["surfaced"]) == first["surfaced"]


def _form() -> dict[str, int]:
    return dict(SIZES)


def test_a_release_and_an_artist_have_reports_of_their_own(workspace: Workspace) -> None:
    release = make_release(workspace, title="Night Music")
    track = make_track(workspace, title="Second", artist="Ben", release=release.pk)
    make_finished_run(workspace)
    client = signed_in(member(workspace))
    for name, pk in (("release_report", release.pk), ("artist_report", track.artists.get().pk)):
        page = client.get(address(workspace, name, pk)).content.decode()
        assert "Second" in page
        assert "Hammer" not in page
        assert "Simulation of a prompt system" in page


def test_the_whole_workspace_is_downloaded_as_files(workspace: Workspace) -> None:
    make_finished_run(workspace)
    client = signed_in(member(workspace))
    answer = client.get(address(workspace, "workspace_csv"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert {row["title"] for row in rows} == {"Nocturne", "Hammer", "Bare"}
    assert {row["kind"] for row in rows} == {"simulated"}
    body = client.get(address(workspace, "workspace_json")).json()
    assert len(body["results"]) == 3
    assert body["kind"] == "simulated"

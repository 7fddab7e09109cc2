"""Pages and API of real events: what was counted, where it came from, and what it taught."""

import json

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from analytics.models import EventImport, ObservedDay
from analytics.services import event_imports
from analytics.services.fitting import fit_listener
from catalog.models import Track, Workspace
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_track, member
from tests.services.analytics.test_event_imports import HEADING, file_of
from tests.services.analytics.test_pages import MOST_QUERIES, address, signed_in
from tests.simulations import make_finished_run

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_imports.current_app, "send_task", lambda *args, **kwargs: None)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def track(workspace: Workspace) -> Track:
    return make_track(workspace, title="Nocturne")


def seen(track: Track, **counts: int) -> ObservedDay:
    return ObservedDay.objects.create(
        workspace=track.workspace, track=track, day=timezone.localdate(), **counts
    )


def test_the_first_visit_says_what_to_do(workspace: Workspace) -> None:
    page = signed_in(member(workspace)).get(address(workspace, "observed")).content.decode()
    assert "No real events yet" in page
    assert "Check the file" in page


def test_a_viewer_sees_counts_and_no_import(workspace: Workspace, track: Track) -> None:
    seen(track, impressions=1000, plays=400, saves=5)
    client = signed_in(member(workspace, Role.VIEWER))
    page = client.get(address(workspace, "observed")).content.decode()
    assert "0.5 %" in page
    assert "n = 1,000" in page
    assert "Check the file" not in page


def test_a_file_is_sent_looked_at_and_counted(workspace: Workspace, track: Track) -> None:
    client = signed_in(member(workspace, Role.MANAGER))
    sent = file_of(
        f"2026-05-01,{track.pk},,3,Station,100,40,30,2",
        f"2026-05-02,{track.pk},,3,Station,100,140,30,2",
    )
    answer = client.post(address(workspace, "event_file_receive"), {"file": sent})
    found = EventImport.objects.get()
    assert answer.headers["Location"] == address(workspace, "event_file", found.pk)
    event_imports.perform_import(import_id=found.pk)

    page = client.get(answer.headers["Location"]).content.decode()
    assert "Count 1 row" in page
    assert "140 plays of 100 impressions cannot be." in page

    client.post(address(workspace, "event_file_count", found.pk))
    event_imports.perform_import(import_id=found.pk)
    assert "1 row counted, 1 left out" in client.get(answer.headers["Location"]).content.decode()
    assert ObservedDay.objects.get().saves == 2


def test_the_same_file_twice_is_said_beside_the_field(workspace: Workspace, track: Track) -> None:
    client = signed_in(member(workspace, Role.MANAGER))
    row = f"2026-05-01,{track.pk},,3,Station,100,40,30,2"
    for _ in range(2):
        answer = client.post(address(workspace, "event_file_receive"), {"file": file_of(row)})
    assert answer.status_code == 422
    assert "This very file is here already" in answer.content.decode()


def test_the_track_report_sets_observed_beside_simulated(
    workspace: Workspace, track: Track
) -> None:
    run = make_finished_run(workspace)
    day = seen(track, impressions=10_000, plays=4_000, saves=50)
    day.space = run.bank.spaces.get().slug
    day.save()
    page = signed_in(member(workspace)).get(address(workspace, "track_report", track.pk))
    text = page.content.decode()
    assert "What listeners really did" in text
    assert "mark-observed" in text
    assert "Simulation and reality agree within their intervals" in text


def test_the_listener_page_shows_assumptions_before_any_event(workspace: Workspace) -> None:
    page = signed_in(member(workspace)).get(address(workspace, "listener")).content.decode()
    assert "Nothing learnt yet" in page
    assert "Saves a track heard out" in page


def test_the_listener_page_says_why_events_here_taught_nothing(
    workspace: Workspace, track: Track
) -> None:
    day = seen(track, impressions=10_000, plays=4_000, saves=50)
    day.space = "techno-driving"
    day.save()
    page = signed_in(member(workspace)).get(address(workspace, "listener")).content.decode()
    assert "10,000 impressions with plays and saves are here" in page


def test_the_listener_page_shows_what_events_taught(workspace: Workspace) -> None:
    tracks = [make_track(workspace, title=f"Song {number}") for number in range(12)]
    run = make_finished_run(workspace)
    slug = run.bank.spaces.get().slug
    for track in tracks:
        for place in (1, 4, 9):
            day = seen(
                track,
                impressions=4_000,
                plays=1_600 // place,
                completions=1_000 // place,
                saves=60 // place,
            )
            day.place, day.space = place, slug
            day.save()
    fit = fit_listener(workspace=workspace)
    assert fit is not None
    page = signed_in(member(workspace)).get(address(workspace, "listener")).content.decode()
    assert "Your events taught" in page
    assert "Foretold against observed save rates" in page


@pytest.mark.parametrize("name", ["observed", "listener"])
def test_pages_need_few_queries(
    workspace: Workspace,
    track: Track,
    name: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    seen(track, impressions=1000, plays=400, saves=5)
    client = signed_in(member(workspace))
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(address(workspace, name))


def test_events_are_sent_and_read_by_the_api(workspace: Workspace, track: Track) -> None:
    client = signed_in(member(workspace, Role.EDITOR))
    base = f"/api/v1/workspaces/{workspace.slug}/"
    event = {"key": "1", "kind": "play", "track": track.pk, "day": "2026-05-01", "place": 2}
    save = {**event, "key": "2", "kind": "save"}

    def send(*events: dict[str, object]) -> tuple[int, dict[str, object]]:
        answer = client.post(
            f"{base}observed-events/", json.dumps({"events": events}), "application/json"
        )
        return answer.status_code, answer.json()

    assert send(event, save) == (200, {"counted": 2, "known": 0})
    assert send(event) == (200, {"counted": 0, "known": 1})
    status, answer = send({**event, "key": "3", "day": "2999-01-01"})
    assert status == 400
    assert "has not come yet" in json.dumps(answer)
    status, answer = send({**event, "key": "4", "track": 999_999_999})
    assert status == 400
    assert "No track here has the id 999999999." in json.dumps(answer)
    totals = client.get(f"{base}observed/").json()
    assert (totals["kind"], totals["spaces"][0]["plays"]) == ("observed", 1)


def test_the_template_names_columns_we_read(workspace: Workspace) -> None:
    client: Client = signed_in(member(workspace))
    heading = client.get(address(workspace, "event_template")).content.decode()
    assert heading.startswith("Track id,Isrc,Title,Artist,Date")
    assert len(HEADING.split(",")) < len(heading.split(","))

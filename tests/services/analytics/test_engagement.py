"""Listening pages: defined figures with n, nothing below the least, nothing past retention."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analytics import engagement
from analytics.models import ObservedDay
from catalog.access import Access
from catalog.models import AudioFile, Track, Workspace
from prompts.models import Conversation, ListeningEvent, Retention, SurveyAnswer, Turn
from tests.factories import UserFactory, WorkspaceFactory, make_audio_file, make_track, member
from tests.services.analytics.test_pages import MOST_QUERIES, address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]

DAY = timezone.localdate() - timedelta(days=40)
Kind = ListeningEvent.Kind


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def access(workspace: Workspace) -> Access:
    return member(workspace)


@pytest.fixture
def client(access: Access) -> Client:
    return signed_in(access)


@pytest.fixture
def tracks(workspace: Workspace) -> list[Track]:
    audio = make_audio_file(workspace, container="wav")
    AudioFile.objects.update(duration_s=200.0)
    first = make_track(workspace, title="Nocturne", artist="Ada", audio=audio.pk)
    return [first, make_track(workspace, title="Étude", artist="Ada")]


@pytest.fixture
def heard(workspace: Workspace, tracks: list[Track]) -> None:
    """Thirty-six listeners hear a list: a third skips, a third comes back a day later."""
    conversation = Conversation.objects.create(workspace=workspace, title="x")
    turn = Turn.objects.create(conversation=conversation, number=1, text="piano for sleeping")
    rows = []
    for number in range(36):
        person = UserFactory()
        kind = (Kind.SKIPPED, Kind.PLAYED, Kind.COMPLETED)[number % 3]
        usual = {"workspace": workspace, "listener": person, "day_part": "evening"}
        rows.append(
            ListeningEvent(
                **usual, track=tracks[0], turn=turn, kind=kind, key=f"a{number}", place=1, day=DAY,
                listened_s=(20, 100, 200)[number % 3],
            )
        )  # fmt: skip
        if kind == Kind.COMPLETED:
            for at, track in enumerate(tracks):
                rows.append(
                    ListeningEvent(
                        **usual, track=track, kind=Kind.PLAYED, key=f"b{at}-{number}",
                        day=DAY + timedelta(days=1),
                    )
                )  # fmt: skip
        SurveyAnswer.objects.create(
            workspace=workspace, turn=turn, listener=person, answer=5 if number < 27 else 2, day=DAY
        )
    ListeningEvent.objects.bulk_create(rows)


def figures(answer: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {
        line["name"]: round(line["value"]["estimate"], 2) if line["value"] else None  # type: ignore[index]  # JSON
        for line in answer["listening"]
    }


def test_every_figure_is_what_its_definition_says(
    client: Client, workspace: Workspace, heard: None, tracks: list[Track]
) -> None:
    base = f"/api/v1/workspaces/{workspace.slug}/engagement/"
    answer = json.loads(client.get(base, {"track": tracks[0].pk}).content)
    assert answer["hearings"] == 48
    assert figures(answer) == {
        "Listen depth": pytest.approx(0.53, abs=0.01),
        "Heard out": 0.25,
        "Skipped": 0.25,
        "Came back within 7 days": None,  # 24 pairs: too few to say
        "Came back within 28 days": None,
        "Went on to other tracks": None,
    }
    [space] = answer["skips_by_space"]
    assert (space["name"], space["n"]) == ("Piano for sleeping", 36)
    everything = json.loads(client.get(base).content)
    assert figures(everything)["Content with the list"] == 0.75


def test_the_page_prints_definitions_and_refusals(
    client: Client,
    workspace: Workspace,
    heard: None,
    tracks: list[Track],
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(address(workspace, "engagement")).content.decode()
    assert "Mean share of the track that was heard." in page
    assert "Nothing is said below 30 hearings by 5 listeners" in page
    assert "Not enough to say" in page
    part = client.get(
        address(workspace, "track_engagement", tracks[0].pk), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in part
    assert "Skipped" in part


def test_nothing_is_read_past_retention(access: Access, workspace: Workspace, heard: None) -> None:
    assert engagement.report(access).hearings
    Retention.objects.create(workspace=workspace, event_class="listening", days=30)
    assert engagement.report(access).hearings == 0


def test_tracks_kept_from_export_do_not_leave_by_the_api(
    client: Client, access: Access, workspace: Workspace, heard: None
) -> None:
    Track.objects.filter(workspace=workspace).update(opt_out_export=True)
    answer = json.loads(client.get(f"/api/v1/workspaces/{workspace.slug}/engagement/").content)
    assert answer["hearings"] == 0
    assert engagement.report(access).hearings


def test_imported_counts_stand_apart(
    client: Client, workspace: Workspace, tracks: list[Track]
) -> None:
    empty = client.get(address(workspace, "engagement")).content.decode()
    assert "Nobody has listened yet" in empty
    ObservedDay.objects.create(
        workspace=workspace, track=tracks[0], day=DAY, place=4, plays=200, skips=50, completions=120
    )
    page = client.get(address(workspace, "engagement")).content.decode()
    assert "From imported counts" in page
    assert "60 %" in page
    assert "Places 4 to 10" in page

"""Campaigns: a control group settled at the start, lifts beside it, links that count."""

import json
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analytics import campaigns
from analytics.models import (
    Campaign,
    CampaignClicks,
    CampaignTrack,
    Market,
    ObservedDay,
    PromptBank,
    SimulationRun,
)
from analytics.services import campaigns as service
from analytics.services.campaigns import CampaignRefused, Plan
from catalog.access import Access
from catalog.models import Track, Workspace
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_track, member
from tests.services.analytics.test_pages import address, signed_in
from tests.simulations import make_finished_run

pytestmark = [pytest.mark.django_db, pytest.mark.services]

TODAY = timezone.localdate()
START = TODAY - timedelta(days=20)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def access(workspace: Workspace) -> Access:
    return member(workspace, Role.EDITOR)


@pytest.fixture
def client(access: Access) -> Client:
    return signed_in(access)


@pytest.fixture
def track(workspace: Workspace) -> Track:
    return make_track(workspace, title="Nocturne", mood=["calm"], instrument=["piano"])


@pytest.fixture
def like(workspace: Workspace) -> Track:
    return make_track(workspace, title="Étude", mood=["calm"], instrument=["piano"])


def observe(track: Track, *, first: date, last: date, plays: int, saves: int = 0) -> None:
    ObservedDay.objects.bulk_create(
        ObservedDay(
            workspace=track.workspace,
            track=track,
            day=first + timedelta(days=at),
            impressions=plays * 4,
            plays=plays + at % 3,
            saves=saves,
        )
        for at in range((last - first).days + 1)
    )


def plan(track: Track, **values: object) -> Plan:
    usual = {"name": "Spring", "starts_on": START, "ends_on": TODAY - timedelta(days=6)}
    return Plan(tracks=[track], **{**usual, **values})  # type: ignore[arg-type]  # named by tests


def test_the_control_group_is_settled_at_the_start_and_from_before_only(
    access: Access, track: Track, like: Track, workspace: Workspace
) -> None:
    loud = make_track(workspace, title="Hammer", mood=["dark"])
    late = make_track(workspace, title="Late", mood=["calm"], instrument=["piano"])
    for one in (track, like, loud):
        observe(one, first=START - timedelta(days=28), last=TODAY, plays=10)
    observe(late, first=START, last=TODAY, plays=500)
    made = service.plan_campaign(access=access, plan=plan(track))

    made.refresh_from_db()
    assert made.frozen_at is not None
    control = made.parts.get(part=CampaignTrack.Part.CONTROL)
    assert (control.track, control.stands_for) == (like, track)
    assert control.likeness == pytest.approx(1.0)
    assert "only what was known before" in made.control_method

    with pytest.raises(CampaignRefused, match="settled"):
        service.change_campaign(access=access, campaign=made, plan=plan(loud))
    longer = plan(track, ends_on=TODAY + timedelta(days=5), name="Summer")
    service.change_campaign(access=access, campaign=made, plan=longer)
    assert made.changes.first().sentence == "Changed: name, ends on."


def test_a_lift_is_told_from_what_moved_everybody(
    access: Access, track: Track, like: Track
) -> None:
    end = TODAY - timedelta(days=6)
    for one in (track, like):
        observe(one, first=START - timedelta(days=28), last=START - timedelta(days=1), plays=20)
    observe(track, first=START, last=end, plays=80, saves=4)
    observe(like, first=START, last=end, plays=40)
    observe(track, first=end + timedelta(days=1), last=TODAY - timedelta(days=1), plays=20)
    made = service.plan_campaign(access=access, plan=plan(track))

    found = campaigns.report(access, made)

    plays = next(line for line in found.lines if line.name == "Plays")
    assert plays.during is not None
    assert plays.during.ratio is not None
    assert plays.during.ratio.low < 2.0 < plays.during.ratio.high
    assert plays.during.ratio.low > 1.5
    assert plays.during.against_itself is not None
    assert plays.during.against_itself.estimate == pytest.approx(81 / 21, rel=0.05)
    assert plays.after is not None
    assert "needs 7 days" in plays.after.reason
    saves = next(line for line in found.lines if line.name == "Saves")
    assert saves.during is not None
    assert "0 before the start; 30 are the least" in saves.during.reason
    assert found.timeline is not None
    assert found.finding == "Impressions rose by 100 % against the control group"


def test_the_page_tells_every_state(
    client: Client, access: Access, track: Track, workspace: Workspace
) -> None:
    page = client.get(address(workspace, "campaign_list")).content.decode()
    assert "No campaign yet" in page
    answer = client.post(
        address(workspace, "campaign_new"),
        {
            "name": "Autumn", "tracks": "nocturne", "spaces": "piano FOR sleeping",
            "before_days": 28,
            "prompts": "soft piano for sleep", "note": "Posts",
            "starts_on": TODAY + timedelta(days=3), "ends_on": TODAY + timedelta(days=9),
        },
    )  # fmt: skip
    made = Campaign.objects.get()
    assert answer.headers["Location"] == address(workspace, "campaign", made.pk)
    assert made.spaces == ["piano-sleep"]
    planned = client.get(answer.headers["Location"]).content.decode()
    assert "Starts on" in planned
    assert "Piano for sleeping" in planned
    assert "What was observed" not in planned

    assert service.start_due(TODAY + timedelta(days=3)) == 1
    assert service.start_due(TODAY + timedelta(days=3)) == 0
    running = service.plan_campaign(access=access, plan=plan(track, ends_on=TODAY))
    empty = client.get(address(workspace, "campaign", running.pk)).content.decode()
    assert "Nothing was counted for these tracks before the start" in empty
    client.post(address(workspace, "campaign_close", running.pk))
    running.refresh_from_db()
    assert running.state(TODAY) == "over"

    client.post(address(workspace, "campaign_delete", running.pk))
    listed = client.get(address(workspace, "campaign_list")).content.decode()
    assert "Deleted campaigns" in listed
    client.post(address(workspace, "campaign_restore", running.pk))
    running.refresh_from_db()
    assert running.deleted_at is None


def test_unknown_tracks_and_spaces_are_said_beside_their_fields(
    client: Client, workspace: Workspace, track: Track
) -> None:
    answer = client.post(
        address(workspace, "campaign_new"),
        {
            "name": "X", "tracks": "Nocturne\nNowhere", "spaces": "no such space",
            "before_days": 28,
            "starts_on": TODAY, "ends_on": TODAY - timedelta(days=1),
        },
    )  # fmt: skip
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "No track here is called “Nowhere”" in text
    assert "No prompt space is called “no such space”" in text
    assert "The last day is before the first" in text


def test_a_link_counts_a_browser_once_a_day_and_no_previews(
    client: Client, access: Access, track: Track, workspace: Workspace
) -> None:
    made = service.plan_campaign(access=access, plan=plan(track, ends_on=TODAY))
    client.post(
        address(workspace, "campaign_link_add", made.pk),
        {"label": "Bio", "target_url": "https://example.org/song"},
    )
    page = client.get(address(workspace, "campaign", made.pk)).content.decode()
    found = re.search(r"/go/[\w-]+/", page)
    assert found is not None
    visitor = Client()
    for _ in range(3):
        answer = visitor.get(found[0])
        assert answer.headers["Location"] == "https://example.org/song"
    Client(headers={"user-agent": "Twitterbot/1.0"}).get(found[0])
    Client().get(found[0])
    assert CampaignClicks.objects.get().visits == 2

    client.post(address(workspace, "campaign_link_remove", made.pk, made.links.get().pk))
    assert Client().get(found[0]).status_code == 404
    assert "with 2 counted visits" in made.changes.first().sentence


def test_simulated_change_stands_apart_and_says_so(
    client: Client, access: Access, track: Track, workspace: Workspace
) -> None:
    make_finished_run(workspace)
    made = service.plan_campaign(access=access, plan=plan(track, starts_on=TODAY, ends_on=TODAY))
    made.refresh_from_db()
    assert made.run_before is not None
    assert campaigns.report(access, made).simulated is None
    later = make_finished_run_again(workspace)
    found = campaigns.report(access, made).simulated
    assert found is not None
    assert found.run_now == later
    assert found.ratio.low < 1 < found.ratio.high

    page = client.get(address(workspace, "campaign", made.pk)).content.decode()
    assert "not a measurement of a streaming service" in page
    answer = client.get(f"/api/v1/workspaces/{workspace.slug}/campaigns/{made.pk}/")
    body = json.loads(answer.content)
    assert body["simulated"]["ratio"]["estimate"] == pytest.approx(1.0)
    assert body["observed"] == []


def make_finished_run_again(workspace: Workspace) -> SimulationRun:
    """A second run of the same sizes; banks and markets are unique, so the first's are renamed."""
    PromptBank.objects.filter(workspace=workspace).update(grammar_version="earlier")
    Market.objects.filter(workspace=workspace).update(version="earlier")
    return make_finished_run(workspace)


def test_an_artist_sees_only_campaigns_of_her_own_tracks(
    access: Access, track: Track, workspace: Workspace
) -> None:
    made = service.plan_campaign(access=access, plan=plan(track))
    artist = member(workspace, Role.ARTIST)
    assert not Campaign.objects.visible_to(artist).exists()
    assert Campaign.objects.visible_to(access).get() == made

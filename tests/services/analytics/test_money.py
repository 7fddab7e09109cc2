"""Money: the rates are printed with who set them, simulated and observed stay apart."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import MoneyRate, ObservedDay, SpaceResult
from analytics.services.money import set_rates
from catalog.access import Access
from catalog.models import AuditEvent, Track, Workspace
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_track, member
from tests.services.analytics.test_pages import MOST_QUERIES, address, signed_in
from tests.simulations import make_finished_run

pytestmark = [pytest.mark.django_db, pytest.mark.services]

RATES = {"currency": "eur", "per_save": "2", "per_stream": "0.003", "origin": "Statement of May"}


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def track(workspace: Workspace) -> Track:
    return make_track(workspace, title="Nocturne")


@pytest.fixture
def manager(workspace: Workspace) -> Access:
    return member(workspace, Role.MANAGER, name="Mira")


@pytest.fixture
def client(manager: Access) -> Client:
    return signed_in(manager)


def test_without_rates_no_amount_is_shown(client: Client, workspace: Workspace) -> None:
    page = client.get(address(workspace, "money")).content.decode()
    assert "once you say what a save or a stream pays" in page
    assert "What is assumed" not in page


def test_rates_give_money_by_space_with_their_assumptions(
    client: Client,
    workspace: Workspace,
    track: Track,
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    run = make_finished_run(workspace)
    SpaceResult.objects.update(funnel={"played": 0.3})
    slug = run.bank.spaces.get().slug
    ObservedDay.objects.create(
        workspace=workspace, track=track, day=timezone.localdate(), space=slug,
        impressions=10_000, plays=4_000, saves=50,
    )  # fmt: skip
    assert client.post(address(workspace, "money_rates"), RATES).status_code == 302
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(address(workspace, "money")).content.decode()
    assert "Statement of May" in page
    assert "Mira" in page
    assert "not a measurement of a streaming service" in page
    assert "EUR 112" in page  # 50 saves at 2 and 4,000 streams at 0.003, observed
    assert "EUR 11.20" in page  # the same per 1,000 impressions
    assert "EUR 6.90" in page  # simulated: 0.003 saves and 0.3 plays per impression

    answer = json.loads(client.get(f"/api/v1/workspaces/{workspace.slug}/money/").content)
    [space] = answer["spaces"]
    assert space["observed_total"] == pytest.approx(112)
    assert space["simulated"]["low"] < 6.9 < space["simulated"]["high"]
    assert space["observed"]["low"] < 11.2 < space["observed"]["high"]


def test_rates_are_put_back_from_the_history(
    client: Client, manager: Access, workspace: Workspace
) -> None:
    first = set_rates(
        access=manager, currency="EUR", per_save=None, per_stream=None, origin="Nothing known"
    )
    client.post(address(workspace, "money_rates"), RATES)
    client.post(address(workspace, "money_restore", first.pk))
    newest = MoneyRate.objects.filter(workspace=workspace).first()
    assert newest is not None
    assert (newest.origin, newest.is_set, MoneyRate.objects.count()) == ("Nothing known", False, 3)
    assert AuditEvent.objects.filter(action="money_rates").count() == 3


def test_a_bad_rate_is_said_beside_its_field(client: Client, workspace: Workspace) -> None:
    answer = client.post(
        address(workspace, "money_rates"), {**RATES, "currency": "euros", "per_save": "-1"}
    )
    assert answer.status_code == 422
    assert not MoneyRate.objects.exists()


def test_tracks_kept_from_simulation_give_no_simulated_money(
    client: Client, workspace: Workspace, track: Track
) -> None:
    make_finished_run(workspace)
    client.post(address(workspace, "money_rates"), {**RATES, "per_stream": ""})
    Track.objects.filter(pk=track.pk).update(opt_out_simulation=True)
    answer = json.loads(client.get(f"/api/v1/workspaces/{workspace.slug}/money/").content)
    assert answer["spaces"] == []

"""Links to one report: they show that report, end when they should, and leak nothing else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import ReportShare
from catalog.access import Access
from catalog.models import Membership, Track, Workspace
from tests.factories import WorkspaceFactory, make_track, member
from tests.services.analytics.test_pages import address, signed_in
from tests.simulations import make_finished_run

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Secretive Records", slug="secretive")


@pytest.fixture
def track(workspace: Workspace) -> Track:
    return make_track(workspace, title="Nocturne", artist="Ada")


@pytest.fixture
def access(workspace: Workspace, track: Track) -> Access:
    make_track(workspace, title="Unannounced")
    make_finished_run(workspace)
    return member(workspace)


@pytest.fixture
def share(access: Access, track: Track) -> ReportShare:
    client = signed_in(access)
    client.post(address(access.workspace, "share_make", track.pk), {"days": "7"})
    return ReportShare.objects.get()


def test_a_link_shows_the_report_without_an_account(share: ReportShare) -> None:
    answer = Client().get(f"/shared/{share.token}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nocturne" in page
    assert "Calm piano" in page
    assert "Simulation of a prompt system" in page
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_link_leaks_nothing_else(share: ReportShare) -> None:
    page = Client().get(f"/shared/{share.token}/").content.decode()
    for secret in ("Unannounced", "Secretive Records", "/w/secretive", share.created_by.email):
        assert secret not in page


def test_a_link_ends_on_its_day_when_revoked_and_with_the_membership(
    share: ReportShare, access: Access, track: Track
) -> None:
    where = f"/shared/{share.token}/"
    ReportShare.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert Client().get(where).status_code == 404
    ReportShare.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert Client().get(where).status_code == 200
    Membership.objects.filter(user=access.user).delete()
    assert "This link has ended" in Client().get(where).content.decode()


def test_a_link_is_ended_by_hand(share: ReportShare, access: Access, track: Track) -> None:
    client = signed_in(access)
    client.post(address(access.workspace, "share_revoke", track.pk), {"share": share.pk})
    assert Client().get(f"/shared/{share.token}/").status_code == 404


def test_a_track_kept_out_of_simulations_is_no_longer_shown(
    share: ReportShare, track: Track
) -> None:
    Track.objects.filter(pk=track.pk).update(opt_out_simulation=True)
    assert Client().get(f"/shared/{share.token}/").status_code == 404


def test_another_track_s_link_cannot_be_ended_here(share: ReportShare, access: Access) -> None:
    other = Track.objects.get(title="Unannounced")
    client = signed_in(access)
    client.post(address(access.workspace, "share_revoke", other.pk), {"share": share.pk})
    assert Client().get(f"/shared/{share.token}/").status_code == 200

"""Links to one report: they show that report, end when they should, and leak nothing else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import ReportShare
from catalog.access import Access
from catalog.models import Membership, Term, Track, Workspace
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_release, make_track, member
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
    client.post(address(access.workspace, "share_make", track.pk), {"days": "7", "with_pdf": "on"})
    return ReportShare.objects.get()


def test_a_link_shows_the_report_without_an_account(share: ReportShare) -> None:
    answer = Client().get(f"/shared/{share.token}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Nocturne" in page
    assert "Calm piano" in page
    assert "Simulation of a prompt system" in page
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_a_link_leaks_nothing_else(share: ReportShare, access: Access, track: Track) -> None:
    Track.objects.filter(pk=track.pk).update(notes="Do not tell anyone")
    Term.objects.filter(workspace=access.workspace, slug="calm").update(label="House word")
    page = Client().get(f"/shared/{share.token}/").content.decode()
    paper = Client().get(f"/shared/{share.token}/report.pdf").content
    secrets = (
        "Unannounced", "Secretive Records", "/w/", "secretive", access.user.email,
        access.user.name, "Do not tell anyone", "House word", "/media/", "audio", "sessionid",
        f"/{track.pk}", "calm piano",
    )  # fmt: skip
    for secret in secrets:
        assert secret not in page
        assert secret.encode() not in paper
    assert "Liner" in page


def test_a_link_leaves_no_trace_elsewhere(share: ReportShare, track: Track) -> None:
    for where in (f"/shared/{share.token}/", f"/shared/{share.token}/report.pdf", "/shared/x/"):
        answer = Client().get(where)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "private" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "sessionid" not in answer.cookies
    name = Client().get(f"/shared/{share.token}/report.pdf").headers["Content-Disposition"]
    assert name == 'attachment; filename="surfacing-report.pdf"'


def test_a_link_opens_nothing_else(share: ReportShare, access: Access, track: Track) -> None:
    """Not the pages of the workspace, no other token, and no PDF where the link allows none."""
    holder = Client()
    holder.get(f"/shared/{share.token}/")
    for name in ("track_report", "track_csv", "track_json", "track_pdf", "track_advice"):
        assert holder.get(address(access.workspace, name, track.pk)).status_code == 302
    for token in (share.token[:-1], share.token.swapcase(), str(share.pk), "%00", "../w"):
        assert holder.get(f"/shared/{token}/").status_code == 404
    assert holder.get("/go/%00/").status_code == 404
    assert holder.post(f"/shared/{share.token}/").status_code in (403, 405)
    ReportShare.objects.update(with_pdf=False)
    assert holder.get(f"/shared/{share.token}/report.pdf").status_code == 404
    assert "report.pdf" not in holder.get(f"/shared/{share.token}/").content.decode()


def test_a_visitor_who_is_signed_in_elsewhere_sees_no_more(share: ReportShare) -> None:
    other = member(WorkspaceFactory(name="Other Label"))
    page = signed_in(other).get(f"/shared/{share.token}/").content.decode()
    assert "Nocturne" in page
    assert "Other Label" not in page
    assert other.user.email not in page


def test_an_artist_s_link_ends_when_the_track_is_no_longer_hers(
    share: ReportShare, access: Access
) -> None:
    Membership.objects.filter(user=access.user).update(role=Role.ARTIST)
    assert Client().get(f"/shared/{share.token}/").status_code == 404


def test_a_track_kept_out_of_exports_is_neither_shared_nor_downloaded(
    share: ReportShare, access: Access, track: Track
) -> None:
    Track.objects.filter(pk=track.pk).update(opt_out_export=True)
    for where in (f"/shared/{share.token}/", f"/shared/{share.token}/report.pdf"):
        assert Client().get(where).status_code == 404
    client = signed_in(access)
    client.post(address(access.workspace, "share_make", track.pk), {"days": "7"})
    assert ReportShare.objects.count() == 1
    for name in ("track_pdf", "track_csv", "track_json"):
        assert client.get(address(access.workspace, name, track.pk)).status_code == 404
    everything = b"".join(client.get(address(access.workspace, "workspace_csv")).streaming_content)
    assert b"Unannounced" in everything
    assert b"Nocturne" not in everything
    assert (
        "Nocturne" not in client.get(address(access.workspace, "workspace_json")).content.decode()
    )


def test_reports_are_printed_for_whoever_may_see_them(
    access: Access, track: Track, workspace: Workspace
) -> None:
    Track.objects.filter(title="Unannounced").update(opt_out_simulation=True)
    release = make_release(workspace, title="Nocturnes")
    Track.objects.filter(pk=track.pk).update(release=release)
    artist = track.artists.get()
    client = signed_in(access)
    for name, *about in (
        ("track_pdf", track.pk),
        ("release_pdf", release.pk),
        ("artist_pdf", artist.pk),
        ("workspace_pdf",),
    ):
        answer = client.get(address(workspace, name, *about))
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "no-store" in answer.headers["Cache-Control"]
    kept_out = Track.objects.get(title="Unannounced")
    assert client.get(address(workspace, "track_pdf", kept_out.pk)).status_code == 404


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

"""The digest by e-mail: once a period, only what changed, and a link that stops it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.http import HttpResponse
from django.test import Client

from analysis.models import Suggestion
from analytics.models import DigestChoice, DigestMail, ObservedDay, SpaceResult, TrackResult
from analytics.models.digests import PREPARING
from analytics.recommending import recommend
from analytics.services import digests
from catalog.access import Access
from catalog.models import Membership, Track, Workspace
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_track, member
from tests.services.analytics.test_pages import address, signed_in
from tests.simulations import make_finished_run

pytestmark = [pytest.mark.django_db, pytest.mark.services]

MONDAY = datetime(2026, 11, 30, 7, 23, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _address(settings: LazySettings) -> None:
    settings.PUBLIC_URL = "https://liner.example.org"


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Harbour Records")


@pytest.fixture
def track(workspace: Workspace) -> Track:
    return make_track(workspace, title="Nocturne", artist="Ada")


@pytest.fixture
def access(workspace: Workspace, track: Track) -> Access:
    """A member who switched the weekly digest on a week ago."""
    make_finished_run(workspace)
    access = member(workspace)
    digests.choose(access=access, rhythm="weekly", also_unchanged=False, now=MONDAY - WEEK)
    return access


def gain(track: Track, reach: float = 0.6) -> None:
    """Let the simulation say something else than last week."""
    TrackResult.objects.filter(track=track).update(reach=reach, reach_high=0.9)


def without_token(page: HttpResponse) -> str:
    """The page without what is another one each time: nonce, token against forged requests."""
    return re.sub(r'content="[\w+/=]+"', "", page.content.decode())


def test_a_digest_says_what_changed_and_one_thing_to_do(access: Access, track: Track) -> None:
    gain(track)
    ObservedDay.objects.create(
        workspace=track.workspace, track=track, day=MONDAY.date(), impressions=90, saves=7
    )
    assert digests.send_due(now=MONDAY) == 1
    (sent,) = mail.outbox
    assert sent.to == [access.user.email]
    assert sent.subject == "Harbour Records: “Nocturne” surfaces more (simulated)"
    html = str(sent.alternatives[0][0])
    for body in (sent.body, html):
        assert "40 %" in body
        assert "60 %" in body
        assert "Simulation of a prompt system" in body
        assert "Saves that came in since" in body
        assert f"https://liner.example.org/w/{access.workspace.slug}/surfacing/" in body
    choice = DigestChoice.objects.get()
    assert sent.extra_headers["List-Unsubscribe"] == (
        f"<https://liner.example.org/digest/stop/{choice.token}/>"
    )
    assert DigestMail.objects.filter(state="sent").count() == 1


def test_a_period_s_mail_goes_out_once_and_the_next_compares_with_it(
    access: Access, track: Track
) -> None:
    gain(track)
    for hour in range(3):
        digests.send_due(now=MONDAY + timedelta(hours=hour))
    assert len(mail.outbox) == 1
    digests.send_due(now=MONDAY + WEEK)
    assert len(mail.outbox) == 1, "nothing changed since"
    gain(track, 0.2)
    digests.send_due(now=MONDAY + 2 * WEEK)
    assert "surfaces less" in mail.outbox[1].subject
    assert "60 %" in mail.outbox[1].body


def test_nothing_goes_out_when_nothing_changed_unless_wished(access: Access) -> None:
    assert digests.send_due(now=MONDAY) == 0
    digests.choose(access=access, rhythm="weekly", also_unchanged=True, now=MONDAY)
    assert digests.send_due(now=MONDAY + WEEK) == 1
    assert "nothing changed" in mail.outbox[0].subject


def test_a_worker_that_died_is_followed_and_one_that_handed_over_is_not(
    access: Access, track: Track
) -> None:
    gain(track)
    choice = DigestChoice.objects.get()
    died = DigestMail.objects.create(choice=choice, period="2026-W49")
    assert DigestMail.objects.claim(mail_id=died.pk, now=MONDAY)
    assert digests.send_due(now=MONDAY) == 0, "another worker is at it"
    assert digests.send_due(now=MONDAY + PREPARING * 1.1) == 1
    DigestMail.objects.create(choice=choice, period="2026-W50", state="handed")
    gain(track, 0.3)
    assert digests.send_due(now=MONDAY + WEEK) == 0, "it may have gone out before the kill"


def test_a_mail_server_that_refuses_is_tried_three_times(
    access: Access, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    gain(track)

    def refuse(self: EmailBackend, messages: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        digests.send_due(now=MONDAY)
    assert DigestMail.objects.get(period="2026-W49").state == "waiting"
    assert digests.send_due(now=MONDAY) == 1
    assert len(mail.outbox) == 1


def test_the_link_stops_the_mails_signed_out_and_tells_nothing(
    access: Access, track: Track
) -> None:
    gain(track)
    where = f"/digest/stop/{DigestChoice.objects.get().token}/"
    visitor = Client(enforce_csrf_checks=True)
    page = visitor.get(where)
    assert DigestChoice.objects.get().rhythm == "weekly", "mail scanners open every link"
    unknown = visitor.get("/digest/stop/nonsense/")
    assert without_token(page) == without_token(unknown)
    for secret in (access.user.email, "Harbour Records", access.workspace.slug):
        assert secret not in page.content.decode()
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert visitor.post(where).status_code == 200
    answers = (visitor.post(where), visitor.post("/digest/stop/nonsense/"))
    assert without_token(answers[0]) == without_token(answers[1])
    assert digests.send_due(now=MONDAY) == 0
    assert mail.outbox == []


def test_former_members_strangers_and_opted_out_tracks_are_left_out(
    access: Access, track: Track, settings: LazySettings
) -> None:
    gain(track)
    Track.objects.update(opt_out_simulation=True)
    digests.send_due(now=MONDAY)
    assert all("Nocturne" not in sent.body for sent in mail.outbox)
    Membership.objects.filter(user=access.user).delete()
    mail.outbox.clear()
    assert digests.send_due(now=MONDAY + WEEK) == 0
    assert DigestChoice.objects.count() == 0
    settings.PUBLIC_URL = ""
    assert digests.send_due(now=MONDAY + 2 * WEEK) == 0


def test_an_artist_hears_of_her_own_tracks_only(workspace: Workspace, track: Track) -> None:
    make_finished_run(workspace)
    artist = member(workspace, Role.ARTIST)
    digests.choose(access=artist, rhythm="weekly", also_unchanged=True, now=MONDAY - WEEK)
    gain(track)
    digests.send_due(now=MONDAY)
    (sent,) = mail.outbox
    assert "Nocturne" not in sent.body + str(sent.alternatives[0][0])


def test_the_action_is_an_edit_that_something_speaks_for(access: Access, track: Track) -> None:
    SpaceResult.objects.update(surfaced=0, missing=[["mood", "dreamy"]])
    assert "Is" not in recommend(access).sentence
    Suggestion.objects.create(
        workspace=track.workspace, track=track, facet="mood", term="dreamy", label="Dreamy",
        confidence=0.9, reason="", evidence_key="a",
    )  # fmt: skip
    found = recommend(access)
    assert found.sentence == "Is “Dreamy” true of “Nocturne”?"
    assert signed_in(access).get(found.address).status_code == 200


def test_the_page_keeps_the_choice_and_shows_the_mail(access: Access) -> None:
    client = signed_in(access)
    where = address(access.workspace, "digest")
    assert "What it would say now" in client.get(where).content.decode()
    client.post(where, {"rhythm": "monthly", "also_unchanged": "on"})
    choice = DigestChoice.objects.get()
    assert (choice.rhythm, choice.also_unchanged) == ("monthly", True)
    assert client.post(where, {"rhythm": "hourly"}).status_code == 422

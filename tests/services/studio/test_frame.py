"""The frame around every page: the rail, what waits, and what runs."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from analysis.services.queueing import queue_run
from catalog.models import Membership, Track
from catalog.roles import Role
from studio.context import Frame
from tests.factories import WorkspaceFactory, make_audio_file, make_track, member

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_rail_lists_every_place_and_marks_this_one(client: Client) -> None:
    access = member(WorkspaceFactory())
    client.force_login(access.user)
    html = page_of(client, f"/w/{access.workspace.slug}/tracks/")
    for label in ("Home", "Catalog", "Review", "Prompts", "Surfacing", "Settings"):
        assert f'<span class="label">{label}</span>' in html
    rail = html.split('class="rail-list"')[1].split("</ul>")[0]
    assert rail.count("aria-current") == 1
    assert rail.split('aria-current="page"')[1].split("</a>")[0].count("Catalog") == 1


def test_the_switcher_offers_the_workspaces_of_the_person_and_no_others(client: Client) -> None:
    access = member(WorkspaceFactory(name="Mine"))
    second = WorkspaceFactory(name="Also mine")
    WorkspaceFactory(name="Somebody else's")
    Membership.objects.create(workspace=second, user=access.user, role=Role.VIEWER)
    client.force_login(access.user)
    html = page_of(client, f"/w/{access.workspace.slug}/")
    assert f'href="/w/{second.slug}/"' in html
    assert "Somebody else" not in html


def test_account_pages_keep_the_rail_of_the_last_workspace(client: Client) -> None:
    access = member(WorkspaceFactory(name="Mine"))
    client.force_login(access.user)
    html = page_of(client, "/accounts/password/change/")
    assert f'href="/w/{access.workspace.slug}/tracks/"' in html


def test_running_work_is_counted_and_asked_for_again(client: Client) -> None:
    access = member(WorkspaceFactory())
    client.force_login(access.user)
    address = f"/w/{access.workspace.slug}/jobs/"
    assert "running" not in page_of(client, address)
    assert "hx-trigger" not in page_of(client, address)
    track = make_track(access.workspace, title="Harbour Lights")
    audio = make_audio_file(access.workspace)
    Track.objects.filter(pk=track.pk).update(audio=audio)
    queue_run(audio=audio)
    html = page_of(client, address)
    assert "1 running" in html
    assert f'hx-get="{address}"' in html


def test_the_whole_frame_costs_four_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    access = member(WorkspaceFactory())
    request = client.get("/healthz").wsgi_request
    request.access = access
    request.user = access.user
    request.resolver_match = None
    frame = Frame(request)
    with django_assert_num_queries(4):
        assert frame.nav
        assert frame.workspaces
        assert frame.jobs.running == 0
        assert frame.nav


def test_those_who_do_not_run_the_workspace_get_its_vocabulary_not_its_settings(
    client: Client,
) -> None:
    access = member(WorkspaceFactory(), Role.EDITOR)
    client.force_login(access.user)
    html = page_of(client, f"/w/{access.workspace.slug}/vocabulary/")
    assert f'href="/w/{access.workspace.slug}/settings/"' not in html
    assert f'href="/w/{access.workspace.slug}/members/"' not in html
    assert '<span class="label">Vocabulary</span>' in html

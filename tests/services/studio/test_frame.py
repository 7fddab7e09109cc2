"""The frame around every page: the rail, what waits, and what runs."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from analysis.services.queueing import queue_run
from analytics.models import EventImport
from catalog.models import (
    BulkEdit,
    ChangeSet,
    Membership,
    TableExport,
    TableImport,
    Track,
    UndoRun,
)
from catalog.roles import Role
from studio.background import running_work
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
    idle = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "running" not in idle
    assert "hx-trigger" not in idle
    assert "Nothing runs" in page_of(client, address)
    track = make_track(access.workspace, title="Harbour Lights")
    audio = make_audio_file(access.workspace)
    Track.objects.filter(pk=track.pk).update(audio=audio)
    queue_run(audio=audio)
    html = page_of(client, address)
    assert "1 running" in html
    assert f'hx-get="{address}"' in html
    assert "Recording is analysed" in html


def test_every_kind_of_work_is_listed_to_those_who_may_open_its_page() -> None:
    access = member(WorkspaceFactory())
    viewer = member(access.workspace, Role.VIEWER)
    elsewhere = member(WorkspaceFactory())
    here = access.workspace
    TableImport.objects.create(workspace=here, file_name="a.csv", byte_size=1, data=b"a")
    TableExport.objects.create(workspace=here, form=TableExport.Form.CSV)
    TableExport.objects.create(
        workspace=here, form=TableExport.Form.CSV, status=TableExport.Status.DONE
    )
    UndoRun.objects.create(
        workspace=here, target=ChangeSet.objects.create(workspace=here, reason="edit")
    )
    bulk = BulkEdit.objects.create(workspace=here, title="Set the label")
    EventImport.objects.create(
        workspace=here, file_name="b.csv", sha256="0" * 64, byte_size=1, storage_name="b"
    )
    found = {work.words: (work.count, work.url) for work in running_work(access)}
    assert found == {
        "table is imported": (1, f"/w/{here.slug}/imports/"),
        "table is exported": (1, f"/w/{here.slug}/exports/"),
        "bulk edit": (1, f"/w/{here.slug}/bulk/{bulk.pk}/"),
        "change is undone": (1, f"/w/{here.slug}/changes/"),
        "file of real events": (1, f"/w/{here.slug}/surfacing/observed/"),
    }
    assert [work.words for work in running_work(viewer)] == ["file of real events"]
    assert running_work(elsewhere) == []


def test_the_whole_frame_costs_three_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    access = member(WorkspaceFactory())
    request = client.get("/healthz").wsgi_request
    request.access = access
    request.user = access.user
    request.resolver_match = None
    frame = Frame(request)
    with django_assert_num_queries(3):
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

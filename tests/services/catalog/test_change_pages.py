"""Change sets searched, commented, undone in parts, and approved by a second person."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.domain.bulk import read_operations
from catalog.domain.changes import Change
from catalog.models import ChangeRequest, ChangeSet, Track, UndoRun
from catalog.roles import Role
from catalog.services.asking import RequestRefused, request_changes
from catalog.services.bulk import start_bulk
from catalog.services.changes import apply_changes
from catalog.services.imports.running import receive_table, start_check
from catalog.services.ledger import StaleChange
from catalog.services.requests import approve, decline
from catalog.services.tracks import edit_track
from catalog.services.undoing import start_undo
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Access:
    """A manager of an empty workspace."""
    return member(WorkspaceFactory(), Role.MANAGER)


def edit_two(access: Access) -> tuple[ChangeSet, list[Track]]:
    """Change title and moods of two tracks in one change set."""
    tracks = [make_track(access.workspace, title=name, mood=["calm"]) for name in ("One", "Two")]
    changes = [
        change
        for track in tracks
        for change in (
            Change("track", track.pk, "title", track.title, f"{track.title} B", track.title),
            Change("track", track.pk, "mood", ["calm"], ["dark", "happy"], track.title),
        )
    ]
    found = apply_changes(changes, access=access, reason="Edit two", source="bulk")
    assert found is not None
    return found, tracks


def at(access: Access, name: str, pk: int) -> str:
    """Give an address."""
    return reverse(f"catalog:{name}", args=[access.workspace.slug, pk])


def test_one_field_of_a_change_set_goes_back(client: Client, manager: Access) -> None:
    done, tracks = edit_two(manager)
    client.force_login(manager.user)
    client.post(at(manager, "change_set_undo", done.pk), {"field": "track.mood"})
    tracks[0].refresh_from_db()
    assert tracks[0].title == "One B"
    assert [a.term.slug for a in tracks[0].assertions.all()] == ["calm"]


def test_one_row_of_a_change_set_goes_back(client: Client, manager: Access) -> None:
    done, _ = edit_two(manager)
    client.force_login(manager.user)
    client.post(at(manager, "change_set_undo", done.pk), {"q": "Two"})
    titles = Track.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["One B", "Two"]


def test_what_an_undo_leaves_is_named_on_its_page(client: Client, manager: Access) -> None:
    done, tracks = edit_two(manager)
    tracks[1].refresh_from_db()
    edit_track(
        access=manager,
        track=tracks[1],
        values={"title": "Somebody else's"},
        row_version=tracks[1].row_version,
    )
    run = start_undo(done, access=manager)
    assert run.left == [["Two B", "title"]]
    client.force_login(manager.user)
    page = client.get(at(manager, "change_set_detail", run.result.pk)).content.decode()
    assert "1 value stayed" in page


def test_a_large_undo_waits_for_a_worker(
    manager: Access, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    from catalog.services import undoing

    done, _ = edit_two(manager)
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    run = start_undo(done, access=manager)
    assert run.status == UndoRun.Status.QUEUED
    assert start_undo(done, access=manager).pk == run.pk
    client.force_login(manager.user)
    assert "Undoing" in client.get(at(manager, "change_set_detail", done.pk)).content.decode()
    undoing.perform_undo(run.pk, now=run.created_at)
    undoing.perform_undo(run.pk, now=run.created_at)
    assert ChangeSet.objects.filter(undoes=done).count() == 1


def test_change_sets_are_found_by_kind_person_and_row(client: Client, manager: Access) -> None:
    _, tracks = edit_two(manager)
    client.force_login(manager.user)
    address = reverse("catalog:change_set_list", args=[manager.workspace.slug])
    for asked, found in (
        ({"kind": "bulk"}, True),
        ({"kind": "imported"}, False),
        ({"who": manager.user.pk}, True),
        ({"row": f"track:{tracks[0].pk}"}, True),
        ({"row": "track:999999"}, False),
        ({"from": "2999-01-01"}, False),
        ({"from": "nonsense", "who": "nobody"}, True),
    ):
        page = client.get(address, asked).content.decode()
        assert ("Edit two" in page) is found, asked


def test_people_talk_about_a_change_set(client: Client, manager: Access) -> None:
    done, _ = edit_two(manager)
    client.force_login(manager.user)
    client.post(at(manager, "change_set_comment", done.pk), {"text": "Why <b>two</b>?"})
    page = client.get(at(manager, "change_set_detail", done.pk)).content.decode()
    assert "Why &lt;b&gt;two&lt;/b&gt;?" in page


def test_nobody_approves_their_own_request(manager: Access) -> None:
    track = make_track(manager.workspace, title="One")
    asked = request_changes(
        [Change("track", track.pk, "title", "One", "Two", "One")],
        access=manager,
        reason="Rename",
        source="bulk",
    )
    with pytest.raises(RequestRefused, match="somebody else"):
        approve(asked, access=manager, comment="")
    other = member(manager.workspace, Role.MANAGER)
    decided = approve(asked, access=other, comment="Fine")
    track.refresh_from_db()
    assert track.title == "Two"
    assert decided.change_set.actor == manager.user
    with pytest.raises(RequestRefused, match="already"):
        decline(asked, access=other, comment="No")


def test_a_request_is_checked_again_when_it_is_approved(client: Client, manager: Access) -> None:
    track = make_track(manager.workspace, title="One")
    asked = request_changes(
        [Change("track", track.pk, "title", "One", "Two", "One")],
        access=manager,
        reason="Rename",
        source="bulk",
    )
    edit_track(access=manager, track=track, values={"title": "Other"}, row_version=1)
    other = member(manager.workspace, Role.MANAGER)
    with pytest.raises(StaleChange):
        approve(asked, access=other, comment="")
    client.force_login(other.user)
    page = client.get(at(manager, "request_detail", asked.pk)).content.decode()
    assert "Changed since" in page
    track.refresh_from_db()
    assert track.title == "Other"


def test_an_import_waits_for_a_second_person(client: Client, manager: Access) -> None:
    manager.workspace.second_person = True
    manager.workspace.save()
    run = receive_table(access=manager, name="a.csv", data=b"title,artist\nOne,Ida\n")
    start_check(run, {})
    client.force_login(manager.user)
    client.post(at(manager, "import_apply", run.pk), {"mode": "all"})
    asked = ChangeRequest.objects.get()
    assert Track.objects.count() == 0
    client.post(at(manager, "request_decide", asked.pk), {"answer": "approve"})
    assert Track.objects.count() == 0
    other = member(manager.workspace, Role.OWNER)
    client.force_login(other.user)
    client.post(at(manager, "request_decide", asked.pk), {"answer": "approve"})
    assert Track.objects.get().title == "One"


def test_a_bulk_edit_waits_for_a_second_person(client: Client, manager: Access) -> None:
    manager.workspace.second_person = True
    manager.workspace.save()
    for title in ("One", "Two"):
        make_track(manager.workspace, title=title)
    operations = read_operations([{"column": "notes", "action": "set", "text": "Remastered"}])
    bulk = start_bulk(access=manager, selection={"query": {}}, operations=operations)
    client.force_login(manager.user)
    client.post(at(manager, "bulk_apply", bulk.pk))
    client.post(at(manager, "bulk_apply", bulk.pk))
    asked = ChangeRequest.objects.get()
    assert (asked.row_count, Track.objects.filter(notes="").count()) == (2, 2)
    approve(asked, access=member(manager.workspace, Role.MANAGER), comment="")
    assert Track.objects.filter(notes="Remastered").count() == 2
    assert ChangeSet.objects.latest("pk").actor == manager.user

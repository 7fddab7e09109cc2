"""Bulk edits: planned, looked at, applied, undone; recipes; patterns that would run for ever."""

import json
import time

import pytest
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.benches.bulk import collisions, fingerprint
from catalog.domain.bulk import Operation, read_operations
from catalog.errors import StudioError
from catalog.models import BulkEdit, ChangeRequest, PlannedChange, Recipe, Track
from catalog.services import bulk as bulk_services
from catalog.services.bulk import apply_bulk, cancel_bulk, perform_bulk, start_bulk
from catalog.services.changes import undo_change_set
from catalog.services.patterns import BadPattern, replace_pattern
from catalog.services.recipes import recipe_as_json, recipe_from_json, run_recipe, save_recipe
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Access:
    return member(WorkspaceFactory(slug="ada"))


@pytest.fixture
def tracks(owner: Access) -> list[Track]:
    moods = (["calm"], ["calm", "dark"], [])
    return [
        make_track(owner.workspace, title=f"song {n}", artist="Ida", mood=mood, notes="old " * n)
        for n, mood in enumerate(moods)
    ]


def operations(*raw: dict[str, object]) -> list[Operation]:
    return read_operations(list(raw))


def moods(tracks: list[Track]) -> list[list[str]]:
    return [
        sorted(track.assertions.filter(term__facet="mood").values_list("term__slug", flat=True))
        for track in tracks
    ]


@pytest.mark.parametrize(
    ("action", "text", "after", "lost"),
    [
        ("add", "Happy", [["calm", "happy"], ["calm", "dark", "happy"], ["happy"]], 0),
        ("remove", "Calm", [[], ["dark"], []], 2),
        ("replace_all", "Happy", [["happy"], ["happy"], ["happy"]], 3),
        ("fill", "Happy", [["calm"], ["calm", "dark"], ["happy"]], 0),
        ("clear", "", [[], [], []], 3),
    ],
)
def test_what_is_planned_is_written_and_comes_back_by_undo(
    owner: Access, tracks: list[Track], action: str, text: str, after: list[list[str]], lost: int
) -> None:
    state = fingerprint(owner.workspace_id)
    wanted = operations({"column": "mood", "action": action, "text": text})
    ids = {"ids": [track.pk for track in tracks]}
    bulk = start_bulk(access=owner, selection=ids, operations=wanted)
    assert (bulk.state, bulk.lost_total) == (BulkEdit.State.READY, lost)
    assert fingerprint(owner.workspace_id) == state
    bulk = apply_bulk(access=owner, bulk=bulk)
    assert bulk.state == BulkEdit.State.DONE
    assert moods(tracks) == after
    assert bulk.change_set is not None
    undo_change_set(bulk.change_set, access=owner)
    assert fingerprint(owner.workspace_id) == state


def test_texts_are_transformed_one_step_after_the_other(owner: Access, tracks: list[Track]) -> None:
    wanted = operations(
        {
            "column": "title",
            "action": "find",
            "find": r"song (\d)",
            "text": r"the \1 of it",
            "pattern": True,
        },
        {"column": "title", "action": "title_case"},
        {"column": "title", "action": "suffix", "text": " (Live)"},
    )
    bulk = start_bulk(access=owner, selection={"query": {}}, operations=wanted)
    apply_bulk(access=owner, bulk=bulk)
    assert set(Track.objects.values_list("title", flat=True)) == {
        f"The {n} of It (Live)" for n in range(3)
    }


def test_rows_one_may_not_edit_and_cells_that_cannot_change_are_listed(
    owner: Access, tracks: list[Track]
) -> None:
    wanted = operations({"column": "upc", "action": "set", "text": "036000291452"})
    selection = {"ids": [tracks[0].pk, 999_999]}
    bulk = start_bulk(access=owner, selection=selection, operations=wanted)
    assert bulk.refused == ["1 that are not there any more"]
    assert "on no release" in bulk.problems[0]["sentence"]


def test_a_value_changed_since_the_preview_stops_the_edit_and_nothing_is_written(
    owner: Access, tracks: list[Track]
) -> None:
    wanted = operations({"column": "notes", "action": "set", "text": "new"})
    bulk = start_bulk(access=owner, selection={"query": {}}, operations=wanted)
    Track.objects.filter(pk=tracks[2].pk).update(notes="somebody else")
    bulk = apply_bulk(access=owner, bulk=bulk)
    assert bulk.state == BulkEdit.State.FAILED
    assert "meantime" in bulk.error
    assert not Track.objects.filter(notes="new").exists()


def test_many_tracks_are_a_job_that_a_second_delivery_does_not_repeat(
    owner: Access, tracks: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_services, "AT_ONCE", 1)
    wanted = operations({"column": "notes", "action": "set", "text": "new"})
    bulk = start_bulk(access=owner, selection={"query": {}}, operations=wanted)
    assert bulk.state == BulkEdit.State.PLANNING
    perform_bulk(bulk.pk)
    bulk.refresh_from_db()
    assert bulk.state == BulkEdit.State.READY
    bulk = apply_bulk(access=owner, bulk=bulk)
    assert bulk.state == BulkEdit.State.APPLYING
    for _ in range(2):
        perform_bulk(bulk.pk)
    bulk.refresh_from_db()
    assert (bulk.state, bulk.change_set and bulk.change_set.row_count) == ("done", 3)
    assert not PlannedChange.objects.exists()


def test_a_cancelled_job_leaves_everything_as_it_was(
    owner: Access, tracks: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_services, "AT_ONCE", 1)
    state = fingerprint(owner.workspace_id)
    wanted = operations({"column": "notes", "action": "set", "text": "new"})
    bulk = start_bulk(access=owner, selection={"query": {}}, operations=wanted)
    perform_bulk(bulk.pk)
    bulk.refresh_from_db()
    apply_bulk(access=owner, bulk=bulk)
    cancel_bulk(bulk)
    perform_bulk(bulk.pk)
    bulk.refresh_from_db()
    assert bulk.state == BulkEdit.State.CANCELLED
    assert fingerprint(owner.workspace_id) == state


def test_a_hostile_pattern_is_stopped_in_time() -> None:
    started = time.monotonic()
    with pytest.raises(BadPattern, match="stopped"):
        replace_pattern(
            ["a" * 40 + "b"], pattern="(a+)+$", replacement="", match_case=True, time_limit_s=0.5
        )
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(("pattern", "replacement"), [("(", ""), ("a", r"\2"), ("[z-a]", "")])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str, replacement: str) -> None:
    with pytest.raises(BadPattern, match="cannot be read"):
        replace_pattern(["a"], pattern=pattern, replacement=replacement, match_case=True)


def test_a_recipe_is_carried_to_another_workspace_and_run_there(
    owner: Access, tracks: list[Track]
) -> None:
    query = {"filters": [["mood", "empty", ""]]}
    wanted = operations({"column": "mood", "action": "fill", "text": "Happy"})
    recipe = save_recipe(access=owner, name="No mood", query=query, operations=wanted)
    carried = json.loads(json.dumps(recipe_as_json(recipe)))
    other = member(WorkspaceFactory(slug="bo"))
    track = make_track(other.workspace, title="Theirs")
    taken = recipe_from_json(access=other, raw=carried)
    bulk = apply_bulk(access=other, bulk=run_recipe(access=other, recipe=taken))
    assert bulk.state == BulkEdit.State.DONE
    assert moods([track, *tracks]) == [["happy"], ["calm"], ["calm", "dark"], []]
    with pytest.raises(StudioError, match="not a recipe"):
        recipe_from_json(access=other, raw={"name": "x"})


@pytest.mark.django_db(transaction=True)
def test_a_recipe_runs_on_each_new_upload() -> None:
    from catalog.services.recipes import run_on_upload

    owner = member(WorkspaceFactory(slug="ada"))
    wanted = operations({"column": "notes", "action": "fill", "text": "Check the credits"})
    save_recipe(access=owner, name="Check", query={}, operations=wanted, runs_on_upload=True)
    new, old = (make_track(owner.workspace, title=title) for title in ("New", "Old"))
    run_on_upload(owner.workspace, [new.pk])
    new.refresh_from_db()
    old.refresh_from_db()
    assert (new.notes, old.notes) == ("Check the credits", "")

    owner.workspace.second_person = True
    owner.workspace.save()
    album = [make_track(owner.workspace, title=title) for title in ("Side A", "Side B")]
    run_on_upload(owner.workspace, [track.pk for track in album])
    asked = ChangeRequest.objects.get()
    assert (asked.author, asked.row_count) == (owner.user, 2)
    assert not Track.objects.filter(pk__in=[t.pk for t in album]).exclude(notes="").exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_never_overwrite_each_other_unseen() -> None:
    owner = member(WorkspaceFactory(slug="ada"))
    for number in range(25):
        make_track(owner.workspace, title=f"{number}")
    found = collisions(owner, 25)
    assert (found["lost_updates"], found["both_told_they_won"]) == (0, 0)


def test_the_pages_of_a_bulk_edit_and_its_recipe(owner: Access, tracks: list[Track]) -> None:
    client = Client()
    client.force_login(owner.user)
    body = {
        "query": {"q": "song"},
        "operations": [{"column": "notes", "action": "set", "text": "new"}],
    }
    start = reverse("catalog:bulk_start", args=["ada"])
    url = client.post(start, json.dumps(body), content_type="application/json").json()["url"]
    assert b"Apply 3 changes" in client.get(url).content
    client.post(f"{url}keep/", {"name": "Newer"})
    assert Recipe.objects.get().query["q"] == "song"
    assert b"Newer" in client.get(reverse("catalog:recipe_list", args=["ada"])).content
    done = client.post(f"{url}apply/", follow=True)
    assert b"3 values" in done.content
    assert Track.objects.filter(notes="new").count() == 3

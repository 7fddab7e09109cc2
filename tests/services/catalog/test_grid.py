"""The grid's doors: what it shows, what it saves, what stands against a save."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.domain.columns import COLUMNS
from catalog.models import Change, ChangeSet, SavedView, Track
from catalog.roles import Role
from catalog.services.cells import Edit, Saved, grid_rows, save_cells
from catalog.services.changes import undo_change_set
from catalog.services.requests import approve
from catalog.services.views import be_present
from tests.factories import WorkspaceFactory, make_release, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Access:
    return member(WorkspaceFactory(slug="ada"))


@pytest.fixture
def client(owner: Access) -> Client:
    found = Client()
    found.force_login(owner.user)
    return found


def save(access: Access, *edits: tuple[Track, str, str] | tuple[Track, str, str, str]) -> Saved:
    wanted = [Edit(track.pk, column, text, *before) for track, column, text, *before in edits]
    return save_cells(wanted, access=access, reason="Paste")


def texts(access: Access, track: Track, *columns: str) -> list[str]:
    (row,) = grid_rows(access, [track.pk], [COLUMNS[name] for name in columns])
    return [row["cells"][name] for name in columns]


def test_one_paste_of_all_kinds_is_one_change_set_and_undo_brings_everything_back(
    owner: Access,
) -> None:
    release = make_release(owner.workspace, title="Blue")
    track = make_track(owner.workspace, title="Old", artist="Ida", mood=["calm"])
    columns = {
        "title": "New",
        "artists": "Ida; Moss",
        "featured": "Kilo",
        "mood": "Happy; Dark",
        "key": "F# minor",
        "tempo_bpm": "128.5",
        "release": "Blue",
        "advisory": "Explicit",
        "opt_out_export": "yes",
        "isrc": "aa-6q7-20-00047",
    }
    before = texts(owner, track, *columns)
    saved = save(owner, *[(track, name, text) for name, text in columns.items()])
    assert saved.change_set is not None
    track.refresh_from_db()
    assert (track.title, track.isrc, track.key_tonic, track.release_id) == (
        "New",
        "AA6Q72000047",
        "Gb",
        release.pk,
    )
    assert [credit.role for credit in track.credits.all()] == ["main", "main", "featured"]
    undo_change_set(saved.change_set, access=owner)
    assert texts(owner, track, *columns) == before


def test_a_row_pasted_back_unchanged_is_no_change(owner: Access) -> None:
    track = make_track(owner.workspace, title="Odd  ", artist="AC;DC", mood=["calm", "dark"])
    names = [column.name for column in COLUMNS.values() if column.table == "track"]
    shown = texts(owner, track, *names)
    saved = save(owner, *[(track, name, text) for name, text in zip(names, shown, strict=True)])
    assert (saved.changed, saved.errors, saved.change_set) == ([], [], None)


def test_a_paste_over_many_rows_waits_for_a_second_person(owner: Access, client: Client) -> None:
    owner.workspace.second_person = True
    owner.workspace.save()
    editor = member(owner.workspace, Role.EDITOR)
    tracks = [make_track(owner.workspace, title=f"Song {n}", artist="Ida") for n in range(2)]
    alone = save(editor, (tracks[0], "title", "One row"))
    assert (alone.request, bool(alone.change_set)) == (None, True)
    saved = save(editor, *[(track, "artists", "Moss") for track in tracks])
    assert saved.change_set is None
    assert saved.request is not None
    assert (saved.request.row_count, texts(owner, tracks[1], "artists")) == (2, ["Ida"])
    client.force_login(editor.user)
    page = reverse("catalog:request_detail", args=[owner.workspace.slug, saved.request.pk])
    assert "Moss" in client.get(page).content.decode()
    approve(saved.request, access=owner, comment="")
    assert [texts(owner, track, "artists") for track in tracks] == [["Moss"], ["Moss"]]


def test_one_wrong_cell_keeps_the_whole_paste_out_and_says_why(owner: Access) -> None:
    tracks = [make_track(owner.workspace, title=f"Song {n}") for n in range(3)]
    saved = save(
        owner,
        (tracks[0], "title", "Fine"),
        (tracks[1], "isrc", "nonsense"),
        (tracks[2], "mood", "Purple"),
    )
    assert saved.change_set is None
    assert [error.column for error in saved.errors] == ["isrc", "mood"]
    assert not Track.objects.filter(title="Fine").exists()


def test_style_is_remarked_on_but_saved(owner: Access) -> None:
    track = make_track(owner.workspace, title="Song")
    saved = save(owner, (track, "title", "Song Featuring Ida"))
    assert saved.change_set is not None
    assert "feat." in saved.remarks[0].sentence


def test_different_cells_of_two_people_merge_and_the_same_cell_shows_both_values(
    owner: Access,
) -> None:
    other = member(owner.workspace, Role.EDITOR, name="Bo Lind")
    track = make_track(owner.workspace, title="Song", notes="first")
    assert save(other, (track, "notes", "theirs", "first")).change_set
    assert save(owner, (track, "title", "Mine", "Song")).change_set
    saved = save(owner, (track, "notes", "mine", "first"))
    (conflict,) = saved.conflicts
    assert saved.change_set is None
    assert (conflict.base, conflict.theirs, conflict.yours, conflict.who) == (
        "first",
        "theirs",
        "mine",
        "Bo Lind",
    )
    again = [Edit(track.pk, "notes", "mine", "first")]
    assert save_cells(again, access=owner, reason="Mine", overwrite=True).change_set


def test_a_value_of_the_release_is_written_once_for_all_its_tracks(owner: Access) -> None:
    release = make_release(owner.workspace)
    tracks = [make_track(owner.workspace, title=f"{n}", release=release.pk) for n in range(2)]
    saved = save(owner, *[(track, "upc", "036000291452") for track in tracks])
    assert saved.change_set is not None
    assert Change.objects.filter(change_set=saved.change_set).count() == 1
    loose = make_track(owner.workspace, title="Loose")
    assert "on no release" in save(owner, (loose, "upc", "036000291452")).errors[0].sentence


def test_an_artist_cannot_reach_a_track_that_is_not_theirs(owner: Access) -> None:
    artist = member(owner.workspace, Role.ARTIST)
    track = make_track(owner.workspace, title="Song")
    saved = save(artist, (track, "title", "Taken"))
    assert "may not change" in saved.errors[0].sentence


def ask(client: Client, query: dict[str, Any], columns: str = "title,mood") -> dict[str, Any]:
    address = reverse("catalog:grid_order", args=["ada"])
    answer = client.get(address, {"query": json.dumps(query), "columns": columns})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_filters_and_orders_of_every_column_are_answered(owner: Access, client: Client) -> None:
    release = make_release(owner.workspace, title="Blue", upc="036000291452")
    one = make_track(owner.workspace, title="One", artist="Ida", mood=["calm"], tempo_bpm=90.0,
                     release=release.pk, key_tonic="A", key_mode="minor")  # fmt: skip
    two = make_track(owner.workspace, title="Two", artist="Bo", mood=["dark"], tempo_bpm=140.0)
    assert ask(client, {"q": "ida"})["ids"] == [one.pk]
    assert ask(client, {"sort": "artists"})["ids"] == [two.pk, one.pk]
    assert ask(client, {"sort": "-mood"})["ids"] == [two.pk, one.pk]
    for name, test, text, found in (
        ("mood", "contains", "Calm", [one.pk]),
        ("mood", "lacks", "Calm", [two.pk]),
        ("mood", "empty", "", []),
        ("tempo_bpm", "least", "100", [two.pk]),
        ("artists", "contains", "id", [one.pk]),
        ("release", "contains", "blu", [one.pk]),
        ("upc", "filled", "", [one.pk]),
        ("key", "is", "8A", [one.pk]),
        ("title", "not", "two", [one.pk]),
    ):
        assert ask(client, {"filters": [[name, test, text]]})["ids"] == found, (name, test)
    for name in COLUMNS:
        assert len(ask(client, {"sort": name})["ids"]) == 2
        assert len(ask(client, {"sort": f"-{name}"})["ids"]) == 2
    address = reverse("catalog:grid_order", args=["ada"])
    refused = client.get(address, {"query": json.dumps({"sort": "password"})})
    assert refused.status_code == 400
    assert "no column" in refused.json()["error"]


def test_the_grid_asks_the_same_number_of_queries_however_many_rows(
    owner: Access, client: Client, django_assert_max_num_queries: Any
) -> None:
    query = {"sort": "mood", "filters": [["mood", "filled", ""]]}
    counts = []
    for _ in range(2):
        for number in range(8):
            make_track(owner.workspace, title=f"{number}", artist=f"A{number}", mood=["calm"])
        with django_assert_max_num_queries(12) as asked:
            ask(client, query, ",".join(COLUMNS))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_view_is_kept_and_shared_only_by_those_who_may(owner: Access, client: Client) -> None:
    settings = {"columns": [["title", 200, True], ["password", 1, False]], "query": {"q": "x"}}
    address = reverse("catalog:grid_view_save", args=["ada"])
    body = {"name": "Mine", "shared": True, "settings": settings}
    view = client.post(address, json.dumps(body), content_type="application/json").json()["view"]
    kept = SavedView.objects.get(pk=view["id"])
    assert kept.settings["columns"] == [["title", 200, True]]
    viewer = member(owner.workspace, Role.VIEWER)
    other = Client()
    other.force_login(viewer.user)
    assert other.get(reverse("catalog:grid", args=["ada"]), {"view": kept.pk}).status_code == 200
    answer = other.post(address, json.dumps(body), content_type="application/json")
    assert answer.status_code == 400


def test_people_in_the_grid_hear_of_each_other(owner: Access) -> None:
    cache.clear()
    other = member(owner.workspace, Role.EDITOR, name="Bo")
    assert be_present(owner, track_id=5, column="title") == []
    (seen,) = be_present(other, track_id=6, column="mood")
    assert (seen.track_id, seen.column) == (5, "title")
    assert [person.name for person in be_present(owner, track_id=5, column="title")] == ["Bo"]


def test_the_last_paste_is_taken_back_from_the_grid(owner: Access, client: Client) -> None:
    track = make_track(owner.workspace, title="Song")
    saved = save(owner, (track, "title", "Pasted"))
    assert saved.change_set is not None
    answer = client.post(reverse("catalog:grid_undo", args=["ada", saved.change_set.pk]))
    assert answer.json()["ids"] == [track.pk]
    track.refresh_from_db()
    assert track.title == "Song"
    assert ChangeSet.objects.filter(undoes=saved.change_set).exists()

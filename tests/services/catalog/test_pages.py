"""The pages of the catalog: what they show, what they cost, what they refuse."""

from typing import Any

import pytest
from django.test import Client

from catalog.access import Access
from catalog.models import ChangeSet, Description, Track
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_audio_file, make_release, make_track, member

pytestmark = pytest.mark.django_db

LISTS = ("", "tracks/", "releases/", "artists/", "changes/", "vocabulary/", "members/", "settings/",
         "audit/")  # fmt: skip


@pytest.fixture
def owner() -> Access:
    return member(WorkspaceFactory(slug="ada"))


@pytest.fixture
def client(owner: Access) -> Client:
    found = Client()
    found.force_login(owner.user)
    return found


def fill(owner: Access, count: int) -> list[Track]:
    tracks = []
    for number in range(count):
        release = make_release(owner.workspace, title=f"Release {number}")
        audio = make_audio_file(owner.workspace, str(number).encode())
        tracks.append(
            make_track(
                owner.workspace,
                title=f"Song {number}",
                artist=f"Artist {number}",
                release=release.pk,
                audio=audio.pk,
                mood=["calm", "dark"],
            )
        )
    return tracks


@pytest.mark.parametrize("page", LISTS)
def test_no_list_runs_more_than_fifteen_queries_however_long(
    owner: Access, client: Client, page: str, django_assert_max_num_queries: Any
) -> None:
    fill(owner, 12)
    with django_assert_max_num_queries(15):
        assert client.get(f"/w/ada/{page}").status_code == 200


def test_no_page_of_one_thing_runs_more_than_fifteen_queries(
    owner: Access, client: Client, django_assert_max_num_queries: Any
) -> None:
    track = fill(owner, 3)[0]
    change_set = ChangeSet.objects.first()
    for page in (
        f"tracks/{track.pk}/",
        f"tracks/{track.pk}/edit/",
        f"releases/{track.release_id}/",
        f"releases/{track.release_id}/edit/",
        f"artists/{track.artists.get().pk}/",
        f"changes/{change_set.pk}/",
    ):
        with django_assert_max_num_queries(15):
            assert client.get(f"/w/ada/{page}").status_code == 200, page


def test_an_empty_workspace_says_what_to_do_next(client: Client) -> None:
    for page, words in (
        ("", "Upload music"),
        ("tracks/", "No tracks yet"),
        ("releases/", "No releases yet"),
        ("artists/", "No artists yet"),
    ):
        assert words in client.get(f"/w/ada/{page}").content.decode()


def form_of(track: Track, **changed: Any) -> dict[str, Any]:
    return {"row_version": track.row_version, "title": track.title, **changed}


def test_two_people_on_one_form_lose_nothing(owner: Access, client: Client) -> None:
    track = make_track(owner.workspace, title="Old")
    url = f"/w/ada/tracks/{track.pk}/edit/"
    assert client.post(url, form_of(track, title="First")).status_code == 302
    second = client.post(url, form_of(track, title="Second"))
    page = second.content.decode()
    assert second.status_code == 422
    assert "First" in page
    assert "Second" in page
    assert Track.objects.get().title == "First"


def test_a_malformed_isrc_comes_back_with_advice(owner: Access, client: Client) -> None:
    track = make_track(owner.workspace, title="Song")
    answer = client.post(f"/w/ada/tracks/{track.pk}/edit/", form_of(track, isrc="nope"))
    assert answer.status_code == 422
    assert "12 characters" in answer.content.decode()


def test_a_slower_description_is_kept_beside_the_saved_one(owner: Access, client: Client) -> None:
    track = make_track(owner.workspace, title="Song")
    url = f"/w/ada/tracks/{track.pk}/description/"
    first = {"row_version": 0, "length": 500, "text": "Theirs."}
    assert client.post(url, first).status_code == 302
    client.post(url, {"row_version": 1, "length": 500, "text": "Theirs again."})
    slower = client.post(url, {"row_version": 1, "length": 500, "text": "Mine."})
    page = slower.content.decode()
    assert slower.status_code == 422
    assert "Theirs again." in page
    assert "Mine." in page
    assert Description.objects.get().text == "Theirs again."


def test_a_removed_track_comes_back_by_undo(owner: Access, client: Client) -> None:
    track = make_track(owner.workspace, title="Song", mood=["calm"])
    client.post(f"/w/ada/tracks/{track.pk}/remove/")
    assert not Track.objects.exists()
    newest = ChangeSet.objects.first()
    client.post(f"/w/ada/changes/{newest.pk}/undo/")
    assert Track.objects.get().assertions.count() == 1


def test_markup_in_a_title_stays_text(owner: Access, client: Client) -> None:
    track = make_track(owner.workspace, title="<script>alert(1)</script>")
    page = client.get(f"/w/ada/tracks/{track.pk}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_invited_person_makes_an_account_and_sees_only_that_workspace(
    owner: Access, client: Client
) -> None:
    other = WorkspaceFactory()
    invited = client.post("/w/ada/members/", {"email": "new@example.org", "role": Role.EDITOR})
    link = invited.context["link"]
    fresh = Client()
    assert "Join" in fresh.get(link).content.decode()
    joined = fresh.post(link, {"name": "New", "password": "a long enough phrase"})
    assert joined.status_code == 302
    assert fresh.get("/w/ada/").status_code == 200
    assert fresh.get(f"/w/{other.slug}/").status_code == 404
    assert Client().get(link).status_code == 404

"""The catalog's API, with a token as a program uses it."""

from typing import Any

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from catalog.access import Access
from catalog.models import Assertion, Track
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Access:
    return member(WorkspaceFactory())


def client_of(access: Access) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=access.user).key}")
    return client


def address(access: Access, path: str) -> str:
    return f"/api/v1/workspaces/{access.workspace.slug}/{path}"


def test_a_track_is_read_and_changed_with_terms_artists_and_a_loose_isrc(owner: Access) -> None:
    track = make_track(owner.workspace, title="Song", artist="Ada", mood=["calm"])
    client = client_of(owner)
    read: Any = client.get(address(owner, f"tracks/{track.pk}/")).json()
    assert (read["mood"], read["credits"][0]["name"]) == (["calm"], "Ada")
    answer = client.patch(
        address(owner, f"tracks/{track.pk}/"),
        {
            "row_version": read["row_version"],
            "isrc": "aa-6q7-20-00047",
            "mood": ["dark", "calm"],
            "artists": ["Grace", "ada"],
        },
    )
    body: Any = answer.json()
    assert answer.status_code == 200, body
    assert (body["isrc"], body["mood"]) == ("AA6Q72000047", ["calm", "dark"])
    assert [credit["name"] for credit in body["credits"]] == ["Grace", "Ada"]
    assert Assertion.objects.filter(track=track).count() == 2


def test_an_edit_without_a_version_and_a_slower_edit_are_refused(owner: Access) -> None:
    track = make_track(owner.workspace, title="Song")
    client = client_of(owner)
    url = address(owner, f"tracks/{track.pk}/")
    assert client.patch(url, {"title": "A"}).status_code == 400
    assert client.patch(url, {"title": "A", "row_version": 1}).status_code == 200
    slower = client.patch(url, {"title": "B", "row_version": 1})
    assert slower.status_code == 409
    assert "somebody else" in slower.json()["detail"]
    assert Track.objects.get().title == "A"


def test_bad_values_are_refused_in_words(owner: Access) -> None:
    track = make_track(owner.workspace, title="Song")
    client = client_of(owner)
    url = address(owner, f"tracks/{track.pk}/")
    for values, words in (
        ({"isrc": "nope"}, "not an ISRC"),
        ({"mood": ["no-such"]}, "vocabulary has no mood"),
        ({"mood": "calm"}, "list of terms"),
        ({"title": "a\x00b"}, "ull characters"),
    ):
        answer = client.patch(url, {**values, "row_version": 1})
        assert answer.status_code == 400
        assert words in answer.content.decode()


def test_tracks_are_searched_and_filtered(owner: Access) -> None:
    make_track(owner.workspace, title="Night Drive", artist="Ada", mood=["dark"])
    make_track(owner.workspace, title="Morning", artist="Grace", mood=["calm"])
    client = client_of(owner)
    for query, titles in (
        ("q=ada", ["Night Drive"]),
        ("term=mood:calm", ["Morning"]),
        ("term=mood:none-such", []),
        ("sort=title", ["Morning", "Night Drive"]),
    ):
        body: Any = client.get(address(owner, f"tracks/?{query}")).json()
        assert [track["title"] for track in body["results"]] == titles


def test_a_change_set_is_undone(owner: Access) -> None:
    track = make_track(owner.workspace, title="Old")
    client = client_of(owner)
    client.patch(address(owner, f"tracks/{track.pk}/"), {"title": "New", "row_version": 1})
    newest: Any = client.get(address(owner, "change-sets/")).json()["results"][0]
    assert newest["actor"] == owner.user.email
    answer = client.post(address(owner, f"change-sets/{newest['id']}/undo/"))
    assert answer.json()["left"] == []
    assert Track.objects.get().title == "Old"


def test_descriptions_are_saved_by_length(owner: Access) -> None:
    track = make_track(owner.workspace, title="Song")
    client = client_of(owner)
    url = address(owner, f"tracks/{track.pk}/descriptions/")
    text = {"language": "en", "length": 120, "text": "Brushed drums."}
    assert client.put(url, text).json()[0]["text"] == "Brushed drums."
    too_long = client.put(url, {**text, "text": "x" * 121, "row_version": 1})
    assert too_long.status_code == 400
    assert "allows 120" in too_long.json()["detail"]


def test_a_viewer_reads_and_an_artist_changes_only_own_tracks(owner: Access) -> None:
    viewer = client_of(member(owner.workspace, Role.VIEWER))
    artist = member(owner.workspace, Role.ARTIST)
    own = make_track(owner.workspace, title="Own", created_by=artist.user)
    other = make_track(owner.workspace, title="Other")
    values = {"title": "X", "row_version": 1}
    assert viewer.get(address(owner, f"tracks/{own.pk}/")).status_code == 200
    assert viewer.patch(address(owner, f"tracks/{own.pk}/"), values).status_code == 403
    client = client_of(artist)
    assert client.patch(address(owner, f"tracks/{own.pk}/"), values).status_code == 200
    assert client.patch(address(owner, f"tracks/{other.pk}/"), values).status_code == 404


def test_releases_and_artists_are_added_and_changed(owner: Access) -> None:
    client = client_of(owner)
    made: Any = client.post(
        address(owner, "releases/"),
        {"title": "First", "artists": ["Ada"], "release_date": "2026-11-25", "upc": "036000291452"},
    ).json()
    assert (made["artists"], made["release_date"]) == (["Ada"], "2026-11-25")
    changed: Any = client.patch(
        address(owner, f"releases/{made['id']}/"), {"title": "Second", "row_version": 1}
    ).json()
    assert (changed["title"], changed["artists"]) == ("Second", ["Ada"])
    artist: Any = client.post(address(owner, "artists/"), {"name": "Grace"}).json()
    answer: Any = client.patch(
        address(owner, f"artists/{artist['id']}/"), {"name": "Grace H.", "row_version": 1}
    ).json()
    assert answer["name"] == "Grace H."


def test_the_list_of_tracks_costs_the_same_queries_however_many(
    owner: Access, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        make_track(owner.workspace, title=f"Song {number}", artist=f"A {number}", mood=["calm"])
    client = client_of(owner)
    with django_assert_max_num_queries(9):
        client.get(address(owner, "tracks/"))

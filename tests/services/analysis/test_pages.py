"""The pages of the analysis: what they show, what their forms do, and how little they ask for."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from analysis.domain.result import Bars
from analysis.models import AnalysisRun, Suggestion
from analysis.services.queueing import queue_run
from catalog.access import Access
from catalog.models import Track, Workspace
from catalog.roles import Role
from tests.analyses import add_stem, found, heard, heard_track
from tests.factories import WorkspaceFactory, make_audio_file, make_track, member

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
HTMX = {"HTTP_HX_REQUEST": "true"}
TAGS = (
    found("genre", "jazz", 0.9),
    found("instrument", "piano", 0.82),
    found("instrument", "violin", 0.6),
    found("mood", "mellow", 0.7),
)


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def editor(workspace: Workspace) -> Access:
    return member(workspace, Role.EDITOR)


@pytest.fixture
def client(editor: Access) -> Client:
    return signed_in(editor)


@pytest.fixture
def track(workspace: Workspace) -> Track:
    return heard_track(workspace, *TAGS, title="Blue Hour", artist="Ada Lindgren")


def signed_in(access: Access) -> Client:
    client = Client()
    client.force_login(access.user)
    return client


def address(name: str, workspace: Workspace, *args: Any) -> str:
    return reverse(f"analysis:{name}", args=[workspace.slug, *args])


def text(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def piano(track: Track) -> Suggestion:
    return Suggestion.objects.get(track=track, term="piano")


def test_the_panel_is_a_page_by_itself_and_a_fragment_for_htmx(
    client: Client, track: Track
) -> None:
    url = address("track_panel", track.workspace, track.pk)
    page, fragment = client.get(url), client.get(url, **HTMX)
    assert "<!doctype html>" in text(page)
    assert text(fragment).startswith('<section id="hearing"')
    for words in ("Blue Hour", "120.0", "Eb minor", "2A", "turns it down by 3.1 dB", "No voice"):
        assert words in text(page)


def test_the_panel_says_where_bars_begin_or_that_they_are_not_clear(
    client: Client, workspace: Workspace, track: Track
) -> None:
    assert "No clear bars" in text(client.get(address("track_panel", workspace, track.pk)))
    clear = heard_track(workspace, bars=Bars(4, 0.52, 0.97, (0.52, 2.52, 4.52)), title="Clear")
    shown = text(client.get(address("track_panel", workspace, clear.pk)))
    assert "4 beats to a bar, first bar at 0.52 s" in shown
    assert 'd="M2.6 0V1M12.6 0V1M22.6 0V1"' in shown


def test_the_panel_says_plainly_that_there_is_no_firm_tempo(
    client: Client, workspace: Workspace
) -> None:
    track = heard_track(workspace, tempo_bpm=None, tempo_firm=False)
    shown = text(client.get(address("track_panel", workspace, track.pk)))
    assert "No firm tempo" in shown
    assert "Use 120.0" in shown


def test_a_track_without_a_recording_says_what_to_do(client: Client, workspace: Workspace) -> None:
    track = make_track(workspace)
    assert "No recording yet" in text(client.get(address("track_panel", workspace, track.pk)))


def test_a_viewer_sees_suggestions_and_nothing_to_press(workspace: Workspace, track: Track) -> None:
    viewer = signed_in(member(workspace, Role.VIEWER))
    shown = text(viewer.get(address("track_panel", workspace, track.pk)))
    assert "Piano" in shown
    assert "data-decide" not in shown
    refused = viewer.post(address("suggestion_accept", workspace, piano(track).pk))
    assert refused.status_code == 403


def test_accepting_without_javascript_goes_back_to_where_one_was(
    client: Client, track: Track
) -> None:
    url = address("suggestion_accept", track.workspace, piano(track).pk)
    response = client.post(url, {"back": "panel"})
    assert response["Location"] == address("track_panel", track.workspace, track.pk)
    assert piano(track).status == "accepted"
    review = client.post(
        address("suggestion_undo", track.workspace, piano(track).pk), {"back": "review"}
    )
    assert review["Location"] == f"{address('review', track.workspace)}?track={track.pk}"
    assert piano(track).status == "open"


def test_accepting_with_htmx_gives_the_list_and_says_so(client: Client, track: Track) -> None:
    url = address("suggestion_accept", track.workspace, piano(track).pk)
    response = client.post(url, {"back": "review"}, **HTMX)
    assert text(response).startswith('<section id="suggestions"')
    assert 'id="review-left"' in text(response)
    events = json.loads(response["HX-Trigger"])
    assert events["announce"] == "Accepted Piano. 5 left on this track."
    assert events["suggestions-decided"] == {"track": track.pk}


def test_deciding_twice_is_said_and_changes_nothing(client: Client, track: Track) -> None:
    url = address("suggestion_reject", track.workspace, piano(track).pk)
    client.post(url, **HTMX)
    again = client.post(url, **HTMX)
    assert again.status_code == 200
    assert "decided on Piano" in json.loads(again["HX-Trigger"])["toast"]["text"]


def test_another_answer_can_be_given_and_a_wrong_one_is_explained(
    client: Client, track: Track
) -> None:
    url = address("suggestion_edit", track.workspace, piano(track).pk)
    assert 'value="piano" selected' in text(client.get(url))
    wrong = client.post(url, {"term": "nose-flute"}, **HTMX)
    assert wrong.status_code == 422
    right = client.post(url, {"term": "rhodes"}, **HTMX)
    assert right["HX-Retarget"] == "#suggestions"
    assert track.assertions.get().term.slug == "rhodes"
    tempo = Suggestion.objects.get(track=track, facet="tempo")
    url = address("suggestion_edit", track.workspace, tempo.pk)
    assert "outside what can be counted" in text(client.post(url, {"bpm": "4000"}))
    client.post(url, {"bpm": "96.5"})
    key = Suggestion.objects.get(track=track, facet="key")
    key_url = address("suggestion_edit", track.workspace, key.pk)
    client.post(key_url, {"tonic": "Gb", "mode": "major"})
    track.refresh_from_db()
    assert (track.tempo_bpm, track.key_tonic, track.key_mode) == (96.5, "Gb", "major")


def test_all_that_is_likely_is_accepted_at_once(client: Client, track: Track) -> None:
    url = address("accept_likely", track.workspace, track.pk)
    assert "Accept 3 likely" in text(client.get(address("track_panel", track.workspace, track.pk)))
    events = json.loads(client.post(url, **HTMX)["HX-Trigger"])
    assert events["announce"] == "Accepted 3 suggestions. 3 left on this track."
    again = client.post(url, **HTMX)
    assert "Nothing likely is left" in json.loads(again["HX-Trigger"])["toast"]["text"]


def test_the_tempo_can_be_doubled_or_picked_from_the_candidates(
    client: Client, track: Track
) -> None:
    tempo = Suggestion.objects.get(track=track, facet="tempo")
    shown = client.post(address("tempo_scale", track.workspace, tempo.pk), {"by": "double"}, **HTMX)
    assert "240 BPM" in text(shown)
    client.post(address("tempo_set", track.workspace, track.pk), {"bpm": "60"})
    track.refresh_from_db()
    assert track.tempo_bpm == 60.0
    for wrong in ("", "fast", "nan", "inf", "1e9"):
        response = client.post(
            address("tempo_set", track.workspace, track.pk), {"bpm": wrong}, **HTMX
        )
        assert "toast" in json.loads(response["HX-Trigger"]), wrong


def test_the_page_asks_again_only_while_something_is_to_come(
    client: Client, workspace: Workspace, track: Track
) -> None:
    status = address("run_status", workspace, track.pk)
    stem = add_stem(track, "drums")
    queue_run(audio=stem.audio)
    waiting = client.get(status, **HTMX)
    assert 'hx-trigger="every 2s"' in text(waiting)
    assert "Waiting for its turn (2 of 2)" in text(waiting)
    heard(stem.audio)
    ended = client.get(status, **HTMX)
    assert ended["HX-Retarget"] == "#hearing"
    assert "every 2s" not in text(ended)
    assert client.get(status).status_code == 302


def test_a_failed_analysis_gives_its_reason_and_a_way_on(
    client: Client, workspace: Workspace
) -> None:
    audio = make_audio_file(workspace)
    track = make_track(workspace, audio=audio.pk)
    run = queue_run(audio=audio)
    AnalysisRun.objects.update(status="failed", error="The file is empty.", hint="Upload it again.")
    page = client.get(address("track_panel", workspace, track.pk))
    assert "The file is empty. Upload it again." in text(page)
    client.post(address("run_retry", workspace, run.pk), {"track": track.pk})
    run.refresh_from_db()
    assert run.status == "queued"
    answer = client.post(address("run_cancel", workspace, run.pk), {"track": track.pk}, **HTMX)
    assert "was stopped" in text(answer)


def test_stopping_and_going_on_mean_the_whole_track(
    client: Client, workspace: Workspace, track: Track
) -> None:
    runs = [queue_run(audio=add_stem(track, role).audio) for role in ("drums", "bass")]
    data = {"track": track.pk}
    client.post(address("run_cancel", workspace, runs[0].pk), data)
    states = AnalysisRun.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["done", "cancelled", "cancelled"]
    page = text(client.get(address("track_panel", workspace, track.pk)))
    assert "stopped before 2 of 3 recordings" in page
    client.post(address("run_retry", workspace, runs[1].pk), data)
    assert list(states.all()) == ["done", "queued", "queued"]


def test_a_form_never_leads_out_of_the_studio(
    client: Client, workspace: Workspace, track: Track
) -> None:
    run = AnalysisRun.objects.get(audio=track.audio)
    url = address("run_retry", workspace, run.pk)
    response = client.post(url, {"next": "https://example.org/"})
    assert response["Location"] == reverse("catalog:home", args=[workspace.slug])


def test_peaks_are_highest_and_lowest_values(client: Client, track: Track) -> None:
    assert track.audio is not None
    peaks = client.get(address("peaks", track.workspace, track.audio.pk)).json()["peaks"]
    assert peaks == [[0.787, 0.236], [-0.787, -0.157]]


@pytest.fixture
def three(workspace: Workspace) -> list[Track]:
    return [heard_track(workspace, *TAGS, title=title) for title in ("One", "Two", "Three")]


def test_review_goes_from_track_to_track_and_remembers_the_place(
    client: Client, workspace: Workspace, three: list[Track]
) -> None:
    url = address("review", workspace)
    assert "One" in text(client.get(url))
    first = text(client.get(url))
    assert f"?track={three[1].pk}" in first
    client.get(url, {"track": three[1].pk})
    assert "<h1" in text(client.get(url))
    assert ">Two</a>" in text(client.get(url))
    shown = text(client.get(url, {"track": three[2].pk}, **HTMX))
    assert shown.startswith('<div id="review"')
    assert "18</span> suggestions left on 3 tracks" in shown


def test_review_passes_over_what_is_decided_and_ends(
    client: Client, workspace: Workspace, three: list[Track]
) -> None:
    url = address("review", workspace)
    client.get(url, {"track": three[0].pk})
    Suggestion.objects.filter(track__in=three[:2]).update(status="superseded")
    assert ">Three</a>" in text(client.get(url))
    Suggestion.objects.update(status="superseded")
    assert "Nothing waits for you" in text(client.get(url))


def test_an_artist_reviews_own_tracks_only(workspace: Workspace, three: list[Track]) -> None:
    artist = member(workspace, Role.ARTIST)
    heard_track(workspace, *TAGS, title="Mine", created_by=artist.user)
    client = signed_in(artist)
    shown = text(client.get(address("review", workspace)))
    assert ">Mine</a>" in shown
    assert "on 1 track" in shown
    panel = client.get(address("track_panel", workspace, three[0].pk))
    assert panel.status_code == 404


def test_home_says_what_waits(client: Client, workspace: Workspace, three: list[Track]) -> None:
    shown = text(client.get(address("home_panel", workspace), **HTMX))
    assert "18</span> suggestions wait on 3 tracks" in shown
    Suggestion.objects.update(status="superseded")
    assert "Nothing waits" in text(client.get(address("home_panel", workspace)))


def test_operations_names_failures_and_models(workspace: Workspace, three: list[Track]) -> None:
    AnalysisRun.objects.filter(audio=three[0].audio).update(
        status="failed", error="It is not a sound file."
    )
    owner = signed_in(member(workspace, Role.OWNER))
    shown = text(owner.get(address("operations", workspace)))
    assert "It is not a sound file." in shown
    assert "MTT_musicnn" in shown
    assert "n = 2" in shown


def test_all_that_an_older_engine_heard_is_analysed_again_by_one_button(
    workspace: Workspace, three: list[Track]
) -> None:
    owner = signed_in(member(workspace, Role.OWNER))
    page = address("operations", workspace)
    assert "older engine" not in text(owner.get(page))
    AnalysisRun.objects.update(extractor_version="0")
    assert "3 recordings were analysed before" in text(owner.get(page))
    done = owner.post(address("analyse_again", workspace), follow=True)
    assert "3 recordings wait to be analysed again." in text(done)
    assert "older engine" not in text(done)


@pytest.fixture
def busy_track(workspace: Workspace) -> Track:
    """A track with five stems, and twenty others that wait."""
    track = heard_track(workspace, *TAGS, title="Busy", artist="Ada Lindgren")
    for role in ("drums", "bass", "keys", "vocals", "guitar"):
        heard(add_stem(track, role).audio, found("instrument", "piano", 0.9))
    for number in range(20):
        heard_track(workspace, *TAGS, title=f"Further {number}", artist="Ada Lindgren")
    return track


@pytest.mark.parametrize("name", ["track_panel", "review", "operations", "home_panel"])
def test_no_page_asks_the_database_more_than_it_may(
    name: str,
    workspace: Workspace,
    busy_track: Track,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    AnalysisRun.objects.exclude(audio=busy_track.audio).update(status="failed", error="No.")
    client = signed_in(member(workspace, Role.OWNER))
    args = [busy_track.pk] if name == "track_panel" else []
    url = address(name, workspace, *args)
    client.get(url)  # the first visit remembers the place
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(url).status_code == 200


def test_an_answer_asks_for_little_too(
    client: Client,
    workspace: Workspace,
    busy_track: Track,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    url = address("run_status", workspace, busy_track.pk)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(url, **HTMX).status_code == 200

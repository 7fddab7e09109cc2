"""Listening: events that count once, retention with proof, and what is learned from them."""

import uuid
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis.domain.signature import SIZE
from analysis.models import AnalysisRun, Signature
from catalog.access import Access
from catalog.models import AudioFile, AuditEvent, Track, Workspace
from catalog.roles import Role
from prompts import conversations, learning, listening
from prompts.approaches import ApproachUnavailable
from prompts.domain.limits import Limits
from prompts.domain.queries import Blend
from prompts.heard import heard_in
from prompts.listening import EventRefused, Heard
from prompts.models import EventClass, LearnedModel, ListeningEvent, Purge, SurveyAnswer
from prompts.retrieval import ask
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def access() -> Access:
    workspace: Workspace = WorkspaceFactory()
    for number in range(8):
        make_track(workspace, title=f"Tune {number}", artist=f"Artist {number}", genre=["jazz"])
    workspace.refresh_from_db()
    return member(workspace, Role.OWNER)


def tracks(access: Access) -> list[Track]:
    return list(Track.objects.visible_to(access).order_by("pk"))


def hear(access: Access, track: Track, kind: str = "saved", **values: Any) -> ListeningEvent:
    heard = Heard(track_id=track.pk, kind=kind, key=str(uuid.uuid4()), **values)
    return listening.record_event(access=access, heard=heard)[0]


def listeners_of(access: Access, pairs: list[tuple[int, int]]) -> None:
    """Each pair is one more person who saved those two tracks."""
    every = tracks(access)
    for first, second in pairs:
        person = member(access.workspace, Role.VIEWER)
        hear(person, every[first])
        hear(person, every[second])


def test_an_event_sent_twice_counts_once(access: Access) -> None:
    heard = Heard(track_id=tracks(access)[0].pk, kind="saved", key="the-same-key")
    assert listening.record_event(access=access, heard=heard)[1]
    assert not listening.record_event(access=access, heard=heard)[1]
    assert ListeningEvent.objects.count() == 1


def test_an_event_about_a_foreign_track_is_refused(access: Access) -> None:
    foreign = make_track(WorkspaceFactory(), title="Elsewhere")
    with pytest.raises(EventRefused, match="not in this workspace"):
        hear(access, foreign)


@pytest.mark.parametrize(
    ("listened_s", "duration_s", "kind"),
    [
        (12, 200, "skipped"),
        (45, 200, "skipped"),
        (90, 200, "played"),
        (185, 200, "completed"),
        (40, None, "played"),
        (20, 21, "completed"),
    ],
)
def test_a_play_is_a_skip_or_complete_by_its_seconds(
    access: Access, listened_s: float, duration_s: float | None, kind: str
) -> None:
    event = hear(access, tracks(access)[0], "played", listened_s=listened_s, duration_s=duration_s)
    assert event.kind == kind


def test_the_api_takes_events_and_says_how_many_are_new(access: Access) -> None:
    client = Client()
    client.force_login(access.user)
    url = reverse("api:listening_events", args=[access.workspace.slug])
    event = {"track": tracks(access)[0].pk, "kind": "played", "key": "a-key-of-mine",
             "listened_s": 100, "day_part": "evening"}  # fmt: skip
    body = {"events": [event, event]}
    response = client.post(url, body, content_type="application/json")
    assert response.status_code == 201
    assert response.json() == {"new": 1, "known": 1}
    assert ListeningEvent.objects.get().day_part == "evening"


def test_what_the_listener_says_about_the_moment_is_kept_and_counted(access: Access) -> None:
    client = Client()
    client.force_login(access.user)
    slug = access.workspace.slug
    talk = conversations.start_conversation(access=access, text="jazz")
    client.post(
        reverse("prompts:feedback", args=[slug, talk.pk]),
        {"kind": "saved", "track": tracks(access)[0].pk, "activity": "work", "device": "made-up"},
    )
    event = ListeningEvent.objects.get()
    assert (event.activity, event.device) == ("work", "")
    body = {"track": event.track_id, "kind": "played", "key": "a-key-of-mine", "device": "car"}
    url = reverse("api:listening_events", args=[slug])
    assert client.post(url, {"events": [body]}, content_type="application/json").status_code == 201
    body |= {"key": "another-key", "activity": "juggling"}
    assert client.post(url, {"events": [body]}, content_type="application/json").status_code == 400
    page = client.get(reverse("prompts:learned", args=[slug])).content.decode()
    assert "Working or studying" in page
    assert dict(listening.counts_by_context(access))["Listening on"] == [
        ("Not said", 1),
        ("Car", 1),
    ]


@pytest.mark.parametrize(
    ("every", "days_ago", "trains"),
    [("nightly", 1, 1), ("weekly", 3, 0), ("weekly", 7, 1), ("off", 30, 0)],
)
def test_a_workspace_is_trained_on_its_own_schedule(
    access: Access, every: str, days_ago: int, trains: int
) -> None:
    hear(access, tracks(access)[0])
    learning.train(workspace=access.workspace)
    LearnedModel.objects.update(trained_at=timezone.now() - timedelta(days=days_ago))
    client = Client()
    client.force_login(access.user)
    address = reverse("prompts:schedule", args=[access.workspace.slug])
    client.post(address, {"every": every})
    client.post(address, {"every": "hourly"})  # there is none; what was set stays
    assert learning.schedule_of(access.workspace) == every
    assert AuditEvent.objects.filter(action="listening.schedule").count() == 1
    hear(access, tracks(access)[1])
    assert learning.train_all() == trains


def test_the_page_takes_thumbs_and_the_answer(access: Access) -> None:
    client = Client()
    client.force_login(access.user)
    talk = conversations.start_conversation(access=access, text="jazz")
    slug = access.workspace.slug
    page = client.get(reverse("prompts:listen", args=[slug, talk.pk])).content.decode()
    assert "Is this what you asked for?" in page
    track = tracks(access)[0]
    for _ in range(2):
        client.post(
            reverse("prompts:feedback", args=[slug, talk.pk]), {"track": track.pk, "kind": "liked"}
        )
    assert ListeningEvent.objects.get().kind == "liked"
    client.post(reverse("prompts:survey", args=[slug, talk.pk]), {"answer": 2})
    client.post(reverse("prompts:survey", args=[slug, talk.pk]), {"answer": 4})
    assert SurveyAnswer.objects.get().answer == 4


def test_old_events_go_and_leave_a_proof(access: Access) -> None:
    old, new = hear(access, tracks(access)[0]), hear(access, tracks(access)[1])
    ListeningEvent.objects.filter(pk=old.pk).update(day=timezone.localdate() - timedelta(days=40))
    listening.keep_for(workspace=access.workspace, days={EventClass.FEEDBACK: 30})
    assert listening.purge_old_events() == 1
    assert listening.purge_old_events() == 0
    assert list(ListeningEvent.objects.values_list("pk", flat=True)) == [new.pk]
    assert Purge.objects.get().removed == 1


def test_the_collaborative_approach_says_what_it_lacks_and_then_what_it_cannot_return(
    access: Access,
) -> None:
    with pytest.raises(ApproachUnavailable, match="nothing was learned"):
        ask("jazz like Artist 0", access=access, approach="collaborative")
    listeners_of(access, [(0, 1)] * 6 + [(0, 2)] * 2)
    learning.train(workspace=access.workspace)
    answer = ask("like Artist 0", access=access, approach="collaborative")
    assert [r.document.title for r in answer.results] == ["Tune 1", "Tune 2"]
    assert "5 of 8 tracks have no listening event yet" in answer.note
    with pytest.raises(ApproachUnavailable, match="Nobody who liked those tracks"):
        ask("like Artist 7", access=access, approach="collaborative")
    hybrid = ask("jazz like Artist 0", access=access, approach="hybrid")
    assert any(part.source == "listening" for part in hybrid.results[0].parts)
    assert "Nothing is known of sound here" in hybrid.note


def test_a_training_stores_what_it_was_worth_before_and_after(access: Access) -> None:
    listeners_of(access, [(0, 1)] * 40)
    learning.train(workspace=access.workspace)
    listeners_of(access, [(2, 3)] * 40)
    together, blend = learning.train(workspace=access.workspace)
    assert (together.before or 0) < (together.after or 0)
    assert together.is_used
    assert not blend.is_used
    assert "20" in blend.note
    assert learning.train_all() == 0


def test_a_track_that_opted_out_of_training_teaches_nothing(access: Access) -> None:
    listeners_of(access, [(0, 1)] * 6)
    Track.objects.filter(pk=tracks(access)[1].pk).update(opt_out_training=True)
    together, _ = learning.train(workspace=access.workspace)
    assert not together.is_used
    assert LearnedModel.objects.count() == 2


def test_kept_and_skipped_tracks_move_the_blend(access: Access) -> None:
    every = tracks(access)
    for _ in range(10):
        person = member(access.workspace, Role.VIEWER)
        talk = conversations.start_conversation(access=person, text="jazz tune 1")
        turn = talk.turns.get().pk
        hear(person, every[1], "saved", turn_id=turn)
        for other in every[2:5]:
            hear(person, other, "skipped", turn_id=turn)
    _, blend = learning.train(workspace=access.workspace)
    assert blend.is_used, blend.note
    assert blend.after >= blend.before
    learned = heard_in(access.workspace).blend
    assert learned.text > Blend().text
    assert learned.concepts + learned.text + learned.words == pytest.approx(1.05, abs=1e-3)


def test_novelty_and_the_long_tail_follow_what_was_played(access: Access) -> None:
    every = tracks(access)
    for track in every[:2]:
        for _ in range(3):
            hear(access, track, "played", listened_s=100)
    familiar = ask("jazz, something familiar", access=access, limit=3)
    assert {r.track_id for r in familiar.results} >= {every[0].pk, every[1].pk}
    fresh = ask("jazz, surprise me", access=access, limit=3)
    assert not {r.track_id for r in fresh.results} & {every[0].pk, every[1].pk}
    assert [effect.name for effect in fresh.effects] == ["novelty"]
    for result in fresh.results:
        assert sum(p.value for p in result.parts) == pytest.approx(result.score, abs=1e-3)
    tail = ask("jazz", access=access, limit=4, limits=Limits(tail_share=1.0))
    assert not {r.track_id for r in tail.results} & {every[0].pk, every[1].pk}


def test_the_mix_ignores_the_prompt(access: Access) -> None:
    one = ask("jazz", access=access, approach="mix")
    other = ask("no jazz, wibble", access=access, approach="mix")
    assert [r.track_id for r in one.results] == [r.track_id for r in other.results]


def test_all_approaches_stand_in_one_table(access: Access) -> None:
    client = Client()
    client.force_login(access.user)
    page = client.get(
        reverse("prompts:compare", args=[access.workspace.slug]), {"prompts": "jazz\nsad jazz"}
    ).content.decode()
    for label in ("Prompt-driven", "Content-based", "Hybrid", "Collaborative", "On-device", "mix"):
        assert label in page
    assert "0 of 2" in page
    assert "2 of 2" in page


def test_managers_train_and_set_how_long_events_are_kept(access: Access) -> None:
    client = Client()
    client.force_login(access.user)
    slug = access.workspace.slug
    client.post(reverse("prompts:train", args=[slug]))
    client.post(reverse("prompts:keep", args=[slug]), {"listening": "90"})
    page = client.get(reverse("prompts:learned", args=[slug])).content.decode()
    assert "Nobody has listened to a list yet" in page
    assert 'value="90"' in page
    assert "before anything can be said" in page


def test_content_based_finds_what_sounds_alike_with_no_events_at_all(access: Access) -> None:
    every = tracks(access)
    for at, (across, up) in enumerate([(1.0, 0.0), (0.9, 0.4), (0.0, 1.0)]):
        vector = np.zeros(SIZE, dtype=np.float16)
        vector[:2] = across, up
        audio = AudioFile.objects.create(
            workspace=access.workspace, sha256=f"{at}" * 64, byte_size=8, storage_name=f"x{at}",
            original_name="x.wav", container="wav",
        )  # fmt: skip
        run = AnalysisRun.objects.create(
            workspace=access.workspace, audio=audio, extractor="e", extractor_version=f"{at}"
        )
        Signature.objects.create(
            workspace=access.workspace, audio=audio, run=run, vector=vector.tobytes(), codes=b""
        )
        Track.objects.filter(pk=every[at].pk).update(audio=audio)
    answer = ask("like Artist 0", access=access, approach="content-based")
    assert [r.document.title for r in answer.results] == ["Tune 0", "Tune 1"]
    with pytest.raises(ApproachUnavailable, match="to start from that was analysed"):
        ask("like Artist 7", access=access, approach="content-based")
    hybrid = ask("jazz like Artist 0", access=access, approach="hybrid")
    assert "Nothing is known of listening here" in hybrid.note

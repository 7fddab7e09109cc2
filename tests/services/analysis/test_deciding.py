"""Suggestions: when they are asked, and what answering them does."""

import pytest
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from analysis import receivers
from analysis.errors import UnusableAudio
from analysis.models import Suggestion
from analysis.services import deciding
from analysis.services.deciding import AlreadyDecided, NotAnAnswer
from analysis.services.deriving import refresh_suggestions_of
from analysis.services.performing import fail_run
from analysis.services.queueing import cancel_run, claim_run, queue_run, retry_run
from catalog.access import Access
from catalog.models import Assertion, ChangeSet, Term, Track, Workspace
from catalog.roles import Role
from catalog.services.changes import undo_change_set
from catalog.services.ledger import change_set
from catalog.services.tracks import assert_terms
from tests.analyses import add_stem, found, heard, heard_track
from tests.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db

PIANO = ("instrument", "piano")


@pytest.fixture(autouse=True)
def _news_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell news at once, since the transaction around a test never commits."""
    monkeypatch.setattr(transaction, "on_commit", lambda tell, using=None, robust=False: tell())


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def access(workspace: Workspace) -> Access:
    return member(workspace, Role.EDITOR)


@pytest.fixture
def track(workspace: Workspace) -> Track:
    return heard_track(
        workspace,
        found("instrument", "piano", 0.82),
        found("genre", "jazz", 0.9),
        found("mood", "mellow", 0.6),
    )


def the(track: Track, facet: str, term: str = "") -> Suggestion:
    return Suggestion.objects.get(track=track, facet=facet, term=term)


def states(track: Track) -> dict[str, str]:
    rows = Suggestion.objects.filter(track=track)
    return {row.term or row.facet: row.status for row in rows}


def tags(track: Track) -> set[tuple[str, str]]:
    pairs = Assertion.objects.filter(track=track)
    return set(pairs.values_list("term__facet", "term__slug"))


def test_a_track_that_was_heard_has_questions(track: Track) -> None:
    assert states(track) == dict.fromkeys(("piano", "jazz", "mellow", "tempo", "key"), "open")


def test_nothing_is_asked_before_every_stem_was_heard(workspace: Workspace) -> None:
    track = heard_track(workspace, found(*PIANO))
    stem = add_stem(track, "drums")
    Suggestion.objects.all().delete()
    refresh_suggestions_of(track_ids=[track.pk])
    assert states(track) == {}
    heard(stem.audio)
    assert states(track)["drums"] == "open"
    assert the(track, "instrument", "drums").stem == stem


def test_a_stem_that_failed_does_not_keep_the_others_waiting(workspace: Workspace) -> None:
    track = heard_track(workspace, found(*PIANO))
    stem = add_stem(track, "drums")
    Suggestion.objects.all().delete()
    run = claim_run(run_id=queue_run(audio=stem.audio).pk, now=timezone.now())
    assert run is not None
    fail_run(run=run, error=UnusableAudio("It is empty."))
    assert states(track)["piano"] == "open"


def test_a_stem_that_was_stopped_does_not_keep_the_others_waiting(workspace: Workspace) -> None:
    track = heard_track(workspace, found(*PIANO))
    run = queue_run(audio=add_stem(track, "drums").audio)
    Suggestion.objects.all().delete()
    cancel_run(run=run)
    assert states(track)["piano"] == "open"


def test_accepting_writes_one_change_set_that_says_where_it_comes_from(
    track: Track, access: Access
) -> None:
    decision = deciding.accept(suggestion=the(track, *PIANO), access=access)
    assert decision.change_set is not None
    assert decision.change_set.source == ChangeSet.Source.SUGGESTION
    assert decision.change_set.reason == "Accept Piano on “Untitled”"
    assertion = Assertion.objects.get(track=track)
    assert (assertion.term.slug, assertion.source) == ("piano", "suggestion")
    row = the(track, *PIANO)
    assert (row.status, row.decided_by, row.change_set) == (
        "accepted",
        access.user,
        decision.change_set,
    )


def test_accepting_tempo_and_key_sets_the_facts(track: Track, access: Access) -> None:
    deciding.accept(suggestion=the(track, "tempo"), access=access)
    deciding.accept(suggestion=the(track, "key"), access=access)
    track.refresh_from_db()
    assert (track.tempo_bpm, track.key_tonic, track.key_mode) == (120.0, "Eb", "minor")


def test_undoing_the_change_set_opens_the_question_again(track: Track, access: Access) -> None:
    decision = deciding.accept(suggestion=the(track, *PIANO), access=access)
    assert decision.change_set is not None
    undone = undo_change_set(decision.change_set, access=access)
    assert tags(track) == set()
    assert the(track, *PIANO).status == "open"
    assert undone.change_set is not None
    undo_change_set(undone.change_set, access=access)
    assert tags(track) == {PIANO}
    assert the(track, *PIANO).status == "accepted"


def test_a_refused_question_stays_refused_for_the_same_evidence(
    track: Track, access: Access
) -> None:
    deciding.reject(suggestion=the(track, *PIANO), access=access)
    assert track.audio is not None
    run = track.audio.analysis_runs.get()
    retry_run(run=run)
    heard(track.audio, found(*PIANO, 0.83), found("genre", "jazz", 0.9))
    assert the(track, *PIANO).status == "rejected"
    assert states(track)["mellow"] == "superseded"


def test_new_evidence_may_ask_again(track: Track, access: Access) -> None:
    deciding.reject(suggestion=the(track, *PIANO), access=access)
    stem = add_stem(track, "keys")
    heard(stem.audio, found(*PIANO, 0.95))
    rows = Suggestion.objects.filter(track=track, term="piano").order_by("pk")
    assert [(row.status, row.stem) for row in rows] == [("rejected", None), ("open", stem)]


def test_what_somebody_types_in_is_no_longer_asked_and_comes_back_with_the_undo(
    track: Track, access: Access
) -> None:
    piano = Term.objects.get(workspace=track.workspace, facet="instrument", slug="piano")
    typed = assert_terms(access=access, track=track, add=[piano], reason="Typed in")
    assert the(track, *PIANO).status == "superseded"
    assert typed is not None
    undo_change_set(typed, access=access)
    assert the(track, *PIANO).status == "open"


@pytest.mark.parametrize("broker_is_away", [False, True])
def test_a_bulk_change_is_followed_by_a_worker_or_at_once_without_a_broker(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, *, broker_is_away: bool
) -> None:
    monkeypatch.setattr(receivers, "AT_ONCE", 1)
    tracks = [heard_track(workspace, found(*PIANO), title=title) for title in ("One", "Two")]
    sent: list[list[int]] = []

    def send(name: str, args: list[list[int]]) -> None:
        if broker_is_away:
            raise OperationalError
        sent.extend(args)

    monkeypatch.setattr(receivers.current_app, "send_task", send)
    with change_set(workspace=workspace, actor=None, source="bulk", reason="Paste") as ledger:
        for track in tracks:
            ledger.put(track, instrument=["piano"])
    asked = Suggestion.objects.open().filter(term="piano").count()
    assert (sent, asked) == (([], 0) if broker_is_away else ([[t.pk for t in tracks]], 2))


def test_all_that_is_likely_goes_in_one_change_set(track: Track, access: Access) -> None:
    decision = deciding.accept_likely(track=track, access=access)
    assert {row.label for row in decision.suggestions} == {"Piano", "Jazz", "120 BPM"}
    assert states(track) == {
        "piano": "accepted",
        "jazz": "accepted",
        "tempo": "accepted",
        "mellow": "open",
        "key": "open",
    }
    assert len({row.change_set_id for row in decision.suggestions}) == 1


def test_taking_a_bulk_decision_back_opens_all_of_it(track: Track, access: Access) -> None:
    deciding.accept_likely(track=track, access=access)
    deciding.take_back(suggestion=the(track, *PIANO), access=access)
    assert set(states(track).values()) == {"open"}
    assert tags(track) == set()
    track.refresh_from_db()
    assert track.tempo_bpm is None


def test_an_earlier_decision_can_be_taken_back_though_its_facet_grew_since(
    workspace: Workspace, access: Access
) -> None:
    track = heard_track(workspace, found(*PIANO), found("instrument", "violin"))
    deciding.accept(suggestion=the(track, *PIANO), access=access)
    deciding.accept(suggestion=the(track, "instrument", "violin"), access=access)
    deciding.take_back(suggestion=the(track, *PIANO), access=access)
    assert tags(track) == {("instrument", "violin")}
    assert states(track)["piano"] == "open"
    assert states(track)["violin"] == "accepted"


def test_a_refusal_can_be_taken_back(track: Track, access: Access) -> None:
    deciding.reject(suggestion=the(track, *PIANO), access=access)
    deciding.take_back(suggestion=the(track, *PIANO), access=access)
    assert the(track, *PIANO).status == "open"
    with pytest.raises(AlreadyDecided):
        deciding.take_back(suggestion=the(track, *PIANO), access=access)


def test_two_people_cannot_answer_the_same_question(track: Track, access: Access) -> None:
    suggestion = the(track, *PIANO)
    deciding.reject(suggestion=suggestion, access=access)
    with pytest.raises(AlreadyDecided, match="Piano"):
        deciding.accept(suggestion=suggestion, access=access)
    assert tags(track) == set()


def test_another_term_can_be_given_as_the_answer(track: Track, access: Access) -> None:
    rhodes = Term.objects.get(workspace=track.workspace, facet="instrument", slug="rhodes")
    deciding.answer_term(suggestion=the(track, *PIANO), term=rhodes, access=access)
    assert tags(track) == {("instrument", "rhodes")}
    row = the(track, *PIANO)
    assert (row.status, row.answer["label"]) == ("accepted", rhodes.label)
    deciding.take_back(suggestion=row, access=access)
    assert tags(track) == set()
    row.refresh_from_db()
    assert (row.status, row.answer) == ("open", {})


def test_an_answer_of_another_kind_is_refused(track: Track, access: Access) -> None:
    sad = Term.objects.get(workspace=track.workspace, facet="mood", slug="sad")
    with pytest.raises(NotAnAnswer, match="instrument"):
        deciding.answer_term(suggestion=the(track, *PIANO), term=sad, access=access)


def test_the_tempo_can_be_halved_before_it_is_accepted(track: Track, access: Access) -> None:
    scaled = deciding.scale_suggested_tempo(
        suggestion=the(track, "tempo"), factor=0.5, access=access
    )
    assert scaled.label == "60 BPM"
    refresh_suggestions_of(track_ids=[track.pk])
    deciding.accept(suggestion=the(track, "tempo"), access=access)
    track.refresh_from_db()
    assert track.tempo_bpm == 60.0


def test_a_tempo_nobody_counts_in_is_refused(track: Track, access: Access) -> None:
    suggestion = the(track, "tempo")
    for _ in range(2):
        deciding.scale_suggested_tempo(suggestion=suggestion, factor=0.5, access=access)
    with pytest.raises(NotAnAnswer, match="15 BPM"):
        deciding.scale_suggested_tempo(suggestion=suggestion, factor=0.5, access=access)


def test_a_tempo_set_by_hand_closes_the_question(track: Track, access: Access) -> None:
    deciding.set_tempo(track=track, bpm=61, access=access)
    assert the(track, "tempo").status == "superseded"


def test_a_term_that_left_the_vocabulary_cannot_be_accepted(track: Track, access: Access) -> None:
    with change_set(
        workspace=track.workspace, actor=None, source="system", reason="Test"
    ) as ledger:
        ledger.delete(Term.objects.get(workspace=track.workspace, facet="genre", slug="jazz"))
    with pytest.raises(NotAnAnswer, match="jazz"):
        deciding.accept(suggestion=the(track, "genre", "jazz"), access=access)


def test_an_artist_decides_on_own_tracks_only(workspace: Workspace) -> None:
    artist = member(workspace, Role.ARTIST)
    own = heard_track(workspace, found(*PIANO), title="Own", created_by=artist.user)
    heard_track(workspace, found(*PIANO), title="Another's")
    decidable = Suggestion.objects.decidable_by(artist)
    assert set(decidable.values_list("track_id", flat=True)) == {own.pk}
    viewer = member(workspace, Role.VIEWER)
    assert not Suggestion.objects.decidable_by(viewer).exists()
    assert Suggestion.objects.visible_to(viewer).count() == 6

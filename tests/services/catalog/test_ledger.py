"""Change sets on the real database: written, conflicting, undone, rebuilt from the log."""

import threading

import pytest
from django.db import connection

from catalog.domain.changes import Change, rebuild
from catalog.models import Assertion, ChangeSet, Track, Workspace
from catalog.models import Change as ChangeRow
from catalog.roles import Role
from catalog.services.changes import (
    EditConflict,
    NotYours,
    apply_changes,
    as_change,
    edit_row,
    undo_change_set,
)
from catalog.services.fields import InvalidValue
from catalog.services.ledger import Ledger, RowInUse, StaleChange, change_set
from catalog.services.registry import VERSIONED
from catalog.services.tracks import assert_terms, delete_track, edit_track, save_description
from tests.factories import WorkspaceFactory, make_audio_file, make_release, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


def everything(workspace: Workspace) -> dict[tuple[str, int], dict[str, object]]:
    """Read every versioned value of a workspace from the tables themselves."""
    ledger = Ledger(ChangeSet(workspace=workspace))
    found = {}
    for entry in VERSIONED.values():
        rows = {row.pk: row for row in entry.rows(workspace.pk)}
        for pk, values in ledger.snapshot(entry, rows).items():
            found[entry.name, pk] = values
    return found


def log(workspace: Workspace, until: ChangeSet | None = None) -> list[Change]:
    rows = ChangeRow.objects.filter(workspace=workspace).order_by("pk")
    if until is not None:
        rows = rows.filter(change_set_id__lte=until.pk)
    return [as_change(row) for row in rows]


def test_any_earlier_state_is_rebuilt_from_the_log(workspace: Workspace) -> None:
    access = member(workspace)
    states = []

    def remember(done: ChangeSet | None) -> None:
        assert done is not None
        states.append((done, everything(workspace)))

    release = make_release(workspace)
    track = make_track(workspace, title="One", artist="Ada", mood=["calm", "dark"])
    remember(ChangeSet.objects.first())
    remember(
        edit_track(
            access=access,
            track=track,
            values={"title": "Two", "tempo_bpm": 174.0, "release": release.pk, "mood": ["happy"]},
            row_version=1,
            artist_names=["Ada", "Grace"],
        )
    )
    remember(save_description(access=access, track=track, text="Brushed drums.", row_version=0))
    remember(save_description(access=access, track=track, text="Soft drums.", row_version=1))
    remember(delete_track(access=access, track=track))
    remember(undo_change_set(ChangeSet.objects.first(), access=access).change_set)

    for done, state in states:
        assert rebuild(log(workspace, until=done)) == state
    assert states[-1][1] == states[-3][1]


def test_a_change_that_starts_from_an_old_value_is_refused_whole(workspace: Workspace) -> None:
    access = member(workspace)
    first, second = make_track(workspace, title="A"), make_track(workspace, title="B")
    changes = [
        Change("track", first.pk, "title", "A", "A2"),
        Change("track", second.pk, "title", "not B", "B2"),
    ]
    with pytest.raises(StaleChange):
        apply_changes(changes, access=access, reason="rename")
    assert sorted(Track.objects.values_list("title", flat=True)) == ["A", "B"]


def test_edits_of_different_fields_merge_and_of_the_same_field_conflict(
    workspace: Workspace,
) -> None:
    ada, grace = member(workspace), member(workspace)
    track = make_track(workspace, title="Old", notes="old")
    seen = track.row_version
    edit_row(
        "track",
        track.pk,
        {"title": "Ada's", "notes": "old"},
        row_version=seen,
        access=ada,
        reason="rename",
    )
    edit_row(
        "track",
        track.pk,
        {"title": "Old", "notes": "Grace's"},
        row_version=seen,
        access=grace,
        reason="note",
    )
    track.refresh_from_db()
    assert (track.title, track.notes) == ("Ada's", "Grace's")
    with pytest.raises(EditConflict) as conflict:
        edit_row(
            "track",
            track.pk,
            {"title": "Grace's"},
            row_version=seen,
            access=grace,
            reason="rename",
        )
    both = conflict.value.conflicts[0]
    assert (both.base, both.theirs, both.yours) == ("Old", "Ada's", "Grace's")


def test_undo_puts_whole_sets_back_and_keeps_what_changed_since(workspace: Workspace) -> None:
    access = member(workspace)
    track = make_track(workspace, title="Old", mood=["calm", "dark"])
    done = edit_row(
        "track",
        track.pk,
        {"title": "New", "mood": ["happy"]},
        row_version=1,
        access=access,
        reason="edit",
    )
    edit_row("track", track.pk, {"title": "Newer"}, row_version=2, access=access, reason="again")
    undone = undo_change_set(done, access=access)
    track.refresh_from_db()
    assert track.title == "Newer"
    assert [(change.field, change.after) for change in undone.left] == [("title", "New")]
    slugs = Assertion.objects.filter(track=track).values_list("term__slug", flat=True)
    assert sorted(slugs) == ["calm", "dark"]


def test_an_undo_can_be_undone(workspace: Workspace) -> None:
    access = member(workspace)
    track = make_track(workspace, title="Old")
    done = edit_row("track", track.pk, {"title": "New"}, row_version=1, access=access, reason="e")
    undone = undo_change_set(done, access=access)
    assert Track.objects.get().title == "Old"
    undo_change_set(undone.change_set, access=access)
    assert Track.objects.get().title == "New"


def test_undoing_an_upload_removes_the_track_unless_somebody_built_on_it(
    workspace: Workspace,
) -> None:
    access = member(workspace)
    make_track(workspace, title="Untouched")
    undo_change_set(ChangeSet.objects.first(), access=access)
    assert not Track.objects.exists()

    track = make_track(workspace, title="Worked on")
    created = ChangeSet.objects.first()
    edit_row("track", track.pk, {"notes": "mine"}, row_version=1, access=access, reason="note")
    undone = undo_change_set(created, access=access)
    assert Track.objects.filter(title="Worked on").exists()
    assert undone.change_set is None
    assert [change.label for change in undone.left] == ["Worked on"]


def test_a_removed_track_comes_back_with_stems_texts_and_terms(workspace: Workspace) -> None:
    access = member(workspace)
    track = make_track(workspace, title="Whole", artist="Ada", mood=["calm"])
    audio = make_audio_file(workspace)
    with change_set(
        workspace=workspace, actor=None, source="upload", reason="Add a stem"
    ) as ledger:
        ledger.create("stem", {"track": track.pk, "role": "drums", "audio": audio.pk})
    save_description(access=access, track=track, text="Calm.", row_version=0)
    before = everything(workspace)
    removed = delete_track(access=access, track=track)
    assert not Track.objects.exists()
    undo_change_set(removed, access=access)
    assert everything(workspace) == before


def test_only_the_chosen_value_goes_back(workspace: Workspace) -> None:
    access = member(workspace)
    track = make_track(workspace, title="Old", notes="old")
    done = edit_row(
        "track",
        track.pk,
        {"title": "New", "notes": "new"},
        row_version=1,
        access=access,
        reason="e",
    )
    chosen = done.changes.get(field="notes")
    undo_change_set(done, access=access, only=frozenset({chosen.pk}))
    track.refresh_from_db()
    assert (track.title, track.notes) == ("New", "old")


def test_an_accepted_term_is_added_beside_the_others_and_says_where_it_comes_from(
    workspace: Workspace,
) -> None:
    access = member(workspace)
    track = make_track(workspace, title="Song", instrument=["piano"])
    term = workspace.terms.get(facet="instrument", slug="strings")
    assert_terms(
        access=access, track=track, add=[term], reason="Accept strings", source="suggestion"
    )
    sources = dict(Assertion.objects.values_list("term__slug", "source"))
    assert sources == {"piano": "typed", "strings": "suggestion"}


def test_nothing_different_leaves_no_change_set(workspace: Workspace) -> None:
    access = member(workspace)
    track = make_track(workspace, title="Same")
    stamp = Workspace.objects.get(pk=workspace.pk).catalog_stamp
    count = ChangeSet.objects.count()
    assert (
        edit_row("track", track.pk, {"title": "Same"}, row_version=1, access=access, reason="e")
        is None
    )
    assert ChangeSet.objects.count() == count
    assert Workspace.objects.get(pk=workspace.pk).catalog_stamp == stamp


def test_values_no_database_keeps_are_refused_in_words(workspace: Workspace) -> None:
    access = member(workspace)
    track = make_track(workspace, title="Song")
    for value in ("a\x00b", "half \ud83d"):
        with pytest.raises(InvalidValue, match="cannot be stored"):
            edit_row("track", track.pk, {"title": value}, row_version=1, access=access, reason="e")
    with pytest.raises(InvalidValue, match="vocabulary has no mood"):
        edit_row("track", track.pk, {"mood": ["no-such"]}, row_version=1, access=access, reason="e")


def test_an_artist_with_tracks_cannot_be_removed(workspace: Workspace) -> None:
    track = make_track(workspace, title="Song", artist="Ada")
    with (
        pytest.raises(RowInUse),
        change_set(workspace=workspace, actor=None, source="typed", reason="x") as ledger,
    ):
        ledger.delete(track.artists.get())
    assert track.artists.count() == 1


def test_an_artist_changes_own_tracks_only(workspace: Workspace) -> None:
    access = member(workspace, Role.ARTIST)
    own = make_track(workspace, title="Own", created_by=access.user)
    foreign = make_track(workspace, title="Foreign")
    edit_row("track", own.pk, {"title": "Mine"}, row_version=1, access=access, reason="e")
    with pytest.raises(NotYours, match="Foreign"):
        edit_row("track", foreign.pk, {"title": "X"}, row_version=1, access=access, reason="e")


@pytest.mark.django_db(transaction=True)
def test_of_two_people_saving_at_once_one_is_told() -> None:
    workspace = WorkspaceFactory()
    people = [member(workspace) for _ in range(8)]
    track = make_track(workspace, title="Start")
    outcomes: list[str] = []
    barrier = threading.Barrier(len(people))

    def save(number: int) -> None:
        barrier.wait()
        try:
            edit_row(
                "track",
                track.pk,
                {"title": f"Number {number}"},
                row_version=1,
                access=people[number],
                reason="race",
            )
            outcomes.append(f"Number {number}")
        except EditConflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [outcome for outcome in outcomes if outcome != "conflict"]
    assert len(outcomes) == len(people)
    assert winners == [Track.objects.get().title]

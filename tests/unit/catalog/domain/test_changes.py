"""The arithmetic of change sets."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.changes import (
    WHOLE_ROW,
    Change,
    inverse,
    merge_edit,
    plan_changes,
    rebuild,
    rewind,
)

VALUES = st.one_of(st.none(), st.text(max_size=5), st.lists(st.text(max_size=3), max_size=3))
FIELDS = st.sampled_from(["title", "mood", "notes"])


def test_a_plan_names_only_what_differs() -> None:
    rows = [
        {"id": 1, "label": "A", "title": "A", "notes": "x"},
        {"id": 2, "label": "B", "title": "B", "notes": ""},
    ]
    plan = plan_changes("track", rows, put={"title": "A"}, clear=frozenset({"notes"}))
    assert [(change.object_id, change.field) for change in plan] == [
        (1, "notes"),
        (2, "title"),
    ]


def test_an_untouched_field_never_overwrites_what_somebody_else_saved() -> None:
    merged = merge_edit(
        base={"title": "old", "notes": "old"},
        current={"title": "theirs", "notes": "old"},
        wanted={"title": "old", "notes": "mine"},
    )
    assert merged.wanted == {"notes": "mine"}
    assert merged.conflicts == ()


def test_one_field_changed_by_two_people_is_a_conflict_with_both_texts() -> None:
    merged = merge_edit(
        base={"title": "old"}, current={"title": "theirs"}, wanted={"title": "mine"}
    )
    assert merged.wanted == {}
    conflict = merged.conflicts[0]
    assert (conflict.base, conflict.theirs, conflict.yours) == ("old", "theirs", "mine")


def test_two_people_who_wrote_the_same_do_not_conflict() -> None:
    merged = merge_edit(base={"title": "old"}, current={"title": "new"}, wanted={"title": "new"})
    assert (merged.wanted, merged.conflicts) == ({}, ())


@given(st.lists(st.tuples(FIELDS, VALUES), max_size=12))
def test_rewinding_a_log_gives_back_every_earlier_state(edits: list[tuple[str, object]]) -> None:
    state: dict[str, object] = {"title": "t", "mood": [], "notes": ""}
    log = [Change("track", 1, WHOLE_ROW, None, dict(state))]
    states = [dict(state)]
    for name, value in edits:
        log.append(Change("track", 1, name, state[name], value))
        state[name] = value
        states.append(dict(state))
    for age, earlier in enumerate(states):
        assert rebuild(log[: age + 1]) == {("track", 1): earlier}
        assert rewind(state, reversed(log[age + 1 :])) == earlier
    assert rewind(state, reversed(log)) is None


def test_the_inverse_of_a_creation_is_a_removal() -> None:
    created = Change("track", 1, WHOLE_ROW, None, {"title": "A"})
    assert inverse(created).deletes
    assert rebuild([created, inverse(created)]) == {}

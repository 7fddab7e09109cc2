"""What a digest tells: changes only, the largest first, simulated and real apart."""

from typing import Any

from analytics.domain.digest import compare


def facts(saves: int = 0, spaces: int = 1, **reach: float) -> dict[str, Any]:
    tracks = {
        str(number): [title, share, share / 2, share * 2]
        for number, (title, share) in enumerate(reach.items(), 1)
    }
    return {"tracks": tracks, "spaces": spaces, "saves": saves}


def test_tracks_that_gained_and_lost_come_with_the_largest_change_first() -> None:
    found = compare(facts(a=0.1, b=0.1, c=0.1, d=0.1), facts(a=0.2, b=0.05, c=0.1, d=0.4))
    assert [shift.title for shift in found.up] == ["d", "a"]
    assert [shift.title for shift in found.down] == ["b"]
    assert not found.is_nothing


def test_the_same_figures_are_nothing_to_tell() -> None:
    assert compare(facts(a=0.1), facts(a=0.1)).is_nothing
    assert compare({}, facts(a=0.1, saves=4)).is_nothing, "nothing to compare with"


def test_new_tracks_real_saves_and_spaces_are_told() -> None:
    found = compare(facts(saves=4, a=0.1), facts(saves=9, spaces=3, a=0.1, b=0.3))
    assert [shift.title for shift in found.new] == ["b"]
    assert (found.saves_counted, found.spaces_before, found.spaces_now) == (5, 1, 3)


def test_figures_of_two_approaches_are_not_compared() -> None:
    before = facts(saves=4, a=0.1)
    now = {**facts(saves=9, spaces=3, a=0.4, b=0.3), "approach": "collaborative"}
    found = compare(before, now)
    assert (found.up, found.down, found.new) == ((), (), ())
    assert (found.saves_counted, found.spaces_before) == (5, 3)
    assert compare({}, now).is_nothing

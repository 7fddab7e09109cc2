"""The order of a playlist."""

from itertools import pairwise

import pytest

from prompts.domain.sequencing import Candidate, jump, key_distance, sequence


def track(
    tempo: float | None, *, energy: float | None = None, key: str = "", artist: str = ""
) -> Candidate:
    return Candidate(tempo, energy, key, artist)


def test_a_rise_rises_in_tempo() -> None:
    tempos = [128.0, 90.0, 150.0, 104.0, 96.0, 140.0, 118.0]
    order = sequence([track(tempo, artist=str(tempo)) for tempo in tempos], "rise").order
    ordered = [tempos[i] for i in order]
    assert ordered == sorted(tempos)


def test_a_cool_down_falls_in_energy() -> None:
    energies = [0.2, 0.9, 0.5, 0.7, 0.1]
    order = sequence([track(None, energy=e, artist=str(e)) for e in energies], "cool-down").order
    assert [energies[i] for i in order] == sorted(energies, reverse=True)


@pytest.mark.parametrize("arc", ["fit", "steady", "rise", "wave", "cool-down"])
def test_no_artist_plays_twice_in_a_row_where_it_can_be_helped(arc: str) -> None:
    candidates = [
        track(100.0 + i, energy=i / 12, artist="Ada" if i < 5 else f"Artist {i}") for i in range(12)
    ]
    order = sequence(candidates, arc).order
    assert sorted(order) == list(range(12))
    artists = [candidates[i].artist for i in order]
    assert all(a != b for a, b in pairwise(artists))


def test_steady_makes_smaller_jumps_than_the_order_given() -> None:
    tempos = [80.0, 160.0, 84.0, 150.0, 90.0, 140.0, 100.0, 128.0]
    candidates = [track(t, artist=str(t)) for t in tempos]
    given = sum(jump(a, b) for a, b in pairwise(candidates)) / 7
    assert sequence(candidates, "steady").mean_jump < given


def test_fit_keeps_the_best_first_where_artists_differ() -> None:
    tempos = [80.0, 160.0, 84.0, 150.0, 90.0, 140.0]
    candidates = [track(tempo, artist=str(tempo)) for tempo in tempos]
    assert sequence(candidates, "fit").order == (0, 1, 2, 3, 4, 5)


def test_unknown_facts_cost_nothing_and_break_nothing() -> None:
    order = sequence([track(None), track(120.0), track(None), track(100.0)], "rise")
    assert sorted(order.order) == [0, 1, 2, 3]
    assert jump(track(None), track(120.0)) == 0


@pytest.mark.parametrize(
    ("a", "b", "steps"),
    [
        ("C major", "C major", 0),
        ("C major", "A minor", 0),
        ("C major", "G major", 1),
        ("A minor", "E minor", 1),
        ("C major", "Gb major", 6),
        ("C major", "", None),
    ],
)
def test_keys_are_as_far_apart_as_on_the_wheel(a: str, b: str, steps: int | None) -> None:
    assert key_distance(a, b) == steps


def test_half_the_tempo_is_a_smaller_jump_than_a_third_more() -> None:
    assert jump(track(140.0), track(70.0)) < jump(track(140.0), track(186.0))


def test_an_unknown_arc_is_refused() -> None:
    with pytest.raises(ValueError, match="sideways"):
        sequence([track(1.0), track(2.0)], "sideways")

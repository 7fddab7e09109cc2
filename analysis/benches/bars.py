"""Whether bars are found where MIDI says they are, and stay unsaid where they are not clear.

Pieces that state one time signature throughout, from the first tick. A found bar is right if it is
as long as the stated one; its place counts in the F-measure of downbeats (70 ms, from second 5 on,
as `mir_eval` measures it). Its metre is right if it counts the beats of the signature as written; a
bar of 6, 9 or 12 eighths may also be counted by its dotted quarters.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benches.data import KEY_SET, MIDI_SETS, folder, rows
from analysis.domain.result import Bars
from analysis.extractors.decoding import MAX_WINDOW_S, WHOLE_UP_TO_S
from analysis.heads.midi import read_bar_lines
from analysis.rendering import rendered

RIGHT = 0.8
SAME_LENGTH = 0.04
SHORTEST_S = 20.0
COMPOUND, EIGHTHS = (6, 9, 12), 8


@dataclass(frozen=True)
class BarPiece:
    """A rendered piece with the seconds of its bar lines and its time signature as written."""

    source: str
    name: str
    audio: Path
    starts_s: tuple[float, ...]
    signature: str

    @property
    def is_compound(self) -> bool:
        """Whether it is written in groups of three eighths."""
        beats, unit = map(int, self.signature.split("/"))
        return unit >= EIGHTHS and beats in COMPOUND

    @property
    def metres(self) -> tuple[int, ...]:
        """The numbers of beats a right answer may give a bar."""
        beats = int(self.signature.split("/")[0])
        return (beats, beats // 3) if self.is_compound else (beats,)


def bar_pieces(data: Path, cache_dir: Path) -> Iterator[BarPiece]:
    """Render the pieces whose bars are stated."""
    for name in (*MIDI_SETS, KEY_SET):
        place = folder(data, name)
        for row in rows(place) if place else ():
            assert place is not None
            midi = place / row["file"]
            lines = read_bar_lines(midi.read_bytes())
            if lines is None or lines.starts_s[-1] < SHORTEST_S:
                continue
            if row.get("meter_changes") == "True" or row.get("tempo_explicit") == "False":
                continue
            yield BarPiece(
                source=name,
                name=midi.stem,
                audio=rendered(midi, cache_dir),
                starts_s=_kept(lines.starts_s),
                signature=f"{lines.beats}/{lines.unit}",
            )


def _kept(starts_s: tuple[float, ...]) -> tuple[float, ...]:
    """Of long pieces only the first minutes are heard for bars."""
    if starts_s[-1] <= WHOLE_UP_TO_S:
        return starts_s
    return tuple(at_s for at_s in starts_s if at_s < MAX_WINDOW_S)


def downbeat_f_measure(found_s: Sequence[float] | np.ndarray, true_s: Sequence[float]) -> float:
    """Give the F-measure of downbeats, from 0 to 1."""
    import mir_eval

    found, true = (mir_eval.beat.trim_beats(np.asarray(each)) for each in (found_s, true_s))
    return float(mir_eval.beat.f_measure(true, found)) if len(found) else 0.0


def scores(answers: Sequence[tuple[BarPiece, Bars | None]]) -> dict[str, Any]:
    """Score what was said of each piece; where nothing was said, nothing is wrong."""
    said = [(piece, bars) for piece, bars in answers if bars is not None]
    measures = [downbeat_f_measure(bars.starts_s, piece.starts_s) for piece, bars in said]
    lengths = [_is_as_long(bars, piece) for piece, bars in said]
    wrong = [
        {
            "name": piece.name,
            "signature": piece.signature,
            "beats_per_bar": bars.beats_per_bar,
            "f_measure": round(measure, 2),
        }
        for (piece, bars), measure in zip(said, measures, strict=True)
        if measure < RIGHT
    ]
    return {
        "n": len(answers),
        "clear": len(said),
        "clear_share": _mean([bars is not None for _, bars in answers]),
        "right_where_clear": _mean([measure >= RIGHT for measure in measures]),
        "downbeat_f_measure_where_clear": _mean(measures),
        "bar_length_right_where_clear": _mean(lengths),
        "metre": {
            "all": metre_scores(answers),
            "simple": metre_scores([each for each in answers if not each[0].is_compound]),
            "compound": metre_scores([each for each in answers if each[0].is_compound]),
        },
        "signatures": dict(Counter(piece.signature for piece, _ in answers)),
        "wrong": wrong,
    }


def metre_scores(answers: Sequence[tuple[BarPiece, Bars | None]]) -> dict[str, Any]:
    """Say how often the beats of a bar are counted right, of those said and of all.

    `guess_right` is what always saying four would reach on those said.
    """
    said = [(piece, bars) for piece, bars in answers if bars is not None]
    right = [bars.beats_per_bar in piece.metres for piece, bars in said]
    return {
        "n": len(answers),
        "clear": len(said),
        "right_where_clear": _mean(right),
        "right_of_all": round(sum(right) / len(answers), 3) if answers else None,
        "guess_right": _mean([4 in piece.metres for piece, _ in said]),
        "said": {
            signature: dict(
                sorted(
                    Counter(b.beats_per_bar for p, b in said if p.signature == signature).items()
                )
            )
            for signature in dict.fromkeys(piece.signature for piece, _ in said)
        },
    }


def _is_as_long(bars: Bars, piece: BarPiece) -> bool:
    found, true = (float(np.median(np.diff(each))) for each in (bars.starts_s, piece.starts_s))
    return abs(found - true) <= SAME_LENGTH * true


def _mean(values: Sequence[float]) -> float | None:
    return round(float(np.mean(values)), 3) if values else None

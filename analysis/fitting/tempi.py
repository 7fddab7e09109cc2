"""Learns what speaks for a tempo, from pieces of known tempo, and how well that does on others.

Each piece offers some candidate tempi; a softmax regression learns weights under which the right
ones are most likely. Pieces of which no candidate is right teach nothing, and count as wrong.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benches.data import MIDI_SETS, RECORDED_SET, TempoPiece, mixed, needs, tempo_pieces
from analysis.domain.periodicity import periodicity_of
from analysis.domain.scoring import tempo_is_right, tempo_is_right_up_to_octaves
from analysis.domain.tempo import candidates_from, evidence_of, opinions_on
from analysis.extractors.onsets import FRAME_RATE_HZ
from analysis.fitting.choosing import Choice, cross_validated, fit
from analysis.fitting.evidence import onset_bands

RIDGE = 4.0
"""On features of unit spread. Of 2, 4 and 8 all score within 0.02."""
Say = Callable[[str], None]


def learn(data: Path, var_dir: Path, say: Say) -> dict[str, Any]:
    """Learn from every piece; give the table for `data/tempo_weights.toml`, scores included."""
    place = needs(data, *MIDI_SETS, RECORDED_SET)
    pieces, tempi, rows = [], [], []
    names: list[str] = []
    for piece in tempo_pieces(place, var_dir / "rendered"):
        say(f"Hearing {piece.name}")
        bands = onset_bands(
            f"{piece.source}-{piece.name}", mixed(piece, var_dir / "rendered"), var_dir / "fitting"
        )
        periodicity = periodicity_of(bands, frame_rate_hz=FRAME_RATE_HZ)
        opinions = opinions_on(periodicity)
        offered = candidates_from(opinions)
        evidence = [evidence_of(bpm, opinions, periodicity) for bpm in offered]
        names = list(evidence[0])
        pieces.append(piece)
        tempi.append(offered)
        rows.append(np.array([list(each.values()) for each in evidence]))
    spread = np.concatenate(rows).std(axis=0) + 1e-9
    choices = [
        Choice(row / spread, np.array([tempo_is_right(bpm, piece.bpm) for bpm in offered]))
        for row, piece, offered in zip(rows, pieces, tempi, strict=True)
    ]
    weights = fit(choices, RIDGE)
    held_out = cross_validated(choices, range(len(choices)), lambda some: fit(some, RIDGE))
    fitted = [(place, choice.evidence @ weights) for place, choice in enumerate(choices)]
    return {
        "n": len(pieces),
        "weights": dict(zip(names, (weights / spread).round(3).tolist(), strict=True)),
        "fitted": _accuracies(pieces, tempi, fitted),
        "one_left_out": _accuracies(pieces, tempi, list(held_out)),
    }


def _accuracies(
    pieces: Sequence[TempoPiece],
    tempi: Sequence[Sequence[float]],
    answers: Sequence[tuple[int, np.ndarray]],
) -> dict[str, float]:
    found = [(tempi[place][int(scores.argmax())], pieces[place].bpm) for place, scores in answers]
    strict = [tempo_is_right(bpm, truth) for bpm, truth in found]
    loose = [tempo_is_right_up_to_octaves(bpm, truth) for bpm, truth in found]
    return {
        "accuracy1": round(float(np.mean(strict)), 3),
        "accuracy2": round(float(np.mean(loose)), 3),
    }

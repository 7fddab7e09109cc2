"""Learns what speaks for bars from MIDI of known bar lines, and how well that does on others.

Each piece offers every metre and every place its bars may begin; a softmax regression learns
weights under which right ones (downbeats found at an F-measure of 0.8 and more) are most likely.
Pieces without a firm tempo, or of which no candidate is right, teach nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benches.bars import BarPiece, bar_pieces, downbeat_f_measure
from analysis.benches.data import KEY_SET, MIDI_SETS, needs
from analysis.domain.bars import CLEAR, Candidate, bar_candidates
from analysis.fitting.choosing import Choice, cross_validated, fit
from analysis.fitting.evidence import beats_heard

RIDGE = 12.0
"""On features of unit spread. Of 8, 12 and 20 all score within 0.02."""
RIGHT = 0.8
FOLDS = 10
Say = Callable[[str], None]


@dataclass(frozen=True)
class Offer:
    """A piece with the bars it offers, and how well each finds its downbeats."""

    piece: BarPiece
    candidates: Sequence[Candidate]
    f_measures: np.ndarray


def learn(data: Path, var_dir: Path, say: Say) -> dict[str, Any]:
    """Learn from every piece; give the table for `data/bar_weights.toml`, scores included."""
    place = needs(data, *MIDI_SETS, KEY_SET)
    offers = _offers(place, var_dir, say)
    names = sorted(
        {name for offer in offers for each in offer.candidates for name in each.evidence}
    )
    rows = [
        np.array([[each.evidence.get(name, 0.0) for name in names] for each in offer.candidates])
        for offer in offers
    ]
    spread = np.concatenate(rows).std(axis=0) + 1e-9
    choices = [
        Choice(row / spread, offer.f_measures >= RIGHT)
        for row, offer in zip(rows, offers, strict=True)
    ]
    weights = fit(choices, RIDGE)
    folds = (np.random.default_rng(1).permutation(len(choices)) % FOLDS).tolist()
    sets = [offer.piece.source for offer in offers]
    places = sorted(set(sets))
    return {
        "n": len(offers),
        "weights": dict(zip(names, (weights / spread).round(3).tolist(), strict=True)),
        "ten_folds": _scores(offers, choices, folds),
        "set_left_out": _scores(offers, choices, [places.index(name) for name in sets]),
    }


def _offers(data: Path, var_dir: Path, say: Say) -> list[Offer]:
    offers = []
    for piece in bar_pieces(data, var_dir / "rendered"):
        say(f"Hearing {piece.name}")
        heard = beats_heard(f"{piece.source}-{piece.name}", piece.audio, var_dir / "fitting")
        candidates = list(bar_candidates(heard)) if heard else []
        if candidates:
            found = [downbeat_f_measure(each.starts_s, piece.starts_s) for each in candidates]
            offers.append(Offer(piece, candidates, np.array(found)))
    return offers


def _scores(
    offers: Sequence[Offer], choices: Sequence[Choice], folds: Sequence[int]
) -> dict[str, float]:
    """Score every piece under weights that were learnt without its fold."""
    found, sure = [], []
    for place, chances in cross_validated(choices, folds, lambda some: fit(some, RIDGE)):
        best = int(chances.argmax())
        found.append(float(offers[place].f_measures[best]))
        sure.append(float(chances[best]) >= CLEAR)
    measures, clear = np.array(found), np.array(sure)
    return {
        "mean_f_measure": round(float(measures.mean()), 3),
        "right": round(float((measures >= RIGHT).mean()), 3),
        "clear": round(float(clear.mean()), 3),
        "right_where_clear": round(float((measures[clear] >= RIGHT).mean()), 3),
    }

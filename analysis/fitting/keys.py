"""Learns the key profiles from tunes of known key, and says how well they do on tunes not learnt.

The evidence of a key is the profile counted from its tonic, so a tune in C teaches all twelve
major keys alike: 25 weights are learnt from all tunes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.benches.data import KEY_SET, KeyPiece, key_pieces, needs
from analysis.domain.key import key_at, key_evidence, place_of
from analysis.domain.scoring import mirex_key_score
from analysis.fitting.choosing import Choice, cross_validated, fit

RIDGE = 0.3
"""Of 0.01, 0.03, 0.1 and 0.3 all score within 0.01; the strongest keeps the profiles smooth."""
FOLDS = 10
Say = Callable[[str], None]


def learn(data: Path, cache_dir: Path, say: Say) -> dict[str, Any]:
    """Learn from every tune; give the table for `data/key_profiles.toml`, scores included."""
    from analysis import engine
    from analysis.extractors.decoding import decode

    place = needs(data, KEY_SET)
    pieces, choices = [], []
    for piece in key_pieces(place, cache_dir):
        say(f"Hearing {piece.name}")
        profile = engine.pitches_of(decode(piece.audio)).profile
        right = np.zeros(24, dtype=bool)
        right[place_of(piece.key)] = True
        pieces.append(piece)
        choices.append(Choice(key_evidence(profile), right))
    weights = fit(choices, RIDGE)
    spread = np.random.default_rng(1).permutation(len(pieces)) % FOLDS
    books = sorted({piece.group for piece in pieces})
    return {
        "n": len(pieces),
        "major": weights[:12].round(3).tolist(),
        "minor": weights[12:24].round(3).tolist(),
        "minor_offset": round(float(weights[24]), 3),
        "fitted": _scores(pieces, [(i, c.evidence @ weights) for i, c in enumerate(choices)]),
        "ten_folds": _scores(pieces, _held_out(choices, spread.tolist())),
        "book_left_out": _scores(
            pieces, _held_out(choices, [books.index(piece.group) for piece in pieces])
        ),
    }


def _held_out(choices: Sequence[Choice], folds: Sequence[int]) -> list[tuple[int, np.ndarray]]:
    return list(cross_validated(choices, folds, lambda some: fit(some, RIDGE)))


def _scores(
    pieces: Sequence[KeyPiece], answers: Sequence[tuple[int, np.ndarray]]
) -> dict[str, float]:
    scored = [
        (pieces[place].key[1], mirex_key_score(key_at(int(scores.argmax())), pieces[place].key))
        for place, scores in answers
    ]
    by_mode = {
        mode: round(float(np.mean([score for each, score in scored if each == mode])), 3)
        for mode in ("major", "minor")
    }
    return {"mirex_weighted": round(float(np.mean([score for _, score in scored])), 3), **by_mode}

"""How often the key is right, weighed as MIREX does, beside three profiles of Essentia.

The tunes are rendered with a piano, as a player of their MIDI files would. Peers hear the whole
tune, as we do.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from analysis.benches.data import KEY_SET, KeyPiece, key_pieces, needs
from analysis.domain.key import NoKey, normalise_tonic
from analysis.domain.result import ENGINE_VERSION
from analysis.domain.scoring import mirex_key_score
from analysis.extractors.resampling import resampled

PEERS = ("bgate", "temperley", "edma")
KINDS = {1.0: "right", 0.5: "fifth", 0.3: "relative", 0.2: "parallel", 0.0: "other"}
Say = Callable[[str], None]
Answer = tuple[tuple[str, str] | None, KeyPiece]


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Score every tune."""
    place = needs(data, KEY_SET)
    say("Playing MIDI with FluidSynth, where that was not done before.")
    pieces = list(key_pieces(place, settings.VAR_DIR / "rendered"))
    answers: dict[str, list[Answer]] = defaultdict(list)
    for number, piece in enumerate(pieces, start=1):
        say(f"{number} of {len(pieces)}: {piece.name}")
        for name, key in heard(piece.audio).items():
            answers[name].append((key, piece))
    ours = answers.pop("studio", [])
    return {
        "engine": ENGINE_VERSION,
        "n": len(ours),
        **scores(ours),
        "answers": Counter(KINDS[mirex_key_score(key, piece.key)] for key, piece in ours),
        "without_an_answer": sum(key is None for key, _ in ours),
        "peers": {peer: scores(found) for peer, found in answers.items()},
        "misses": [
            {"name": piece.name, "true": " ".join(piece.key), "found": " ".join(key or ())}
            for key, piece in ours
            if key != piece.key
        ],
    }


def heard(file: Path) -> dict[str, tuple[str, str] | None]:
    """Give the keys that the engine and its peers hear in a file."""
    import essentia.standard as es

    from analysis import engine
    from analysis.extractors.decoding import decode

    sound = decode(file)
    key = engine.key_of(sound)
    found: dict[str, tuple[str, str] | None] = {
        "studio": None if isinstance(key, NoKey) else (key.tonic, key.mode)
    }
    mono = resampled(
        np.concatenate([window.samples for window in sound.windows]), sound.sample_rate_hz, 44_100
    )
    for profile in PEERS:
        tonic, mode, _ = es.KeyExtractor(profileType=profile)(mono)
        found[profile] = (normalise_tonic(str(tonic)), str(mode))
    return found


def scores(answers: Sequence[Answer]) -> dict[str, float | None]:
    """Mean MIREX weight of all tunes, and of the tunes in each mode."""

    def mean(mode: str = "") -> float | None:
        weights = [
            mirex_key_score(key, piece.key) for key, piece in answers if mode in ("", piece.key[1])
        ]
        return round(float(np.mean(weights)), 4) if weights else None

    return {"mirex_weighted": mean(), "major": mean("major"), "minor": mean("minor")}

"""How tracks sound, as numbers that tracks without a recording can have too.

A generated or imported market has no recordings. What is known of how its tracks sound is what
people would hear in them: the terms, tempo and energy they are said to have. Our own tracks are put
into the same numbers by what the analysis heard in the recording, not by their tags: an approach
that listens does not read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.domain.tastes import Assumptions
from prompts.domain.index import TrackIndex

Floats = NDArray[np.float32]

AUDIBLE = frozenset({"genre", "mood", "instrument", "vocals"})
UNTOLD = 24
"""Numbers for what tags do not tell; enough that two tracks seldom agree by chance."""

CHUNK = 10_000


def sound_profiles(
    index: TrackIndex, *, assumptions: Assumptions, untold: Floats, is_heard: Sequence[bool] = ()
) -> Floats:
    """Put every track of an index into numbers whose product is how alike two tracks sound.

    Parameters
    ----------
    untold : shape (n_tracks, UNTOLD), see `untold_of_market` and `untold_of_own`
    is_heard : tracks of which nothing was heard get zeros; all count where it is left out

    Returns
    -------
    Shape (n_tracks, audible terms + 2 + 2 + UNTOLD), rows of length 1 or 0.
    """
    audible = [at for at, term in enumerate(index.space.terms) if term.facet in AUDIBLE]
    shares = assumptions.sound
    profile = np.zeros((len(index), len(audible) + 4 + UNTOLD), dtype=np.float32)
    after = len(audible)
    for start in range(0, len(index), CHUNK):
        positions = np.arange(start, min(start + CHUNK, len(index)))
        terms = index.columns.terms_of(positions)[audible].T
        profile[positions, :after] = _unit(terms) * np.sqrt(shares["terms"])
    # One turn of the circle is an octave: 87 and 174 beats a minute are the same place.
    turns = 2 * np.pi * np.log2(np.maximum(index.facts.tempo_bpm, 1e-6))
    profile[:, after : after + 2] = _circle(turns) * np.sqrt(shares["tempo"])
    # On half a circle equal energies agree fully and the two ends not at all.
    energy = np.pi * np.clip(index.facts.energy, 0, 1)
    profile[:, after + 2 : after + 4] = _circle(energy) * np.sqrt(shares["energy"])
    profile[:, after + 4 :] = untold * np.sqrt(shares["untold"])
    if len(is_heard):
        profile[~np.asarray(is_heard, dtype=bool)] = 0.0
    return _unit(profile)


def untold_of_market(tracks: int, *, seed: int) -> Floats:
    """What tags do not tell of a market's tracks; a larger market begins like a smaller one."""
    return _unit(np.random.default_rng([seed, 5]).standard_normal((tracks, UNTOLD)))


def untold_of_own(track_ids: NDArray[np.int64], *, seed: int) -> Floats:
    """The same for tracks of ours, by their keys, whichever other tracks there are."""
    rows = [np.random.default_rng([seed, 6, abs(int(key))]) for key in track_ids]
    return _unit(np.array([row.standard_normal(UNTOLD) for row in rows]).reshape(-1, UNTOLD))


def _circle(angle: NDArray[np.float32] | NDArray[np.float64]) -> Floats:
    """Places on a circle, (n, 2); an unknown angle has none."""
    known = ~np.isnan(angle)
    both = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.where(known[:, None], both, 0.0).astype(np.float32)


def _unit(rows: NDArray[np.float32] | NDArray[np.float64]) -> Floats:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), dtype=np.float32)

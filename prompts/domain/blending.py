"""What the approaches beside the prompt-driven one are made of: shares, likeness, styles, a device.

The prompt box asks one prompt of a catalog, a simulation ten thousand of a market; both use these.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from prompts.domain.postings import Floats

HYBRID = {"intent": 0.6, "sound": 0.25, "listening": 0.15}
"""Shares of the hybrid's score; the share of what is missing goes to the prompt, and is said."""

DAILY_MIX = {"near": 0.7, "known": 0.3}
"""Shares of a pre-computed mix: nearness to its style, and how well known a track is."""

STYLES = 6
STYLE_ROUNDS = 6


def sounds_like(seeds: NDArray[np.int32], signatures: Floats) -> Floats:
    """Cosine of every signature to the middle of some, 0 to 1."""
    scores = signatures @ middle_of(signatures[seeds])
    return np.asarray(np.clip(scores, 0.0, 1.0), dtype=np.float32)


def middle_of(rows: Floats) -> Floats:
    """The middle of some unit rows, of length 1."""
    middle = rows.mean(axis=0)
    return np.asarray(middle / max(float(np.linalg.norm(middle)), 1e-9), dtype=np.float32)


def styles(rows: Floats) -> Floats:
    """Centres of a catalog's styles: k-means on unit rows, the same every time."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.maximum(length, 1e-9)
    centres = unit[:: max(1, len(unit) // STYLES)][:STYLES].copy()
    for _ in range(STYLE_ROUNDS):
        nearest = (unit @ centres.T).argmax(axis=1)
        for at in range(len(centres)):
            members = unit[nearest == at]
            if len(members):
                middle = members.mean(axis=0)
                centres[at] = middle / max(float(np.linalg.norm(middle)), 1e-9)
    return np.asarray(centres, dtype=np.float32)


def device_leaning(liked: Floats, weights: Mapping[str, float]) -> Floats:
    """What a profile on a device holds for each term, once some tracks were liked there.

    Parameters
    ----------
    liked : shape (tracks, terms), 1 for each term a track has; the most recent last
    weights : of `on_device.json`; the same arithmetic as the browser's

    Returns
    -------
    Shape (terms,): a track's points are the sum over its terms, over the root of their number.
    """
    profile = np.zeros(liked.shape[1], dtype=np.float32)
    for terms in liked:
        profile = profile * weights["fade"] + weights["step"] * terms
    return np.asarray(2 * weights["term"] * np.tanh(profile / 3), dtype=np.float32)

"""Who asks a prompt: what she has liked before, drawn for every prompt from the tracks there are.

Approaches that look at more than the prompt start from what a person liked. A simulation has no
persons, so each prompt gets one, always the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]

NOBODY = -1
UNKNOWN_POPULARITY = 0.5


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What `listeners.toml` says; see there for the meaning of each value."""

    version: str
    liked: int
    pool: int
    fitting: float
    popularity_pull: float
    sound: Mapping[str, float]
    tracks_a_listener: int
    fewest_listeners: int
    most_listeners: int
    saved: int
    heard: int
    closeness: float
    largest_share: float


def read_assumptions(parsed: Mapping[str, Any]) -> Assumptions:
    """Read the parsed file.

    Raises
    ------
    KeyError : a value is missing
    """
    taste, crowd = parsed["taste"], parsed["listeners"]
    return Assumptions(
        version=str(parsed["version"]),
        liked=int(taste["liked"]),
        pool=int(taste["pool"]),
        fitting=float(taste["fitting"]),
        popularity_pull=float(taste["popularity_pull"]),
        sound={name: float(share) for name, share in parsed["sound"].items()},
        tracks_a_listener=int(crowd["tracks_a_listener"]),
        fewest_listeners=int(crowd["fewest"]),
        most_listeners=int(crowd["most"]),
        saved=int(crowd["saved"]),
        heard=int(crowd["heard"]),
        closeness=float(crowd["closeness"]),
        largest_share=float(crowd["largest_share"]),
    )


def pull_of(popularity: Floats, assumptions: Assumptions) -> Floats:
    """How likely each track is met, up to a factor; an unknown popularity counts as the middle."""
    known = np.where(np.isnan(popularity), UNKNOWN_POPULARITY, popularity)
    return np.asarray(np.exp(assumptions.popularity_pull * known), dtype=np.float32)


def liked_by_askers(
    answering: Numbers,
    pull: Floats,
    *,
    assumptions: Assumptions,
    seed: int,
    first_prompt: int,
) -> Numbers:
    """Draw what the asker of each prompt has liked.

    Parameters
    ----------
    answering : shape (n_prompts, pool), the tracks that answer best, `NOBODY` where there are fewer
    pull : shape (n_tracks,), see `pull_of`
    first_prompt : number of the first prompt in the bank; the draw of a prompt depends on its
        number and the seed only

    Returns
    -------
    Shape (n_prompts, liked), most recent last; `NOBODY` only where there is no track at all.
    """
    found = np.full((len(answering), assumptions.liked), NOBODY, dtype=np.int32)
    if not len(pull):
        return found
    reached = np.cumsum(pull, dtype=np.float64)
    for row, candidates in enumerate(answering):
        random = np.random.default_rng([seed, 7, first_prompt + row])
        by_chance = np.searchsorted(
            reached, random.random(assumptions.liked) * reached[-1], side="right"
        )
        fitting = random.random(assumptions.liked) < assumptions.fitting
        known = candidates[candidates != NOBODY]
        found[row] = np.minimum(by_chance, len(pull) - 1)
        wanted = min(int(fitting.sum()), len(known))
        if wanted:
            order = np.argsort(-np.log(pull[known]) - random.gumbel(size=len(known)), kind="stable")
            found[row, np.flatnonzero(fitting)[:wanted]] = known[order[:wanted]]
    return found

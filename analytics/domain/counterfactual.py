"""What if one track were described otherwise: the same figures as a full run, in milliseconds.

The market does not move when one track is edited, so a finished run already knows everything but
the scores of that track. Its places are found among the kept scores of the market and of our other
tracks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.domain.simulation import (
    DEPTH,
    FIRST_PLACES,
    SCORE_DECIMALS,
    Outcome,
    reaches,
)

Floats = NDArray[np.float32]


def outcome_of_one(
    outcome: Outcome, *, track: int, scores: Floats, places: int = FIRST_PLACES, depth: int = DEPTH
) -> Outcome:
    """Give the outcome a run would have for one track with other scores.

    Parameters
    ----------
    outcome : of the whole run
    track : number of the track among our own
    scores : shape (n_prompts,), its (edited) score for every prompt, -inf where refused

    Returns
    -------
    Outcome : the hits of this track only, and the lists as they would be shown with it
    """
    scores = np.round(scores, SCORE_DECIMALS)
    others = outcome.track != track
    rank = 1 + (outcome.market_scores >= scores[:, None]).sum(axis=1)
    other_scores, other_prompts = outcome.score[others], outcome.prompt[others]
    mine = scores[other_prompts]
    better = (other_scores > mine) | ((other_scores == mine) & (outcome.track[others] < track))
    rank += np.bincount(other_prompts[better], minlength=len(scores))
    reached = reaches(scores, outcome.market_scores[:, -1]) & (rank <= depth)
    prompt = np.flatnonzero(reached)
    return Outcome(
        first_prompt=outcome.first_prompt,
        prompt=prompt.astype(np.int32),
        track=np.full(len(prompt), track, dtype=np.int32),
        rank=rank[prompt].astype(np.int32),
        score=scores[prompt].astype(np.float32),
        list_scores=_lists(outcome, others, scores, reached, places),
        market_scores=outcome.market_scores,
    )


def _lists(
    outcome: Outcome,
    others: NDArray[np.bool_],
    scores: Floats,
    reached: NDArray[np.bool_],
    places: int,
) -> Floats:
    """Lists as shown: the market's best, our other tracks' and this one's, best first."""
    lists = outcome.market_scores[:, :places].copy()
    prompts = np.concatenate([outcome.prompt[others], np.flatnonzero(reached)])
    values = np.concatenate([outcome.score[others], scores[reached]])
    order = np.lexsort((-values, prompts))
    prompts, values = prompts[order], values[order]
    starts = np.searchsorted(prompts, np.arange(len(scores) + 1))
    for prompt in np.unique(prompts):
        own = values[starts[prompt] : starts[prompt + 1]][:places]
        if own[0] > lists[prompt, -1]:
            lists[prompt] = -np.sort(-np.concatenate([lists[prompt], own]))[:places]
    return lists


def hits_of_one(outcome: Outcome, track: int) -> Outcome:
    """Give the part of a run's outcome that concerns one track."""
    mine = outcome.track == track
    return Outcome(
        first_prompt=outcome.first_prompt,
        prompt=outcome.prompt[mine],
        track=outcome.track[mine],
        rank=outcome.rank[mine],
        score=outcome.score[mine],
        list_scores=outcome.list_scores,
        market_scores=outcome.market_scores,
    )

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
    merged_list,
    reaches,
)

Floats = NDArray[np.float32]


def outcome_of_one(
    outcome: Outcome,
    *,
    track: int,
    scores: Floats,
    fits: Floats | None = None,
    places: int = FIRST_PLACES,
    depth: int = DEPTH,
) -> Outcome:
    """Give the outcome a run would have for one track with other scores.

    Parameters
    ----------
    outcome : of the whole run
    track : number of the track among our own
    scores : shape (n_prompts,), its (edited) score for every prompt, -inf where refused
    fits : same shape, how well it answers each prompt; the scores themselves where left out

    Returns
    -------
    Outcome : the hits of this track only, and the lists as they would be shown with it
    """
    scores = np.round(scores, SCORE_DECIMALS)
    fits = scores if fits is None else np.round(fits, SCORE_DECIMALS)
    others = outcome.track != track
    rank = 1 + (outcome.market_scores >= scores[:, None]).sum(axis=1)
    other_scores, other_prompts = outcome.score[others], outcome.prompt[others]
    mine = scores[other_prompts]
    better = (other_scores > mine) | ((other_scores == mine) & (outcome.track[others] < track))
    rank += np.bincount(other_prompts[better], minlength=len(scores))
    reached = reaches(scores, outcome.market_scores[:, -1]) & (rank <= depth)
    prompt = np.flatnonzero(reached)
    lists, list_fits = _lists(outcome, others, (scores, fits), reached, places)
    return Outcome(
        first_prompt=outcome.first_prompt,
        prompt=prompt.astype(np.int32),
        track=np.full(len(prompt), track, dtype=np.int32),
        rank=rank[prompt].astype(np.int32),
        score=scores[prompt].astype(np.float32),
        fit=fits[prompt].astype(np.float32),
        list_scores=lists,
        list_fits=list_fits,
        market_scores=outcome.market_scores,
        market_fits=outcome.market_fits,
    )


def _lists(
    outcome: Outcome,
    others: NDArray[np.bool_],
    mine: tuple[Floats, Floats],
    reached: NDArray[np.bool_],
    places: int,
) -> tuple[Floats, Floats]:
    """Lists as shown, scores and fits: the market's best, our other tracks and this one."""
    scores, fits = mine
    lists = outcome.market_scores[:, :places].copy()
    list_fits = outcome.market_fits[:, :places].copy()
    prompts = np.concatenate([outcome.prompt[others], np.flatnonzero(reached)])
    values = np.concatenate([outcome.score[others], scores[reached]])
    fit = np.concatenate([outcome.fit[others], fits[reached]])
    order = np.lexsort((-values, prompts))
    prompts, values, fit = prompts[order], values[order], fit[order]
    starts = np.searchsorted(prompts, np.arange(len(scores) + 1))
    for prompt in np.unique(prompts):
        own = slice(starts[prompt], min(starts[prompt + 1], starts[prompt] + places))
        if values[own][0] > lists[prompt, -1]:
            lists[prompt], list_fits[prompt] = merged_list(
                (lists[prompt], list_fits[prompt]), (values[own], fit[own])
            )
    return lists, list_fits


def hits_of_one(outcome: Outcome, track: int) -> Outcome:
    """Give the part of a run's outcome that concerns one track."""
    return outcome.only(outcome.track == track)

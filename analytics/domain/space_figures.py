"""From hits to figures of one track in one space: surfacing rate, rank, simulated conversion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.domain.chances import looked_at
from analytics.domain.choice import ChoiceModel, Stage, examination_of_list, funnel
from analytics.domain.hits import Floats, Hits, banded
from analytics.domain.intervals import (
    Interval,
    Uncertainty,
    log_rate_interval,
    wilson,
    wilson_of_share,
)

POOLED_WEIGHT = 4.0
"""Few surfaced prompts tell little about how much they differ; the spread seen over all spaces
counts like this many more of them. Chosen; the coverage test guards it."""


@dataclass(frozen=True, slots=True)
class SpaceFigures:
    """One track in one space."""

    track: int
    space: int
    prompts: int
    surfaced: int
    near: int
    """Prompts for which the track stands just below the list, within `DEPTH`."""
    surfacing: Interval
    best_rank: int
    median_rank: float | None
    """When surfaced; None if it never is."""
    median_near_rank: float | None
    mean_rank: float
    """Over the prompts for which its place is known: surfaced or within `DEPTH`."""
    exposure: Interval | None
    """Share of the looks at the space's lists that the track gets; None where it never surfaces."""
    rank_bands: tuple[int, ...]
    relevance: float
    """Mean over its hits."""
    short_by: float | None
    """Median of what the score lacks to the last place of the list, where near; share of full."""
    conversion: Interval | None
    uncertainty: Uncertainty | None
    funnel: Mapping[Stage, float]
    """Of 100 surfaced impressions, how many reach each stage (means over the draws)."""
    example_prompt: int
    """Number of the prompt in the bank where it stands highest."""


def space_figures(
    hits: Hits, model: ChoiceModel, full_score: float, pooled: float
) -> Iterator[SpaceFigures]:
    outcome, bank, surfaced = hits.outcome, hits.bank, hits.surfaced
    if not len(outcome.prompt):
        return
    space = bank.space_of_prompt[outcome.prompt]
    group = outcome.track.astype(np.int64) * len(bank.sizes) + space
    order = np.lexsort((outcome.rank, outcome.prompt, group))
    keys, starts = np.unique(group[order], return_index=True)
    ends = np.append(starts[1:], len(order))
    chance_of = np.full(len(outcome.prompt), -1, dtype=np.int64)
    chance_of[surfaced] = np.arange(int(surfaced.sum()))
    means = _mean_funnels(hits, model)
    looks = _looks(hits, model)
    last = outcome.list_scores[:, -1]
    prompts_in = bank.prompts_in
    for key, start, end in zip(keys, starts, ends, strict=True):
        rows = order[start:end]
        track, number = divmod(int(key), len(bank.sizes))
        up = rows[surfaced[rows]]
        down = rows[~surfaced[rows]]
        columns = chance_of[up]
        conversion = uncertainty = exposure = None
        if len(up):
            seen = means[Stage.EXAMINED][columns] / looks[outcome.prompt[up]]
            exposure = share_interval(seen, int(prompts_in[number]))
            conversion, uncertainty = conversion_interval(hits.chances[:, columns], pooled)
        best = rows[np.argmin(outcome.rank[rows])]
        gap = last[outcome.prompt[down]] - outcome.score[down]
        ranks = outcome.rank[rows]
        yield SpaceFigures(
            track=track,
            space=number,
            prompts=int(prompts_in[number]),
            surfaced=len(up),
            near=len(down),
            surfacing=wilson(len(up), int(prompts_in[number])),
            best_rank=int(outcome.rank[best]),
            median_rank=float(np.median(outcome.rank[up])) if len(up) else None,
            median_near_rank=float(np.median(outcome.rank[down])) if len(down) else None,
            mean_rank=float(ranks.mean()),
            exposure=exposure,
            rank_bands=banded(ranks),
            relevance=float(hits.relevance[rows].mean()),
            short_by=float(np.median(gap)) / full_score if len(down) else None,
            conversion=conversion,
            uncertainty=uncertainty,
            funnel={stage: float(means[stage][columns].mean()) for stage in Stage}
            if len(up)
            else {},
            example_prompt=int(outcome.prompt[best]) + outcome.first_prompt,
        )


def share_interval(shares: Floats, prompts: int) -> Interval:
    """Mean of a share over all prompts of a space, of which those not given have none.

    Wilson's interval for as many prompts as would vary by chance alone as much as these do
    (an effective sample size, as in surveys); `n` is the number of prompts.
    """
    mean = float(shares.sum()) / prompts
    squares = float(((shares - mean) ** 2).sum()) + (prompts - len(shares)) * mean**2
    variance = squares / max(prompts - 1, 1) / prompts
    effective = mean * (1 - mean) / variance if variance > 0 else float(prompts)
    low, high = wilson_of_share(mean, effective)
    return Interval(mean, min(low, mean), max(high, mean), prompts)


def _looks(hits: Hits, model: ChoiceModel) -> Floats:
    """How many places of each list are looked at, at the middle of our beliefs: (n_prompts,)."""
    looked = examination_of_list(model.examination, model.middle(), hits.lists)[0]
    filled = np.isfinite(hits.outcome.list_scores)
    return np.asarray(np.maximum((looked * filled).sum(axis=1), 1e-12))


def conversion_interval(chances: Floats, pooled_variation: float) -> tuple[Interval, Uncertainty]:
    """Simulated saves per surfaced impression, from the chances of its surfaced prompts.

    Parameters
    ----------
    chances : shape (n_draws, n_surfaced), one row per draw of the choice parameters
    pooled_variation : squared coefficient of variation between prompts, over all spaces

    The middle is the geometric mean over the draws. Simulation error: the prompts at hand are a
    sample of what listeners would type. Parameter uncertainty: the draws.
    """
    n = chances.shape[1]
    by_draw = chances.mean(axis=1)
    by_prompt = chances.mean(axis=0)
    freedom = n - 1 + POOLED_WEIGHT
    variation = POOLED_WEIGHT * pooled_variation
    if n > 1:
        variation += (n - 1) * float(by_prompt.var(ddof=1)) / float(by_prompt.mean()) ** 2
    logs = np.log(by_draw)
    uncertainty = Uncertainty(
        simulation=variation / freedom / n,
        parameters=float(logs.var(ddof=1)) if len(logs) > 1 else 0.0,
    )
    middle = float(np.exp(logs.mean()))
    return (
        log_rate_interval(middle, uncertainty=uncertainty, n=n, degrees_of_freedom=freedom),
        uncertainty,
    )


def pooled_variation_of(
    chance: Floats, track: NDArray[np.int32], space: NDArray[np.int32]
) -> float:
    """Squared coefficient of variation between prompts within (track, space), pooled."""
    if not len(chance):
        return DEFAULT_VARIATION
    group = track.astype(np.int64) * (int(space.max()) + 1) + space
    _, code = np.unique(group, return_inverse=True)
    count = np.bincount(code)
    mean = np.bincount(code, weights=chance) / count
    squares = np.bincount(code, weights=((chance - mean[code]) / mean[code]) ** 2)
    freedom = float((count - 1).sum())
    return float(squares.sum() / freedom) if freedom > 0 else DEFAULT_VARIATION


DEFAULT_VARIATION = 0.5
"""Where no track surfaces for two prompts of one space: about what larger runs show."""


def _mean_funnels(hits: Hits, model: ChoiceModel) -> dict[Stage, Floats]:
    """Per surfaced hit, the chance of each stage at the middle of our beliefs."""
    outcome, surfaced = hits.outcome, hits.surfaced
    middle = model.middle()
    prompt, rank = outcome.prompt[surfaced], outcome.rank[surfaced]
    examined = looked_at(model.examination, middle, hits.lists, prompt, rank)
    stages = funnel(middle, examined=examined, relevance=hits.relevance[surfaced])
    return {stage: values[0] for stage, values in stages.items()}


# Per track

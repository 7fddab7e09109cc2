"""From hits to figures of one track over the whole bank; spaces weigh by their size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.domain.chances import chunks, looked_at
from analytics.domain.choice import (
    ChoiceModel,
    Draws,
    Examination,
    Stage,
    funnel,
    saving_chance,
)
from analytics.domain.hits import PER_PROMPTS, BankLayout, Floats, Hits, banded
from analytics.domain.intervals import (
    Interval,
    Uncertainty,
    log_rate_interval,
    wilson,
    wilson_of_share,
)

EXAMINATION = "examination"


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """One track over the whole bank; spaces weigh by their size."""

    track: int
    spaces_surfaced: int
    reach: Interval
    """Share of all prompts for which it surfaces."""
    rank_bands: tuple[int, ...]
    """Over all prompts, how often it stands in each of `RANK_BANDS`."""
    saves: Interval
    """Simulated saves per 10,000 prompts asked."""
    uncertainty: Uncertainty
    funnel: Mapping[Stage, Interval]
    """Per 10,000 prompts asked; the intervals are parameter uncertainty only."""
    sensitivity: tuple[tuple[str, float, float], ...]
    """Per parameter: saves per 10,000 prompts at its 10 % and 90 % belief, widest first; under
    `EXAMINATION` the least and the most of the three ways to look down a list."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """The surfaced hits as columns; `weight` is what one prompt stands for, of all prompts."""

    prompt: NDArray[np.int32]
    rank: NDArray[np.int32]
    track: NDArray[np.int32]
    relevance: Floats
    weight: Floats
    lists: Floats


def track_figures(
    hits: Hits, sampled: Draws, model: ChoiceModel, tracks: int
) -> Iterator[TrackFigures]:
    outcome, bank, surfaced = hits.outcome, hits.bank, hits.surfaced
    space = bank.space_of_prompt[outcome.prompt[surfaced]]
    weight = (bank.sizes / np.maximum(bank.prompts_in, 1))[space]
    shown = _Shown(
        prompt=outcome.prompt[surfaced],
        rank=outcome.rank[surfaced],
        track=outcome.track[surfaced],
        relevance=hits.relevance[surfaced],
        weight=weight,
        lists=hits.lists,
    )
    stages = _stage_totals(sampled, model, shown)
    moved = _moved_totals(model, shown)
    track = shown.track
    order = np.argsort(track, kind="stable")
    starts = np.searchsorted(track[order], np.arange(tracks + 1))
    every = np.argsort(outcome.track, kind="stable")
    at = np.searchsorted(outcome.track[every], np.arange(tracks + 1))
    for number in range(tracks):
        rows = order[starts[number] : starts[number + 1]]
        saves, uncertainty = _saves(hits.chances[:, rows], weight[rows], space[rows], bank)
        yield TrackFigures(
            track=number,
            spaces_surfaced=len(np.unique(space[rows])),
            reach=_reach(space[rows], bank),
            rank_bands=banded(outcome.rank[every[at[number] : at[number + 1]]]),
            saves=saves,
            uncertainty=uncertainty,
            funnel={
                stage: _quantile_interval(values[number], len(rows))
                for stage, values in stages.items()
                if number in values
            },
            sensitivity=moved.get(number, ()),
        )


def _reach(space: NDArray[np.int32], bank: BankLayout) -> Interval:
    """Share of all prompts, spaces weighed by size, with an interval for stratified samples."""
    hits = np.bincount(space, minlength=len(bank.sizes))
    counts = np.maximum(bank.prompts_in, 1)
    rate = hits / counts
    share = float((bank.sizes * rate).sum())
    total = int(bank.prompts_in.sum())
    smoothed = (hits + 0.5) / (counts + 1)
    touched = hits > 0
    variance = float((bank.sizes**2 * smoothed * (1 - smoothed) / counts)[touched].sum())
    if share <= 0 or variance <= 0:
        return wilson(0, total)
    effective = max(1.0, share * (1 - share) / variance)
    low, high = wilson_of_share(share, effective)
    return Interval(share, min(low, share), max(high, share), total)


def _saves(
    chances: Floats, weight: Floats, space: NDArray[np.int32], bank: BankLayout
) -> tuple[Interval, Uncertainty]:
    """Saves per 10,000 prompts asked; prompts where the track is not shown count as none."""
    total = int(bank.prompts_in.sum())
    if not chances.shape[1]:
        return Interval(0.0, 0.0, 0.0, total), Uncertainty(0.0, 0.0)
    by_draw = PER_PROMPTS * (chances @ weight)
    mean = chances.mean(axis=0)
    counts = np.maximum(bank.prompts_in, 1).astype(float)
    sums = np.bincount(space, weights=mean, minlength=len(counts))
    squares = np.bincount(space, weights=mean**2, minlength=len(counts))
    variance = np.maximum(squares / counts - (sums / counts) ** 2, 0.0) / counts
    simulated = float((bank.sizes**2 * variance).sum())
    middle = float(np.exp(np.log(by_draw).mean()))
    uncertainty = Uncertainty(
        simulation=simulated / float(mean @ weight) ** 2,
        parameters=float(np.log(by_draw).var(ddof=1)) if len(by_draw) > 1 else 0.0,
    )
    scaled = log_rate_interval(
        middle / PER_PROMPTS,
        uncertainty=uncertainty,
        n=total,
        degrees_of_freedom=max(1, chances.shape[1] - 1),
    )
    return (
        Interval(middle, scaled.low * PER_PROMPTS, scaled.high * PER_PROMPTS, total),
        uncertainty,
    )


def _stage_totals(
    sampled: Draws, model: ChoiceModel, shown: _Shown
) -> dict[Stage, dict[int, Floats]]:
    """Per stage and track: total per 10,000 prompts for every draw."""
    if not len(shown.track):
        return {}
    owners, code = np.unique(shown.track, return_inverse=True)
    totals = {stage: np.zeros((len(sampled), len(owners))) for stage in Stage}
    for rows in chunks(len(shown.track)):
        examined = looked_at(
            model.examination, sampled, shown.lists, shown.prompt[rows], shown.rank[rows]
        )
        stages = funnel(sampled, examined=examined, relevance=shown.relevance[rows])
        belongs = csr_array(
            (
                PER_PROMPTS * shown.weight[rows],
                (np.arange(len(code[rows])), code[rows]),
            ),
            shape=(len(code[rows]), len(owners)),
        )
        for stage, values in stages.items():
            totals[stage] += values @ belongs
    return {
        stage: {int(owner): values[:, column] for column, owner in enumerate(owners)}
        for stage, values in totals.items()
    }


def _quantile_interval(values: Floats, n: int) -> Interval:
    """Geometric mean and the middle 95 % of the draws."""
    low, high = (float(v) for v in np.quantile(values, [0.025, 0.975]))
    middle = float(np.exp(np.log(values).mean())) if values.min() > 0 else float(values.mean())
    return Interval(middle, min(low, middle), max(high, middle), n)


def _moved_totals(
    model: ChoiceModel, shown: _Shown
) -> dict[int, tuple[tuple[str, float, float], ...]]:
    """Saves per 10,000 prompts of each track when one assumption moves and the others stay.

    The way people look down a list is an assumption too: its ends are the least and the most of the
    three models.
    """
    if not len(shown.track):
        return {}
    owners, code = np.unique(shown.track, return_inverse=True)
    found: dict[int, list[tuple[str, float, float]]] = {int(owner): [] for owner in owners}

    def totals(examination: Examination, draws: Draws) -> Floats:
        examined = looked_at(examination, draws, shown.lists, shown.prompt, shown.rank)
        chance = saving_chance(draws, examined=examined, relevance=shown.relevance)[0]
        weighed = PER_PROMPTS * shown.weight * chance
        return np.asarray(np.bincount(code, weights=weighed), dtype=np.float64)

    def keep(name: str, low: Floats, high: Floats) -> None:
        for column, owner in enumerate(owners):
            if abs(high[column] - low[column]) > 1e-12:
                found[int(owner)].append((name, float(low[column]), float(high[column])))

    for parameter in model.parameters:
        ends = (model.moved(parameter.name, share) for share in (0.1, 0.9))
        keep(parameter.name, *(totals(model.examination, draws) for draws in ends))
    ways = np.array([totals(way, model.middle()) for way in Examination])
    keep(EXAMINATION, ways.min(axis=0), ways.max(axis=0))
    return {
        owner: tuple(sorted(rows, key=lambda row: -abs(row[2] - row[1])))
        for owner, rows in found.items()
    }


# Per space

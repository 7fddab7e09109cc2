"""From hits to figures: surfacing rate, rank and simulated conversion, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.domain.chances import chunks, looked_at, relevance_of, saving_chances
from analytics.domain.choice import (
    ChoiceModel,
    Draws,
    Stage,
    funnel,
    saving_chance,
)
from analytics.domain.intervals import Interval, Uncertainty, log_rate_interval, wilson
from analytics.domain.simulation import DEPTH, FIRST_PLACES, Outcome

Floats = NDArray[np.float64]

PARAMETER_DRAWS = 200
POOLED_WEIGHT = 4.0
"""Few surfaced prompts tell little about how much they differ; the spread seen over all spaces
counts like this many more of them. Chosen; the coverage test guards it."""

RANK_BANDS = ((1, 3), (4, 10), (11, 20), (21, 50), (51, DEPTH))
PER_PROMPTS = 10_000


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


@dataclass(frozen=True, slots=True)
class TrackFigures:
    """One track over the whole bank; spaces weigh by their size."""

    track: int
    spaces_surfaced: int
    reach: Interval
    """Share of all prompts for which it surfaces."""
    saves: Interval
    """Simulated saves per 10,000 prompts asked."""
    uncertainty: Uncertainty
    funnel: Mapping[Stage, Interval]
    """Per 10,000 prompts asked; the intervals are parameter uncertainty only."""
    sensitivity: tuple[tuple[str, float, float], ...]
    """Per parameter: saves per 10,000 prompts at its 10 % and 90 % belief, widest first."""


@dataclass(frozen=True, slots=True)
class SpaceCompetition:
    """How hard a space is, whoever is in it."""

    space: int
    prompts: int
    last_place_relevance: float
    """Mean relevance of what stands at the last place of its lists."""
    own_share: float
    """Share of the lists' places that our tracks hold."""
    tracks_surfaced: int


@dataclass(frozen=True, slots=True)
class Figures:
    spaces: tuple[SpaceFigures, ...]
    tracks: tuple[TrackFigures, ...]
    competition: tuple[SpaceCompetition, ...]
    pooled_variation: float
    """How much prompts of one space differ for one track: squared coefficient of variation."""


@dataclass(frozen=True, slots=True)
class BankLayout:
    """Which space each prompt belongs to (numbers into `sizes`), and the sizes, summing to 1."""

    space_of_prompt: NDArray[np.int32]
    sizes: Floats

    @property
    def prompts_in(self) -> NDArray[np.int64]:
        return np.bincount(self.space_of_prompt, minlength=len(self.sizes))


def summarise(
    outcome: Outcome,
    *,
    bank: BankLayout,
    tracks: int,
    model: ChoiceModel,
    full_relevance: float,
    random: np.random.Generator,
    draws: int = PARAMETER_DRAWS,
    pooled_variation: float | None = None,
) -> Figures:
    """Turn hits into figures for `tracks` own tracks.

    The random generator draws the parameters of the choice model, nothing else; all tracks and
    spaces share the draws, so differences between them are not blurred by them.
    Give `pooled_variation` of a whole run when summing up a part of it.
    """
    sampled = model.draw(draws, random=random)
    surfaced = outcome.rank <= FIRST_PLACES
    chances = saving_chances(
        outcome, surfaced, model=model, draws=sampled, full_relevance=full_relevance
    )
    lists = relevance_of(outcome.list_scores, full_relevance)
    relevance = relevance_of(outcome.score, full_relevance)
    prompt = outcome.prompt[surfaced]
    if pooled_variation is None:
        pooled_variation = _pooled_variation(
            chances.mean(axis=0), outcome.track[surfaced], bank.space_of_prompt[prompt]
        )
    hits = _Hits(outcome, bank, surfaced, relevance, lists, chances)
    spaces = tuple(_space_figures(hits, model, full_relevance, pooled_variation))
    totals = tuple(_track_figures(hits, sampled, model, tracks))
    return Figures(spaces, totals, _competition(outcome, bank, surfaced, lists), pooled_variation)


@dataclass(frozen=True, slots=True)
class _Hits:
    """An outcome with what was derived from it; `chances` has a column a surfaced hit."""

    outcome: Outcome
    bank: BankLayout
    surfaced: NDArray[np.bool_]
    relevance: Floats
    lists: Floats
    chances: Floats


# Per track and space


def _space_figures(
    hits: _Hits, model: ChoiceModel, full_relevance: float, pooled: float
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
    last = outcome.list_scores[:, -1]
    prompts_in = bank.prompts_in
    for key, start, end in zip(keys, starts, ends, strict=True):
        rows = order[start:end]
        track, number = divmod(int(key), len(bank.sizes))
        up = rows[surfaced[rows]]
        down = rows[~surfaced[rows]]
        columns = chance_of[up]
        conversion = uncertainty = None
        if len(up):
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
            rank_bands=tuple(int(((ranks >= a) & (ranks <= b)).sum()) for a, b in RANK_BANDS),
            relevance=float(hits.relevance[rows].mean()),
            short_by=float(np.median(gap)) / full_relevance if len(down) else None,
            conversion=conversion,
            uncertainty=uncertainty,
            funnel={stage: float(means[stage][columns].mean()) for stage in Stage}
            if len(up)
            else {},
            example_prompt=int(outcome.prompt[best]) + outcome.first_prompt,
        )


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


def _pooled_variation(chance: Floats, track: NDArray[np.int32], space: NDArray[np.int32]) -> float:
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


def _mean_funnels(hits: _Hits, model: ChoiceModel) -> dict[Stage, Floats]:
    """Per surfaced hit, the chance of each stage at the middle of our beliefs."""
    outcome, surfaced = hits.outcome, hits.surfaced
    middle = model.middle()
    prompt, rank = outcome.prompt[surfaced], outcome.rank[surfaced]
    examined = looked_at(model.examination, middle, hits.lists, prompt, rank)
    stages = funnel(middle, examined=examined, relevance=hits.relevance[surfaced])
    return {stage: values[0] for stage, values in stages.items()}


# Per track


@dataclass(frozen=True, slots=True)
class _Shown:
    """The surfaced hits as columns; `weight` is what one prompt stands for, of all prompts."""

    prompt: NDArray[np.int32]
    rank: NDArray[np.int32]
    track: NDArray[np.int32]
    relevance: Floats
    weight: Floats
    lists: Floats


def _track_figures(
    hits: _Hits, sampled: Draws, model: ChoiceModel, tracks: int
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
    for number in range(tracks):
        rows = order[starts[number] : starts[number + 1]]
        saves, uncertainty = _saves(hits.chances[:, rows], weight[rows], space[rows], bank)
        yield TrackFigures(
            track=number,
            spaces_surfaced=len(np.unique(space[rows])),
            reach=_reach(space[rows], bank),
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


def wilson_of_share(share: float, n: float, *, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval for a share known with the precision of `n` (any positive) trials."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


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
    """Saves per 10,000 prompts of each track when one parameter moves and the others stay."""
    if not len(shown.track):
        return {}
    owners, code = np.unique(shown.track, return_inverse=True)
    found: dict[int, list[tuple[str, float, float]]] = {int(owner): [] for owner in owners}
    for parameter in model.parameters:
        ends = []
        for share in (0.1, 0.9):
            draws = model.moved(parameter.name, share)
            examined = looked_at(model.examination, draws, shown.lists, shown.prompt, shown.rank)
            chance = saving_chance(draws, examined=examined, relevance=shown.relevance)[0]
            ends.append(np.bincount(code, weights=PER_PROMPTS * shown.weight * chance))
        for column, owner in enumerate(owners):
            low, high = float(ends[0][column]), float(ends[1][column])
            if abs(high - low) > 1e-12:
                found[int(owner)].append((parameter.name, low, high))
    return {
        owner: tuple(sorted(rows, key=lambda row: -abs(row[2] - row[1])))
        for owner, rows in found.items()
    }


# Per space


def _competition(
    outcome: Outcome, bank: BankLayout, surfaced: NDArray[np.bool_], lists: Floats
) -> tuple[SpaceCompetition, ...]:
    spaces = len(bank.sizes)
    counts = bank.prompts_in
    last = np.bincount(bank.space_of_prompt, weights=lists[:, -1], minlength=spaces)
    ours = bank.space_of_prompt[outcome.prompt[surfaced]]
    places = np.bincount(ours, minlength=spaces)
    tracks = outcome.track[surfaced]
    return tuple(
        SpaceCompetition(
            space=number,
            prompts=int(counts[number]),
            last_place_relevance=float(last[number] / max(counts[number], 1)),
            own_share=float(places[number] / max(counts[number] * FIRST_PLACES, 1)),
            tracks_surfaced=len(np.unique(tracks[ours == number])),
        )
        for number in range(spaces)
    )

"""`bench truth`: does the studio find what is true, when the truth is known?

Three questions, all on generated data. Do the intervals of fitted parameters hold the parameters
that the events were drawn from? Do intervals of conversion hold the conversion of a listener drawn
from our own belief? How often does a live split without a difference end with a winner, when
somebody looks after every batch?
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analytics.domain.choice import ChoiceModel, Draws, Examination, saving_chance
from analytics.domain.fitting import Cells, fit
from analytics.domain.sequential import ALPHA, Arm, judge_live
from analytics.domain.simulation import FIRST_PLACES
from analytics.domain.space_figures import conversion_interval
from analytics.domain.wording import compare_variants
from analytics.reference import choice_model

Floats = NDArray[np.float64]

SEEDS = 200
CELLS, IMPRESSIONS = 60, 3_000
TRUE_MIDDLES: Mapping[str, float] = {
    "persistence": 0.86,
    "play": 0.55,
    "complete": 0.7,
    "save": 0.03,
    "play_slope": 2.5,
    "complete_slope": 0.6,
    "save_slope": 1.2,
}
"""Away from what is assumed, so that a fit that keeps the assumptions fails."""

SPACE_PROMPTS = 4_000
SURFACED = (3, 10, 60)
REPEATS = 2_000
SPLITS = 1_000
SPLIT_RATE, SPLIT_BATCH, SPLIT_BATCHES = 0.04, 200, 60
PAIRED_PROMPTS, PAIRED_DRAWS = 400, 60


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Run at the sizes the goals name; `data` is not needed."""
    return measure(seeds=SEEDS, repeats=REPEATS, splits=SPLITS, say=say)


def measure(*, seeds: int, repeats: int, splits: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Answer the three questions with so many repetitions each."""
    say(f"Fitting events of {seeds} seeds.")
    held = fitted_holding_truth(seeds)
    say(f"Drawing {repeats:,} listeners for each of {len(SURFACED)} numbers of prompts.")
    covered = {str(n): round(conversion_coverage(n, repeats=repeats), 4) for n in SURFACED}
    say(f"Watching {splits:,} splits without a difference.")
    return {
        "seeds": seeds,
        "impressions_a_seed": CELLS * IMPRESSIONS,
        "fitted_within_95": {name: round(share, 3) for name, share in held.items()},
        "fitted_within_95_least": round(min(held.values()), 3),
        "conversion_repeats": repeats,
        "conversion_coverage": covered,
        "splits": splits,
        "looks_a_split": SPLIT_BATCHES,
        "false_winners_peeking": {str(arms): false_winners(arms, splits) for arms in (2, 4)},
        "false_winners_paired": {str(arms): false_paired(arms, splits) for arms in (2, 4)},
        "goal_false_winners": ALPHA,
    }


def fitted_holding_truth(seeds: int) -> dict[str, float]:
    """Share of seeds in which the 95 % interval of a parameter holds its true value."""
    truth = choice_model().with_middles(TRUE_MIDDLES)
    at = {parameter.name: parameter.location for parameter in truth.parameters}
    held = dict.fromkeys(TRUE_MIDDLES, 0)
    for seed in range(seeds):
        found = fit(drawn_events(at, seed), model=choice_model())
        for name in held:
            one = found[name]
            held[name] += one is not None and one.low <= at[name] <= one.high
    return {name: count / seeds for name, count in held.items()}


def drawn_events(at: Mapping[str, float], seed: int) -> Cells:
    """Counts of listeners who behave as `at` says (log-odds and slopes)."""
    random = np.random.default_rng(seed)
    place = random.integers(1, FIRST_PLACES + 1, CELLS).astype(float)
    relevance = random.uniform(0.3, 1.0, CELLS)
    moved = relevance - 0.8
    shown = np.full(CELLS, IMPRESSIONS)

    def chance(step: str) -> Floats:
        return np.asarray(expit(at[step] + at[f"{step}_slope"] * moved))

    plays = random.binomial(shown, expit(at["persistence"]) ** (place - 1) * chance("play"))
    completions = random.binomial(plays, chance("complete"))
    saves = random.binomial(completions, chance("save"))
    columns = (column.astype(float) for column in (shown, plays, completions, saves))
    return Cells(place, relevance, *columns)


def conversion_coverage(surfaced: int, *, repeats: int, seed: int = 17) -> float:
    """Share of intervals that hold the conversion over a whole space.

    The listener is drawn from our belief, the `surfaced` prompts at hand from the space.
    """
    model = choice_model().with_examination(Examination.GEOMETRIC)
    random = np.random.default_rng(seed)
    relevance = random.uniform(0.6, 1.0, SPACE_PROMPTS)
    rank = random.integers(1, FIRST_PLACES + 1, SPACE_PROMPTS)
    draws = model.draw(200, random=np.random.default_rng(1))
    everything = np.arange(SPACE_PROMPTS)
    middle = _chances(model.middle(), everything, relevance, rank)[0]
    pooled = float(middle.var() / middle.mean() ** 2)
    covered = 0
    for _ in range(repeats):
        truth = _true_conversion(model, random, relevance, rank)
        sample = random.integers(0, SPACE_PROMPTS, surfaced)
        interval, _ = conversion_interval(_chances(draws, sample, relevance, rank), pooled)
        covered += interval.low <= truth <= interval.high
    return covered / repeats


def _true_conversion(
    model: ChoiceModel, random: np.random.Generator, relevance: Floats, rank: NDArray[np.int64]
) -> float:
    listener = model.draw(1, random=random)
    return float(_chances(listener, np.arange(len(rank)), relevance, rank).mean())


def _chances(
    draws: Draws, rows: NDArray[np.int64], relevance: Floats, rank: NDArray[np.int64]
) -> Floats:
    examined = np.asarray(expit(draws["persistence"])[:, None] ** (rank[rows] - 1)[None, :])
    return saving_chance(draws, examined=examined, relevance=relevance[rows])


def false_winners(arms: int, splits: int, *, seed: int = 3) -> float:
    """Share of live splits without a difference that name a winner, looked at after every batch."""
    random = np.random.default_rng(seed)
    wrong = 0
    for _ in range(splits):
        shown, saved = np.zeros(arms, int), np.zeros(arms, int)
        lowest: tuple[float, ...] = ()
        for _ in range(SPLIT_BATCHES):
            shown += SPLIT_BATCH
            saved += random.binomial(SPLIT_BATCH, SPLIT_RATE, arms)
            counted = [Arm(int(a), int(b)) for a, b in zip(shown, saved, strict=True)]
            verdict = judge_live(counted, worthwhile=0.01, lowest=lowest)
            lowest = verdict.p_values
            if verdict.winner is not None:
                wrong += 1
                break
    return wrong / splits


def false_paired(arms: int, splits: int, *, seed: int = 5) -> float:
    """Share of simulated comparisons without a difference that name a winner."""
    random = np.random.default_rng(seed)
    names = [f"Wording {number}" for number in range(arms)]
    wrong = 0
    for _ in range(splits):
        listener = random.lognormal(0, 0.5, PAIRED_DRAWS)[:, None]
        prompt = random.lognormal(0, 0.6, PAIRED_PROMPTS) / PAIRED_PROMPTS
        noise = 1 + 0.3 * random.standard_normal((arms, 1, PAIRED_PROMPTS))
        saves = listener * prompt * noise
        shown = np.ones(PAIRED_PROMPTS, bool)
        wrong += compare_variants(saves, shown=shown, names=names).winner is not None
    return wrong / splits

"""Fitting the choice model: the truth is found, its interval holds it, ignorance is admitted."""

import numpy as np
import pytest
from scipy.special import expit

from analytics.domain.choice import ChoiceModel, Examination
from analytics.domain.fitting import Cells, calibration, fit, fitted_model, saving_chance_of
from analytics.reference import choice_model

TRUTH = {"persistence": 0.86, "play": 0.55, "complete": 0.7, "save": 0.03}
SLOPES = {"play_slope": 2.5, "complete_slope": 0.6, "save_slope": 1.2}


def true_model() -> ChoiceModel:
    return choice_model().with_middles({**TRUTH, **SLOPES})


def events(seed: int, *, cells: int = 300, impressions: int = 1_500) -> Cells:
    """Counts drawn from the true model."""
    random = np.random.default_rng(seed)
    place = random.integers(1, 21, cells).astype(float)
    relevance = random.uniform(0.3, 1.0, cells)
    shown = np.full(cells, impressions)
    at = {p.name: p.location for p in true_model().parameters}
    moved = relevance - 0.8
    plays = random.binomial(
        shown, TRUTH["persistence"] ** (place - 1) * expit(at["play"] + at["play_slope"] * moved)
    )
    completions = random.binomial(plays, expit(at["complete"] + at["complete_slope"] * moved))
    saves = random.binomial(completions, expit(at["save"] + at["save_slope"] * moved))
    return Cells(
        place,
        relevance,
        shown.astype(float),
        plays.astype(float),
        completions.astype(float),
        saves.astype(float),
    )


def test_intervals_hold_the_true_parameters_in_nine_of_ten_seeds() -> None:
    at = {p.name: p.location for p in true_model().parameters}
    held = dict.fromkeys((*TRUTH, *SLOPES), 0)
    seeds = 200
    for seed in range(seeds):
        found = fit(events(seed, cells=60, impressions=3_000), model=choice_model())
        for name in held:
            one = found[name]
            assert one is not None, name
            held[name] += one.low <= at[name] <= one.high
    assert min(held.values()) >= 0.9 * seeds, held


def test_a_fitted_model_foretells_held_out_saves_better_than_the_assumed_one() -> None:
    seen, unseen = events(1), events(2)
    learnt = fitted_model(choice_model(), fit(seen, model=choice_model()))

    before, after = (calibration(unseen, model=m) for m in (choice_model(), learnt))

    assert after.log_loss < before.log_loss
    assert after.brier <= before.brier
    assert after.expected_error < 0.2 * before.expected_error
    assert sum(one.impressions for one in after.bins) == after.impressions == 450_000


def test_what_the_events_do_not_tell_stays_as_assumed() -> None:
    cells = events(3)
    unreported = Cells(
        cells.place,
        np.full(len(cells), 0.8),
        cells.impressions,
        cells.plays,
        np.full(len(cells), np.nan),
        cells.saves,
    )

    found = fit(unreported, model=choice_model())

    assert {one.name for one in found.parameters} == {"persistence", "play"}
    model = fitted_model(choice_model(), found)
    assumed = {p.name: p for p in choice_model().parameters}
    assert {p.name for p in model.parameters if p != assumed[p.name]} == {"persistence", "play"}


def test_too_few_events_teach_nothing() -> None:
    few = events(4, cells=5, impressions=10)
    assert fit(few, model=choice_model()).parameters == ()


def test_a_uniform_look_is_not_told_apart_from_the_chance_to_play() -> None:
    model = choice_model().with_examination(Examination.UNIFORM)
    found = fit(events(5), model=model)
    assert found["uniform_look"] is None
    assert found["play"] is not None


def test_a_place_nobody_reported_counts_as_a_middling_one() -> None:
    cells = Cells(
        place=np.array([1.0, 3.0, np.nan]),
        relevance=np.full(3, 0.8),
        impressions=np.full(3, 10.0),
        plays=np.zeros(3),
        completions=np.zeros(3),
        saves=np.zeros(3),
    )
    chance = saving_chance_of(cells, model=true_model())
    assert chance[2] == pytest.approx(chance[0] * TRUTH["persistence"])

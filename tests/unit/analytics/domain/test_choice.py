"""The listener: chances in order, swappable ways of looking, and a known truth."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit, logit

from analytics.domain.choice import (
    AVERAGE_RELEVANCE,
    ChoiceModel,
    Examination,
    Stage,
    examination_of_list,
    funnel,
    saving_chance,
)
from analytics.reference import choice_model


@pytest.fixture
def model() -> ChoiceModel:
    return choice_model()


def flat(places: int = 20, relevance: float = AVERAGE_RELEVANCE) -> np.ndarray:
    return np.full((1, places), relevance)


def test_every_assumption_names_its_origin(model: ChoiceModel) -> None:
    assert all(parameter.origin and parameter.spread > 0 for parameter in model.parameters)


def test_the_middle_listener_does_what_the_file_says(model: ChoiceModel) -> None:
    stages = funnel(
        model.middle(), examined=np.array([[1.0]]), relevance=np.array([AVERAGE_RELEVANCE])
    )
    assert stages[Stage.PLAYED][0, 0] == pytest.approx(0.65)
    assert stages[Stage.COMPLETED][0, 0] == pytest.approx(0.65 * 0.79)
    assert stages[Stage.SAVED][0, 0] == pytest.approx(0.65 * 0.79 * 0.005)


def test_nobody_reaches_a_stage_without_the_one_before(model: ChoiceModel) -> None:
    draws = model.draw(50, random=np.random.default_rng(1))
    stages = funnel(draws, examined=np.full((50, 3), 0.7), relevance=np.array([0.0, 0.5, 1.0]))
    order = [stages[stage] for stage in Stage]
    assert all((later <= earlier).all() for earlier, later in pairwise(order))


def test_relevance_pays_at_every_step(model: ChoiceModel) -> None:
    chance = saving_chance(
        model.middle(), examined=np.ones((1, 3)), relevance=np.array([0.2, 0.6, 1.0])
    )[0]
    assert chance[0] < chance[1] < chance[2]


def test_geometric_looking_falls_by_the_same_share(model: ChoiceModel) -> None:
    looked = examination_of_list(Examination.GEOMETRIC, model.middle(), flat())[0, 0]
    assert looked[0] == 1.0
    assert looked[1:] / looked[:-1] == pytest.approx(np.full(19, 0.9))


def test_uniform_looking_is_the_same_everywhere(model: ChoiceModel) -> None:
    looked = examination_of_list(Examination.UNIFORM, model.middle(), flat())[0, 0]
    assert looked == pytest.approx(np.full(20, 0.4))


def test_in_a_cascade_a_good_track_above_takes_looks_away(model: ChoiceModel) -> None:
    plain, rival = flat(relevance=0.2), flat(relevance=0.2)
    rival[0, 0] = 1.0
    without = examination_of_list(Examination.CASCADE, model.middle(), plain)[0, 0]
    under = examination_of_list(Examination.CASCADE, model.middle(), rival)[0, 0]
    assert under[0] == without[0] == 1.0
    assert (under[1:] < without[1:]).all()


def test_simulated_listeners_match_the_chances(model: ChoiceModel) -> None:
    """A known truth: listeners who really go down a list give the closed form's numbers."""
    random = np.random.default_rng(11)
    relevance = random.uniform(0.3, 1.0, size=20)
    values = {p.name: p.location for p in model.parameters} | {"save": float(logit(0.2))}
    listeners, saves, looks = 40_000, np.zeros(20), np.zeros(20)
    here = np.ones(listeners, dtype=bool)
    for place, fit in enumerate(relevance - AVERAGE_RELEVANCE):
        looks[place] = here.sum()
        done = here.copy()
        for step, slope in (("play", "play_slope"), ("complete", "complete_slope")):
            done &= random.random(listeners) < expit(values[step] + values[slope] * fit)
        chance = expit(values["save"] + values["save_slope"] * fit)
        saves[place] = (done & (random.random(listeners) < chance)).sum()
        left = done & (random.random(listeners) < expit(values["leave"]))
        here &= ~left & (random.random(listeners) < expit(values["persistence"]))
    fixed = model.with_middles({"save": 0.2}).middle()
    looked = examination_of_list(Examination.CASCADE, fixed, relevance[None, :])[:, 0, :]
    expected = saving_chance(fixed, examined=looked, relevance=relevance)[0]

    assert looks / listeners == pytest.approx(looked[0], abs=0.01)
    assert saves / listeners == pytest.approx(expected, abs=0.005)


def test_a_model_with_a_forgotten_parameter_is_refused(model: ChoiceModel) -> None:
    with pytest.raises(ValueError, match="save"):
        ChoiceModel(
            "x", "1", Examination.UNIFORM, tuple(p for p in model.parameters if p.name != "save")
        )

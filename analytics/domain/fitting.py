"""Fitting the choice model to real events by maximum likelihood, judged on a held-out part.

The funnel factors: plays of impressions, completions of plays, saves of completions. So each step
is fitted on its own, and one nobody reported keeps what was assumed. Counts added up over people
cannot show how one listener reads one list, so the cascade is fitted by its geometric part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, xlog1py, xlogy

from analytics.domain.choice import AVERAGE_RELEVANCE, ChoiceModel, Examination

Floats = NDArray[np.float64]

WIDEST_ERROR = 1.5
"""A parameter whose standard error exceeds this (log-odds or slope) was not learnt from the events:
its 95 % interval would span a factor of 350 in odds."""

FEWEST_EVENTS = 20
"""Fewer of the rarer outcome than this say too little for the normal approximation."""

BINS = 10
STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts of impressions that share a place and a relevance; all of shape (n,).

    `place` is 1 at the top and NaN where the source does not say; `completions` is NaN where the
    source does not report them.
    """

    place: Floats
    relevance: Floats
    impressions: Floats
    plays: Floats
    completions: Floats
    saves: Floats

    def __len__(self) -> int:
        return len(self.place)

    def where(self, rows: NDArray[np.bool_]) -> Cells:
        """Some of the cells."""
        return Cells(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, slots=True)
class FittedParameter:
    """One parameter on its own scale (log-odds, or the slope itself)."""

    name: str
    location: float
    error: float
    """Standard error, from the curvature of the likelihood."""
    n: int
    """Trials it was learnt from."""

    @property
    def low(self) -> float:
        return self.location - 1.959964 * self.error

    @property
    def high(self) -> float:
        return self.location + 1.959964 * self.error


@dataclass(frozen=True, slots=True)
class Fit:
    """What the events taught; parameters that are not here keep what was assumed."""

    parameters: tuple[FittedParameter, ...]

    def __getitem__(self, name: str) -> FittedParameter | None:
        return next((one for one in self.parameters if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of a reliability curve."""

    predicted: float
    observed: float
    impressions: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well save chances were foretold on impressions the fit did not see.

    `brier` is the mean squared error per impression; `expected_error` the mean distance between
    foretold and observed rate over the bins, weighed by impressions (expected calibration error).
    """

    brier: float
    log_loss: float
    expected_error: float
    bins: tuple[Bin, ...]
    impressions: int
    saves: int


Chance = Callable[[Floats, Cells], Floats]


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of the funnel: trials, successes, and the parameters that say its chance."""

    names: tuple[str, ...]
    trials: Floats
    successes: Floats
    cells: Cells
    chance: Chance
    attempts: tuple[tuple[str, ...], ...]
    """Which of them to learn at once, the richest first; fewer where they cannot be told apart."""


def fit(cells: Cells, *, model: ChoiceModel) -> Fit:
    """Find the parameters under which the counts are most likely.

    A step's slope is left as assumed where the events cannot tell it, then the step as a whole.
    """
    found: list[FittedParameter] = []
    for step in _steps(cells, model):
        found += _fit_step(step, {p.name: p.location for p in model.parameters})
    return Fit(tuple(found))


def fitted_model(model: ChoiceModel, found: Fit) -> ChoiceModel:
    """The model with what was learnt in place of what was assumed, its errors as the spread."""
    return model.with_beliefs({one.name: (one.location, one.error) for one in found.parameters})


def saving_chance_of(cells: Cells, *, model: ChoiceModel) -> Floats:
    """Chance that an impression of each cell ends in a save, at the middle of what is believed."""
    at = {parameter.name: parameter.location for parameter in model.parameters}
    place = np.where(np.isnan(cells.place), np.nanmean(cells.place), cells.place)
    placed = Cells(**{f.name: getattr(cells, f.name) for f in fields(cells)} | {"place": place})
    look, names = _looking(model.examination)
    played = look(np.array([at[name] for name in names]), placed)
    moved = cells.relevance - AVERAGE_RELEVANCE
    for step in ("play", "complete", "save"):
        played = played * expit(at[step] + at[f"{step}_slope"] * moved)
    return played


def calibration(cells: Cells, *, model: ChoiceModel, bins: int = BINS) -> Calibration:
    """Compare foretold save chances with the saves of events that the fit did not see.

    Bins hold about equally many impressions each.
    """
    chance = saving_chance_of(cells, model=model)
    shown, saved = cells.impressions, cells.saves
    total = float(shown.sum())
    brier = float((saved * (1 - chance) ** 2 + (shown - saved) * chance**2).sum() / total)
    loss = float(-(xlogy(saved, chance) + xlog1py(shown - saved, -chance)).sum() / total)
    order = np.argsort(chance, kind="stable")
    middle = np.cumsum(shown[order]) - shown[order] / 2
    number = np.minimum((middle / total * bins).astype(int), bins - 1)
    points = []
    for one in range(bins):
        rows = order[number == one]
        weight = float(shown[rows].sum())
        if weight:
            points.append(
                Bin(
                    predicted=float((chance[rows] * shown[rows]).sum() / weight),
                    observed=float(saved[rows].sum() / weight),
                    impressions=int(weight),
                )
            )
    apart = sum(point.impressions * abs(point.predicted - point.observed) for point in points)
    return Calibration(brier, loss, apart / total, tuple(points), int(total), int(saved.sum()))


def _looking(examination: Examination) -> tuple[Chance, tuple[str, ...]]:
    if examination is Examination.UNIFORM:
        return (lambda at, cells: np.full(len(cells), expit(at[0]))), ("uniform_look",)
    return (lambda at, cells: expit(at[0]) ** (cells.place - 1)), ("persistence",)


def _steps(cells: Cells, model: ChoiceModel) -> Sequence[_Step]:
    look, looking = _looking(model.examination)

    def playing(at: Floats, some: Cells) -> Floats:
        return look(at[:1], some) * _logistic(at[1:], some)

    placed = cells.where(~np.isnan(cells.place))
    heard = cells.where(~np.isnan(cells.completions))
    return (
        _Step(
            (*looking, "play", "play_slope"),
            placed.impressions,
            placed.plays,
            placed,
            playing,
            _attempts_at_playing(model.examination),
        ),
        _Step(
            ("complete", "complete_slope"),
            heard.plays,
            heard.completions,
            heard,
            _logistic,
            (("complete", "complete_slope"), ("complete",)),
        ),
        _Step(
            ("save", "save_slope"),
            heard.completions,
            heard.saves,
            heard,
            _logistic,
            (("save", "save_slope"), ("save",)),
        ),
    )


def _attempts_at_playing(examination: Examination) -> tuple[tuple[str, ...], ...]:
    alone = (("play", "play_slope"), ("play",))
    if examination is Examination.UNIFORM:
        return alone  # only the product of looking and playing shows in counts
    return (("persistence", "play", "play_slope"), ("persistence", "play"), *alone)


def _logistic(at: Floats, cells: Cells) -> Floats:
    return np.asarray(expit(at[0] + at[1] * (cells.relevance - AVERAGE_RELEVANCE)))


def _fit_step(step: _Step, assumed: dict[str, float]) -> list[FittedParameter]:
    rarer = min(step.successes.sum(), (step.trials - step.successes).sum())
    if rarer < FEWEST_EVENTS:
        return []
    for free in step.attempts:
        found = _maximum(step, free, assumed)
        if found is not None:
            return found
    return []


def _maximum(
    step: _Step, free: tuple[str, ...], assumed: dict[str, float]
) -> list[FittedParameter] | None:
    """Maximise the likelihood over some parameters; None where they are not all learnt."""
    at = np.array([assumed[name] for name in step.names])
    slots = [step.names.index(name) for name in free]

    def cost(values: Floats) -> float:
        point = at.copy()
        point[slots] = values
        chance = np.clip(step.chance(point, step.cells), 1e-12, 1 - 1e-12)
        likelihood = xlogy(step.successes, chance) + xlog1py(step.trials - step.successes, -chance)
        return float(-likelihood.sum())

    answer = minimize(cost, at[slots], method="L-BFGS-B", bounds=[(-12.0, 12.0)] * len(slots))
    curvature = _curvature(cost, answer.x)
    if not np.all(np.isfinite(curvature)):
        return None
    values, _ = np.linalg.eigh(curvature)
    if values.min() <= 0:
        return None
    errors = np.sqrt(np.diag(np.linalg.inv(curvature)))
    if (errors > WIDEST_ERROR).any() or (np.abs(answer.x) >= 12.0).any():
        return None
    n = int(step.trials.sum())
    return [
        FittedParameter(name, float(value), float(error), n)
        for name, value, error in zip(free, answer.x, errors, strict=True)
    ]


def _curvature(cost: Callable[[Floats], float], at: Floats) -> Floats:
    """Second derivatives by central differences, shape (n, n)."""
    size = len(at)
    steps = np.eye(size) * STEP
    second = np.empty((size, size))
    for i in range(size):
        for j in range(i, size):
            ahead = cost(at + steps[i] + steps[j]) + cost(at - steps[i] - steps[j])
            across = cost(at + steps[i] - steps[j]) + cost(at - steps[i] + steps[j])
            second[i, j] = second[j, i] = (ahead - across) / (4 * STEP**2)
    return second

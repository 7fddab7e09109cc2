"""What saves and streams are worth, by assumed rates: conversion intervals go through to the money.

The rates themselves are taken as exact; whoever sets them says where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, sqrt

import numpy as np

from analytics.domain.choice import ChoiceModel, examination_of_list, step_chance
from analytics.domain.intervals import Interval, Uncertainty, log_rate_interval
from analytics.domain.simulation import FIRST_PLACES

PER_IMPRESSIONS = 1_000
Z = 1.959964
DRAWS = 200
POOLED_WEIGHT = 4


@dataclass(frozen=True, slots=True)
class Rates:
    """Money per save and per stream, in one currency (ISO 4217)."""

    currency: str
    per_save: float
    per_stream: float


def worth(saves: Interval | None, plays: Interval | None, rates: Rates) -> Interval | None:
    """Money per 1,000 impressions from saves and plays per impression.

    Saves and plays come from the same listeners, so the ends of their intervals are added: with two
    rates the interval is a little wide, never too narrow. None where a rate lacks its count.
    """
    parts = [(saves, rates.per_save), (plays, rates.per_stream)]
    used = [(one, rate) for one, rate in parts if rate]
    if not used or any(one is None for one, _ in used):
        return None
    return added([scaled(one, rate * PER_IMPRESSIONS) for one, rate in used if one is not None])


def scaled(one: Interval, by: float) -> Interval:
    """An interval in another unit."""
    return Interval(one.estimate * by, one.low * by, one.high * by, one.n, one.level)


def added(parts: Sequence[Interval]) -> Interval:
    """A sum whose parts may rise and fall together, as those of one listener model do."""
    return Interval(
        sum(one.estimate for one in parts),
        sum(one.low for one in parts),
        sum(one.high for one in parts),
        max(one.n for one in parts),
    )


def product(one: Interval, other: Interval) -> Interval:
    """A product of two positive figures that were estimated apart: errors of logarithms add up."""
    estimate = one.estimate * other.estimate
    if min(one.low, other.low) <= 0:
        low = 0.0
    else:
        low = estimate * exp(-sqrt(_log_of(one, one.low) ** 2 + _log_of(other, other.low) ** 2))
    high = estimate
    if estimate > 0:
        high *= exp(sqrt(_log_of(one, one.high) ** 2 + _log_of(other, other.high) ** 2))
    return Interval(estimate, low, high, min(one.n, other.n))


def _log_of(one: Interval, end: float) -> float:
    return log(end / one.estimate)


def simulated_plays(
    played: float,
    *,
    conversion: Interval,
    parameter_share: float,
    place: float,
    relevance: float,
    model: ChoiceModel,
) -> Interval:
    """Plays per surfaced impression with an interval.

    Other prompts could have been typed: that part is taken from the interval of `conversion`, for
    the same prompts stand behind both. What we do not know about listeners: the spread of the
    chance to play at the track's usual place and relevance, over draws of the model.
    """
    if not 0 < conversion.low <= conversion.high:
        return Interval(played, 0.0, 1.0, conversion.n)
    total = (log(conversion.high / conversion.low) / (2 * Z)) ** 2
    simulation = total * (1 - parameter_share)
    at = min(max(round(place), 1), FIRST_PLACES)
    found = log_rate_interval(
        played,
        uncertainty=Uncertainty(simulation, _play_spread(model, at, round(relevance, 2))),
        n=conversion.n,
        degrees_of_freedom=conversion.n - 1 + POOLED_WEIGHT,
    )
    return Interval(found.estimate, found.low, min(found.high, 1.0), found.n)


@lru_cache(maxsize=4_096)
def _play_spread(model: ChoiceModel, place: int, relevance: float) -> float:
    """Variance of the logarithm of the chance to be played at a place."""
    draws = model.draw(DRAWS, random=np.random.default_rng(1))
    lists = np.full((1, FIRST_PLACES), relevance)
    examined = examination_of_list(model.examination, draws, lists)[:, 0, place - 1]
    played = step_chance(draws["play"], draws["play_slope"], np.array([relevance]))[:, 0]
    return float(np.log(examined * played).var(ddof=1))

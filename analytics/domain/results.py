"""From hits to figures: surfacing rate, rank and simulated conversion, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.domain.chances import relevance_of, saving_chances
from analytics.domain.choice import ChoiceModel
from analytics.domain.hits import PER_PROMPTS, RANK_BANDS, BankLayout, Floats, Hits
from analytics.domain.simulation import FIRST_PLACES, Outcome
from analytics.domain.space_figures import (
    SpaceFigures,
    conversion_interval,
    pooled_variation_of,
    space_figures,
)
from analytics.domain.track_figures import TrackFigures, track_figures

__all__ = [
    "PARAMETER_DRAWS",
    "PER_PROMPTS",
    "RANK_BANDS",
    "BankLayout",
    "Figures",
    "SpaceCompetition",
    "SpaceFigures",
    "TrackFigures",
    "conversion_interval",
    "relevance_of",
    "summarise",
]

PARAMETER_DRAWS = 200


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
    full_score: float | None = None,
) -> Figures:
    """Turn hits into figures for `tracks` own tracks.

    The random generator draws the parameters of the choice model, nothing else; all tracks and
    spaces share the draws, so differences between them are not blurred by them.
    Give `pooled_variation` of a whole run when summing up a part of it, and `full_score` where an
    approach ranks by other points than those of relevance.
    """
    sampled = model.draw(draws, random=random)
    surfaced = outcome.rank <= FIRST_PLACES
    chances = saving_chances(
        outcome, surfaced, model=model, draws=sampled, full_relevance=full_relevance
    )
    lists = relevance_of(outcome.list_fits, full_relevance)
    relevance = relevance_of(outcome.fit, full_relevance)
    prompt = outcome.prompt[surfaced]
    if pooled_variation is None:
        pooled_variation = pooled_variation_of(
            chances.mean(axis=0), outcome.track[surfaced], bank.space_of_prompt[prompt]
        )
    hits = Hits(outcome, bank, surfaced, relevance, lists, chances)
    spaces = tuple(space_figures(hits, model, full_score or full_relevance, pooled_variation))
    totals = tuple(track_figures(hits, sampled, model, tracks))
    return Figures(spaces, totals, _competition(outcome, bank, surfaced, lists), pooled_variation)


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

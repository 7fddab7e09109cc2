"""What an edit of many tracks comes to: all of them together, by space, and each for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtri

from analytics.domain.chances import chunks, saving_chances
from analytics.domain.choice import ChoiceModel, Draws
from analytics.domain.intervals import Interval
from analytics.domain.results import PER_PROMPTS, BankLayout, conversion_interval
from analytics.domain.simulation import FIRST_PLACES, Outcome
from prompts.domain.documents import TrackDocument

Floats = NDArray[np.float64]

LEVEL = 0.95
FACETS = frozenset(("genre", "mood", "activity", "theme", "instrument", "vocals", "property"))
SIMULATED_COLUMNS = FACETS | {
    "tempo_bpm",
    "key",
    "lyrics_language",
    "recording_year",
    "original_date",
    "release_date",
    "opt_out_simulation",
}
"""Columns of the catalog that the simulation looks at; changes of others have no effect on it."""


def patched(document: TrackDocument, cells: Mapping[str, Any]) -> TrackDocument:
    """Describe a track with other cells, as the catalog would after the edit.

    `year` stands for what the dates among the cells come to; columns the simulation does not look
    at are passed over.
    """
    terms = {facet: dict(slugs) for facet, slugs in document.terms.items()}
    for facet in FACETS & cells.keys():
        terms[facet] = dict.fromkeys(cells[facet] or (), 1.0)
    return replace(
        document,
        terms=terms,
        tempo_bpm=cells.get("tempo_bpm", document.tempo_bpm),
        key=cells.get("key", document.key) or "",
        language=cells.get("lyrics_language", document.language) or "",
        year=cells.get("year", document.year),
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """Some tracks in one outcome; `saves` are per 10,000 prompts asked."""

    saves_by_prompt: Floats
    """Shape (n_draws, n_prompts); sums to `saves` of a draw."""
    places: NDArray[np.int64]
    """Per space: places within the first 20 that the tracks hold over all its prompts."""
    tracks: NDArray[np.int64]
    """Per space: how many of the tracks hold one."""
    reach: Floats
    """Per track: share of all prompts for which it surfaces."""
    surfaced: NDArray[np.bool_]
    """Shape (n_prompts,): whether any of the tracks surfaces."""


def totals(
    outcome: Outcome,
    positions: NDArray[np.int32],
    *,
    layout: BankLayout,
    model: ChoiceModel,
    draws: Draws,
    full_relevance: float,
) -> Totals:
    """Add up what some of our tracks (their numbers in the outcome) come to."""
    mine = only_tracks(outcome, positions)
    shown = np.flatnonzero(mine.rank <= FIRST_PLACES)
    prompts = outcome.prompts
    space = layout.space_of_prompt[mine.prompt[shown]]
    weight = (layout.sizes / np.maximum(layout.prompts_in, 1))[space]
    saves = np.zeros((len(draws), prompts))
    for part in chunks(len(shown)):
        rows = shown[part]
        chosen = np.zeros(len(mine.prompt), dtype=bool)
        chosen[rows] = True
        chances = saving_chances(
            mine, chosen, model=model, draws=draws, full_relevance=full_relevance
        )
        to_prompt = csr_array(
            (PER_PROMPTS * weight[part], (np.arange(len(rows)), mine.prompt[rows])),
            shape=(len(rows), prompts),
        )
        saves += chances @ to_prompt
    pairs = np.unique(mine.track[shown].astype(np.int64) * len(layout.sizes) + space)
    surfaced = np.zeros(prompts, dtype=bool)
    surfaced[mine.prompt[shown]] = True
    return Totals(
        saves_by_prompt=saves,
        places=np.bincount(space, minlength=len(layout.sizes)),
        tracks=np.bincount(pairs % len(layout.sizes), minlength=len(layout.sizes)),
        reach=np.bincount(mine.track[shown], weights=weight, minlength=len(positions)).astype(
            np.float64
        ),
        surfaced=surfaced,
    )


def only_tracks(outcome: Outcome, positions: NDArray[np.int32]) -> Outcome:
    """Keep the hits of some tracks, numbered anew in the order given."""
    place = np.full(max(int(outcome.track.max(initial=-1)), int(positions.max(initial=-1))) + 1, -1)
    place[positions] = np.arange(len(positions))
    inside = place[outcome.track] >= 0 if len(outcome.track) else np.zeros(0, dtype=bool)
    mine = outcome.only(inside)
    return replace(mine, track=place[mine.track].astype(np.int32))


def saves_change(before: Totals, after: Totals) -> Interval:
    """Saves per 10,000 prompts gained or lost, paired by prompt and by listener.

    Normal approximation of both kinds of doubt: the prompts are a sample of what listeners type,
    the draws carry what we do not know of listeners. `n` counts prompts where a track surfaces.
    """
    change = after.saves_by_prompt - before.saves_by_prompt
    by_prompt, by_draw = change.mean(axis=0), change.sum(axis=1)
    middle = float(by_prompt.sum())
    variance = float(by_prompt.var(ddof=1)) * len(by_prompt) if len(by_prompt) > 1 else 0.0
    variance += float(by_draw.var(ddof=1)) if len(by_draw) > 1 else 0.0
    half = float(ndtri(0.5 + LEVEL / 2)) * float(np.sqrt(variance))
    n = int((before.surfaced | after.surfaced).sum())
    return Interval(middle, middle - half, middle + half, n)


def conversion_in(
    outcome: Outcome,
    space: int,
    positions: NDArray[np.int32],
    *,
    layout: BankLayout,
    model: ChoiceModel,
    draws: Draws,
    full_relevance: float,
    pooled_variation: float,
) -> Interval | None:
    """Simulated saves per surfaced impression of some tracks in a space; None where none is."""
    mine = only_tracks(outcome, positions)
    there = layout.space_of_prompt[mine.prompt] == space
    surfaced = (mine.rank <= FIRST_PLACES) & there
    if not surfaced.any():
        return None
    chances = saving_chances(
        mine, surfaced, model=model, draws=draws, full_relevance=full_relevance
    )
    return conversion_interval(chances, pooled_variation)[0]

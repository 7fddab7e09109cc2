"""From a prompt space back to the edit: what could truthfully be said to surface there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics import arena as arenas
from analytics.domain.counterfactual import hits_of_one, outcome_of_one
from analytics.domain.grammar import Term
from analytics.domain.reaching import Standing, smallest_edits
from analytics.domain.results import Figures, SpaceFigures, TrackFigures
from analytics.domain.simulation import FIRST_PLACES, Outcome
from analytics.models import PromptSpace, SimulationRun
from analytics.services.evidence import Evidence
from analytics.services.figures import missing_terms
from analytics.services.what_if import (
    Edit,
    Stage,
    figures_before,
    figures_of,
    position_in,
    stage_of,
)
from prompts.domain.documents import TrackDocument
from prompts.domain.queries import QueryBlock

MOST_PIECES = 10
"""Terms that are tried, those that the space asks for first."""


@dataclass(frozen=True, slots=True)
class Way:
    """One edit, and how the track stands in the space and over all prompts with it."""

    edit: Edit
    space: SpaceFigures | None
    total: TrackFigures
    spaces_lost: tuple[str, ...]
    """Names of spaces where it would surface for fewer prompts."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a track stands in a space now, and the smallest edits that better it, best first.

    `without_evidence` are terms the space asks for that the track lacks and nothing speaks for.
    """

    before: SpaceFigures | None
    total_before: TrackFigures
    prompts: int
    ways: tuple[Way, ...]
    tried: int
    without_evidence: tuple[Term, ...]


def ways_into(
    *,
    run: SimulationRun,
    track_id: int,
    space: PromptSpace,
    evidence: dict[Term, Evidence],
) -> Ways:
    """Search the smallest edits that let a track surface more in a space.

    Parameters
    ----------
    evidence : terms that may be used, and no others

    Raises
    ------
    WhatIfUnavailable : the run does not hold the track, or is too old to answer
    """
    stage = stage_of(run.pk)
    position = position_in(stage, track_id)
    document = stage.documents[position]
    local = _of_space(stage, space.number)
    before = _standing(hits_of_one(local.outcome, position))
    missing = _missing(stage, document, space)
    has = {(facet, slug) for facet, slugs in document.terms.items() for slug in slugs}
    pieces = sorted(
        (term for term in evidence if term not in has),
        key=lambda term: (term not in missing, *(-part for part in evidence[term].weight), term),
    )[:MOST_PIECES]

    def standing_of(terms: tuple[Term, ...]) -> Standing:
        edited = Edit(add=terms).applied_to(document)
        scores, fits = stage.scores_of_one(edited, local.queries, local.rows)
        return _standing(outcome_of_one(local.outcome, track=position, scores=scores, fits=fits))

    found = smallest_edits(pieces, before=before, standing_of=standing_of)
    whole = figures_before(run.pk, position)
    return Ways(
        before=_in_space(whole, space.number),
        total_before=whole.tracks[0],
        prompts=space.prompt_count,
        ways=tuple(
            _way(run, stage, position, document, space, Edit(add=one.pieces), whole)
            for one in found
        ),
        tried=len(pieces),
        without_evidence=tuple(term for term in missing if term not in evidence),
    )


@dataclass(frozen=True, slots=True)
class _Local:
    """The prompts of one space with what the run gave for them."""

    rows: NDArray[np.intp]
    queries: QueryBlock
    outcome: Outcome


def _of_space(stage: Stage, number: int) -> _Local:
    """Cut one space out of a run: a hundredth of the work for every edit that is tried."""
    rows = np.flatnonzero(stage.layout.space_of_prompt == number)
    place = np.full(stage.outcome.prompts, -1, dtype=np.int32)
    place[rows] = np.arange(len(rows))
    outcome = stage.outcome
    hits = outcome.only(place[outcome.prompt] >= 0)
    return _Local(
        rows=rows,
        queries=arenas.engine().encode([stage.queries.intents[row] for row in rows], stage.index),
        outcome=replace(
            hits,
            first_prompt=0,
            prompt=place[hits.prompt],
            list_scores=outcome.list_scores[rows],
            list_fits=outcome.list_fits[rows],
            market_scores=outcome.market_scores[rows],
            market_fits=outcome.market_fits[rows],
        ),
    )


def _standing(outcome: Outcome) -> Standing:
    ranks = outcome.rank
    return Standing(
        surfaced=int((ranks <= FIRST_PLACES).sum()),
        near=len(ranks),
        places=float((1 / ranks).sum()),
    )


def _missing(stage: Stage, document: TrackDocument, space: PromptSpace) -> list[Term]:
    """Terms the space asks for that the track lacks, and nothing that stands for them."""
    own = arenas.engine().build_index([document], statistics=stage.index.statistics)
    return [(facet, slug) for facet, slug in missing_terms(own, 0, space.wants)]


def _way(
    run: SimulationRun,
    stage: Stage,
    position: int,
    document: TrackDocument,
    space: PromptSpace,
    edit: Edit,
    before: Figures,
) -> Way:
    after = figures_of(run, stage, position, edit.applied_to(document))
    then = {row.space: row.surfaced for row in before.spaces}
    now = {row.space: row.surfaced for row in after.spaces}
    return Way(
        edit=edit,
        space=_in_space(after, space.number),
        total=after.tracks[0],
        spaces_lost=tuple(
            stage.names[number][1]
            for number, surfaced in then.items()
            if now.get(number, 0) < surfaced
        ),
    )


def _in_space(figures: Figures, number: int) -> SpaceFigures | None:
    return next((row for row in figures.spaces if row.space == number), None)

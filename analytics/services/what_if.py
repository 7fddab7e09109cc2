"""What if a track were described otherwise: answered from the newest run, before saving."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from analytics import arena as arenas
from analytics import stored
from analytics.domain.answering import PROMPT, Asked, OwnSide, Scoring, merge_asked, own_scorer
from analytics.domain.chances import saving_chances
from analytics.domain.counterfactual import outcome_of_one
from analytics.domain.grammar import Term
from analytics.domain.results import (
    PARAMETER_DRAWS,
    PER_PROMPTS,
    BankLayout,
    Figures,
    SpaceFigures,
    TrackFigures,
    summarise,
)
from analytics.domain.simulation import (
    FIRST_PLACES,
    SCORE_DECIMALS,
    Outcome,
    Scorer,
    full_relevance,
    merge,
)
from analytics.models import SimulationRun, SpaceResult
from analytics.services.fitting import choice_of
from analytics.services.runs import is_current
from analytics.snapshots import unpacked
from analytics.ways import own_side, scoring_of
from catalog.errors import StudioError
from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex
from prompts.domain.queries import QueryBlock
from prompts.domain.surfacing import score_one

Floats = NDArray[np.float64]
Scores = NDArray[np.float32]

EVERY = slice(None)

MOST_CANDIDATES = 6


class WhatIfUnavailable(StudioError):
    """The run cannot answer for this track."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A track described otherwise."""

    add: tuple[Term, ...] = ()
    remove: tuple[Term, ...] = ()
    add_texts: tuple[str, ...] = ()
    remove_texts: tuple[str, ...] = ()
    tempo_bpm: float | None = None
    texts: tuple[str, ...] | None = None
    """All texts, in place of those the track has."""

    def _texts_of(self, document: TrackDocument) -> tuple[str, ...]:
        texts = document.texts if self.texts is None else self.texts
        return tuple(text for text in texts if text not in self.remove_texts)

    def applied_to(self, document: TrackDocument) -> TrackDocument:
        terms = {facet: dict(slugs) for facet, slugs in document.terms.items()}
        for facet, slug in self.remove:
            terms.get(facet, {}).pop(slug, None)
        for facet, slug in self.add:
            terms.setdefault(facet, {})[slug] = 1.0
        return replace(
            document,
            terms=terms,
            texts=(*self._texts_of(document), *self.add_texts),
            tempo_bpm=self.tempo_bpm or document.tempo_bpm,
        )


@dataclass(frozen=True, slots=True)
class SpaceShift:
    """One space before and after."""

    space: str
    name: str
    before: SpaceFigures | None
    after: SpaceFigures | None

    @property
    def prompts(self) -> int:
        """Prompts of the space in the bank."""
        known = self.after or self.before
        return known.prompts if known else 0

    @property
    def surfaced_change(self) -> int:
        return (self.after.surfaced if self.after else 0) - (
            self.before.surfaced if self.before else 0
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What an edit does to one track; spaces that gain or lose most come first."""

    edit: Edit
    before: TrackFigures
    after: TrackFigures
    shifts: tuple[SpaceShift, ...]

    @property
    def reach_change(self) -> float:
        return self.after.reach.estimate - self.before.reach.estimate

    @property
    def saves_factor(self) -> float | None:
        """Simulated saves after over before; None where there were none."""
        before = self.before.saves.estimate
        return self.after.saves.estimate / before if before > 0 else None

    @property
    def gained(self) -> tuple[SpaceShift, ...]:
        return tuple(shift for shift in self.shifts if shift.surfaced_change > 0)

    @property
    def lost(self) -> tuple[SpaceShift, ...]:
        return tuple(shift for shift in self.shifts if shift.surfaced_change < 0)


@dataclass(frozen=True, slots=True)
class Stage:
    """A finished run, unpacked: about 50 MB for 10,000 prompts."""

    documents: tuple[TrackDocument, ...]
    outcome: Outcome
    queries: QueryBlock
    index: TrackIndex
    layout: BankLayout
    names: tuple[tuple[str, str], ...]
    approach: "StagedApproach | None"
    """None for the prompt-driven approach, which needs nothing beside the prompts."""

    def scorer(self, own: TrackIndex, rows: slice | NDArray[np.intp]) -> Scorer | None:
        """How the approach scores our tracks, perhaps edited, for some of the prompts."""
        if self.approach is None:
            return None
        known = self.approach
        return own_scorer(known.scoring, known.asked.rows(rows), known.side.tracks(own))

    def scores_of_one(
        self,
        document: TrackDocument,
        queries: QueryBlock | None = None,
        rows: slice | NDArray[np.intp] = EVERY,
    ) -> tuple[Scores, Scores]:
        """Scores and fits of one track, perhaps edited, for all prompts.

        Give `rows` and their `queries` together, to score it for some of them.
        """
        fits = np.round(score_one(document, queries or self.queries, self.index), SCORE_DECIMALS)
        if self.approach is None:
            return fits, fits
        own = arenas.engine().build_index([document], statistics=self.index.statistics)
        scorer = self.scorer(own, rows)
        assert scorer is not None
        return scorer(EVERY, fits[:, None])[:, 0], fits


@dataclass(frozen=True, slots=True)
class StagedApproach:
    """What an approach looks at beside the prompts, without the market."""

    scoring: Scoring
    asked: Asked
    side: OwnSide


def answer(*, run: SimulationRun, track_id: int, edit: Edit) -> Answer:
    """Compare a track as it was in the run with an edit of it.

    Raises
    ------
    WhatIfUnavailable : the run does not hold the track, or is too old to answer
    """
    return answers(run=run, track_id=track_id, edits=[edit])[0]


def answers(*, run: SimulationRun, track_id: int, edits: Sequence[Edit]) -> list[Answer]:
    """Compare several edits with the track as it was in the run."""
    stage = stage_of(run.pk)
    position = position_in(stage, track_id)
    document = stage.documents[position]
    before = figures_before(run.pk, position)
    return [
        _compare(stage, edit, before, figures_of(run, stage, position, edit.applied_to(document)))
        for edit in edits
    ]


def saves_by_prompt(
    *, run: SimulationRun, track_id: int, edits: Sequence[Edit]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Expected saves of each prompt under each edit, with the same listeners throughout.

    Returns
    -------
    saves : shape (n_edits, n_draws, n_prompts), summing to saves of 10,000 prompts
    shown : shape (n_prompts,), where the track surfaces under any of the edits

    Raises
    ------
    WhatIfUnavailable : the run does not hold the track, or is too old to answer
    """
    stage = stage_of(run.pk)
    position = position_in(stage, track_id)
    model = choice_of(run)
    draws = model.draw(PARAMETER_DRAWS, random=np.random.default_rng([run.seed, 3]))
    prompts = stage.outcome.prompts
    layout = stage.layout
    weight = PER_PROMPTS * (layout.sizes / np.maximum(layout.prompts_in, 1))[layout.space_of_prompt]
    saves = np.zeros((len(edits), len(draws), prompts))
    for number, edit in enumerate(edits):
        outcome = _outcome(stage, position, edit.applied_to(stage.documents[position]))
        surfaced = outcome.rank <= FIRST_PLACES
        chances = saving_chances(
            outcome,
            surfaced,
            model=model,
            draws=draws,
            full_relevance=full_relevance(arenas.engine().blend),
        )
        at = outcome.prompt[surfaced]
        saves[number][:, at] = chances * weight[at]
    return saves, np.asarray(saves.any(axis=(0, 1)))


def position_in(stage: "Stage", track_id: int) -> int:
    position = next(
        (i for i, document in enumerate(stage.documents) if document.track_id == track_id), None
    )
    if position is None:
        raise WhatIfUnavailable(
            "This track was not in the last simulation.", hint="Run the simulation again."
        )
    return position


@lru_cache(maxsize=2)
def stage_of(run_id: int) -> Stage:
    """Unpack a run; finished runs never change, so the process may keep it."""
    run = SimulationRun.objects.select_related("bank", "market").get(pk=run_id)
    if not is_current(run):
        raise WhatIfUnavailable(
            "The studio was upgraded since this simulation.", hint="Run the simulation again."
        )
    contents = list(run.shards.order_by("first_prompt").values_list("outcome", flat=True))
    if run.statistics is None or not contents or any(content is None for content in contents):
        raise WhatIfUnavailable(
            "Only the newest simulation can answer this.", hint="Run the simulation again."
        )
    engine = arenas.engine()
    prompt_bank = arenas.bank_of(run.bank)
    index = engine.build_index([], statistics=stored.unpacked_statistics(run.statistics))
    queries = engine.encode([engine.parse(prompt.text) for prompt in prompt_bank.prompts], index)
    return Stage(
        documents=tuple(unpacked(run.documents)),
        outcome=merge([stored.unpacked_outcome(c) for c in contents if c is not None]),
        queries=queries,
        index=index,
        layout=arenas.layout_of(prompt_bank),
        names=tuple((space.slug, space.name) for space in prompt_bank.spaces),
        approach=_staged(run, index),
    )


def _staged(run: SimulationRun, index: TrackIndex) -> StagedApproach | None:
    if run.approach == PROMPT:
        return None
    contents = run.shards.order_by("first_prompt").values_list("asked", flat=True)
    asked = [stored.unpacked_asked(content) for content in contents if content is not None]
    return StagedApproach(scoring_of(run), merge_asked(asked), own_side(run, index.statistics))


@lru_cache(maxsize=256)
def figures_before(run_id: int, position: int) -> Figures:
    """A track as it was in a finished run: asked for again with every letter somebody types."""
    run = SimulationRun.objects.select_related("bank", "market").get(pk=run_id)
    stage = stage_of(run_id)
    return figures_of(run, stage, position, stage.documents[position])


def figures_of(run: SimulationRun, stage: Stage, position: int, document: TrackDocument) -> Figures:
    outcome = _outcome(stage, position, document)
    return summarise(
        replace(outcome, track=np.zeros_like(outcome.track)),
        bank=stage.layout,
        tracks=1,
        model=choice_of(run),
        full_relevance=full_relevance(arenas.engine().blend),
        random=np.random.default_rng([run.seed, 3]),
        pooled_variation=run.pooled_variation,
        full_score=scoring_of(run).full_score(full_relevance(arenas.engine().blend)),
    )


def _outcome(stage: Stage, position: int, document: TrackDocument) -> Outcome:
    scores, fits = stage.scores_of_one(document)
    return outcome_of_one(stage.outcome, track=position, scores=scores, fits=fits)


def _compare(stage: Stage, edit: Edit, before: Figures, after: Figures) -> Answer:
    then = {row.space: row for row in before.spaces}
    now = {row.space: row for row in after.spaces}
    shifts = [
        SpaceShift(*stage.names[space], then.get(space), now.get(space))
        for space in sorted(then.keys() | now.keys())
    ]
    sizes = {slug: size for (slug, _), size in zip(stage.names, stage.layout.sizes, strict=True)}
    shifts.sort(key=lambda shift: -abs(shift.surfaced_change) * sizes[shift.space])
    return Answer(
        edit=edit,
        before=before.tracks[0],
        after=after.tracks[0],
        shifts=tuple(shift for shift in shifts if shift.surfaced_change),
    )


JUDGED = frozenset({"mood", "activity", "theme"})
"""Facets where a person may truthfully say more without hearing something new in the recording."""


def candidate_terms(
    rows: Iterable[SpaceResult], *, heard: Container[Term], fits: Callable[[Term], bool]
) -> list[Term]:
    """Terms that stand between a track and the spaces it nearly reaches, the most promising first.

    Only what could be true: a genre, an instrument or a voice must have been heard by the analysis
    (`heard`), and a mood must not contradict the moods the track has (`fits`).
    """
    worth: dict[Term, float] = {}
    for row in rows:
        for facet, slug in row.missing:
            if (facet in JUDGED or (facet, slug) in heard) and fits((facet, slug)):
                weight = row.space.size * row.near / row.prompt_count / len(row.missing)
                worth[facet, slug] = worth.get((facet, slug), 0.0) + weight
    return sorted(worth, key=lambda term: (-worth[term], term))[:MOST_CANDIDATES]

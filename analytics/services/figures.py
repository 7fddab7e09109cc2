"""Summing up a run: from its shards to the rows that reports read."""

from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from analytics import arena as arenas
from analytics import stored
from analytics.domain.results import Figures, SpaceFigures, TrackFigures, summarise
from analytics.domain.simulation import full_relevance, merge
from analytics.models import (
    FairnessLedger,
    SimulationRun,
    SpaceResult,
    SpaceStanding,
    TrackResult,
)
from analytics.models.runs import UNFINISHED, Status
from analytics.services.fairness import ledger_of, store_ledger
from analytics.services.fitting import choice_of
from analytics.snapshots import unpacked
from analytics.ways import scoring_of
from catalog.models import Track
from prompts.domain.index import TrackIndex
from prompts.domain.lexicon import Term

HAS_FROM = 0.5
"""From this weight on a track is held to have a term; the engine's own limit for filters."""

NEAR_ROWS_A_TRACK = 40
"""Of the spaces a track only comes near, this many are kept, the nearest."""

BATCH = 2_000


def write_figures(*, run: SimulationRun) -> None:
    """Compute and store all figures of a run whose shards are done.

    Tracks that were removed since the run began are left out.
    """
    documents = unpacked(run.documents)
    outcome = merge(
        [
            stored.unpacked_outcome(content)
            for content in run.shards.order_by("first_prompt").values_list("outcome", flat=True)
            if content is not None
        ]
    )
    bank = arenas.bank_of(run.bank)
    engine = arenas.engine()
    figures = summarise(
        outcome,
        bank=arenas.layout_of(bank),
        tracks=len(documents),
        model=choice_of(run),
        full_relevance=full_relevance(engine.blend),
        random=np.random.default_rng([run.seed, 3]),
        full_score=scoring_of(run).full_score(full_relevance(engine.blend)),
    )
    assert run.statistics is not None, "the first shard to finish stores the statistics"
    own = engine.build_index(documents, statistics=stored.unpacked_statistics(run.statistics))
    texts = [prompt.text for prompt in bank.prompts]
    ledger = ledger_of(run, outcome, documents=documents)
    _store(run, figures, ledger, [document.track_id for document in documents], own, texts)


def _store(
    run: SimulationRun,
    figures: Figures,
    ledger: FairnessLedger | None,
    ids: list[int],
    own: TrackIndex,
    texts: list[str],
) -> None:
    with transaction.atomic():
        held = SimulationRun.objects.select_for_update().filter(
            pk=run.pk, attempts=run.attempts, status__in=UNFINISHED
        )
        if not held.exists():
            return  # cancelled, or another worker took over
        alive = set(Track.objects.filter(pk__in=ids).values_list("pk", flat=True))
        spaces = {space.number: space for space in run.bank.spaces.all()}
        TrackResult.objects.filter(run=run).delete()
        SpaceResult.objects.filter(run=run).delete()
        SpaceStanding.objects.filter(run=run).delete()
        TrackResult.objects.bulk_create(
            (
                TrackResult(
                    workspace_id=run.workspace_id,
                    run=run,
                    track_id=ids[row.track],
                    **_track_values(row),
                )
                for row in figures.tracks
                if ids[row.track] in alive
            ),
            batch_size=BATCH,
        )
        SpaceResult.objects.bulk_create(
            (
                SpaceResult(
                    workspace_id=run.workspace_id,
                    run=run,
                    track_id=ids[row.track],
                    space=spaces[row.space],
                    missing=missing_terms(own, row.track, spaces[row.space].wants),
                    example=texts[row.example_prompt],
                    **_space_values(row),
                )
                for row in _kept(figures)
                if ids[row.track] in alive
            ),
            batch_size=BATCH,
        )
        SpaceStanding.objects.bulk_create(
            SpaceStanding(
                workspace_id=run.workspace_id,
                run=run,
                space=spaces[row.space],
                last_place_relevance=row.last_place_relevance,
                own_share=row.own_share,
                tracks_surfaced=row.tracks_surfaced,
            )
            for row in figures.competition
        )
        store_ledger(ledger)
        now = timezone.now()
        held.update(
            status=Status.DONE,
            finished_at=now,
            shown_at=None if run.is_beside else now,
            lease_until=None,
            pooled_variation=figures.pooled_variation,
        )
        _drop_old_outcomes(run)


def _kept(figures: Figures) -> list[SpaceFigures]:
    """Rows worth keeping: where a track surfaces, and the spaces it comes nearest to."""
    kept: list[SpaceFigures] = []
    near: dict[int, list[SpaceFigures]] = {}
    for row in figures.spaces:
        if row.surfaced:
            kept.append(row)
        else:
            near.setdefault(row.track, []).append(row)
    for rows in near.values():
        rows.sort(key=lambda row: (-row.near / row.prompts, row.short_by or 0.0))
        kept += rows[:NEAR_ROWS_A_TRACK]
    return kept


def missing_terms(own: TrackIndex, track: int, wants: list[list[str]]) -> list[list[str]]:
    """Wanted terms that the track does not have, nor anything that stands for them."""
    columns = own.space.columns
    return [
        [facet, slug]
        for facet, slug in wants
        if own.columns.term(columns[Term(facet, slug)])[track] < HAS_FROM
    ]


def _track_values(row: TrackFigures) -> dict[str, Any]:
    return {
        "spaces_surfaced": row.spaces_surfaced,
        "reach": row.reach.estimate,
        "reach_low": row.reach.low,
        "reach_high": row.reach.high,
        "saves": row.saves.estimate,
        "saves_low": row.saves.low,
        "saves_high": row.saves.high,
        "prompt_count": row.reach.n,
        "rank_bands": list(row.rank_bands),
        "parameter_share": row.uncertainty.parameter_share,
        "funnel": {
            stage.value: [interval.estimate, interval.low, interval.high]
            for stage, interval in row.funnel.items()
        },
        "sensitivity": [list(entry) for entry in row.sensitivity],
    }


def _space_values(row: SpaceFigures) -> dict[str, Any]:
    conversion = row.conversion
    return {
        "prompt_count": row.prompts,
        "surfaced": row.surfaced,
        "near": row.near,
        "rate_low": row.surfacing.low,
        "rate_high": row.surfacing.high,
        "best_rank": row.best_rank,
        "median_rank": row.median_rank,
        "median_near_rank": row.median_near_rank,
        "mean_rank": row.mean_rank,
        "exposure": row.exposure.estimate if row.exposure else None,
        "exposure_low": row.exposure.low if row.exposure else None,
        "exposure_high": row.exposure.high if row.exposure else None,
        "rank_bands": list(row.rank_bands),
        "relevance": row.relevance,
        "short_by": row.short_by,
        "conversion": conversion.estimate if conversion else None,
        "conversion_low": conversion.low if conversion else None,
        "conversion_high": conversion.high if conversion else None,
        "parameter_share": row.uncertainty.parameter_share if row.uncertainty else None,
        "funnel": {stage.value: chance for stage, chance in row.funnel.items()},
    }


def _drop_old_outcomes(run: SimulationRun) -> None:
    """Only the newest run of an approach answers "what if"; older ones keep their figures.

    One that stands beside the shown run as another seed of it leaves the answers to that one.
    """
    of_workspace = SimulationRun.objects.filter(workspace_id=run.workspace_id)
    shown = of_workspace.finished().first()
    if shown is not None and shown.pk != run.pk and shown.approach == run.approach:
        run.shards.all().delete()
        return
    old = of_workspace.filter(approach=run.approach, pk__lt=run.pk)
    for older in old.filter(shards__isnull=False).distinct():
        older.shards.all().delete()

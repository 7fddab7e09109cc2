"""`bench counterfactual`: one edit at a time, compared with full runs."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics import arena as arenas
from analytics.benches.data import SEED, own_tracks
from analytics.domain.counterfactual import hits_of_one, outcome_of_one
from analytics.domain.results import BankLayout, summarise
from analytics.domain.simulation import Outcome, full_relevance, simulate_shard
from analytics.reference import choice_model, grammar
from prompts.domain.documents import TrackDocument
from prompts.domain.surfacing import score_one

PROMPTS, TRACKS = 10_000, 20_000
EDITS, COMPARED_EVERY = 40, 8


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Run at the size the goal names; `data` is not needed."""
    say(f"Trying {EDITS} edits against {PROMPTS:,} prompts.")
    return measure(prompts=PROMPTS, tracks=TRACKS)


def measure(*, prompts: int, tracks: int) -> dict[str, Any]:
    """Time one edit at a time and compare its figures with those of full runs."""
    arena = arenas.arena(prompts=prompts, bank_seed=SEED, tracks=tracks, market_seed=SEED)
    engine = arenas.engine()
    documents = own_tracks()
    own = engine.build_index(documents, statistics=arena.market.statistics)
    outcome = simulate_shard(arena.queries, arena.market, own)
    layout = arenas.layout_of(arena.bank)
    times, worked, reach_differences, rank_differences = [], [], [], []
    for number in range(EDITS):
        track = number % len(documents)
        edited = _edited(documents[track], number)
        started, at_work = time.perf_counter(), time.process_time()
        scores = score_one(edited, arena.queries, arena.market)
        quick = outcome_of_one(outcome, track=track, scores=scores)
        quick_reach = _reach(quick, layout)
        times.append(time.perf_counter() - started)
        worked.append(time.process_time() - at_work)
        if number % COMPARED_EVERY == 0:
            changed = [*documents[:track], edited, *documents[track + 1 :]]
            index = engine.build_index(changed, statistics=arena.market.statistics)
            full = hits_of_one(simulate_shard(arena.queries, arena.market, index), track)
            reach_differences.append(abs(quick_reach - _reach(full, layout)))
            rank_differences.append(_rank_difference(quick.rank, full.rank))
    return {
        "p95_ms": round(float(np.quantile(times, 0.95)) * 1000, 1),
        "median_ms": round(float(np.median(times)) * 1000, 1),
        # What the processor spent: on a busy machine the clock tells of the others, too.
        "p95_cpu_ms": round(float(np.quantile(worked, 0.95)) * 1000, 1),
        "max_difference_to_full_run": max(reach_differences),
        "max_rank_difference_to_full_run": max(rank_differences),
        "prompts": prompts,
        "tracks": tracks,
        "n": EDITS,
        "n_compared": len(reach_differences),
        "seed": SEED,
    }


def _reach(outcome: Outcome, layout: BankLayout) -> float:
    """Sum up as the page does, and give the share of all prompts."""
    figures = summarise(
        replace(outcome, track=np.zeros_like(outcome.track)),
        bank=layout,
        tracks=1,
        model=choice_model(),
        full_relevance=full_relevance(arenas.engine().blend),
        random=np.random.default_rng([SEED, 3]),
    )
    return figures.tracks[0].reach.estimate


def _rank_difference(quick: NDArray[np.int32], full: NDArray[np.int32]) -> int:
    if len(quick) != len(full):
        return abs(len(quick) - len(full))
    return int(np.abs(quick.astype(int) - full.astype(int)).max(initial=0))


def _edited(document: TrackDocument, number: int) -> TrackDocument:
    """Add a mood and an occasion that change with the number."""
    terms = {facet: dict(slugs) for facet, slugs in document.terms.items()}
    moods, uses = sorted(grammar().moods), sorted(grammar().activities)
    terms.setdefault("mood", {})[moods[number % len(moods)]] = 1.0
    terms.setdefault("activity", {})[uses[number * 7 % len(uses)]] = 1.0
    return replace(document, terms=terms)

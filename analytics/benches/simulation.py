"""`bench simulation`: 10,000 prompts against 100,000 tracks."""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analytics import arena as arenas
from analytics.benches.data import OWN_TRACKS, SEED, own_tracks
from analytics.domain.answering import OwnSide, Scoring, Way, own_scorer, tracks_of
from analytics.domain.chances import relevance_of
from analytics.domain.crowd import draw_crowd, neighbours, own_neighbours, saved_by
from analytics.domain.exposure import tail_of, thin_of
from analytics.domain.fairness import keep_ledger
from analytics.domain.lists import EMPTY, Listening, lists_of
from analytics.domain.market_draw import draw_market
from analytics.domain.prompt_space import build_bank
from analytics.domain.results import summarise
from analytics.domain.simulation import FIRST_PLACES, full_relevance, place_own, rank_market
from analytics.domain.sounding import sound_profiles, untold_of_market, untold_of_own
from analytics.domain.tastes import pull_of
from analytics.domain.traits import TraitsReader, joined, traits_of
from analytics.reference import assumptions, choice_model, grammar, market_model
from prompts.approaches import APPROACHES
from prompts.retrieval import on_device_weights

PROMPTS, TRACKS = 10_000, 100_000
PEER_COLUMNS, PEER_FIRST = 256, 20
BESIDE_TRACKS = 20_000
"""Tracks of the market that the other approaches are timed on, the usual size."""
OWN_SAVES = 50


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Run at the size the goal names; `data` is not needed."""
    say(f"Asking {PROMPTS:,} prompts of {TRACKS:,} generated tracks; this takes minutes.")
    figures = measure(prompts=PROMPTS, tracks=TRACKS)
    say(f"The same by every approach, of {BESIDE_TRACKS:,} tracks.")
    return {**figures, "approaches": by_approach(prompts=PROMPTS, tracks=BESIDE_TRACKS)}


def measure(*, prompts: int, tracks: int) -> dict[str, Any]:
    """Time a whole simulation against the bare float32 product with the top 20 of the same shape.

    `seconds` is asking the prompts, the fairness ledger and summing up; building the market and
    its index once is `setup_seconds`.
    """
    started = time.perf_counter()
    bank = build_bank(grammar(), prompts=prompts, seed=SEED)
    engine = arenas.engine()
    reader = TraitsReader()
    drawn = draw_market(market_model(), tracks=tracks, seed=SEED)
    market = engine.build_index(reader.passing(drawn.documents()))
    queries = engine.encode([engine.parse(prompt.text) for prompt in bank.prompts], market)
    ours = own_tracks()
    own = engine.build_index(ours, statistics=market.statistics)
    traits = joined(reader.traits(), traits_of(ours))
    layout = arenas.layout_of(bank)
    weights = (layout.sizes / np.maximum(layout.prompts_in, 1))[layout.space_of_prompt]
    full = full_relevance(engine.blend)
    listening = Listening(weights, choice_model(), full, full)
    setup = time.perf_counter() - started

    started = time.perf_counter()
    ranks = rank_market(queries, market)
    outcome = place_own(queries, own, ranks.scores, ranks.fits)
    placed = time.perf_counter() - started
    lists = lists_of(
        outcome,
        ranks,
        market=market,
        own=own,
        targets=(tail_of(traits)[0], thin_of(traits)),
        listening=listening,
    )
    looked = listening.looked(relevance_of(outcome.list_fits, listening.full_relevance))
    ledger = keep_ledger(
        lists,
        looked=np.where(lists.tracks != EMPTY, looked, 0.0),
        weights=weights,
        traits=traits,
        own_tracks=len(ours),
    )
    fairness = time.perf_counter() - started - placed
    figures = summarise(
        outcome,
        bank=layout,
        tracks=OWN_TRACKS,
        model=choice_model(),
        full_relevance=listening.full_relevance,
        random=np.random.default_rng([SEED, 3]),
    )
    seconds = time.perf_counter() - started
    peak_rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    del market
    peer = _bare_product(prompts, tracks)
    return {
        "seconds": round(seconds, 2),
        "setup_seconds": round(setup, 2),
        "fairness_seconds": round(fairness, 2),
        "ratio_to_matrix_product": round(seconds / peer, 2),
        "peak_rss_mb": round(peak_rss_mb),
        "prompts": prompts,
        "tracks": tracks,
        "own_tracks": OWN_TRACKS,
        "surfaced_pairs": sum(row.surfaced for row in figures.spaces),
        "exposure_gini": round(ledger.gini.estimate, 4),
        "seed": SEED,
        "peers": {"matrix_product_and_top_20_seconds": round(peer, 2), "columns": PEER_COLUMNS},
    }


def by_approach(*, prompts: int, tracks: int) -> dict[str, Any]:
    """Seconds to ask all prompts and place our tracks by each approach, and how lists fit.

    `setup_seconds` is drawing sounds, listeners and neighbours once; `relevance_of_lists` the mean
    fit of the first 20 places, 0 to 1; `tracks_shown` how many of the market stand in a list.
    """
    engine, assumed = arenas.engine(), assumptions()
    bank = build_bank(grammar(), prompts=prompts, seed=SEED)
    market = engine.build_index(draw_market(market_model(), tracks=tracks, seed=SEED).documents())
    queries = engine.encode([engine.parse(prompt.text) for prompt in bank.prompts], market)
    own = engine.build_index(own_tracks(), statistics=market.statistics)
    full = full_relevance(engine.blend)
    started = time.perf_counter()
    untold = untold_of_market(tracks, seed=SEED)
    sound = sound_profiles(market, assumptions=assumed, untold=untold)
    untold = untold_of_own(own.track_ids, seed=SEED)
    own_sound = sound_profiles(own, assumptions=assumed, untold=untold)
    pull = pull_of(market.facts.popularity, assumed)
    crowd = draw_crowd(sound, pull, assumptions=assumed, seed=SEED)
    near = neighbours(crowd)
    saves = np.full(len(own), OWN_SAVES)
    ours = saved_by(
        crowd, own_sound, saves, track_ids=own.track_ids, assumptions=assumed, seed=SEED
    )
    own_near = own_neighbours(crowd, near, ours)
    found: dict[str, Any] = {
        "prompts": prompts,
        "tracks": tracks,
        "listeners": len(crowd),
        "setup_seconds": round(time.perf_counter() - started, 2),
    }
    for name in APPROACHES:
        started = time.perf_counter()
        if name == "prompt":
            ranks = rank_market(queries, market)
            outcome = place_own(queries, own, ranks.scores, ranks.fits)
        else:
            scoring = Scoring(name, on_device_weights())
            seen = tracks_of(market, name, sound=sound, near=near)
            way = Way(scoring, market, seen, assumed, SEED)
            ranks, asked = way.ask(queries, first_prompt=0)
            side = OwnSide(name, own.track_ids, own_sound, own_near).tracks(own)
            scorer = own_scorer(scoring, asked, side)
            outcome = place_own(queries, own, ranks.scores, ranks.fits, scorer=scorer)
        shown = ranks.positions[:, :FIRST_PLACES]
        found[name] = {
            "seconds": round(time.perf_counter() - started, 2),
            "relevance_of_lists": round(float(relevance_of(outcome.list_fits, full).mean()), 3),
            "tracks_shown": len(np.unique(shown[shown >= 0])),
        }
    return found


def _bare_product(prompts: int, tracks: int) -> float:
    """Seconds for the float32 product and `argpartition` of the first 20, block by block."""
    random = np.random.default_rng(0)
    queries = random.standard_normal((prompts, PEER_COLUMNS), dtype=np.float32)
    market = random.standard_normal((PEER_COLUMNS, tracks), dtype=np.float32)
    first = min(PEER_FIRST, tracks - 1)
    started = time.perf_counter()
    for start in range(0, prompts, 250):
        scores = queries[start : start + 250] @ market
        np.argpartition(-scores, first, axis=1)[:, :first]
    return time.perf_counter() - started

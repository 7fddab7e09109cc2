"""From a prompt to an ordered playlist of 25: how long, on 10,000 and on 100,000 tracks.

The market is made from a fixed seed: terms as often as a few thousand real tracks share them,
titles, artists, tempos, keys and a sentence each. Timed is all that a page does after reading its
index: understanding the prompt, scoring every track, filters, limits, order, and the reasons.
"""

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from prompts.domain.documents import TrackDocument
from prompts.domain.energy import energy_of
from prompts.domain.explaining import explain
from prompts.domain.index import KEYS, TrackIndex
from prompts.domain.limits import Length
from prompts.domain.ranking import select
from prompts.domain.sequencing import Candidate, sequence
from prompts.engine import ENGINE_VERSION, Engine, default_engine

Say = Any
SIZES = (10_000, 100_000)
GOALS_MS = {10_000: 60.0, 100_000: 250.0}
LISTED = 25
ROUNDS = 12
SEED = 6
PROMPTS = (
    "late-night synthwave for studying, a few modern indie touches",
    "sunset run with Latin percussion but no heavy vocals",
    "calm piano, instrumental only, for falling asleep",
    "something dark and slow, no drums",
    "upbeat songs between 110 and 130 BPM for cleaning the house",
    "an hour of happy acoustic folk with female vocals from the 90s",
    "not too slow, no distorted guitars, ideally with strings",
    "energetic techno over 125 bpm",
)


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Time the prompts at each size; `ratio` is the second size's median over the first's."""
    engine = default_engine()
    figures: dict[str, Any] = {"engine": ENGINE_VERSION, "seed": SEED, "listed": LISTED}
    for size in SIZES:
        say(f"Indexing {size:,} tracks.")
        started = time.perf_counter()
        index = engine.build_index(market(size, engine))
        built = time.perf_counter() - started
        documents = {d.track_id: d for d in market(size, engine)} if size <= SIZES[0] else None
        times = [
            _timed(engine, index, prompt, documents, size)
            for _ in range(ROUNDS)
            for prompt in PROMPTS
        ]
        figures[str(size)] = {
            "p50_ms": round(float(np.percentile(times, 50)), 1),
            "p95_ms": round(float(np.percentile(times, 95)), 1),
            "goal_p95_ms": GOALS_MS[size],
            "n": len(times),
            "index_s": round(built, 1),
            "index_mb": round(index.columns.nbytes / 1e6),
        }
    small, large = (figures[str(size)]["p50_ms"] for size in SIZES)
    figures["ratio"] = round(large / small, 2)
    figures["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def _timed(
    engine: Engine,
    index: TrackIndex,
    prompt: str,
    documents: dict[int, TrackDocument] | None,
    size: int,
) -> float:
    started = time.perf_counter()
    intent = engine.parse(prompt)
    queries = engine.encode([intent], index)
    picks = select(queries, index, length=Length(LISTED)).picks
    elapsed = time.perf_counter() - started
    chosen = [
        documents[int(index.track_ids[pick.position])] if documents else None for pick in picks
    ]
    if documents is None:  # a large catalog reads its few documents anew; not timed here
        wanted = {int(index.track_ids[pick.position]) for pick in picks}
        found = {t: track(t, engine) for t in wanted}
        chosen = [found[int(index.track_ids[pick.position])] for pick in picks]
    started = time.perf_counter()
    listed = [document for document in chosen if document is not None]
    order = sequence(
        [
            Candidate(
                document.tempo_bpm,
                energy_of(document, engine.lexicon),
                document.key,
                document.artists[0],
            )
            for document in listed
        ],
        intent.arc or "fit",
    )
    for at in order.order:
        explain(listed[at], queries, index, position=picks[at].position)
    return (elapsed + time.perf_counter() - started) * 1000


def market(size: int, engine: Engine) -> Iterator[TrackDocument]:
    """Tracks by number; the same number is always the same track."""
    return (track(number, engine) for number in range(size))


def track(number: int, engine: Engine) -> TrackDocument:
    """One made track."""
    random = np.random.default_rng((SEED, number))
    terms = [term for term in engine.lexicon.entries if term.facet != "language"]
    chosen: dict[str, dict[str, float]] = {}
    labels = []
    for at in (random.power(0.4, size=7) * len(terms)).astype(int):
        term = terms[at]
        chosen.setdefault(term.facet, {})[term.slug] = 1.0
        labels.append(engine.lexicon.label(term).lower())
    return TrackDocument(
        number,
        f"{labels[0].title()} {number}",
        (f"Artist {number % 3_000}",),
        terms=chosen,
        texts=(f"A {labels[1]} piece with {labels[2]} and {labels[3]}.",),
        tempo_bpm=float(random.uniform(60, 180)),
        key=KEYS[int(random.integers(len(KEYS)))],
        year=int(random.integers(1960, 2026)),
        duration_s=float(random.uniform(120, 360)),
        label=f"Label {number % 200}",
    )

"""The approach of a run, ready to be asked: what it looks at beside the prompt, built or read."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics import arena as arenas
from analytics import stored
from analytics.domain.answering import (
    BY_LISTENING,
    BY_SOUND,
    OwnSide,
    Scoring,
    Way,
    tracks_of,
)
from analytics.domain.crowd import draw_crowd, neighbours, own_neighbours, saved_by
from analytics.domain.sounding import sound_profiles, untold_of_market, untold_of_own
from analytics.domain.tastes import pull_of
from analytics.listening import is_heard, unpacked_listening
from analytics.models import Market, SimulationRun
from analytics.reference import assumptions
from analytics.snapshots import unpacked
from prompts.domain.documents import TrackDocument
from prompts.domain.index import Statistics, TrackIndex
from prompts.domain.postings import Floats
from prompts.retrieval import on_device_weights


def scoring_of(run: SimulationRun) -> Scoring:
    """How the approach of a run makes scores."""
    return Scoring(run.approach, on_device_weights())


@lru_cache(maxsize=1)
def way_of(run_id: int) -> tuple[Way, OwnSide]:
    """Build what the approach of a run looks at; kept for the next shard of the same run.

    The same run gives the same, whichever worker builds it.
    """
    run = SimulationRun.objects.select_related("bank", "market").get(pk=run_id)
    arena = arenas.arena_of(run)
    documents = unpacked(run.documents)
    statistics = arena.market.statistics
    is_own_market = run.market.kind == Market.Kind.OWN
    own = arenas.engine().build_index(documents, statistics=statistics)
    own_sound = _sound_of_own(run, own, documents, statistics)
    assumed = assumptions()
    if is_own_market:
        index, sound = own, own_sound
        near = _learned(run, own) if run.approach in BY_LISTENING else None
        own_near = near
    else:
        index, sound, near, own_near = arena.market, None, None, None
        if run.approach in (*BY_SOUND, *BY_LISTENING):
            untold = untold_of_market(len(index), seed=run.seed)
            sound = sound_profiles(index, assumptions=assumed, untold=untold)
        if run.approach in BY_LISTENING and sound is not None:
            pull = pull_of(index.facts.popularity, assumed)
            crowd = draw_crowd(sound, pull, assumptions=assumed, seed=run.seed)
            near = neighbours(crowd)
            ours = saved_by(
                crowd,
                _as_liked(own, own_sound, seed=run.seed),
                _saves(run, own),
                track_ids=own.track_ids,
                assumptions=assumed,
                seed=run.seed,
            )
            own_near = own_neighbours(crowd, near, ours)
    way = Way(
        scoring_of(run),
        index,
        tracks_of(index, run.approach, sound=sound, near=near),
        assumed,
        run.seed,
    )
    return way, OwnSide(run.approach, own.track_ids, own_sound, own_near)


def own_side(run: SimulationRun, statistics: Statistics) -> OwnSide:
    """Read what a finished run knows of our tracks, without its market."""
    documents = unpacked(run.documents)
    own = arenas.engine().build_index(documents, statistics=statistics)
    kept = run.own_neighbours
    return OwnSide(
        run.approach,
        own.track_ids,
        _sound_of_own(run, own, documents, statistics),
        stored.unpacked_table(kept) if kept is not None else None,
    )


def _sound_of_own(
    run: SimulationRun,
    own: TrackIndex,
    documents: list[TrackDocument],
    statistics: Statistics,
) -> Floats | None:
    """How our tracks sound by what was heard in them; zeros where nothing was."""
    if run.heard is None or run.approach not in (*BY_SOUND, *BY_LISTENING):
        return None
    heard = unpacked(run.heard)
    return sound_profiles(
        arenas.engine().build_index(heard, statistics=statistics),
        assumptions=assumptions(),
        untold=untold_of_own(own.track_ids, seed=run.seed),
        is_heard=[is_heard(document) for document in heard],
    )


def _as_liked(own: TrackIndex, heard: Floats | None, *, seed: int) -> Floats:
    """How our tracks sound to those who saved them; by their tags where nothing was heard."""
    said = sound_profiles(
        own, assumptions=assumptions(), untold=untold_of_own(own.track_ids, seed=seed)
    )
    if heard is None:
        return said
    return np.where(heard.any(axis=1, keepdims=True), heard, said)


def _saves(run: SimulationRun, own: TrackIndex) -> NDArray[np.int64]:
    saves, _ = unpacked_listening(run.listening) if run.listening is not None else ({}, {})
    return np.array([saves.get(int(key), 0) for key in own.track_ids], dtype=np.int64)


def _learned(run: SimulationRun, own: TrackIndex) -> csr_array:
    """What was learned from listening here, (our tracks, our tracks)."""
    _, near = unpacked_listening(run.listening) if run.listening is not None else ({}, {})
    place = {int(key): at for at, key in enumerate(own.track_ids)}
    cells = [
        (place[track], place[other], value)
        for track, row in near.items()
        for other, value in row.items()
        if track in place and other in place
    ]
    rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_array(
        (np.array(values, dtype=np.float32), (np.array(rows, int), np.array(columns, int))),
        shape=(len(own), len(own)),
    )

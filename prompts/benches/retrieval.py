"""How well tracks are found from prompts, beside plain BM25 and plain static embeddings.

- Song Describer: one person's caption must find the track that another person described.
- MusicCaps: a list of aspects must find its caption (a smoke test), and the chips read from a
  caption are compared with the aspects.
- CPCD: liked against disliked tracks of real playlist conversations.
- All requests of CPCD, MusicRecoNER and ToT-Music must be read without an error, and the chips of
  200 labelled ones are compared with what a person read in them (`chip_labels.toml`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from prompts import minilm
from prompts.benches import chips
from prompts.benches.data import Conversations, MusicCaps, SongDescriber, folder, needs
from prompts.benches.measures import (
    Scores,
    auc,
    minilm_scores,
    peers,
    ranking_figures,
    ranks_of,
    standardised,
)
from prompts.domain.documents import TrackDocument
from prompts.domain.surfacing import score_all
from prompts.engine import ENGINE_VERSION, Engine, default_engine

Say = Callable[[str], None]


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Score what is there of the data sets."""
    songs, caps, talks = (folder(data, n) for n in ("song-describer", "musiccaps", "cpcd"))
    requests = {n: folder(data, n) for n in ("cpcd", "music-reco-ner", "tot-music")}
    needs((songs, caps, talks, *requests.values()), "song-describer, musiccaps or cpcd")
    figures: dict[str, Any] = {"engine": ENGINE_VERSION, "encoder": default_engine().encoder.name}
    if songs:
        say("Song Describer: one person's words for a track another person described.")
        figures["song_describer"] = song_describer(SongDescriber.read(songs))
    if caps:
        say("MusicCaps: aspects against captions.")
        figures["musiccaps"] = music_caps(MusicCaps.read(caps))
    if talks:
        say("CPCD: liked and disliked tracks of playlist conversations.")
        figures["cpcd"] = conversations(Conversations.read(talks))
    if any(requests.values()):
        say("Real requests: reading all, and checking the labelled ones.")
        figures["requests"] = chips.requests(requests)
    return figures


def engine_scores(
    documents: Sequence[TrackDocument], prompts: Sequence[str], engine: Engine | None = None
) -> Scores:
    """Our scores of every document for every prompt."""
    engine = engine or default_engine()
    index = engine.build_index(documents)
    queries = engine.encode([engine.parse(prompt) for prompt in prompts], index)
    return score_all(queries, index)


def described(texts: Sequence[str]) -> list[TrackDocument]:
    """Documents of which only a description is known."""
    return [TrackDocument(number, "", texts=(text,)) for number, text in enumerate(texts)]


def song_describer(data: SongDescriber) -> dict[str, Any]:
    """Recall of the one described track among all."""
    started = time.perf_counter()
    scores = engine_scores(described(data.texts), data.prompts)
    seconds = time.perf_counter() - started
    others = peers(data.texts, data.prompts)
    lacks = minilm.problem()
    if not lacks:
        others["minilm"] = minilm_scores(data.texts, data.prompts)
        three = [standardised(others[name]) for name in ("bm25", "wordllama", "minilm")]
        others["all_three_summed"] = np.sum(three, axis=0)
        engine = replace(default_engine(), encoder=minilm.MiniLmEncoder())
        others["liner_with_minilm"] = engine_scores(described(data.texts), data.prompts, engine)
    return {
        **ranking_figures(ranks_of(scores, data.relevant)),
        "tracks": len(data.texts),
        "seconds": round(seconds, 2),
        "left_out": f"minilm: {lacks}" if lacks else "",
        "peers": {
            name: ranking_figures(ranks_of(peer, data.relevant)) for name, peer in others.items()
        },
    }


def music_caps(data: MusicCaps) -> dict[str, Any]:
    """Aspects must find their caption; and chips of the caption against the aspects."""
    prompts = [", ".join(aspects) for aspects in data.aspects]
    relevant = list(range(len(prompts)))
    scores = engine_scores(described(data.captions), prompts)
    return {
        **ranking_figures(ranks_of(scores, relevant)),
        "chips": chips.against_aspects(data),
        "peers": {
            name: ranking_figures(ranks_of(peer, relevant))
            for name, peer in peers(data.captions, prompts).items()
            if name == "bm25"
        },
    }


def conversations(data: Conversations) -> dict[str, Any]:
    """Hits among the first ten of all tracks, and liked above disliked ones (AUC).

    The prompt of a turn is what the person said in it and in the turn before.
    """
    ids = list(data.tracks)
    position = {track_id: at for at, track_id in enumerate(ids)}
    documents = [
        TrackDocument(
            at,
            str(entry.get("track_titles", "")),
            tuple(entry.get("track_artists") or ()),
            label=str(entry.get("track_release_titles", "")),
        )
        for at, entry in enumerate(data.tracks.values())
    ]
    texts = [f"{d.title} {' '.join(d.artists)} {d.label}" for d in documents]
    turns = [turn for turn in data.turns if turn.liked]
    prompts = [" ".join(turn.said[-2:]) for turn in turns]
    ways = {"": engine_scores(documents, prompts), **peers(texts, prompts)}
    figures: dict[str, dict[str, float]] = {}
    for name, scores in ways.items():
        usable = np.where(np.isfinite(scores), scores, -1e9)
        hits = [
            bool({position[i] for i in turn.liked} & set(np.argsort(-row, kind="stable")[:10]))
            for turn, row in zip(turns, usable, strict=True)
        ]
        areas = [
            auc(row[[position[i] for i in turn.liked]], row[[position[i] for i in turn.disliked]])
            for turn, row in zip(turns, usable, strict=True)
            if turn.disliked
        ]
        figures[name] = {
            "hit_at_10": round(float(np.mean(hits)), 4),
            "auc": round(float(np.mean(areas)), 4) if areas else float("nan"),
        }
    ours = figures.pop("")
    rated = sum(bool(turn.disliked) for turn in turns)
    return {**ours, "n": len(turns), "n_auc": rated, "tracks": len(ids), "peers": figures}

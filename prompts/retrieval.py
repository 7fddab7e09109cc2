"""One question to a workspace: from text to an ordered list with reasons."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from analysis.likeness import signatures
from catalog.access import Access
from catalog.models import Track, Workspace
from catalog.roles import Role
from prompts.approaches import Approach, Question, approach_named
from prompts.documents import read_catalog
from prompts.domain.documents import TrackDocument
from prompts.domain.energy import energy_of
from prompts.domain.explaining import Component, Mix, Part, explain
from prompts.domain.index import TrackIndex
from prompts.domain.intent import Intent, Kind, Strength
from prompts.domain.limits import (
    FAMILIAR,
    FRESH,
    INDIFFERENT,
    MOST_RESULTS,
    TYPICAL_TRACK_S,
    Effect,
    Length,
    Limits,
    Pick,
    novelty_points,
)
from prompts.domain.postings import Floats
from prompts.domain.queries import encode
from prompts.domain.ranking import DEFAULT_LIMIT, Fate, Selection, left_by, minutes, select
from prompts.domain.sequencing import ARCS, Candidate, sequence
from prompts.heard import Heard, heard_in, taste_of
from prompts.index import WorkspaceIndex, workspace_index
from prompts.lexicon import DATA_DIR

LEAST_SHOWN_POINTS = 0.005
"""Parts smaller than this are in the full list of parts, not in its summary."""

NOTHING_PLAYED = (
    "Understood, but nobody has listened to anything here yet, so nothing says what is well known."
)


@dataclass(frozen=True, slots=True)
class Result:
    """One track of the list. `jump` is how rough the change from the track before is, 0 to 1."""

    place: int
    track_id: int
    document: TrackDocument
    score: float
    parts: tuple[Part, ...]
    energy: float | None
    jump: float | None
    audio_id: int | None
    is_over_limit: bool

    @property
    def artist_line(self) -> str:
        """Artists by name, in order."""
        return ", ".join(self.document.artists)

    @property
    def term_names(self) -> str:
        """Terms of the track as "facet:slug", for re-ranking in the browser."""
        terms = self.document.terms
        return " ".join(
            f"{facet}:{slug}" for facet in sorted(terms) for slug in sorted(terms[facet])
        )

    @property
    def gains(self) -> list[Part]:
        """What added to the score."""
        return [part for part in self.parts if part.value >= LEAST_SHOWN_POINTS]

    @property
    def costs(self) -> list[Part]:
        """What cost it."""
        return [part for part in self.parts if part.value <= -LEAST_SHOWN_POINTS]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a prompt gave, with everything needed to say why."""

    intent: Intent
    approach: Approach
    arc: str
    results: tuple[Result, ...]
    fates: tuple[Fate, ...]
    considered: int
    after_filters: int
    eligible: int
    faint: int
    effects: tuple[Effect, ...]
    limits: Limits
    is_listening_known: bool
    note: str
    in_browser: bool
    seconds: float
    unknown_lengths: int
    mean_jump: float
    opted_out: int
    latency_ms: float

    @property
    def device_weights(self) -> dict[str, float]:
        """Weights of the re-ranker that runs in the browser."""
        return on_device_weights() if self.in_browser else {}

    @property
    def idle_limits(self) -> list[str]:
        """Limits that ask how well known a track is, while nobody has listened to anything."""
        if self.is_listening_known:
            return []
        asked = {
            "tail_share": self.limits.tail_share > 0,
            "novelty": self.limits.novelty != INDIFFERENT,
            "popularity": self.limits.has_band,
        }
        return [name for name, is_asked in asked.items() if is_asked]

    @property
    def running_time(self) -> str:
        """How long the list runs; tracks of unknown length count as 3:30."""
        return minutes(self.seconds)


def ask(
    text: str,
    *,
    access: Access,
    approach: str = "prompt",
    limit: int | None = None,
    arc: str = "",
    dropped: frozenset[str] = frozenset(),
    limits: Limits | None = None,
) -> Answer:
    """Answer a prompt from the tracks the person may see.

    `dropped` are identities of chips taken off; `arc` overrides the order the prompt asks for.

    Raises
    ------
    ApproachUnavailable : the approach is not known, or cannot answer here
    """
    intent = workspace_index(access.workspace).engine.parse(text).without(dropped)
    return answer_intent(
        intent, access=access, approach=approach, limit=limit, arc=arc, limits=limits
    )


def answer_intent(
    intent: Intent,
    *,
    access: Access,
    approach: str = "prompt",
    limit: int | None = None,
    arc: str = "",
    limits: Limits | None = None,
) -> Answer:
    """Answer what was understood, see `ask`."""
    started = time.perf_counter()
    way = approach_named(approach)
    kept = workspace_index(access.workspace)
    heard = heard_in(access.workspace)
    intent = intent if heard.plays else supported_here(intent)
    limits = with_novelty(limits or Limits(), intent)
    among = visible_positions(access, kept.index)
    popularity = None
    if way.name != "prompt" or limits.needs_popularity or limits.novelty != INDIFFERENT:
        popularity = heard.popularity(kept.index)
    mix = way.mix(_question(intent, kept, heard, popularity, access, way))
    if mix.ignores_prompt:
        intent = Intent(intent.text)
    queries = encode([intent], kept.index, blend=heard.blend)
    length = length_of(intent, limit)

    def chosen_with(mix: Mix) -> Selection:
        return select(
            queries, kept.index, length=length, limits=limits, among=among, mix=mix,
            popularity=popularity,
        )  # fmt: skip

    plain = mix
    if popularity is not None and limits.novelty != INDIFFERENT:
        points = novelty_points(popularity, limits.novelty)
        mix = replace(mix, components=(*mix.components, Component("novelty", "How known", points)))
    selection = chosen_with(mix)
    effects = selection.effects
    if mix is not plain:
        effects = (*effects, _novelty_effect(chosen_with(plain), selection, points, limits))
    chosen, audio = _with_documents(access, selection, kept)
    chosen_arc = arc if arc in ARCS else intent.arc or "fit"
    ordered = sequence([_candidate(document, kept.index) for _, document in chosen], chosen_arc)
    results = [
        Result(
            place=place + 1,
            track_id=document.track_id,
            document=document,
            score=pick.score,
            parts=tuple(explain(document, queries, kept.index, position=pick.position, mix=mix)),
            energy=energy_of(document, kept.index.space.lexicon),
            jump=ordered.jumps[place - 1] if place else None,
            audio_id=audio.get(document.track_id),
            is_over_limit=pick.is_over_limit,
        )
        for place, (pick, document) in enumerate(chosen[at] for at in ordered.order)
    ]
    visible = np.ones(len(kept.index), dtype=bool) if among is None else among
    return Answer(
        intent=intent,
        approach=way,
        arc=chosen_arc,
        results=tuple(results),
        fates=selection.fates,
        considered=selection.considered,
        after_filters=left_by(queries.filters[0], kept.index, visible),
        eligible=selection.eligible,
        faint=selection.faint,
        effects=effects,
        limits=limits,
        is_listening_known=bool(heard.plays),
        note=mix.note,
        in_browser=mix.in_browser,
        seconds=sum(result.document.duration_s or TYPICAL_TRACK_S for result in results),
        unknown_lengths=sum(not result.document.duration_s for result in results),
        mean_jump=ordered.mean_jump,
        opted_out=len(kept.opted_out),
        latency_ms=(time.perf_counter() - started) * 1000,
    )


def _question(
    intent: Intent,
    kept: WorkspaceIndex,
    heard: Heard,
    popularity: Floats | None,
    access: Access,
    way: Approach,
) -> Question:
    asks_for_taste = way.name in ("collaborative", "hybrid", "mix")
    return Question(
        intent,
        kept.index,
        taste=taste_of(access) if asks_for_taste and heard.plays else {},
        neighbours=heard.neighbours,
        popularity=popularity,
        signatures=signatures_of(access.workspace, kept.index)
        if way.name in ("content-based", "hybrid")
        else None,
        events=heard.events,
        heard_tracks=sum(int(track) in heard.plays for track in kept.index.track_ids)
        if asks_for_taste
        else 0,
        day=timezone.localdate().toordinal(),
    )


def signatures_of(workspace: Workspace, index: TrackIndex) -> Floats | None:
    """Sonic signatures by position in the index, zeros where there is none; None without any."""
    known = signatures(workspace)
    here = np.isin(known.track_ids, index.track_ids)
    if not here.any():
        return index.signatures
    table = np.zeros((len(index), known.matrix.shape[1]), dtype=np.float32)
    place = {int(track): at for at, track in enumerate(index.track_ids)}
    table[[place[int(track)] for track in known.track_ids[here]]] = known.matrix[here]
    return table


def with_novelty(limits: Limits, intent: Intent) -> Limits:
    """The slider where the prompt says it; a slider that was moved by hand wins."""
    wish = next((chip.value for chip in intent.of_kind(Kind.NOVELTY)), "")
    if not wish or limits.novelty != INDIFFERENT:
        return limits
    return replace(limits, novelty=FRESH if wish == "fresh" else FAMILIAR)


def _novelty_effect(plain: Selection, leaning: Selection, points: Floats, limits: Limits) -> Effect:
    """What the slider moved, in points of relevance: the novelty points themselves left out."""
    before = {pick.position: pick.score for pick in plain.picks}
    relevance = [pick.score - float(points[pick.position]) for pick in leaning.picks]
    shared = min(len(before), len(relevance))
    cost = sum(list(before.values())[:shared]) - sum(relevance[:shared])
    words = f"novelty at {limits.novelty:.0%}"
    moved = len(before.keys() - {pick.position for pick in leaning.picks})
    return Effect("novelty", words, moved, max(0.0, cost / shared) if shared else 0.0)


def supported_here(intent: Intent) -> Intent:
    """The intent with the wishes this workspace cannot answer marked so."""
    chips = tuple(
        replace(chip, strength=Strength.UNSUPPORTED, note=NOTHING_PLAYED)
        if chip.kind is Kind.NOVELTY and chip.counts
        else chip
        for chip in intent.chips
    )
    return replace(intent, chips=chips)


def length_of(intent: Intent, limit: int | None = None) -> Length:
    """How long the list shall be: what the caller says, else the prompt, else 25 tracks."""
    time = intent.running_time
    tracks = limit or intent.count or (MOST_RESULTS if time else DEFAULT_LIMIT)
    if time is None:
        return Length(min(tracks, MOST_RESULTS))
    return Length(min(tracks, MOST_RESULTS), time.low, time.high)


@cache
def on_device_weights() -> dict[str, float]:
    """The weights file of the on-device approach."""
    text = (DATA_DIR / "on_device.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def visible_positions(access: Access, index: TrackIndex) -> NDArray[np.bool_] | None:
    """Which positions the person may see; None where that is all, without asking the database."""
    if access.role is not Role.ARTIST:
        return None
    ids = list(Track.objects.visible_to(access).values_list("pk", flat=True))
    return np.isin(index.track_ids, np.array(ids, dtype=np.int64))


def _with_documents(
    access: Access, selection: Selection, kept: WorkspaceIndex
) -> tuple[list[tuple[Pick, TrackDocument]], Mapping[int, int]]:
    """The chosen tracks and their audio; one removed since the index was built is left out."""
    ids = {int(kept.index.track_ids[pick.position]): pick for pick in selection.picks}
    documents, audio = kept.documents, kept.audio
    if documents is None or audio is None:
        reading = read_catalog(access.workspace, ids)
        documents, audio = {d.track_id: d for d in reading.documents}, reading.audio
    return [(pick, documents[pk]) for pk, pick in ids.items() if pk in documents], audio


def _candidate(document: TrackDocument, index: TrackIndex) -> Candidate:
    return Candidate(
        tempo_bpm=document.tempo_bpm,
        energy=energy_of(document, index.space.lexicon),
        key=document.key,
        artist=document.artists[0] if document.artists else "",
    )

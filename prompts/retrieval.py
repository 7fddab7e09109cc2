"""One question to a workspace: from text to an ordered list with reasons."""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalog.access import Access
from catalog.models import Track
from catalog.roles import Role
from prompts.approaches import Approach, approach_named
from prompts.documents import documents_of
from prompts.domain.documents import TrackDocument
from prompts.domain.energy import energy_of
from prompts.domain.explaining import Part, explain
from prompts.domain.index import TrackIndex
from prompts.domain.intent import Intent, Kind, Strength
from prompts.domain.limits import MOST_RESULTS, TYPICAL_TRACK_S, Effect, Length, Limits, Pick
from prompts.domain.ranking import DEFAULT_LIMIT, Fate, Selection, left_by, minutes, select
from prompts.domain.sequencing import ARCS, Candidate, sequence
from prompts.index import WorkspaceIndex, workspace_index

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
    seconds: float
    unknown_lengths: int
    mean_jump: float
    opted_out: int
    latency_ms: float

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
    intent = supported_here(intent)
    among = visible_positions(access, kept.index)
    mix = way.mix(intent, kept.index)
    queries = kept.engine.encode([intent], kept.index)
    selection = select(
        queries,
        kept.index,
        length=length_of(intent, limit),
        limits=limits,
        among=among,
        mix=mix,
    )
    chosen = _with_documents(access, selection, kept)
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
            audio_id=kept.audio.get(document.track_id),
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
        effects=selection.effects,
        seconds=sum(result.document.duration_s or TYPICAL_TRACK_S for result in results),
        unknown_lengths=sum(not result.document.duration_s for result in results),
        mean_jump=ordered.mean_jump,
        opted_out=len(kept.opted_out),
        latency_ms=(time.perf_counter() - started) * 1000,
    )


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


def visible_positions(access: Access, index: TrackIndex) -> NDArray[np.bool_] | None:
    """Which positions the person may see; None where that is all, without asking the database."""
    if access.role is not Role.ARTIST:
        return None
    ids = list(Track.objects.visible_to(access).values_list("pk", flat=True))
    return np.isin(index.track_ids, np.array(ids, dtype=np.int64))


def _with_documents(
    access: Access, selection: Selection, kept: WorkspaceIndex
) -> list[tuple[Pick, TrackDocument]]:
    """Read the chosen tracks; one removed since the index was built is left out."""
    ids = {int(kept.index.track_ids[pick.position]): pick for pick in selection.picks}
    documents = kept.documents
    if documents is None:
        documents = {d.track_id: d for d in documents_of(access.workspace, ids)}
    return [(pick, documents[pk]) for pk, pick in ids.items() if pk in documents]


def _candidate(document: TrackDocument, index: TrackIndex) -> Candidate:
    return Candidate(
        tempo_bpm=document.tempo_bpm,
        energy=energy_of(document, index.space.lexicon),
        key=document.key,
        artist=document.artists[0] if document.artists else "",
    )

"""The approaches, side by side behind one interface."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from catalog.errors import StudioError
from prompts.domain.blending import DAILY_MIX, HYBRID, sounds_like, styles
from prompts.domain.collaborative import recommend
from prompts.domain.explaining import Component, Mix
from prompts.domain.index import TrackIndex
from prompts.domain.intent import Intent, Polarity
from prompts.domain.names import known_names
from prompts.domain.postings import Floats

MOST_SAMPLED = 2_000
"""Tracks that styles are found from."""


class ApproachUnavailable(StudioError):
    """An approach cannot answer here; the message says what it needs."""

    http_status = 409


@dataclass(frozen=True)
class Question:
    """What an approach may look at: what was understood, the index, and what was listened to.

    `taste` are tracks the asker has liked, by weight; `neighbours` what was learned to go
    together, by track; `popularity` is None where nobody has listened to anything. `signatures` has
    a row of length 1 for each position, of zeros where the recording has none.
    """

    intent: Intent
    index: TrackIndex
    taste: Mapping[int, float] = field(default_factory=dict)
    neighbours: Mapping[int, Mapping[int, float]] = field(default_factory=dict)
    popularity: Floats | None = None
    signatures: Floats | None = None
    events: int = 0
    heard_tracks: int = 0
    day: int = 0

    def named(self) -> NDArray[np.int32]:
        """Positions of the tracks and artists that the prompt names."""
        names = known_names(self.intent, self.index, Polarity.WANTED)
        found = [name.positions(self.index) for name in names]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int32)


class Approach(Protocol):
    """Scores every track of an index for one prompt."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def explanation(self) -> str: ...

    def mix(self, question: Question) -> Mix:
        """How the approach composes its scores.

        Raises
        ------
        ApproachUnavailable : saying what is missing
        """
        ...


@dataclass(frozen=True)
class PromptDriven:
    """What the prompt says, matched with what is known of the tracks."""

    name: str = "prompt"
    label: str = "Prompt-driven"
    explanation: str = "Terms, facts and descriptions against the words of the prompt."

    def mix(self, question: Question) -> Mix:
        """The intent alone."""
        return Mix()


@dataclass(frozen=True)
class ContentBased:
    """How alike the recordings sound to the tracks the prompt names."""

    name: str = "content-based"
    label: str = "Content-based"
    explanation: str = "How near a recording sounds to the artist or track the prompt names."

    def mix(self, question: Question) -> Mix:
        """Cosine of the sonic signatures to the named tracks, 0 to 1; hard chips still filter."""
        if question.signatures is None:
            raise ApproachUnavailable(
                "No track has a sonic signature yet.",
                hint="Wait for the analysis to finish, or use the prompt-driven approach.",
            )
        found = question.named()
        found = found[question.signatures[found].any(axis=1)]
        if not len(found):
            raise ApproachUnavailable(
                "The content-based approach compares sounds, so it needs a track or an artist of "
                "this catalog to start from that was analysed.",
                hint="Write “like” and a name, for example: like Neon Tide.",
            )
        sound = Component("sound", "Sounds alike", sounds_like(found, question.signatures))
        return Mix(intent_share=0.0, components=(sound,))


@dataclass(frozen=True)
class Collaborative:
    """What people who liked one track also liked."""

    name: str = "collaborative"
    label: str = "Collaborative"
    explanation: str = "What people who saved one track also saved."

    def mix(self, question: Question) -> Mix:
        """Nearness to what the prompt names or the asker liked; a track without events has none."""
        values, note = goes_together(question)
        together = Component("listening", "Liked together", values, note)
        return Mix(intent_share=0.0, components=(together,), note=note)


def goes_together(question: Question) -> tuple[Floats, str]:
    """Values of the collaborative approach, and what it cannot return and why.

    Raises
    ------
    ApproachUnavailable : nothing was learned yet, or there is nothing to start from
    """
    index = question.index
    if not question.neighbours:
        raise ApproachUnavailable(
            "The collaborative approach learns from what people save and skip. "
            f"There are {question.events:,} listening events, and nothing was learned from them.",
            hint="Listen to some lists and save what fits; training follows on schedule.",
        )
    place = {int(track): at for at, track in enumerate(index.track_ids)}
    seeds = {int(index.track_ids[at]): 1.0 for at in question.named()}
    seeds = seeds or dict(question.taste)
    if not seeds:
        raise ApproachUnavailable(
            "The collaborative approach starts from tracks you saved or that the prompt names; "
            "there are none.",
            hint="Save a track, or write “like” and a name of this catalog.",
        )
    values = np.zeros(len(index), dtype=np.float32)
    for track, value in recommend(question.neighbours, seeds).items():
        if track in place:
            values[place[track]] = value
    unheard = len(index) - question.heard_tracks
    note = ""
    if unheard > 0:
        note = (
            f"{unheard:,} of {len(index):,} tracks have no listening event yet, so this approach "
            "cannot return them."
        )
    if not values.any():
        raise ApproachUnavailable(
            "Nobody who liked those tracks liked another one yet. " + note,
            hint="Use the prompt-driven approach for tracks without events.",
        )
    return values, note


@dataclass(frozen=True)
class Hybrid:
    """Prompt, sound and listening with fixed, visible weights."""

    name: str = "hybrid"
    label: str = "Hybrid"
    explanation: str = "Prompt 60 %, sound 25 %, listening 15 %; each shown in the reasons."

    def mix(self, question: Question) -> Mix:
        """Whatever of sound and listening there is; with neither, refuse."""
        components: list[Component] = []
        missing: list[str] = []
        try:
            values, _ = goes_together(question)
            share = np.float32(HYBRID["listening"])
            components.append(Component("listening", "Liked together", share * values))
        except ApproachUnavailable:
            missing.append("listening")
        seeds = question.named()
        if question.signatures is not None:
            seeds = seeds[question.signatures[seeds].any(axis=1)]
        if question.signatures is not None and len(seeds):
            share = np.float32(HYBRID["sound"])
            alike = sounds_like(seeds, question.signatures)
            components.append(Component("sound", "Sounds alike", share * alike))
        else:
            missing.append("sound")
        if not components:
            raise ApproachUnavailable(
                "The hybrid approach blends in sound and listening. There is neither a sonic "
                "signature to compare with nor anything learned from listening for this prompt.",
                hint="Name a track of this catalog, or save some tracks first.",
            )
        part = sum(HYBRID[name] for name in missing)
        note = f"Nothing is known of {missing[0]} here; its share went to the prompt."
        return Mix(HYBRID["intent"] + part, tuple(components), note if missing else "")


@dataclass(frozen=True)
class DailyMix:
    """A mix made before anybody asks: what a daily mix plays whatever the prompt says."""

    name: str = "mix"
    label: str = "Pre-computed mix (baseline)"
    explanation: str = "One style of the catalog a day, best known first; it ignores the prompt."

    def mix(self, question: Question) -> Mix:
        """Nearness to one of the catalog's styles: the asker's, else the day's."""
        index = question.index
        if not len(index):
            return Mix(ignores_prompt=True)
        step = max(1, len(index) // MOST_SAMPLED)
        centres = styles(index.columns.terms_of(np.arange(0, len(index), step)).T)
        place = {int(track): at for at, track in enumerate(index.track_ids)}
        liked = [place[track] for track in question.taste if track in place]
        if liked:
            middle = index.columns.terms_of(np.array(liked)).mean(axis=1)
            chosen = int((centres @ middle).argmax())
        else:
            chosen = question.day % len(centres)
        near = index.columns.of_terms(centres[chosen])
        near = near / max(float(near.max()), 1e-9)
        known = question.popularity if question.popularity is not None else np.zeros(len(near))
        values = (DAILY_MIX["near"] * near + DAILY_MIX["known"] * known).astype(np.float32)
        return Mix(0.0, (Component("mix", "In the mix", values),), ignores_prompt=True)


@dataclass(frozen=True)
class OnDevice:
    """The prompt's list, put in order in the browser on a profile that stays there."""

    name: str = "on-device"
    label: str = "On-device"
    explanation: str = "The prompt's list, re-ranked in this browser; the profile never leaves it."

    def mix(self, question: Question) -> Mix:
        """The intent alone; the browser does the rest."""
        return Mix(in_browser=True)


_ALL: tuple[Approach, ...] = (
    PromptDriven(),
    ContentBased(),
    Hybrid(),
    Collaborative(),
    OnDevice(),
    DailyMix(),
)
APPROACHES: Mapping[str, Approach] = {approach.name: approach for approach in _ALL}


def approach_named(name: str) -> Approach:
    """Find an approach.

    Raises
    ------
    ApproachUnavailable : listing the names there are
    """
    found = APPROACHES.get(name)
    if found is None:
        raise ApproachUnavailable(
            f"There is no approach called “{name}”. There are: {', '.join(APPROACHES)}."
        )
    return found

"""The interface of the approaches, and the ones that work on the catalog alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from catalog.errors import StudioError
from prompts.domain.explaining import Component, Mix
from prompts.domain.index import TrackIndex
from prompts.domain.intent import Intent, Polarity
from prompts.domain.names import known_names
from prompts.domain.postings import Floats


class ApproachUnavailable(StudioError):
    """An approach cannot answer here; the message says what it needs."""

    http_status = 409


class Approach(Protocol):
    """Scores every track of an index for one prompt."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def explanation(self) -> str: ...

    def mix(self, intent: Intent, index: TrackIndex) -> Mix:
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

    def mix(self, intent: Intent, index: TrackIndex) -> Mix:
        """The intent alone."""
        return Mix()


@dataclass(frozen=True)
class ContentBased:
    """How alike the recordings sound to the tracks the prompt names."""

    name: str = "content-based"
    label: str = "Content-based"
    explanation: str = "How near a recording sounds to the artist or track the prompt names."

    def mix(self, intent: Intent, index: TrackIndex) -> Mix:
        """Cosine of the sonic signatures to the named tracks, 0 to 1; hard chips still filter."""
        if index.signatures is None:
            raise ApproachUnavailable(
                "No track has a sonic signature yet.",
                hint="Wait for the analysis to finish, or use the prompt-driven approach.",
            )
        names = known_names(intent, index, Polarity.WANTED)
        seeds = [name.positions(index) for name in names]
        found = np.concatenate(seeds) if seeds else np.zeros(0, np.int32)
        if not len(found):
            raise ApproachUnavailable(
                "The content-based approach compares sounds, so it needs a track or an artist of "
                "this catalog to start from.",
                hint="Write “like” and a name, for example: like Neon Tide.",
            )
        middle = index.signatures[found].mean(axis=0)
        scores: Floats = index.signatures @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
        sound = Component("sound", "Sounds alike", np.clip(scores, 0.0, 1.0))
        return Mix(intent_share=0.0, components=(sound,))


@dataclass(frozen=True)
class NotYet:
    """An approach that needs what this studio has not collected."""

    name: str
    label: str
    explanation: str
    needs: str

    def mix(self, intent: Intent, index: TrackIndex) -> Mix:
        """Refuse, saying what is missing."""
        raise ApproachUnavailable(self.needs)


_ALL: tuple[Approach, ...] = (
    PromptDriven(),
    ContentBased(),
    NotYet(
        "hybrid",
        "Hybrid",
        "A blend of prompt, sound and listening with visible weights.",
        "The hybrid approach blends in what listeners did, and this studio has no listening "
        "events yet.",
    ),
    NotYet(
        "collaborative",
        "Collaborative",
        "What people who saved one track also saved.",
        "The collaborative approach learns from listening events, and this studio has none yet.",
    ),
    NotYet(
        "on-device",
        "On-device",
        "A small re-ranker in the browser, on a profile that never leaves it.",
        "The on-device approach ranks in the browser on the listener's own profile; the server "
        "cannot run it.",
    ),
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

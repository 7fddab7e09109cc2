"""Limits on a list: how much of it one artist or label may fill, what share the long tail gets,
how well known the tracks are, and how many tracks or minutes there may be.

Each limit says what it moved and what that cost in relevance, so none works unseen.
"""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from prompts.domain.index import TrackIndex
from prompts.domain.postings import Floats

MOST_RESULTS = 200
TYPICAL_TRACK_S = 210.0
"""A track of unknown length is counted as three and a half minutes; the answer says how many."""

HEAD_SHARE = 0.2
"""The fifth of the tracks that is played most is the head; all others are the long tail."""

NOVELTY_POINTS = 0.3
"""What the slider's ends take from a track at the other end, in score points."""

FRESH, INDIFFERENT, FAMILIAR = 0.9, 0.5, 0.1
"""Where "something new" and "something familiar" set the slider, and its middle."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a list must keep to. Zero (or None) means no such limit.

    `novelty` runs from 0 (what everybody knows) to 1 (what nobody has played). `known_from` and
    `known_to` bound popularity, 0 to 1, the share of the tracks that are played less.
    """

    per_artist: int = 2
    per_label: int = 0
    tail_share: float = 0.0
    novelty: float = INDIFFERENT
    known_from: float = 0.0
    known_to: float = 1.0

    @property
    def needs_popularity(self) -> bool:
        """Whether any of them asks how well known a track is."""
        return self.tail_share > 0 or self.has_band

    @property
    def has_band(self) -> bool:
        """Whether tracks outside a band of popularity are left out."""
        return self.known_from > 0 or self.known_to < 1


@dataclass(frozen=True, slots=True)
class Length:
    """How long the list is: at most `tracks`, and if given about `low_s` to `high_s` seconds."""

    tracks: int
    low_s: float | None = None
    high_s: float | None = None

    @property
    def has_time(self) -> bool:
        """Whether minutes count."""
        return self.low_s is not None or self.high_s is not None

    def is_full(self, seconds: float, following_s: float) -> bool:
        """Whether the next track would take the list further from the wished time."""
        if self.high_s is None:
            return self.low_s is not None and seconds >= self.low_s
        if self.low_s is None:
            return seconds + following_s > self.high_s
        return seconds + following_s / 2 > self.high_s


@dataclass(frozen=True, slots=True)
class Effect:
    """What one limit did: how many tracks it kept out, and the mean score it gave away."""

    name: str
    words: str
    moved: int
    cost: float


@dataclass(frozen=True, slots=True)
class Pick:
    """A track of the list before ordering."""

    position: int
    score: float
    is_over_limit: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The tracks chosen, best first, and what each limit did."""

    picks: tuple[Pick, ...]
    effects: tuple[Effect, ...]
    seconds: float = 0.0
    unknown_lengths: int = 0


def is_tail(popularity: Floats) -> NDArray[np.bool_]:
    """Which tracks are outside the most played fifth."""
    return np.asarray(popularity < 1 - HEAD_SHARE)


def novelty_points(popularity: Floats, novelty: float) -> Floats:
    """Points for being little known (slider above the middle) or well known (below), 0 at best."""
    lean = np.float32(2 * novelty - 1)
    points: Floats = -NOVELTY_POINTS * np.abs(lean) * (popularity if lean > 0 else 1 - popularity)
    return points.astype(np.float32)


def choose(
    order: NDArray[np.intp],
    scores: Floats,
    index: TrackIndex,
    length: Length,
    limits: Limits,
    popularity: Floats | None = None,
) -> Choice:
    """Fill a list from `order` (positions, best first) within the limits.

    `popularity` is None where nobody has listened to anything yet; then only artists and labels
    can be limited.
    """
    picks, seconds, unknown = _filled(order, scores, index, length, limits, popularity)
    effects = [
        effect
        for name in _active(limits, popularity)
        if (effect := _effect(name, picks, order, scores, index, length, limits, popularity))
    ]
    return Choice(picks, tuple(effects), seconds, unknown)


_FREED = {
    "artist": {"per_artist": 0},
    "label": {"per_label": 0},
    "tail": {"tail_share": 0.0},
    "band": {"known_from": 0.0, "known_to": 1.0},
}


def _active(limits: Limits, popularity: Floats | None) -> list[str]:
    known = popularity is not None
    active = {
        "artist": limits.per_artist > 0,
        "label": limits.per_label > 0,
        "tail": limits.tail_share > 0 and known,
        "band": limits.has_band and known,
    }
    return [name for name, is_active in active.items() if is_active]


def _effect(
    name: str,
    picks: tuple[Pick, ...],
    order: NDArray[np.intp],
    scores: Floats,
    index: TrackIndex,
    length: Length,
    limits: Limits,
    popularity: Floats | None,
) -> Effect | None:
    """Compare the list with the one this limit alone would have left otherwise."""
    changed = replace(limits, **_FREED[name])  # type: ignore[arg-type]  # values fit the names beside them
    free, _, _ = _filled(order, scores, index, length, changed, popularity)
    kept_out = {pick.position for pick in free} - {pick.position for pick in picks}
    shared = min(len(free), len(picks))
    cost = sum(pick.score for pick in free[:shared]) - sum(pick.score for pick in picks[:shared])
    words = {
        "artist": f"at most {limits.per_artist} by one artist",
        "label": f"at most {limits.per_label} of one label",
        "tail": f"at least {limits.tail_share:.0%} from the long tail",
        "band": f"popularity from {limits.known_from:.0%} to {limits.known_to:.0%}",
    }[name]
    if name == "tail" and popularity is not None and picks:
        reached = float(np.mean([is_tail(popularity)[pick.position] for pick in picks]))
        if reached < limits.tail_share:
            words += f"; only {reached:.0%} could be reached"
    if not kept_out and name in ("artist", "label"):
        return None
    return Effect(name, words, len(kept_out), max(0.0, cost / shared) if shared else 0.0)


def _filled(
    order: NDArray[np.intp],
    scores: Floats,
    index: TrackIndex,
    length: Length,
    limits: Limits,
    popularity: Floats | None,
) -> tuple[tuple[Pick, ...], float, int]:
    """Take the best first; where the limits leave the list short, artists and labels give way."""
    if limits.has_band and popularity is not None:
        known = popularity[order]
        order = order[(known >= limits.known_from) & (known <= limits.known_to)]
    tail = is_tail(popularity) if limits.tail_share and popularity is not None else None
    durations = index.facts.duration_s
    taken: list[Pick] = []
    waiting: list[int] = []
    artists: Counter[int] = Counter()
    labels: Counter[str] = Counter()
    seconds, unknown = 0.0, 0

    def take(position: int, *, is_over_limit: bool = False) -> bool:
        nonlocal seconds, unknown
        known_s = float(durations[position])
        lasts = TYPICAL_TRACK_S if np.isnan(known_s) else known_s
        if length.has_time and length.is_full(seconds, lasts):
            return False
        seconds += lasts
        unknown += bool(np.isnan(known_s))
        taken.append(Pick(position, float(scores[position]), is_over_limit))
        return True

    heads = len(order)
    if tail is not None:
        size = min(_expected_tracks(length, durations[order]), len(order))
        heads = size - int(np.ceil(limits.tail_share * size - 1e-9))
    for position in order:
        if len(taken) == length.tracks:
            break
        at = int(position)
        artist, label = int(index.artist_codes[at]), index.label_names[at]
        if 0 < limits.per_artist <= artists[artist] or (
            label and 0 < limits.per_label <= labels[label]
        ):
            waiting.append(at)
            continue
        if tail is not None and not tail[at]:
            if heads <= 0:
                continue
            heads -= 1
        if not take(at):
            break
        artists[artist] += 1
        labels[label] += 1
    for at in waiting:
        if tail is not None and not tail[at]:
            if heads <= 0:
                continue
            heads -= 1
        if len(taken) >= length.tracks or not take(at, is_over_limit=True):
            break
    return tuple(taken), seconds, unknown


def _expected_tracks(length: Length, durations: Floats) -> int:
    """How many tracks the list will about have."""
    lasting = length.high_s or length.low_s
    if not lasting:
        return length.tracks
    known = durations[~np.isnan(durations)]
    mean = float(known.mean()) if len(known) else TYPICAL_TRACK_S
    return max(1, min(length.tracks, round(lasting / max(mean, 1.0))))

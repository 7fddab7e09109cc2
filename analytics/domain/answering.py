"""The approaches beside the prompt-driven one, asked ten thousand prompts at a time.

The prompt-driven approach ranks by how a track fits the prompt. The others start from what the
asker has liked: how alike tracks sound, what other listeners saved with it, what a device has
learned, or a mix made before she asked. What is learned of each asker (`Asked`) is kept with the
run, so that an edited track can be scored again without the market.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.domain.simulation import BLOCK, DEPTH, SCORE_DECIMALS, MarketRanks, Scorer
from analytics.domain.tastes import NOBODY, Assumptions, liked_by_askers, pull_of
from prompts.domain.blending import DAILY_MIX, HYBRID, device_leaning, middle_of, styles
from prompts.domain.index import TrackIndex
from prompts.domain.queries import QueryBlock
from prompts.domain.surfacing import REFUSED, first_of, score_all

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]

PROMPT, CONTENT, HYBRID_BLEND, COLLABORATIVE, DEVICE, MIX = (
    "prompt",
    "content-based",
    "hybrid",
    "collaborative",
    "on-device",
    "mix",
)
BY_SOUND = (CONTENT, HYBRID_BLEND)
BY_LISTENING = (COLLABORATIVE, HYBRID_BLEND)
MOST_SAMPLED = 2_000
"""Tracks of a market that the styles of a mix are found from."""


@dataclass(frozen=True, slots=True)
class Tracks:
    """What approaches see of some tracks beside what they say; only what the approach needs."""

    sound: Floats | None = None
    """Shape (n_tracks, numbers), see `sound_profiles`."""
    held: csr_array | None = None
    """Shape (n_tracks, terms): 1 for each term a track is said to have."""
    concepts: Floats | None = None
    """Shape (terms, n_tracks): how far each has each term, 0 to 1."""
    popularity: Floats | None = None
    """Shape (n_tracks,): 0 to 1, 0 where nobody knows."""
    near: csr_array | None = None
    """Shape (tracks that askers like, n_tracks): how near by what listeners saved."""


def tracks_of(
    index: TrackIndex, approach: str, *, sound: Floats | None = None, near: csr_array | None = None
) -> Tracks:
    """See the tracks of an index as an approach does."""
    is_mix = approach == MIX
    return Tracks(
        sound=sound if approach in BY_SOUND else None,
        near=near if approach in BY_LISTENING else None,
        held=_held(index) if approach == DEVICE else None,
        concepts=index.columns.terms_of(np.arange(len(index))) if is_mix else None,
        popularity=np.nan_to_num(index.facts.popularity) if is_mix else None,
    )


@dataclass(frozen=True, slots=True)
class OwnSide:
    """What a run knows of our tracks that no edit of them changes, by their keys."""

    approach: str
    track_ids: NDArray[np.int64]
    sound: Floats | None
    near: csr_array | None
    """Shape (tracks that askers like, our tracks)."""

    def tracks(self, index: TrackIndex) -> Tracks:
        """See our tracks, perhaps edited or in another order; a new one was not heard or saved."""
        order = np.argsort(self.track_ids, kind="stable")
        known = self.track_ids[order]
        at = np.minimum(np.searchsorted(known, index.track_ids), max(len(known) - 1, 0))
        there = known[at] == index.track_ids if len(known) else np.zeros(len(index), dtype=bool)
        place = order[at[there]]
        sound = near = None
        if self.sound is not None:
            sound = np.zeros((len(index), self.sound.shape[1]), dtype=np.float32)
            sound[there] = self.sound[place]
        if self.near is not None:
            columns = np.flatnonzero(there)
            ones = np.ones(len(columns), dtype=np.float32)
            picked = csr_array((ones, (place, columns)), shape=(len(known), len(index)))
            near = (self.near @ picked).tocsr()
        return tracks_of(index, self.approach, sound=sound, near=near)


def _held(index: TrackIndex) -> csr_array:
    carriers = index.carriers
    terms = np.repeat(np.arange(len(index.space), dtype=np.int32), np.diff(carriers.starts))
    ones = np.ones(len(terms), dtype=np.float32)
    return csr_array((ones, (carriers.positions, terms)), shape=(len(index), len(index.space)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What an approach knows of who asks, a row a prompt.

    `leaning` is the middle of what she likes in numbers of sound, or what her device or her mix
    holds for each term. `scale` is the nearness of the market's nearest track by listening.
    """

    liked: Numbers
    leaning: Floats
    scale: Floats

    def __len__(self) -> int:
        return len(self.liked)

    def rows(self, which: slice | NDArray[np.intp]) -> Asked:
        """Some of the prompts."""
        return Asked(self.liked[which], self.leaning[which], self.scale[which])


def merge_asked(parts: list[Asked]) -> Asked:
    """Join shards, given in the order of the bank."""
    return Asked(
        np.concatenate([part.liked for part in parts]),
        np.concatenate([part.leaning for part in parts]),
        np.concatenate([part.scale for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class Scoring:
    """How an approach makes scores; `device` holds the weights of the on-device approach."""

    approach: str
    device: Mapping[str, float]

    def scores(self, asked: Asked, fits: Floats, tracks: Tracks) -> Floats:
        """Score some tracks for some askers, (prompts, tracks); -inf where one is not returned.

        Parameters
        ----------
        fits : same shape, how the tracks answer the prompts; -inf where a condition refuses them
        """
        if self.approach == MIX:
            assert tracks.concepts is not None
            assert tracks.popularity is not None
            alike = DAILY_MIX["near"] * _product(asked.leaning, tracks.concepts)
            return _rounded(alike + DAILY_MIX["known"] * tracks.popularity)
        if self.approach == DEVICE:
            assert tracks.held is not None
            most = self.device["most"]
            sizes = np.sqrt(np.maximum(np.diff(tracks.held.indptr), 1))
            points = np.clip((tracks.held @ asked.leaning.T).T / sizes, -most, most)
            return _rounded(np.where(fits > 0, fits + points, fits))
        sound: Floats = np.zeros(fits.shape, dtype=np.float32)
        together = sound
        if self.approach in BY_SOUND:
            assert tracks.sound is not None
            sound = np.clip(_product(asked.leaning, tracks.sound.T), 0.0, 1.0)
        if self.approach in BY_LISTENING:
            found = _together(asked.liked, tracks) / np.maximum(asked.scale, 1e-9)[:, None]
            together = found.astype(np.float32)
        if self.approach == HYBRID_BLEND:
            extra = HYBRID["sound"] * sound + HYBRID["listening"] * together
            return _rounded(HYBRID["intent"] * fits + extra)
        points = sound + together
        return _rounded(np.where(np.isfinite(fits) & (points > 0), points, REFUSED))

    def full_score(self, full_relevance: float) -> float:
        """What a track scores that has everything the approach looks for."""
        if self.approach == HYBRID_BLEND:
            return HYBRID["intent"] * full_relevance + HYBRID["sound"] + HYBRID["listening"]
        if self.approach == DEVICE:
            return full_relevance + self.device["most"]
        return full_relevance if self.approach == PROMPT else 1.0


@dataclass(frozen=True)
class Way:
    """An approach at work on a market.

    `index` and `tracks` are those that askers like: the market's, or our own where our catalog is
    the market.
    """

    scoring: Scoring
    index: TrackIndex
    tracks: Tracks
    assumptions: Assumptions
    seed: int
    pull: Floats = field(init=False)
    centres: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pull", pull_of(self.index.facts.popularity, self.assumptions))
        object.__setattr__(self, "centres", self._styles())

    def _styles(self) -> Floats:
        """Styles of the market, (styles, terms), each over the nearness of its nearest track."""
        concepts = self.tracks.concepts
        if concepts is None or not concepts.shape[1]:
            return np.zeros((0, 0), dtype=np.float32)
        step = max(1, concepts.shape[1] // MOST_SAMPLED)
        centres = styles(concepts[:, ::step].T)
        nearest = np.stack([(centre @ concepts).max() for centre in centres])
        return np.asarray(centres / np.maximum(nearest, 1e-9)[:, None], dtype=np.float32)

    def ask(
        self, queries: QueryBlock, *, first_prompt: int, ranks_market: bool = True
    ) -> tuple[MarketRanks, Asked]:
        """Ask some prompts of the market alone.

        `ranks_market` is False where the market is our own catalog: then it is only learned from,
        and the lists are empty until our tracks are placed.
        """
        positions = np.full((len(queries), DEPTH), -1, dtype=np.int32)
        scores = np.full((len(queries), DEPTH), REFUSED, dtype=np.float32)
        fits = scores.copy()
        parts = []
        for start in range(0, len(queries), BLOCK):
            rows = slice(start, min(start + BLOCK, len(queries)))
            fit = np.round(
                score_all(queries.part(rows.start, rows.stop), self.index), SCORE_DECIMALS
            )
            asked = self._learn(fit, first_prompt + start)
            parts.append(asked)
            if ranks_market:
                found, values = first_of(self.scoring.scores(asked, fit, self.tracks), DEPTH)
                positions[rows], scores[rows] = found, values
                kept = np.take_along_axis(fit, np.maximum(found, 0).astype(np.int64), axis=1)
                fits[rows] = np.where(found >= 0, kept, REFUSED)
        return MarketRanks(positions, scores, fits), merge_asked(parts)

    def _learn(self, fits: Floats, first_prompt: int) -> Asked:
        answering, values = first_of(fits, self.assumptions.pool)
        answering = np.where(values > 0, answering, NOBODY).astype(np.int32)
        liked = liked_by_askers(
            answering,
            self.pull,
            assumptions=self.assumptions,
            seed=self.seed,
            first_prompt=first_prompt,
        )
        leaning = np.array([self._leaning(row[row != NOBODY]) for row in liked])
        scale = np.ones(len(liked), dtype=np.float32)
        if self.scoring.approach in BY_LISTENING:
            scale = _together(liked, self.tracks).max(axis=1, initial=0.0)
        # Kept with the run in two bytes a number, so that all that is scored later is the same.
        return Asked(liked, leaning.astype(np.float16).astype(np.float32), scale)

    def _leaning(self, liked: Numbers) -> Floats:
        tracks, approach = self.tracks, self.scoring.approach
        if tracks.sound is not None:
            none = np.zeros(tracks.sound.shape[1], dtype=np.float32)
            return middle_of(tracks.sound[liked]) if len(liked) else none
        none = np.zeros(len(self.index.space) if approach in (DEVICE, MIX) else 0, dtype=np.float32)
        if not len(liked):
            return none
        if tracks.held is not None:
            return device_leaning(tracks.held[liked].toarray(), self.scoring.device)
        if tracks.concepts is not None:
            middle = tracks.concepts[:, liked].mean(axis=1)
            return np.asarray(self.centres[int((self.centres @ middle).argmax())])
        return none


def own_scorer(scoring: Scoring, asked: Asked, tracks: Tracks) -> Scorer:
    """Score our tracks for these askers, as `place_own` wants it."""
    return lambda rows, fits: scoring.scores(asked.rows(rows), fits, tracks)


def _product(askers: Floats, tracks: Floats) -> Floats:
    """Multiply always with the same number of rows: see `prompts.domain.surfacing`."""
    if len(askers) > BLOCK or tracks.shape[1] == 1:
        return np.asarray(askers @ tracks)
    padded = np.zeros((BLOCK, askers.shape[1]), dtype=np.float32)
    padded[: len(askers)] = askers
    return np.asarray((padded @ tracks)[: len(askers)])


def _together(liked: Numbers, tracks: Tracks) -> Floats:
    """Nearness of tracks to what each asker likes, by what listeners saved, (askers, tracks)."""
    assert tracks.near is not None
    rows, places = np.nonzero(liked != NOBODY)
    ones = np.ones(len(rows), dtype=np.float32)
    shape = (len(liked), tracks.near.shape[0])
    seeds = csr_array((ones, (rows, liked[rows, places])), shape=shape)
    return np.asarray((seeds @ tracks.near).toarray(), dtype=np.float32)


def _rounded(scores: NDArray[np.float32] | NDArray[np.float64]) -> Floats:
    return np.round(scores, SCORE_DECIMALS).astype(np.float32)

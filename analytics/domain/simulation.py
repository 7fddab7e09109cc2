"""The simulation: all prompts of a bank asked of a market with our tracks in it.

A shard (some prompts) is a pure function of the prompts and the tracks; summing up takes the random
generator. So the same seed gives the same report however the prompts were cut into shards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from prompts.domain.index import TrackIndex
from prompts.domain.queries import Blend, QueryBlock
from prompts.domain.surfacing import score_all, surface

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]

FIRST_PLACES = 20
"""k: a track surfaces when it is among the first 20. Longer lists are seldom looked at."""

DEPTH = 200
"""How deep ranks are known exactly; beyond, a track is far from the list and we say so."""

BLOCK = 64
SCORE_DECIMALS = 5
"""Scores are compared after rounding, so that the last bits of a matrix product, which depend on
how prompts were grouped, cannot swap two places."""


def full_relevance(blend: Blend) -> float:
    """Score of a track that has all that was asked for and says so in half-similar words."""
    return blend.concepts + 0.5 * blend.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some prompts gave. Hits are (prompt, own track) pairs within the first `DEPTH` places.

    `first_prompt` is the number of the first prompt in the bank; `prompt` counts from there.
    """

    first_prompt: int
    prompt: Numbers
    track: Numbers
    rank: Numbers
    score: Floats
    list_scores: Floats
    """Shape (n_prompts, k): scores of the list as shown, own tracks included; -inf where empty."""
    market_scores: Floats
    """Shape (n_prompts, depth): scores of the best of the market alone, best first."""
    fit: Floats
    """How well each hit answers its prompt, in the points of the prompt-driven approach. Lists are
    ordered by score; what listeners make of a track depends on how it fits. For the prompt-driven
    approach the two are one."""
    list_fits: Floats
    """Shape (n_prompts, k): fits of the list as shown; -inf where empty or refused."""
    market_fits: Floats
    """Shape (n_prompts, k): fits of the market's first places."""

    @property
    def prompts(self) -> int:
        return len(self.list_scores)

    def only(self, hits: NDArray[np.bool_]) -> Outcome:
        """Some of the hits; lists and market stay whole."""
        return replace(
            self,
            prompt=self.prompt[hits],
            track=self.track[hits],
            rank=self.rank[hits],
            score=self.score[hits],
            fit=self.fit[hits],
        )


@dataclass(frozen=True, slots=True)
class MarketRanks:
    """The best of the market for some prompts, best first; our own tracks are not in it."""

    positions: Numbers
    """Shape (n_prompts, depth): places in the market's index, -1 where there are no more."""
    scores: Floats
    """Same shape; -inf where there are no more."""
    fits: Floats
    """Same shape: how well each answers the prompt; the scores, for the prompt-driven approach."""


def rank_market(queries: QueryBlock, market: TrackIndex, *, depth: int = DEPTH) -> MarketRanks:
    """Ask some prompts of the market alone."""
    positions, best = surface(queries, market, k=depth)
    scores = np.round(best, SCORE_DECIMALS)
    return MarketRanks(positions, scores, scores)


def simulate_shard(
    queries: QueryBlock,
    market: TrackIndex,
    own: TrackIndex,
    *,
    first_prompt: int = 0,
    places: int = FIRST_PLACES,
    depth: int = DEPTH,
) -> Outcome:
    """Ask some prompts; `own` must be built with the statistics of `market`."""
    ranks = rank_market(queries, market, depth=depth)
    return place_own(
        queries,
        own,
        ranks.scores,
        ranks.fits,
        first_prompt=first_prompt,
        places=places,
        depth=depth,
    )


Scorer = Callable[[slice, Floats], Floats]
"""How an approach turns fits of some prompts, (rows, tracks), into the scores it ranks by."""


def place_own(
    queries: QueryBlock,
    own: TrackIndex,
    market_scores: Floats,
    market_fits: Floats,
    *,
    scorer: Scorer | None = None,
    first_prompt: int = 0,
    places: int = FIRST_PLACES,
    depth: int = DEPTH,
) -> Outcome:
    """Place our tracks among the best of the market.

    Parameters
    ----------
    market_scores, market_fits : shapes (n_prompts, depth) and (n_prompts, places or more)
    scorer : of the approach; the prompt-driven one, which ranks by fit, where there is none
    """
    hits: list[tuple[Numbers, Numbers, Numbers, Floats, Floats]] = []
    lists = market_scores[:, :places].copy()
    list_fits = market_fits[:, :places].copy()
    for start in range(0, len(queries), BLOCK):
        stop = min(start + BLOCK, len(queries))
        fits = np.round(score_all(queries.part(start, stop), own), SCORE_DECIMALS)
        scores = scorer(slice(start, stop), fits) if scorer else fits
        reached = reaches(scores, market_scores[start:stop, -1:])
        for row in np.flatnonzero(reached.any(axis=1)):
            tracks = np.flatnonzero(reached[row])
            tracks = tracks[np.lexsort((tracks, -scores[row, tracks]))]
            values = scores[row, tracks]
            rank = ranks_among(values, market_scores[start + row])
            near = rank <= depth
            number = int(near.sum())
            fit = fits[row, tracks]
            hits.append(
                (
                    np.full(number, start + row, dtype=np.int32),
                    tracks[near].astype(np.int32),
                    rank[near].astype(np.int32),
                    values[near],
                    fit[near],
                )
            )
            lists[start + row], list_fits[start + row] = merged_list(
                (lists[start + row], list_fits[start + row]), (values[:places], fit[:places])
            )
    return Outcome(
        first_prompt=first_prompt,
        prompt=_joined([hit[0] for hit in hits], np.int32),
        track=_joined([hit[1] for hit in hits], np.int32),
        rank=_joined([hit[2] for hit in hits], np.int32),
        score=_joined([hit[3] for hit in hits], np.float32),
        fit=_joined([hit[4] for hit in hits], np.float32),
        list_scores=lists,
        list_fits=list_fits,
        market_scores=market_scores,
        market_fits=market_fits[:, :places],
    )


def merged_list(shown: tuple[Floats, Floats], own: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Put own tracks into a list: scores and fits of what is shown then, best first.

    On equal scores what was shown goes first, as in `ranks_among`.
    """
    places = len(shown[0])
    scores = np.concatenate([shown[0], own[0]])
    first = np.argsort(-scores, kind="stable")[:places]
    return scores[first], np.concatenate([shown[1], own[1]])[first]


def reaches(scores: Floats, last_market_score: Floats) -> NDArray[np.bool_]:
    """Which tracks come within the known depth of a list.

    Where the conditions of a prompt leave few tracks, a list stays short: a track that has nothing
    of what was asked for (no positive score) does not fill it.
    """
    return np.asarray((scores > last_market_score) & (scores > 0))


def ranks_among(own_scores: Floats, market_scores: Floats) -> NDArray[np.int64]:
    """Places of own tracks (best first) in one list; on equal scores the market goes first."""
    better = np.searchsorted(-market_scores, -own_scores, side="right")
    return np.asarray(better + np.arange(len(own_scores)) + 1)


Kind = TypeVar("Kind", np.int32, np.float32)


def _joined(parts: Sequence[NDArray[Kind]], kind: type[Kind]) -> NDArray[Kind]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


def merge(outcomes: Sequence[Outcome]) -> Outcome:
    """Join shards into one outcome, in the order of the bank whatever order they came in."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.first_prompt)
    offsets = np.cumsum([0, *(outcome.prompts for outcome in ordered)])
    expected = [outcome.first_prompt - ordered[0].first_prompt for outcome in ordered]
    if list(offsets[:-1]) != expected:
        raise ValueError("shards are missing or overlap")
    return Outcome(
        first_prompt=ordered[0].first_prompt,
        prompt=np.concatenate(
            [o.prompt + offset for o, offset in zip(ordered, offsets, strict=False)]
        ).astype(np.int32),
        track=np.concatenate([o.track for o in ordered]),
        rank=np.concatenate([o.rank for o in ordered]),
        score=np.concatenate([o.score for o in ordered]),
        fit=np.concatenate([o.fit for o in ordered]),
        list_scores=np.concatenate([o.list_scores for o in ordered]),
        list_fits=np.concatenate([o.list_fits for o in ordered]),
        market_scores=np.concatenate([o.market_scores for o in ordered]),
        market_fits=np.concatenate([o.market_fits for o in ordered]),
    )

"""The fairness ledger: who gets the places in the lists, and what fairer lists would cost.

Exposure is the chance that a place is looked at, summed over all prompts by their weight. Every
figure has an interval: prompts are dealt to 20 groups, and each figure is computed anew without
each group (delete-a-group jackknife). It says how far other prompts of the same kind would move the
figure, with the market, the listener and the prompt engine as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analytics.domain.exposure import (
    FIFTHS,
    crowd_out,
    gini,
    jackknife,
    share_by_rank,
    tail_of,
)
from analytics.domain.intervals import Interval
from analytics.domain.lists import BATCHES, EMPTY, STRENGTHS, Floats, ShardLists
from analytics.domain.traits import UNSTATED, Traits

ARTIST_BANDS = ((1, 1), (2, 5), (6, 20), (21, None))
MOST_LANGUAGES = 8


@dataclass(frozen=True, slots=True)
class GroupShare:
    """A group of tracks: what share of all tracks it is, and of all exposure it gets."""

    name: str
    tracks: float
    track_share: float
    exposure: Interval

    @property
    def ratio(self) -> float:
        """Exposure a track, against the mean over all tracks: 1 is an even share."""
        return self.exposure.estimate / self.track_share if self.track_share else 0.0


@dataclass(frozen=True, slots=True)
class BoostPoint:
    """What one strength of a boost does."""

    strength: float
    exposure: Interval
    """Share of exposure of the boosted tracks."""
    lost: Interval
    """Relevance lost against no boost, as a share of it."""
    unsure: float
    """Share of prompts in whose list a track from below place 200 might have come in."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything the fairness page shows of one run."""

    prompts: int
    tracks: int
    gini: Interval
    coverage: Interval
    tail_share: Interval
    difference: Interval
    crowd_out: Interval
    tail_by: str
    """What the long tail is judged by: "popularity" or "artist" (size of the artist's catalog)."""
    groups: Mapping[str, tuple[GroupShare, ...]]
    boosts: Mapping[str, tuple[BoostPoint, ...]]


def keep_ledger(
    lists: ShardLists,
    *,
    looked: Floats,
    weights: Floats,
    traits: Traits,
    own_tracks: int,
) -> Ledger:
    """Sum the lists of a whole run up.

    Parameters
    ----------
    looked : shape (n_prompts, k), chance that each place is looked at
    weights : shape (n_prompts,), what one prompt stands for
    traits : of all tracks, market first, then our own
    """
    counter = _Counter(lists, looked, weights, len(traits))
    tail, by = tail_of(traits)
    groups = {
        "artist": _artist_groups(traits),
        "language": _language_groups(traits),
        "whose": _whose_groups(len(traits), own_tracks),
    }
    richness = tuple(
        GroupShare(
            name=name,
            tracks=len(traits) / FIFTHS,
            track_share=1 / FIFTHS,
            exposure=counter.interval(_share_of_fifth(traits.tags, fifth)),
        )
        for fifth, name in enumerate(_fifth_names(traits.tags))
    )
    return Ledger(
        prompts=lists.prompts,
        tracks=len(traits),
        gini=counter.interval(gini),
        coverage=counter.interval(lambda exposure: float((exposure > 0).mean())),
        tail_share=counter.interval(lambda exposure: _share(exposure, tail)),
        difference=counter.mean_interval(lists.difference),
        crowd_out=counter.interval(lambda exposure: crowd_out(exposure, traits.tags), floor=-1.0),
        tail_by=by,
        groups={
            "richness": richness,
            **{name: _shares(counter, found) for name, found in groups.items()},
        },
        boosts=dict(zip(("tail", "thin"), _boosts(lists.sums, weights), strict=True)),
    )


class _Counter:
    """Exposure of every track, over all prompts and without each group of them."""

    def __init__(self, lists: ShardLists, looked: Floats, weights: Floats, tracks: int) -> None:
        prompt, _ = shown = np.nonzero(lists.tracks != EMPTY)
        self.prompts = lists.prompts
        self.weights = weights
        self.batch = np.arange(lists.prompts) % BATCHES
        number = lists.tracks[shown]
        amount = (looked * weights[:, None])[shown]
        by_batch = np.zeros((BATCHES, tracks))
        np.add.at(by_batch, (self.batch[prompt], number), amount)
        self.exposure = by_batch.sum(axis=0)
        self.without = self.exposure - by_batch
        # What is left by subtraction may be off by the last bit; nobody is looked at a little.
        self.without[np.abs(self.without) < 1e-15] = 0.0

    def interval(self, figure: Callable[[Floats], float], *, floor: float = 0.0) -> Interval:
        """Give a figure of the exposures with its interval."""
        values = [float(figure(exposure)) for exposure in self.without]
        return jackknife(float(figure(self.exposure)), values, n=self.prompts, floor=floor)

    def mean_interval(self, value: NDArray[np.float32]) -> Interval:
        """Give the weighed mean of a figure of lists; lists without one are left out."""
        known = ~np.isnan(value)
        weights = np.where(known, self.weights, 0.0)
        amount = np.where(known, value, 0.0) * weights
        sums = np.bincount(self.batch, weights=amount, minlength=BATCHES)
        held = np.bincount(self.batch, weights=weights, minlength=BATCHES)
        if held.sum() <= 0:
            return Interval(0.0, 0.0, 0.0, 0)
        rest = held.sum() - held
        values = np.where(rest > 0, (sums.sum() - sums) / np.maximum(rest, 1e-300), 0.0)
        return jackknife(
            float(sums.sum() / held.sum()), [float(v) for v in values], n=int(known.sum())
        )


def _share(exposure: Floats, which: NDArray[np.bool_]) -> float:
    total = float(exposure.sum())
    return float(exposure[which].sum()) / total if total > 0 else 0.0


def _share_of(which: NDArray[np.bool_]) -> Callable[[Floats], float]:
    return lambda exposure: _share(exposure, which)


def _share_of_fifth(tags: NDArray[np.int32], fifth: int) -> Callable[[Floats], float]:
    return lambda exposure: float(share_by_rank(exposure, tags)[fifth])


def _shares(
    counter: _Counter, groups: Sequence[tuple[str, NDArray[np.bool_]]]
) -> tuple[GroupShare, ...]:
    return tuple(
        GroupShare(
            name=name,
            tracks=int(which.sum()),
            track_share=float(which.mean()),
            exposure=counter.interval(_share_of(which)),
        )
        for name, which in groups
        if which.any()
    )


def _artist_groups(traits: Traits) -> list[tuple[str, NDArray[np.bool_]]]:
    size = traits.artist_tracks
    groups = [
        (
            f"{low} track" if low == high else f"{low} to {high} tracks" if high else "Over 20",
            (size >= low) & (size <= (high or size.max(initial=0))),
        )
        for low, high in ARTIST_BANDS
    ]
    return [*groups, ("Artist not known", size == 0)]


def _language_groups(traits: Traits) -> list[tuple[str, NDArray[np.bool_]]]:
    codes, counts = np.unique(traits.language, return_counts=True)
    stated = [str(code) for code in codes[np.argsort(-counts, kind="stable")] if code != UNSTATED]
    named = stated[:MOST_LANGUAGES]
    groups = [(code, traits.language == code) for code in named]
    others = ~np.isin(traits.language, [*named, UNSTATED])
    return [*groups, ("Other languages", others), ("Not stated", traits.language == UNSTATED)]


def _whose_groups(tracks: int, own: int) -> list[tuple[str, NDArray[np.bool_]]]:
    ours = np.arange(tracks) >= tracks - own
    return [("Ours", ours), ("The market's", ~ours)]


def _fifth_names(tags: NDArray[np.int32]) -> list[str]:
    """Name the fifths by the numbers of tags in them."""
    ordered = np.sort(tags)
    edges = [round(len(ordered) * part / FIFTHS) for part in range(FIFTHS + 1)]
    names = []
    for low, high in pairwise(edges):
        part = ordered[low : max(high, low + 1)]
        first, last = (int(part[0]), int(part[-1])) if len(part) else (0, 0)
        span = f"{first}" if first == last else f"{first} to {last}"
        names.append(f"{span} tag{'' if span == '1' else 's'}")
    return names


def _boosts(sums: Floats, weights: Floats) -> tuple[tuple[BoostPoint, ...], ...]:
    """Sum the boosts up; see `ShardLists.sums` for the shape."""
    n = len(weights)
    total = sums.sum(axis=0)
    without = total[None] - sums
    asked = max(float(weights.sum()), 1e-300)

    def share(part: Floats) -> Floats:
        return np.asarray(part[..., 0] / np.maximum(part[..., 1], 1e-300))

    def lost(part: Floats) -> Floats:
        relevance = part[..., 2] / np.maximum(part[..., 1], 1e-300)
        return np.asarray(1 - relevance / np.maximum(relevance[..., :1], 1e-300))

    shares, losses = share(total), lost(total)
    shares_without, losses_without = share(without), lost(without)
    return tuple(
        tuple(
            BoostPoint(
                strength=strength,
                exposure=jackknife(
                    float(shares[target, step]), list(shares_without[:, target, step]), n=n
                ),
                lost=jackknife(
                    float(losses[target, step]),
                    list(losses_without[:, target, step]),
                    n=n,
                    floor=-1.0,
                ),
                unsure=min(1.0, float(total[target, step, 3]) / asked),
            )
            for step, strength in enumerate(STRENGTHS)
        )
        for target in range(sums.shape[1])
    )

"""How people listen: depth, skips, completion, coming back, going on to other tracks.

One hearing is one listener with one track of one list; what the player and the buttons say of it
is one outcome. Hearings of one listener are alike, so intervals are those of listeners: the number
that chance alone allows is cut by how much listeners differ (design effect).

References
----------
Kish (1965), "Survey Sampling", section 5.4, for ratios of clusters; Wilson (1927) with Student's t.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

import numpy as np
from scipy.special import stdtrit

from analytics.domain.intervals import Interval, wilson, wilson_of_share

FEWEST = 30
"""Hearings (or listeners with a track) below which nothing is said."""

FEWEST_LISTENERS = 5
"""Fewer people than this say nothing of listeners in general, and could be recognised."""

REPEAT_DAYS = (7, 28)
ONWARD_DAYS = 28
PLACE_BANDS = ((1, 1), (2, 3), (4, 10), (11, 20), (21, 1_000))


class Outcome(IntEnum):
    """What became of a hearing, the most telling last."""

    PLAYED = 1
    SKIPPED = 2
    COMPLETED = 3


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a player or a button; `share` is how much of the track was heard, 0 to 1."""

    listener: int | None
    track: int
    artists: frozenset[int]
    list_id: Hashable
    space: str
    place: int | None
    day: date
    outcome: Outcome
    share: float | None


@dataclass(frozen=True, slots=True)
class Hearing:
    """A listener with a track of a list."""

    listener: int | None
    track: int
    artists: frozenset[int]
    space: str
    place: int | None
    day: date
    outcome: Outcome
    depth: float | None


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its interval, or the reason why there is none. `n` says what of."""

    interval: Interval | None
    n: int
    listeners: int
    reason: str = ""


def hearings_of(events: Iterable[Event]) -> list[Hearing]:
    """Join what is known of each hearing: the most telling outcome, the deepest listening."""
    groups: dict[Hashable, list[Event]] = {}
    for event in events:
        key = (event.listener, event.track, event.list_id or event.day)
        groups.setdefault(key, []).append(event)
    return [_hearing(group) for group in groups.values()]


def _hearing(group: Sequence[Event]) -> Hearing:
    first = min(group, key=lambda event: event.day)
    shares = [event.share for event in group if event.share is not None]
    return Hearing(
        listener=first.listener,
        track=first.track,
        artists=first.artists,
        space=next((event.space for event in group if event.space), ""),
        place=next((event.place for event in group if event.place is not None), None),
        day=first.day,
        outcome=max(event.outcome for event in group),
        depth=min(max(shares), 1.0) if shares else None,
    )


def share_of(trials: Sequence[tuple[int | None, bool]]) -> Metric:
    """Share of trials that came true; each is a listener and whether it did."""
    n = len(trials)
    totals: dict[int | None, list[int]] = {}
    for listener, is_so in trials:
        count = totals.setdefault(listener, [0, 0])
        count[0] += is_so
        count[1] += 1
    if reason := _too_little(n, len(totals)):
        return Metric(None, n, len(totals), reason)
    hits = sum(count[0] for count in totals.values())
    share = hits / n
    chance = share * (1 - share) / n
    effect = 1.0
    if chance > 0:
        apart = sum((one - share * all_) ** 2 for one, all_ in totals.values())
        effect = max(1.0, len(totals) / (len(totals) - 1) * apart / n**2 / chance)
    t = float(stdtrit(len(totals) - 1, 0.975))
    low, high = wilson_of_share(share, n / effect, z=t)
    return Metric(Interval(share, min(low, share), max(high, share), n), n, len(totals))


def mean_of(values: Sequence[tuple[int | None, float]]) -> Metric:
    """Mean of figures from 0 to 1; each is a listener and a figure."""
    n = len(values)
    totals: dict[int | None, list[float]] = {}
    for listener, value in values:
        totals.setdefault(listener, []).append(value)
    if reason := _too_little(n, len(totals)):
        return Metric(None, n, len(totals), reason)
    mean = float(np.mean([value for _, value in values]))
    apart = sum((sum(found) - mean * len(found)) ** 2 for found in totals.values())
    error = float(np.sqrt(len(totals) / (len(totals) - 1) * apart)) / n
    half = float(stdtrit(len(totals) - 1, 0.975)) * error
    return Metric(Interval(mean, max(0.0, mean - half), min(1.0, mean + half), n), n, len(totals))


def counted_share(part: int, whole: int) -> Metric:
    """Share of counts that a source reports; it names no listeners, so chance alone is allowed."""
    if whole < FEWEST:
        return Metric(None, whole, 0, f"{whole:,} of {FEWEST} needed: not enough to say.")
    return Metric(wilson(min(part, whole), whole), whole, 0)


def _too_little(n: int, listeners: int) -> str:
    if n >= FEWEST and listeners >= FEWEST_LISTENERS:
        return ""
    return (
        f"Not enough to say: {n:,} by {listeners:,} listener{'' if listeners == 1 else 's'}; "
        f"{FEWEST} by {FEWEST_LISTENERS} are the least."
    )


def depth(hearings: Sequence[Hearing]) -> Metric:
    """Mean share of the track that was heard."""
    return mean_of([(one.listener, one.depth) for one in hearings if one.depth is not None])


def completion(hearings: Sequence[Hearing]) -> Metric:
    """Share of hearings that went to the end."""
    return share_of([(one.listener, one.outcome is Outcome.COMPLETED) for one in hearings])


def skips(hearings: Sequence[Hearing]) -> Metric:
    """Share of hearings that were skipped."""
    return share_of([(one.listener, one.outcome is Outcome.SKIPPED) for one in hearings])


def by_band(hearings: Sequence[Hearing]) -> dict[tuple[int, int], Metric]:
    """Skip rate by place in the list; places nobody noted are left out."""
    return {
        (first, last): skips(found)
        for first, last in PLACE_BANDS
        if (
            found := [
                one for one in hearings if one.place is not None and first <= one.place <= last
            ]
        )
    }


def by_space(hearings: Sequence[Hearing]) -> dict[str, Metric]:
    """Skip rate by prompt space, the most heard first."""
    groups: dict[str, list[Hearing]] = {}
    for one in hearings:
        if one.space:
            groups.setdefault(one.space, []).append(one)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return {space: skips(found) for space, found in ordered}


def repeats(hearings: Sequence[Hearing], *, within_days: int, today: date) -> Metric:
    """Share of listeners who came back to a track on a later day, within so many days.

    Counted of pairs of a listener and a track whose days are over. Skips are no hearing here.
    """
    days: dict[tuple[int | None, int], set[date]] = {}
    for one in hearings:
        if one.outcome is not Outcome.SKIPPED:
            days.setdefault((one.listener, one.track), set()).add(one.day)
    return share_of(
        [
            (listener, any(0 < (day - min(found)).days <= within_days for day in found))
            for (listener, _), found in days.items()
            if min(found) + timedelta(days=within_days) < today
        ]
    )


def onward(
    hearings: Sequence[Hearing],
    *,
    tracks_of_artist: Mapping[int, int],
    today: date,
    from_track: int | None = None,
) -> Metric:
    """Share of listeners who went on to another track of the artist, on a later day.

    Counted of pairs of a listener and an artist with several tracks, from the first of these she
    heard (`from_track` if given), over `ONWARD_DAYS` days that are over.
    """
    pairs: dict[tuple[int | None, int], list[Hearing]] = {}
    for one in hearings:
        if one.outcome is not Outcome.SKIPPED:
            for artist in one.artists:
                if tracks_of_artist.get(artist, 0) > 1:
                    pairs.setdefault((one.listener, artist), []).append(one)
    trials: list[tuple[int | None, bool]] = []
    for (listener, _), found in pairs.items():
        first = min(found, key=lambda one: (one.day, one.track))
        if from_track is not None and first.track != from_track:
            continue
        if first.day + timedelta(days=ONWARD_DAYS) >= today:
            continue
        went_on = any(
            one.track != first.track and 0 < (one.day - first.day).days <= ONWARD_DAYS
            for one in found
        )
        trials.append((listener, went_on))
    return share_of(trials)

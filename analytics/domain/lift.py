"""Did a campaign move anything: counts before against during, beside tracks that were left alone.

The measure is a ratio of ratios (a difference in differences on the logarithm): how much the rate
of the campaign's tracks changed, divided by how much that of the control group changed over the
same days. What moves all tracks alike (a season, a new player) falls out; what moves only one group
does not.

References
----------
Angrist and Pischke (2009), "Mostly Harmless Econometrics", section 5.2, for the design; McCullagh
and Nelder (1989), section 6.2.3, for counts that vary more than Poisson's. Ours differs in: one
spread for each group, over all its periods, never below Poisson's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from analytics.domain.intervals import DEFAULT_LEVEL, Interval

Floats = NDArray[np.float64]

FEWEST_COUNTS = 30
"""Events a group needs in each period; below, the logarithm of a rate is far from normal."""

FEWEST_DAYS = 7
"""A period shorter than a week compares weekdays with weekends."""

WEEK = 7
WEEKS_FROM_DAYS = 28
"""From so many days on in both periods spread is judged by weeks: days of one week are alike."""


@dataclass(frozen=True, slots=True)
class Period:
    """Counts of a group by day, shape (n_days,), and what of: days, or impressions."""

    counts: Floats
    exposure: Floats

    @property
    def total(self) -> float:
        return float(self.counts.sum())

    @property
    def rate(self) -> float:
        exposure = float(self.exposure.sum())
        return self.total / exposure if exposure > 0 else 0.0

    def __len__(self) -> int:
        return len(self.counts)


@dataclass(frozen=True, slots=True)
class Lift:
    """What came of a comparison; a ratio of 1 is no change.

    `against_itself` compares with the tracks' own past only, `ratio` also with the control group.
    Either is None where there is too little, and `reason` says what.
    """

    against_itself: Interval | None
    ratio: Interval | None
    reason: str


def lift(
    before: Period,
    then: Period,
    *,
    control_before: Period | None = None,
    control_then: Period | None = None,
) -> Lift:
    """Compare a period with the one before the start.

    Intervals are 95 %, from counts that vary at least as much as Poisson's and as much more as the
    days (or weeks) of each group show, with Student's t.
    """
    if reason := _too_little(before, then, "The campaign's tracks"):
        return Lift(None, None, reason)
    own = _change(before, then)
    itself = _interval([own], n=int(before.total + then.total))
    if control_before is None or control_then is None:
        return Lift(itself, None, "There is no control group, so what else changed is not known.")
    if reason := _too_little(control_before, control_then, "The control group"):
        return Lift(itself, None, reason)
    other = _change(control_before, control_then)
    n = int(before.total + then.total + control_before.total + control_then.total)
    ratio = _interval([own, _Change(-other.log, other.variance, other.freedom)], n=n)
    return Lift(itself, ratio, "")


def _too_little(before: Period, then: Period, who: str) -> str:
    if min(len(before), len(then)) < FEWEST_DAYS:
        return f"Not enough to say: each period needs {FEWEST_DAYS} days."
    fewest = int(min(before.total, then.total))
    if fewest < FEWEST_COUNTS:
        when = "before the start" if before.total <= then.total else "since"
        return (
            f"Not enough to say: {who.lower()} {'has' if who.endswith('group') else 'have'} "
            f"{fewest:,} {when}; {FEWEST_COUNTS} are the least."
        )
    return ""


@dataclass(frozen=True, slots=True)
class _Change:
    """Logarithm of a ratio of rates, its variance, and the degrees of freedom behind that."""

    log: float
    variance: float
    freedom: int


def _change(before: Period, then: Period) -> _Change:
    periods = [_blocks(one, before, then) for one in (before, then)]
    square = sum(_pearson(one) for one in periods)
    freedom = sum(len(one) - 1 for one in periods)
    spread = max(1.0, square / freedom) if freedom > 0 else 1.0
    return _Change(
        log(then.rate / before.rate), spread * (1 / before.total + 1 / then.total), max(freedom, 1)
    )


def _blocks(one: Period, before: Period, then: Period) -> Period:
    """Days, or whole weeks where both periods have enough of them; a rest joins the last week."""
    if min(len(before), len(then)) < WEEKS_FROM_DAYS:
        return one
    starts = np.arange(0, len(one) - len(one) % WEEK, WEEK)
    return Period(np.add.reduceat(one.counts, starts), np.add.reduceat(one.exposure, starts))


def _pearson(one: Period) -> float:
    expected = one.rate * one.exposure
    known = expected > 0
    return float(((one.counts - expected)[known] ** 2 / expected[known]).sum())


def _interval(changes: Sequence[_Change], *, n: int) -> Interval:
    """Add independent changes; degrees of freedom by Welch and Satterthwaite."""
    variance = sum(one.variance for one in changes)
    freedom = variance**2 / sum(one.variance**2 / one.freedom for one in changes)
    middle = sum(one.log for one in changes)
    half = float(stdtrit(freedom, 0.5 + DEFAULT_LEVEL / 2)) * sqrt(variance)
    return Interval(exp(middle), exp(middle - half), exp(middle + half), n)

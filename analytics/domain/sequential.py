"""Live splits that may be looked at any time: a test whose error holds however often one peeks.

The mixture sequential probability ratio test for two shares. Its p-value only ever falls and is
below alpha with at most that chance if nothing differs, at any time somebody looks.

References
----------
Robbins (1970), "Statistical Methods Related to the Law of the Iterated Logarithm".
Johari, Pekelis and Walsh (2017), "Always Valid Inference". Normal approximation, so no verdict is
given before each arm has `FEWEST_SAVES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from analytics.domain.intervals import Interval, wilson

ALPHA = 0.05
FEWEST_SAVES = 25
FEWEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Arm:
    """What one variant came to: how often shown, how often saved."""

    shown: int
    saved: int

    def __post_init__(self) -> None:
        if not 0 <= self.saved <= self.shown:
            raise ValueError(f"{self.saved} saves of {self.shown} is not a count")

    @property
    def rate(self) -> float:
        return self.saved / self.shown if self.shown else 0.0


@dataclass(frozen=True, slots=True)
class LiveVerdict:
    """Where a live split stands; `p_values` are always valid, one a variant against the first."""

    rates: tuple[Interval | None, ...]
    p_values: tuple[float, ...]
    winner: int | None
    is_enough: bool
    reason: str


def always_valid_p(one: Arm, other: Arm, *, worthwhile: float) -> float:
    """Chance to ever look this different if nothing differs; 1 while there is too little.

    Parameters
    ----------
    worthwhile : the difference between rates that one wants to find, fixed before the start; it
        sets the spread of the mixture and does not touch the error
    """
    if min(one.shown, other.shown) < FEWEST_SHOWN or min(one.saved, other.saved) < FEWEST_SAVES:
        return 1.0
    pooled = (one.saved + other.saved) / (one.shown + other.shown)
    variance = pooled * (1 - pooled) * (1 / one.shown + 1 / other.shown)
    if variance <= 0:
        return 1.0
    spread = worthwhile**2
    apart = one.rate - other.rate
    log_ratio = 0.5 * log(variance / (variance + spread)) + (
        spread * apart**2 / (2 * variance * (variance + spread))
    )
    return min(1.0, exp(-log_ratio)) if log_ratio < 700 else 0.0


def judge_live(
    arms: Sequence[Arm],
    *,
    worthwhile: float,
    lowest: Sequence[float] = (),
    names: Sequence[str] = (),
) -> LiveVerdict:
    """Judge a live split now; `lowest` are the smallest p-values of earlier looks.

    The first arm is the wording in use. With more than two arms alpha is shared (Bonferroni).
    """
    before = list(lowest) or [1.0] * (len(arms) - 1)
    p_values = tuple(
        min(old, always_valid_p(arms[0], arm, worthwhile=worthwhile))
        for old, arm in zip(before, arms[1:], strict=True)
    )
    rates = tuple(wilson(arm.saved, arm.shown) if arm.shown else None for arm in arms)
    short = [arm for arm in arms if arm.shown < FEWEST_SHOWN or arm.saved < FEWEST_SAVES]
    if short:
        return LiveVerdict(
            rates,
            p_values,
            None,
            False,
            f"Each wording needs {FEWEST_SHOWN} visits and {FEWEST_SAVES} saves first.",
        )
    limit = ALPHA / (len(arms) - 1)
    decided = [number for number, p in enumerate(p_values, 1) if p < limit]
    if not decided:
        return LiveVerdict(rates, p_values, None, True, "No difference shown yet.")
    best = max(range(len(arms)), key=lambda number: arms[number].rate)
    if best != 0 and best not in decided:
        return LiveVerdict(rates, p_values, None, True, "No difference shown yet.")
    name = names[best] if names else f"Wording {best + 1}"
    return LiveVerdict(rates, p_values, best, True, f"{name} is saved more often.")


def visits_needed(rate: float, worthwhile: float, *, power: float = 0.8) -> int:
    """Visits per arm that a fixed test would need; a sequential one takes up to half as many again.

    Two-sided 5 % and the stated power.
    """
    z = 1.959964 + {0.8: 0.841621, 0.9: 1.281552}[power]
    other = rate + worthwhile
    spread = rate * (1 - rate) + other * (1 - other)
    return int(sqrt(spread) ** 2 * (z / worthwhile) ** 2) + 1

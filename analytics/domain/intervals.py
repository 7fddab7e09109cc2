"""Rates with their uncertainty. No rate leaves this app without an interval and a sample size."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri, stdtrit

DEFAULT_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, the range that holds the truth `level` of the time, and the sample size."""

    estimate: float
    low: float
    high: float
    n: int
    level: float = DEFAULT_LEVEL

    def __post_init__(self) -> None:
        if not self.low <= self.estimate <= self.high:
            raise ValueError(f"estimate {self.estimate} lies outside {self.low} to {self.high}")

    def overlaps(self, other: Self) -> bool:
        return self.low <= other.high and other.low <= self.high

    def as_dict(self) -> dict[str, float | int]:
        return {
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "level": self.level,
        }


def wilson(successes: int, n: int, *, level: float = DEFAULT_LEVEL) -> Interval:
    """Score interval of a share: honest also for 0 of n and n of n.

    References
    ----------
    Wilson (1927); Brown, Cai and DasGupta (2001), "Interval Estimation for a Binomial Proportion".
    """
    if n <= 0:
        raise ValueError("a rate needs at least one observation")
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a count")
    z = float(ndtri(0.5 + level / 2))
    share = successes / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(
        share,
        0.0 if successes == 0 else min(share, middle - half),
        1.0 if successes == n else max(share, middle + half),
        n,
        level,
    )


def wilson_of_share(share: float, n: float, *, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval for a share known with the precision of `n` (any positive) trials."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def beta_interval(
    successes: float,
    n: int,
    *,
    prior_successes: float = 0.5,
    prior_failures: float = 0.5,
    level: float = DEFAULT_LEVEL,
) -> Interval:
    """Posterior interval of a share; the default prior is Jeffreys'. The estimate is the mean."""
    if n < 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a count")
    a, b = successes + prior_successes, n - successes + prior_failures
    tail = (1 - level) / 2
    mean = a / (a + b)
    low, high = float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1 - tail))
    # A very skewed posterior can have its mean outside the central interval; widen, never hide it.
    return Interval(mean, min(low, mean), max(high, mean), n, level)


def bootstrap_mean(
    values: NDArray[np.float64],
    *,
    random: np.random.Generator,
    draws: int = 2_000,
    level: float = DEFAULT_LEVEL,
) -> Interval:
    """Percentile bootstrap of a mean; with fewer than two values there is nothing to resample."""
    sample = np.asarray(values, dtype=np.float64)
    if sample.size < 2:
        raise ValueError("a bootstrap needs at least two values")
    picks = random.integers(0, sample.size, size=(draws, sample.size))
    means = sample[picks].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    mean = float(sample.mean())
    return Interval(mean, min(float(low), mean), max(float(high), mean), int(sample.size), level)


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Where the width of a conversion interval comes from, as variances of its logarithm."""

    simulation: float
    parameters: float

    @property
    def parameter_share(self) -> float:
        total = self.simulation + self.parameters
        return self.parameters / total if total > 0 else 0.0


def log_rate_interval(
    estimate: float,
    *,
    uncertainty: Uncertainty,
    n: int,
    degrees_of_freedom: float,
    level: float = DEFAULT_LEVEL,
) -> Interval:
    """Interval of a small positive rate whose logarithm is about normal.

    Simulation error is estimated from few prompts, so its part of the width uses Student's t;
    the parameter part is known from its prior. The two combine by Welch and Satterthwaite.
    """
    if estimate <= 0:
        return Interval(0.0, 0.0, 0.0, n, level)
    total = uncertainty.simulation + uncertainty.parameters
    if total == 0:
        return Interval(estimate, estimate, estimate, n, level)
    simulated = uncertainty.simulation
    freedom = degrees_of_freedom * (total / simulated) ** 2 if simulated > 0 else np.inf
    quantile = (
        float(stdtrit(freedom, 0.5 + level / 2))
        if np.isfinite(freedom)
        else float(ndtri(0.5 + level / 2))
    )
    half = quantile * sqrt(total)
    middle = log(estimate)
    return Interval(estimate, exp(middle - half), min(1.0, exp(middle + half)), n, level)

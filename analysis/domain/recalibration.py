"""What answers teach about a term: from which confidence it is worth asking a workspace.

The rule. Among the questions answered so far about a term, those of at least a confidence were
right in some share. The share is shrunk towards what the limits promise: as if, before any answer,
ten questions had been answered and 85 % of them accepted (a beta-binomial model; its mean is
shown). The limit of a workspace is the lowest confidence, from the default upwards, whose shrunk
share reaches 70 %. With fewer than eight answers the default stands; the limit never rises above
0.95, and it falls back as people accept again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ANSWERS_BEFORE = 10.0
SHARE_BEFORE = 0.85
"""What `train_heads` sets limits for; see `heads.toml`."""
WORTH_ASKING = 0.70
LEAST_ANSWERS = 8
HIGHEST = 0.95
STEP = 0.05


@dataclass(frozen=True)
class Answer:
    """One question that was answered: with which confidence it was asked, and whether it was right.

    Putting another term in its place counts as refusing it.
    """

    confidence: float
    accepted: bool


@dataclass(frozen=True)
class Limit:
    """From which confidence a term is asked, with what it rests on.

    `share` is the shrunk share of right questions among all that were answered.
    """

    ask: float
    accepted: int
    refused: int
    share: float


def shrunk_share(accepted: int, refused: int) -> float:
    """Give the mean of the share of right questions, shrunk towards what was promised.

    >>> shrunk_share(0, 0), round(shrunk_share(2, 8), 3)
    (0.85, 0.525)
    """
    return (accepted + ANSWERS_BEFORE * SHARE_BEFORE) / (accepted + refused + ANSWERS_BEFORE)


def limit_from(answers: Sequence[Answer], *, default: float) -> Limit:
    """Find the limit that a workspace's answers about one term ask for.

    >>> limit_from([Answer(0.6, False)] * 7, default=0.5).ask
    0.5
    >>> limit_from([Answer(0.6, False)] * 12 + [Answer(0.9, True)] * 6, default=0.5).ask
    0.65
    """
    accepted = sum(answer.accepted for answer in answers)
    refused = len(answers) - accepted
    found = Limit(default, accepted, refused, round(shrunk_share(accepted, refused), 3))
    if len(answers) < LEAST_ANSWERS:
        return found
    steps = int((HIGHEST - default) / STEP + 1e-9)
    for step in range(steps + 1):
        ask = round(default + step * STEP, 2)
        above = [answer for answer in answers if answer.confidence >= ask]
        right = sum(answer.accepted for answer in above)
        if shrunk_share(right, len(above) - right) >= WORTH_ASKING:
            return Limit(ask, found.accepted, found.refused, found.share)
    return Limit(HIGHEST, found.accepted, found.refused, found.share)

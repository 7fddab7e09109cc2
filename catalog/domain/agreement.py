"""How far reviewers agree, with what chance alone would give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over `pairs` pairs of opinions on the same text: the share that agree, and kappa.

    Kappa is 1 for perfect agreement, 0 for what chance would give; None where it is not defined
    (no pairs, or everybody always says the same).
    """

    pairs: int
    share: float | None
    kappa: float | None


def agreement(opinions: Iterable[Sequence[bool]]) -> Agreement:
    """Measure agreement; each entry holds the opinions on one version of one text.

    Chance is taken from all opinions together (Scott's pi for two reviewers).

    >>> agreement([[True, True], [True, False], [False, False]]).share
    0.6666666666666666
    """
    several = [list(each) for each in opinions if len(each) > 1]
    pairs = [pair for each in several for pair in combinations(each, 2)]
    if not pairs:
        return Agreement(0, None, None)
    share = sum(a == b for a, b in pairs) / len(pairs)
    votes = [vote for each in several for vote in each]
    approving = sum(votes) / len(votes)
    chance = approving**2 + (1 - approving) ** 2
    kappa = (share - chance) / (1 - chance) if chance < 1 else None
    return Agreement(len(pairs), share, kappa)

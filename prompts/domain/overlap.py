"""How alike two lists are."""

from collections.abc import Hashable, Sequence

PERSISTENCE = 0.9
"""How likely a reader is to look at the next place; 0.9 puts 86 % of the weight on the first 20."""


def jaccard(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Share of all listed tracks that both lists have; 1 for two empty lists.

    >>> jaccard([1, 2, 3], [2, 3, 4])
    0.5
    """
    together = set(first) | set(second)
    return len(set(first) & set(second)) / len(together) if together else 1.0


def rank_biased(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Rank-biased overlap, 0 to 1: agreement at every depth, the first places weighing most.

    The lists are read as far as they go and the last agreement is taken to go on.

    References
    ----------
    Webber, Moffat, Zobel (2010), "A Similarity Measure for Indefinite Rankings", equation 32 for
    lists of equal length.

    >>> round(rank_biased("abc", "abc"), 3), rank_biased("abc", "xyz")
    (1.0, 0.0)
    """
    depth = min(len(first), len(second))
    if not depth:
        return 1.0 if not first and not second else 0.0
    seen_first: set[Hashable] = set()
    seen_second: set[Hashable] = set()
    total = shared = 0.0
    for place in range(depth):
        seen_first.add(first[place])
        seen_second.add(second[place])
        shared = len(seen_first & seen_second)
        total += shared / (place + 1) * PERSISTENCE**place
    return (1 - PERSISTENCE) * total + shared / depth * PERSISTENCE**depth

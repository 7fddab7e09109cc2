"""How often each prompt space is asked: the stated sizes, and how people change them.

Sizes are shares of all prompts and add up to 1. A size that somebody set stays as set; the others
share what is left in the proportions they had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SMALLEST, LARGEST_SUM = 0.0, 0.99
"""Sizes set by hand may hold up to this much of all prompts; the other spaces need the rest."""


class BadSizes(ValueError):
    """Sizes that cannot be; the message says what to do."""


def with_set_sizes(
    sizes: Mapping[str, float], pinned: Iterable[str], changes: Mapping[str, float]
) -> dict[str, float]:
    """Set some sizes and let the spaces that nobody set share the rest.

    Parameters
    ----------
    sizes : of all spaces, adding up to 1
    pinned : spaces set by hand before; they keep their size
    changes : the new sizes

    Raises
    ------
    BadSizes : an unknown space, a negative size, or nothing left for the others

    >>> with_set_sizes({"a": 0.5, "b": 0.3, "c": 0.2}, [], {"a": 0.75})
    {'a': 0.75, 'b': 0.15, 'c': 0.1}
    """
    if unknown := set(changes) - set(sizes):
        raise BadSizes(f"There is no space {min(unknown)}.")
    if any(not size >= SMALLEST for size in changes.values()):
        raise BadSizes("A size is 0 or more.")
    kept = {slug: sizes[slug] for slug in pinned if slug in sizes} | dict(changes)
    held = sum(kept.values())
    if held > LARGEST_SUM:
        raise BadSizes(
            f"The sizes set by hand add up to {held * 10_000:,.0f} of 10,000; "
            f"{LARGEST_SUM * 10_000:,.0f} are the most. Make one smaller."
        )
    rest = {slug: size for slug, size in sizes.items() if slug not in kept}
    return {
        slug: kept.get(slug, size) for slug, size in {**sizes, **shared(rest, 1 - held)}.items()
    }


def shared(sizes: Mapping[str, float], total: float) -> dict[str, float]:
    """Scale sizes so that they add up to `total`; where all are 0, everybody gets the same."""
    whole = sum(sizes.values())
    if not sizes:
        return {}
    if whole <= 0:
        return dict.fromkeys(sizes, total / len(sizes))
    return {slug: round(size * total / whole, 15) for slug, size in sizes.items()}


def scaled_to_counts(
    stated: Mapping[str, float], counts: Mapping[str, int], *, prior_prompts: float
) -> dict[str, float]:
    """Give sizes by counts of real prompts, the stated sizes counting like some prompts more.

    The mean of a Dirichlet distribution: a space that nobody asked for keeps a little, and a short
    list moves the sizes less than a long one.

    >>> scaled_to_counts({"a": 0.5, "b": 0.5}, {"a": 90}, prior_prompts=10)
    {'a': 0.95, 'b': 0.05}
    """
    if prior_prompts <= 0:
        raise BadSizes("The stated sizes count like at least 1 prompt.")
    names = [*stated, *(slug for slug in counts if slug not in stated)]
    weight = {slug: counts.get(slug, 0) + prior_prompts * stated.get(slug, 0.0) for slug in names}
    return shared(weight, 1.0)


def sizes_for(
    stated: Mapping[str, float],
    chosen: Mapping[str, float],
    *,
    own_slug: str,
    own_share: float | None,
) -> dict[str, float]:
    """Give the sizes that a bank uses, adding up to 1.

    Parameters
    ----------
    stated : of the bank's spaces, without the group of own prompts
    chosen : sizes somebody chose, by slug; spaces missing there keep their stated size
    own_share : size of the group of own prompts where nobody chose one; None where the bank has
        no such group
    """
    sizes = {slug: chosen.get(slug, size) for slug, size in stated.items()}
    if own_share is None:
        return shared(sizes, 1.0)
    own = chosen.get(own_slug, own_share)
    return {**shared(sizes, 1 - own), own_slug: own}

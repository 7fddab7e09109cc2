"""Which prompt space a listener's own words belong to."""

from dataclasses import dataclass
from functools import cache, lru_cache

from analytics.arena import engine
from analytics.domain.events import folded_name
from analytics.domain.prompt_space import OWN_SPACE, spaces_of
from analytics.reference import grammar
from prompts.domain.intent import Polarity

Wants = frozenset[tuple[str, str]]


@cache
def known_spaces() -> dict[str, str]:
    """Names of all spaces by slug; they are the same in every workspace and run."""
    return {space.slug: space.name for space in spaces_of(grammar())}


@cache
def spaces_by_name() -> dict[str, str]:
    """Slugs of all spaces by folded name and by folded slug, as people write either."""
    names = known_spaces()
    return {
        **{folded_name(name): slug for slug, name in names.items()},
        **{folded_name(slug): slug for slug in names},
    }


@cache
def _wanted() -> tuple[tuple[str, Wants], ...]:
    """What each space wants, the most demanding first, then the largest."""
    spaces = spaces_of(grammar())
    return tuple(
        (space.slug, frozenset(space.wants))
        for space in sorted(spaces, key=lambda space: (-len(space.wants), -space.size))
    )


NEAR_FROM = 0.5
"""A prompt is near a space when it shares at least half of what the two ask for together."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a prompt belongs: `how` is named, near, own (no space) or unread (no word we know)."""

    slug: str
    how: str


def nearest_space(prompt: str) -> Belonging:
    """Give the space of a prompt: the one whose whole wish it names, else one that is near.

    A prompt that is near no space belongs to the group of own prompts.
    """
    asked = _asked(prompt)
    if not asked:
        return Belonging(OWN_SPACE, "unread")
    best, best_share = "", 0.0
    for slug, wants in _wanted():
        if wants <= asked:
            return Belonging(slug, "named")
        share = len(wants & asked) / len(wants | asked)
        if share > best_share:  # the more demanding and larger spaces come first, so they win ties
            best, best_share = slug, share
    return Belonging(best, "near") if best_share >= NEAR_FROM else Belonging(OWN_SPACE, "own")


@lru_cache(maxsize=20_000)
def space_of(prompt: str) -> str:
    """Slug of the space whose whole wish the prompt names; empty where it names none."""
    asked = _asked(prompt)
    return next((slug for slug, wants in _wanted() if wants <= asked), "")


def _asked(prompt: str) -> set[tuple[str, str]]:
    """Terms that a prompt wishes for."""
    return {
        (chip.term.facet, chip.term.slug)
        for chip in engine().parse(prompt).chips
        if chip.counts and chip.term is not None and chip.polarity is Polarity.WANTED
    }

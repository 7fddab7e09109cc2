"""Which prompt space a listener's own words belong to."""

from functools import cache, lru_cache

from analytics.arena import engine
from analytics.domain.events import folded_name
from analytics.domain.prompt_space import spaces_of
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


@lru_cache(maxsize=20_000)
def space_of(prompt: str) -> str:
    """Slug of the space whose whole wish the prompt names; empty where it names none."""
    intent = engine().parse(prompt)
    asked = {
        (chip.term.facet, chip.term.slug)
        for chip in intent.chips
        if chip.counts and chip.term is not None and chip.polarity is Polarity.WANTED
    }
    return next((slug for slug, wants in _wanted() if wants <= asked), "")

"""Prompt spaces and the prompts in them, grown from the grammar: same seed, same prompts.

A space is a named wish ("Calm piano for studying"). Its prompts name that wish in different words
and often add one or two things that fit: a decade, a singer, an instrument, a condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from random import Random

from analytics.domain.grammar import Grammar, GrammarError, SpaceSpec, Term
from analytics.domain.prompt_writer import Prompt, PromptWriter, folded
from analytics.domain.space_sizes import sizes_for

__all__ = [
    "OWN_SPACE",
    "SIZE_FLATTENING",
    "SIZE_ORIGIN",
    "SMALLEST_SAMPLE",
    "Prompt",
    "PromptBank",
    "PromptSpace",
    "build_bank",
    "folded",
    "prompts_of",
    "spaces_of",
    "with_listed",
]

SIZE_FLATTENING = 0.5
"""Wishes go together (studying and lo-fi), so the plain product of weights would make combinations
too rare. Chosen so that sizes span a factor of about thirty; no public count of prompts exists."""

SMALLEST_SAMPLE = 10
"""Fewer prompts than this say nothing about a space; small banks hold fewer spaces instead."""

ATTEMPTS = 60

OWN_SPACE = "own-prompts"
OWN_SPACE_NAME = "Own prompts"
"""The group of listed prompts that are near no space."""

SET_ORIGIN = "Set by people of this workspace, by hand or from counts; see the sizes' history."
OWN_ORIGIN = "Share of the list's counts that is near no space."
SIZE_ORIGIN = "Judgement: how often listeners name each word, from the grammar files. Not measured."


@dataclass(frozen=True, slots=True)
class PromptSpace:
    """A space with its size: the share of all prompts that belong to it (sizes sum to 1)."""

    slug: str
    name: str
    wants: tuple[Term, ...]
    size: float
    size_origin: str = SIZE_ORIGIN

    @property
    def per_10000(self) -> float:
        """Size as prompts of 10,000."""
        return self.size * 10_000


@dataclass(frozen=True, slots=True)
class PromptBank:
    seed: int
    spaces: tuple[PromptSpace, ...]
    prompts: tuple[Prompt, ...]


def spaces_of(grammar: Grammar) -> tuple[PromptSpace, ...]:
    """All spaces, largest first."""
    weights = {space.slug: _weight(grammar, space) for space in grammar.spaces}
    total = sum(weights.values())
    spaces = (
        PromptSpace(space.slug, space.name, space.wants, weights[space.slug] / total)
        for space in grammar.spaces
    )
    return tuple(sorted(spaces, key=lambda space: (-space.size, space.slug)))


def _weight(grammar: Grammar, space: SpaceSpec) -> float:
    weight = 1.0
    for wanted in space.wants:
        weight *= grammar.asked(wanted) ** SIZE_FLATTENING
    return weight


def build_bank(grammar: Grammar, *, prompts: int, seed: int) -> PromptBank:
    """Grow a bank of `prompts` prompts, the same number in each space (give or take one).

    Equal numbers make every space equally well known; sizes weigh the spaces afterwards. Where
    there are too few prompts for all spaces, the largest spaces are kept and their sizes rescaled.
    """
    if prompts < SMALLEST_SAMPLE:
        raise GrammarError(f"A bank needs at least {SMALLEST_SAMPLE} prompts.")
    spaces = spaces_of(grammar)
    kept = spaces[: min(len(spaces), prompts // SMALLEST_SAMPLE)]
    each, left = divmod(prompts, len(kept))
    specs = {space.slug: space for space in grammar.spaces}
    taken: set[str] = set()
    grown: list[Prompt] = []
    for number, space in enumerate(kept):
        new = (
            prompt
            for prompt in prompts_of(grammar, specs[space.slug], seed=seed)
            if folded(prompt.text) not in taken
        )
        chosen = list(islice(new, each + (number < left)))
        taken |= {folded(prompt.text) for prompt in chosen}
        grown += chosen
    total = sum(space.size for space in kept)
    rescaled = (
        PromptSpace(space.slug, space.name, space.wants, space.size / total) for space in kept
    )
    return PromptBank(seed, tuple(rescaled), tuple(grown))


def with_listed(
    bank: PromptBank,
    listed: Sequence[tuple[str, str]],
    *,
    sizes: Mapping[str, float],
    own_share: float | None,
) -> PromptBank:
    """Add listed prompts (text and slug of the space) after the grown ones, and set sizes.

    The grown prompts keep their numbers and all spaces their order, so that a list changes nothing
    but what it adds. Listed prompts near no space of the bank form the group of own prompts, whose
    size is `own_share` unless `sizes` has one.
    """
    known = {space.slug for space in bank.spaces}
    added = tuple(
        Prompt(f"listed/{number}", slug if slug in known else OWN_SPACE, text, ())
        for number, (text, slug) in enumerate(listed)
    )
    spaces = list(bank.spaces)
    has_own = any(prompt.space == OWN_SPACE for prompt in added)
    if has_own:
        spaces.append(PromptSpace(OWN_SPACE, OWN_SPACE_NAME, (), 0.0, OWN_ORIGIN))
    chosen = sizes_for(
        {space.slug: space.size for space in bank.spaces},
        sizes,
        own_slug=OWN_SPACE,
        own_share=own_share if has_own else None,
    )
    return PromptBank(
        bank.seed,
        tuple(
            replace(
                space,
                size=chosen[space.slug],
                size_origin=SET_ORIGIN if space.slug in sizes else space.size_origin,
            )
            for space in spaces
        ),
        bank.prompts + added,
    )


def prompts_of(grammar: Grammar, space: SpaceSpec, *, seed: int) -> Iterator[Prompt]:
    """Grow the prompts of a space one after another, no two with the same words."""
    written: set[str] = set()
    for index in count():
        prompt = _write_new(grammar, space, index=index, seed=seed, written=written)
        written.add(folded(prompt.text))
        yield prompt


def _write_new(
    grammar: Grammar, space: SpaceSpec, *, index: int, seed: int, written: set[str]
) -> Prompt:
    for attempt in range(ATTEMPTS):
        writer = PromptWriter(grammar, space, Random(f"{seed}/{space.slug}/{index}/{attempt}"))
        prompt = writer.write(f"{space.slug}/{index}")
        if prompt is not None and folded(prompt.text) not in written:
            return prompt
    raise GrammarError(
        f"{space.slug}: the grammar has no {index + 1} different prompts for it. Add wordings."
    )

"""Words about the order of a playlist: "build up", "bump up the tempo", "cool down"."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prompts.domain.intent import Chip, Kind, Polarity, Strength
from prompts.domain.lexicon import Term


@dataclass(frozen=True, slots=True)
class OrderRule:
    """One arc or novelty wish and the pattern that says it."""

    kind: Kind
    value: str
    label: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class OrderWords:
    """All rules, and the arcs that occasions imply when a prompt names none."""

    rules: Sequence[OrderRule]
    implied: Mapping[Term, str]

    def label(self, arc: str) -> str:
        """What the chip of an arc says."""
        return next(r.label for r in self.rules if r.kind is Kind.ARC and r.value == arc)


@dataclass(frozen=True, slots=True)
class Order:
    """An order wish with the stretch of text that says it."""

    start: int
    end: int
    chip: Chip


def find_orders(text: str, words: OrderWords) -> list[Order]:
    """Find what a prompt says about the order of the list: at most one arc and one novelty wish."""
    found: dict[Kind, Order] = {}
    for rule in words.rules:
        match = rule.pattern.search(text)
        if match is None:
            continue
        before = found.get(rule.kind)
        if before is None or match.start() < before.start:
            found[rule.kind] = Order(match.start(), match.end(), _chip(rule, match))
    return sorted(found.values(), key=lambda order: order.start)


def _chip(rule: OrderRule, match: re.Match[str]) -> Chip:
    return Chip(
        rule.kind,
        Polarity.WANTED,
        Strength.SOFT,
        rule.label,
        value=rule.value,
        text=match.group(),
        start=match.start(),
        end=match.end(),
    )


def implied_arc(chips: Sequence[Chip], words: OrderWords) -> Chip | None:
    """The arc that the first wanted occasion implies, if the prompt names none."""
    if any(chip.kind is Kind.ARC for chip in chips):
        return None
    for chip in chips:
        arc = words.implied.get(chip.term) if chip.term else None
        if arc and chip.polarity is Polarity.WANTED:
            return Chip(
                Kind.ARC,
                Polarity.WANTED,
                Strength.SOFT,
                words.label(arc),
                value=arc,
                start=chip.end,
                end=chip.end,
                note=f"{chip.label} usually goes with it; take it off to order by fit.",
            )
    return None

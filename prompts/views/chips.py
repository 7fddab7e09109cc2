"""Chips as pages show them."""

from dataclasses import dataclass

from prompts.domain.intent import Chip, Kind, Polarity, Strength
from prompts.domain.ranking import Fate


@dataclass(frozen=True, slots=True)
class ShownChip:
    """A chip as the page shows it."""

    chip: Chip
    facet: str
    state: str
    prefix: str
    fate: str
    remove_url: str


def shown_chip(fate: Fate, remove_url: str = "") -> ShownChip:
    """A chip with its fate in words and where it can be taken off."""
    chip = fate.chip
    return ShownChip(
        chip=chip,
        facet=chip.term.facet if chip.term else _FACETS.get(chip.kind, "property"),
        state=_state(chip),
        prefix=_prefix(chip),
        fate=fate.words,
        remove_url=remove_url if chip.counts else "",
    )


_FACETS = {
    Kind.TEMPO: "tempo",
    Kind.ERA: "era",
    Kind.KEY: "key",
    Kind.LANGUAGE: "language",
    Kind.LIKE_ARTIST: "artist",
    Kind.LIKE_TRACK: "track",
    Kind.COUNT: "length",
    Kind.DURATION: "length",
    Kind.ARC: "order",
    Kind.NOVELTY: "novelty",
    Kind.OTHER: "",
}


def _state(chip: Chip) -> str:
    if chip.strength is Strength.UNKNOWN:
        return "unknown"
    if chip.strength is Strength.UNSUPPORTED:
        return "unsupported"
    if chip.polarity is Polarity.EXCLUDED:
        return "excluded"
    return "accepted" if chip.strength is Strength.HARD else "soft"


def _prefix(chip: Chip) -> str:
    """The word before the label, so that state is never colour alone."""
    if chip.strength is Strength.UNKNOWN:
        return "not understood:"
    if chip.strength is Strength.UNSUPPORTED:
        return "not supported here:"
    words = {
        Polarity.EXCLUDED: "without",
        Polarity.LESS: "less",
        Polarity.TOUCH: "a touch of",
        Polarity.WANTED: "must be" if chip.strength is Strength.HARD else "",
    }
    if chip.polarity is Polarity.WANTED and chip.kind is not Kind.TERM:
        return ""
    return words[chip.polarity]

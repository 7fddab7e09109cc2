"""What we understood of a prompt: chips, each visible, each with a strength and a polarity."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from prompts.domain.lexicon import Term


class Kind(StrEnum):
    """What a chip speaks about."""

    TERM = "term"
    TEMPO = "tempo"
    ENERGY = "energy"
    ERA = "era"
    KEY = "key"
    LANGUAGE = "language"
    LIKE_ARTIST = "like-artist"
    LIKE_TRACK = "like-track"
    COUNT = "count"
    DURATION = "duration"
    ARC = "arc"
    NOVELTY = "novelty"
    OTHER = "other"


class Polarity(StrEnum):
    """Whether the listener asks for it, wants it gone, or wants less or a little of it."""

    WANTED = "wanted"
    TOUCH = "touch"
    LESS = "less"
    EXCLUDED = "excluded"


class Strength(StrEnum):
    """Hard chips filter, soft chips weigh; the other two change nothing and say so."""

    HARD = "hard"
    SOFT = "soft"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Chip:
    """One understood (or not understood) piece of a prompt.

    `start` and `end` are offsets into the cleaned prompt text. `low` and `high` bound a number
    (tempo in BPM, era in years, energy from 0 to 1, count, duration in seconds); None is open.
    `note` tells the reader what an unsupported or unusual chip does.
    """

    kind: Kind
    polarity: Polarity
    strength: Strength
    label: str
    weight: float = 1.0
    term: Term | None = None
    low: float | None = None
    high: float | None = None
    value: str = ""
    text: str = ""
    start: int = 0
    end: int = 0
    note: str = ""
    together: tuple[Term, ...] = ()

    @property
    def identity(self) -> str:
        """Names the chip within its prompt, stable over re-parsing; used to remove it."""
        subject = str(self.term) if self.term else f"{self.kind}:{self.value or self.label}"
        return f"{self.polarity}:{subject}"

    @property
    def counts(self) -> bool:
        """Whether this chip changes which tracks come or in what order."""
        return self.strength in (Strength.HARD, Strength.SOFT)


_NAMES = (Kind.LIKE_ARTIST, Kind.LIKE_TRACK)
_LIST_KINDS = (Kind.COUNT, Kind.ARC, Kind.NOVELTY)
_NUMBER_KINDS = (Kind.TEMPO, Kind.KEY, Kind.ERA)


@dataclass(frozen=True, slots=True)
class Intent:
    """A parsed prompt. `free_text` is what the text part may see: the prompt without negations."""

    text: str
    chips: tuple[Chip, ...] = ()
    free_text: str = ""

    @property
    def searched_text(self) -> str:
        """What the word search looks for: the free text and the names, without refused names."""
        names = (c.value for c in self.chips if c.kind in _NAMES and c.polarity is Polarity.WANTED)
        return " ".join([self.free_text, *names]).strip()

    def of_kind(self, kind: Kind) -> Iterator[Chip]:
        """Chips of one kind that count."""
        return (chip for chip in self.chips if chip.kind is kind and chip.counts)

    @property
    def count(self) -> int | None:
        """How many tracks were asked for."""
        return next((int(c.low) for c in self.of_kind(Kind.COUNT) if c.low is not None), None)

    @property
    def running_time(self) -> Chip | None:
        """How long the whole list shall run, if the prompt says so."""
        chips = self.of_kind(Kind.DURATION)
        return next((chip for chip in chips if chip.value == "list"), None)

    @property
    def arc(self) -> str:
        """The order asked for: steady, rise, wave or cool-down; empty if none."""
        return next((chip.value for chip in self.of_kind(Kind.ARC)), "")

    @property
    def is_empty(self) -> bool:
        """True when nothing in the prompt could be used."""
        return not any(chip.counts for chip in self.chips)

    @property
    def is_filter_only(self) -> bool:
        """True when the prompt rules things out and asks for nothing that could be compared."""
        filters = [
            chip
            for chip in self.chips
            if chip.kind not in _LIST_KINDS
            and (chip.strength is Strength.HARD or (chip.counts and chip.kind in _NUMBER_KINDS))
        ]
        wishes = [
            chip
            for chip in self.chips
            if chip.strength is Strength.SOFT
            and chip.polarity in (Polarity.WANTED, Polarity.TOUCH)
            and (chip.term is not None or chip.kind in _NAMES)
        ]
        return bool(filters) and not wishes

    def without(self, identities: frozenset[str]) -> "Intent":
        """The same intent with some chips taken off; their words no longer reach the text part."""
        gone = [chip for chip in self.chips if chip.identity in identities]
        if not gone:
            return self
        kept = tuple(chip for chip in self.chips if chip.identity not in identities)
        free_text = self.free_text
        for chip in gone:
            if chip.text:
                free_text = free_text.replace(chip.text, " ")
        return replace(self, chips=kept, free_text=" ".join(free_text.split()))

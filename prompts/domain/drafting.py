"""Drafts of a description, worded from accepted facts only. Deterministic for a seed.

Sentences come from templates whose slots are facts. Every sentence is held against the claim check
before it is used, so a template can never say more than the facts do.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

TRIES = 60
"""Candidates looked at for one draft; the one most unlike its neighbours wins."""

OPENING_WORDS = 3
SHORT = 160
"""Up to this length a text is one phrase, and at most one sentence more."""

LONG = 600
"""Beyond this length the same kinds of sentence may come a second time, with further facts."""

ALIKE = 0.5
"""Share of common runs of four words up to which two texts of an album are different enough."""

Slots = Mapping[str, Sequence[str]]
Sound = Callable[[str], bool]
_SLOT = re.compile(r"\{(\w+)\}")
_LISTS = {
    "i": (1, 4),
    "m": (1, 3),
    "a": (1, 3),
    "th": (1, 2),
    "gs": (2, 3),
    "p": (1, 2),
    "v": (1, 2),
    "i2": (2, 4),
}
_ORDER = (
    ("instruments", "vocals"), ("moods", "qualities", "sound"), ("genres", "era"), ("tempo_key",),
    ("themes", "language"), ("activities",),
)  # fmt: skip
"""What follows the opening, as people describe music; the order within a group is left open."""


@dataclass(frozen=True, slots=True)
class DraftWords:
    """Sentence templates by kind; see `prompts/data/drafts.toml`."""

    templates: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed text; `alike` is its largest overlap with the texts it should differ from."""

    text: str
    seed: int
    alike: float


def drafts(
    slots: Slots,
    *,
    length: int,
    seed: int,
    words: DraftWords,
    is_sound: Sound,
    count: int = 3,
    avoid: Sequence[str] = (),
) -> list[Draft]:
    """Write up to `count` drafts that differ from each other and from the texts in `avoid`.

    `slots` gives the words for each kind of fact (see `slot_values`), `is_sound` says whether a
    sentence states nothing beyond the facts. `length` is in code points.
    """
    found: list[Draft] = []
    for number in range(count):
        draft = _best(
            slots,
            length,
            f"{seed}/{number}",
            words,
            is_sound,
            [*avoid, *(each.text for each in found)],
        )
        if draft is None:
            break
        text, alike = draft
        if any(text == each.text for each in found):
            break
        found.append(Draft(text, seed, alike))
    return found


def _best(
    slots: Slots, length: int, seed: str, words: DraftWords, is_sound: Sound, avoid: Sequence[str]
) -> tuple[str, float] | None:
    openings = {opening_of(text) for text in avoid}
    runs = [four_grams(text) for text in avoid]
    best: tuple[float, str] | None = None
    for attempt in range(TRIES):
        chance = random.Random(f"{seed}/{attempt}")
        text = _compose(slots, length, words, is_sound, chance)
        if not text:
            continue
        own = four_grams(text)
        alike = max((overlap(own, other) for other in runs), default=0.0)
        cost = alike + (2.0 if opening_of(text) in openings else 0.0)
        if best is None or cost < best[0]:
            best = (cost, text)
        if cost <= ALIKE:
            break
    if best is None:
        return None
    return best[1], round(best[0] % 2.0, 3)


def _compose(
    slots: Slots, length: int, words: DraftWords, is_sound: Sound, chance: random.Random
) -> str:
    """One candidate: an opening and as many further sentences as fit and say something new."""
    said: set[str] = set()
    opening = "short" if length <= SHORT else "open"
    first = _sentence(opening, slots, words, is_sound, chance, said, most=length)
    if first is None:
        return ""
    sentences = [first]
    kinds = _order(chance)
    if length > LONG:
        kinds += _order(chance)  # what the first round left unsaid
    for kind in kinds:
        if length <= SHORT and len(sentences) > 1:
            break
        left = length - len(" ".join(sentences)) - 1
        sentence = _sentence(kind, slots, words, is_sound, chance, said, most=left)
        if sentence is not None:
            sentences.append(sentence)
    return " ".join(sentences)


def _order(chance: random.Random) -> list[str]:
    """The kinds of sentence after the opening; two neighbouring groups may change places."""
    groups = [chance.sample(group, len(group)) for group in _ORDER]
    at = chance.randrange(len(groups) - 1)
    groups[at], groups[at + 1] = groups[at + 1], groups[at]
    return [kind for group in groups for kind in group]


def _sentence(
    kind: str,
    slots: Slots,
    words: DraftWords,
    is_sound: Sound,
    chance: random.Random,
    said: set[str],
    *,
    most: int,
) -> str | None:
    """A sentence of a kind that fits, is sound, and names at least one fact not yet said."""
    templates = list(words.templates[_kind_for(kind, slots)])
    chance.shuffle(templates)
    for template in templates:
        names = [name.lower() for name in _SLOT.findall(template)]
        filled = _fill(template, names, slots, chance, said)
        if filled is None:
            continue
        sentence, facts = filled
        news = facts - said
        if len(sentence) > most or not news or (said and len(news) < len(facts) / 2):
            continue
        if is_sound(sentence):
            said |= facts
            return sentence
    return None


def _kind_for(kind: str, slots: Slots) -> str:
    if kind == "vocals" and slots.get("v") and slots["v"][0] == "no vocals":
        return "vocals_none"
    if kind == "tempo_key" and not (slots.get("t") and slots.get("k")):
        return "tempo" if slots.get("t") else "key"
    return kind


def _fill(
    template: str, names: Sequence[str], slots: Slots, chance: random.Random, said: set[str]
) -> tuple[str, set[str]] | None:
    """Put facts into a template; None where the track lacks one."""
    facts: set[str] = set()
    values: dict[str, str] = {}
    for name in names:
        base, article = _BASE.get(name, (name, False))
        known = list(slots.get(base, ()))
        least, most = _LISTS.get(name, (1, 1))
        if len(known) < least:
            return None
        chance.shuffle(known)
        known.sort(key=lambda value: value in said)
        fresh = sum(value not in said for value in known)
        most = max(least, min(most, fresh))
        chosen = known[: chance.randint(least, most)]
        if name in ("v", "g", "ag", "gn", "t", "k", "w", "e", "l"):
            chosen = list(slots[base][:1])
        facts.update(chosen)
        words = listed(chosen)
        values[name] = f"{article_for(words)} {words}" if article else words
    if (not names and "vocal" in template) or "instrumental" in template:
        facts.add("no vocals")
    text = _SLOT.sub(lambda m: _in_case(m.group(1), values[m.group(1).lower()]), template)
    return text, facts


_BASE = {
    "ag": ("g", True), "am": ("m", True), "aw": ("w", True), "m1": ("m", False),
    "i1": ("i", False), "i2": ("i", False), "gs": ("g", False),
}  # fmt: skip


def _in_case(name: str, value: str) -> str:
    return value[:1].upper() + value[1:] if name.isupper() else value


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does: "piano, strings and harp"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


_AN = re.compile(r"(?:[aeio]|u(?!ni|k|s|til)|r&b|edm|mpb|hour|honest)", re.I)


def article_for(words: str) -> str:
    """Give "a" or "an" by sound.

    >>> article_for("indie"), article_for("UK garage"), article_for("R&B"), article_for("uplifting")
    ('an', 'a', 'an', 'an')
    """
    return "an" if _AN.match(words) else "a"


def opening_of(text: str) -> tuple[str, ...]:
    """The first words of a text, as a reader of a list of tracks sees them."""
    return tuple(_words(text)[:OPENING_WORDS])


def four_grams(text: str) -> frozenset[tuple[str, ...]]:
    """All runs of four words."""
    words = _words(text)
    return frozenset(zip(words, words[1:], words[2:], words[3:], strict=False))


def overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """Share of the shorter text's runs that the other has too."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def sentences_of(text: str) -> Iterator[str]:
    """Cut a draft into its sentences again."""
    yield from (part for part in re.split(r"(?<=[.!?])\s+", text) if part)

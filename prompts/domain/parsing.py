"""From a prompt to an intent: every piece becomes a chip, also what is not understood."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from prompts.domain import order_words
from prompts.domain.intent import Chip, Intent, Kind, Polarity, Strength
from prompts.domain.lexicon import Lexicon, Term
from prompts.domain.named import Named, find_named
from prompts.domain.reading import Mention, Reader
from prompts.domain.story import about_the_music, is_story
from prompts.domain.text import LINK, MAX_CHARACTERS, clean, fold, tokenize

MAX_CHIPS = 40
"""A pasted essay may name hundreds of terms; beyond this many the list says nothing any more."""

TOUCH_WEIGHT = 0.35
MAYBE_WEIGHT = 0.6
STRESS_WEIGHT = 1.4
"""Chosen so that a touch re-orders tracks that fit otherwise and cannot outvote a plain wish."""

VOCALS = Term("vocals", "vocals")
INSTRUMENTAL = Term("vocals", "instrumental")
_ERA_YEARS = {f"{decade}s": (decade, decade + 9) for decade in range(1950, 2020, 10)}


class Parser:
    """Reads prompts with one lexicon. Deterministic: the same text gives the same intent."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.reader = Reader(lexicon)

    def parse(self, text: str) -> Intent:
        """Understand a prompt; never fails, whatever the text."""
        cleaned = clean(text)
        links = [(match.start(), match.end()) for match in LINK.finditer(cleaned)]
        orders = order_words.find_orders(cleaned, self.lexicon.orders)
        named = [
            name
            for name in find_named(LINK.sub(_blank, cleaned), self.lexicon)
            if not any(order.start <= name.start < order.end for order in orders)
        ]
        spans = [(order.start, order.end) for order in orders]
        spans += [(name.reading_start, name.end) for name in named]
        spans += links
        reading = self.reader.read(cleaned, spans=spans, slips=True)
        if is_story(cleaned):
            reading.mentions = about_the_music(reading, self.lexicon.cues)
            named = [name for name in named if name.is_compared]
        unsupported = list(self._unsupported(cleaned, reading.unknown))
        chips = [
            *(order.chip for order in orders),
            *(_named_chip(name) for name in named),
            *(chip for mention in reading.mentions for chip in self._chips(mention, cleaned)),
            *(_link_chip(cleaned, start, end) for start, end in links),
            *unsupported,
            *self._unknown(cleaned, reading.unknown, unsupported),
        ]
        merged = settle_voices(_without_any_voice(_merge(chips)))
        implied = order_words.implied_arc(merged, self.lexicon.orders)
        if implied is not None:
            merged.append(implied)
        if len(merged) > MAX_CHIPS:
            merged = _shortened(merged)
        if len(text) > MAX_CHARACTERS:
            note = f"Only the first {MAX_CHARACTERS:,} characters were read."
            merged.append(
                Chip(Kind.OTHER, Polarity.WANTED, Strength.UNSUPPORTED, "the rest", note=note)
            )
        spans = [(order.start, order.end) for order in orders]
        spans += [(name.start, name.end) for name in named]  # names left out stay words to search
        spans += links
        figures = [(m.start, m.end) for m in reading.mentions if m.figure]
        return Intent(cleaned, tuple(merged), reading.affirmed(cut=[*spans, *figures]))

    def _chips(self, mention: Mention, text: str) -> Iterator[Chip]:
        words = text[mention.start : mention.end]
        if mention.neutral:
            label = self.lexicon.label(mention.terms[0]) if mention.terms else words
            yield Chip(
                Kind.OTHER, Polarity.WANTED, Strength.UNSUPPORTED, label, value=words, text=words,
                start=mention.start, end=mention.end,
                note="Either way is fine, so it changes nothing.",
            )  # fmt: skip
        elif mention.figure is not None:
            yield _figure_chip(mention, words)
        elif self._is_weak(mention, text):
            return
        elif mention.odd_modifier:
            yield self._odd_exclusion(mention, words)
        else:
            yield self._term_chip(mention, words)

    def _is_weak(self, mention: Mention, text: str) -> bool:
        """Whether the phrase only names the singer or the text ("one of my favourite singers")."""
        if mention.polarity not in (Polarity.WANTED, Polarity.TOUCH) or mention.must:
            return False
        if fold(text[mention.start : mention.end]) not in self.lexicon.weak:
            return False
        before = [token.word for token in tokenize(text[: mention.start]) if token.is_word]
        return not before or before[-1] not in self.lexicon.weak_after

    def _term_chip(self, mention: Mention, words: str) -> Chip:
        term = mention.terms[0]
        polarity = mention.polarity
        strength = Strength.HARD if mention.must else Strength.SOFT
        if polarity is Polarity.EXCLUDED:
            strength = Strength.HARD
            if term == INSTRUMENTAL:
                term, polarity = VOCALS, Polarity.WANTED
        elif term == INSTRUMENTAL and polarity is Polarity.WANTED and not mention.maybe:
            strength = Strength.HARD
        elif polarity is not Polarity.WANTED:
            strength = Strength.SOFT
        weight = 1.0
        if polarity is Polarity.TOUCH:
            weight = TOUCH_WEIGHT
        elif mention.maybe:
            weight = MAYBE_WEIGHT
        elif mention.stress:
            weight = STRESS_WEIGHT
        label = self.lexicon.label(term)
        if mention.modifiers:
            label = " ".join([*(self.lexicon.label(m) for m in mention.modifiers), label]).lower()
        kind = Kind.LANGUAGE if term.facet == "language" else Kind.TERM
        low, high = (None, None)
        if term.slug in _ERA_YEARS and term.facet == "property":
            kind = Kind.ERA
            low, high = _ERA_YEARS[term.slug]
        return Chip(
            kind, polarity, strength, label, weight, term, low, high, text=words,
            start=mention.start, end=mention.end, together=tuple(mention.modifiers),
            note=_note(mention),
        )  # fmt: skip

    def _odd_exclusion(self, mention: Mention, words: str) -> Chip:
        """ "no whiny vocals": the noun alone was not refused, and the adjective is unknown."""
        noun = self.lexicon.label(mention.terms[0]).lower()
        label = f"{mention.odd_modifier} {noun}"
        return Chip(
            Kind.OTHER, Polarity.EXCLUDED, Strength.UNSUPPORTED, label, value=label, text=words,
            start=mention.start, end=mention.end,
            note=f"No track says “{mention.odd_modifier}”, so tracks with {noun} stay in.",
        )  # fmt: skip

    def _unsupported(self, text: str, unknown: Iterable[tuple[int, int]]) -> Iterator[Chip]:
        tokens = [token for token in tokenize(text) if token.is_word]
        words = [token.word for token in tokens]
        for index in range(len(words)):
            for length in (3, 2, 1):
                note = self.lexicon.unsupported.get(tuple(words[index : index + length]))
                if note and index + length <= len(words):
                    start, end = tokens[index].start, tokens[index + length - 1].end
                    yield Chip(
                        Kind.OTHER, Polarity.WANTED, Strength.UNSUPPORTED, text[start:end].lower(),
                        value=" ".join(words[index : index + length]), text=text[start:end],
                        start=start, end=end, note=note,
                    )  # fmt: skip
                    break

    def _unknown(
        self, text: str, unknown: Iterable[tuple[int, int]], taken: list[Chip]
    ) -> Iterator[Chip]:
        for start, end in unknown:
            if any(chip.start < end and start < chip.end for chip in taken):
                continue
            words = text[start:end]
            yield Chip(
                Kind.OTHER, Polarity.WANTED, Strength.UNKNOWN, words[:80], value=words.casefold(),
                text=words, start=start, end=end,
                note="Not a term; only titles, names and descriptions are searched for it.",
            )  # fmt: skip


def _blank(match: re.Match[str]) -> str:
    return " " * (match.end() - match.start())


def _link_chip(text: str, start: int, end: int) -> Chip:
    return Chip(
        Kind.OTHER, Polarity.WANTED, Strength.UNSUPPORTED, "a link", value=text[start:end],
        text=text[start:end], start=start, end=end, note="Links are not opened.",
    )  # fmt: skip


def _figure_chip(mention: Mention, words: str) -> Chip:
    figure = mention.figure
    assert figure is not None
    polarity = Polarity.EXCLUDED if mention.polarity is Polarity.EXCLUDED else Polarity.WANTED
    strength = Strength.SOFT if mention.maybe else Strength.HARD
    note = ""
    if figure.kind is Kind.DURATION and figure.value == "list":
        strength = Strength.SOFT
    return Chip(
        figure.kind, polarity, strength, figure.label, low=figure.low, high=figure.high,
        value=figure.value, text=words, start=mention.start, end=mention.end, note=note,
    )  # fmt: skip


def _note(mention: Mention) -> str:
    """What the reader of a chip should know of how it was understood."""
    if mention.double_negation:
        return "The two negations cancel out."
    return f"Read as “{mention.meant}”." if mention.meant else ""


def _named_chip(named: Named) -> Chip:
    return Chip(
        named.kind, Polarity.EXCLUDED if named.is_excluded else Polarity.WANTED,
        Strength.HARD if named.is_excluded else Strength.SOFT,
        f"like {named.name}" if not named.is_excluded else named.name, value=named.name,
        text=named.name, start=named.start, end=named.end,
    )  # fmt: skip


def _shortened(chips: list[Chip]) -> list[Chip]:
    """The hard chips and the first of the others, and one chip that says how many were left."""
    hard = [chip for chip in chips if chip.strength is Strength.HARD][:MAX_CHIPS]
    others = [chip for chip in chips if chip.strength is not Strength.HARD]
    kept = sorted([*hard, *others[: MAX_CHIPS - len(hard)]], key=lambda chip: chip.start)
    note = f"The prompt names {len(chips) - len(kept)} more things; they were not used."
    more = Chip(Kind.OTHER, Polarity.WANTED, Strength.UNSUPPORTED, "and more", note=note)
    return [*kept, more]


_OF_A_VOICE = re.compile(r"\b(?:lyric|word|melody|modulation)", re.I)
"""Parts of singing that a voice may do without."""


def settle_voices(chips: list[Chip]) -> list[Chip]:
    """A prompt that asks for an instrumental (or no lyrics) and for a voice means neither strictly.

    "A female voice, no lyrics" would find nothing at all otherwise; "no vocals" stays strict.
    """
    wants_voice = any(
        chip.term is not None
        and chip.term.facet == "vocals"
        and chip.term != INSTRUMENTAL
        and chip.polarity in (Polarity.WANTED, Polarity.TOUCH)
        for chip in chips
    )
    if not wants_voice:
        return chips
    note = "The prompt asks for a voice as well, so this only weighs."
    settled: list[Chip] = []
    for chip in chips:
        if chip.term == INSTRUMENTAL and chip.strength is Strength.HARD:
            chip = replace(chip, strength=Strength.SOFT, note=note)
        elif (
            chip.term == VOCALS
            and chip.polarity is Polarity.EXCLUDED
            and _OF_A_VOICE.search(chip.text)
        ):
            chip = replace(chip, strength=Strength.SOFT, polarity=Polarity.LESS, note=note)
        settled.append(chip)
    return settled


_SOMEBODY = (Term("vocals", "female-vocals"), Term("vocals", "male-vocals"))


def _without_any_voice(chips: list[Chip]) -> list[Chip]:
    """ "Sung by a male voice" asks for that voice, not for voices beside it."""
    wanted = [chip.term for chip in chips if chip.polarity is Polarity.WANTED]
    if not any(term in wanted for term in _SOMEBODY):
        return chips
    return [
        chip
        for chip in chips
        if chip.term != VOCALS
        or chip.polarity is not Polarity.WANTED
        or chip.strength is Strength.HARD
    ]


def _merge(chips: Iterable[Chip]) -> list[Chip]:
    """Keep one chip per subject, in the order of the text; a repeated wish does not weigh twice.

    Said both ways, the refusal wins over the touch and the wish: it is the safer reading.
    """
    order = {Polarity.EXCLUDED: 0, Polarity.LESS: 1, Polarity.WANTED: 2, Polarity.TOUCH: 3}
    kept: dict[object, Chip] = {}
    for chip in sorted(chips, key=lambda chip: chip.start):
        subject: object = (
            (chip.term, chip.together) if chip.term else (chip.kind, chip.value or chip.label)
        )
        before = kept.get(subject)
        if before is None or (order[chip.polarity], -chip.weight) < (
            order[before.polarity],
            -before.weight,
        ):
            kept[subject] = chip
    return sorted(kept.values(), key=lambda chip: chip.start)

"""Follow-ups ("less vocals", "faster", "more like the second one") edit what was understood."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from prompts.domain.intent import Chip, Intent, Kind, Polarity, Strength
from prompts.domain.lexicon import Lexicon, Term
from prompts.domain.numbers import tempo_label
from prompts.domain.order_words import implied_arc
from prompts.domain.parsing import STRESS_WEIGHT, Parser, settle_voices

TEMPO_STEP = 0.05
""" "Faster" asks for what is at least this much faster than the middle of the list."""

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "1st": 1, "2nd": 2, "3rd": 3, "last": -1,
}  # fmt: skip
_PLACE = (
    r"(?:the |that |this )?(?:number |no\.? ?|nr\.? ?|#)?"
    rf"(?P<place>{'|'.join(_ORDINALS)}|(?<=#)\d+|(?<=number )\d+|\d+th)"
    r"(?: (?:one|track|song|tune))?\b"
)
_REFERENCE = re.compile(
    r"\b(?P<not>(?:not|less|nothing|no more|without|remove|drop|skip|lose)\s+)?"
    r"(?:(?:more|something|songs|tracks|stuff|music)\s+)?(?P<like>(?:like|similar to|as)\s+)?"
    rf"{_PLACE}",
    re.I,
)
_FASTER = re.compile(
    r"\b(?:(?:a (?:bit|little)|much|even|slightly) )?(?:faster|quicker|speed (?:it |things )?up"
    r"|pick (?:it |things )?up|(?:raise|up|bump up|increase) the (?:tempo|pace|bpm))\b",
    re.I,
)
_SLOWER = re.compile(
    r"\b(?:(?:a (?:bit|little)|much|even|slightly) )?(?:slower|slow (?:it |things )?down"
    r"|(?:lower|reduce|decrease|drop) the (?:tempo|pace|bpm))\b",
    re.I,
)
_LONGER = re.compile(r"\b(?:a )?(?:longer(?: list| playlist)?|more (?:songs|tracks))$", re.I)
_SHORTER = re.compile(r"\b(?:a )?(?:shorter(?: list| playlist)?|fewer (?:songs|tracks))$", re.I)
_AFRESH = re.compile(
    r"\b(?:start (?:over|again|afresh)|forget (?:all|everything)(?: (?:of )?that)?|new list)\b"
    r"[\s:,.]*",
    re.I,
)
_INSTEAD = re.compile(r"\b(?:instead|rather|swap|replace)\b", re.I)
_NOT_BEFORE = re.compile(r"\b(?:not|no|nothing|don't|dont|isn't)\s+(?:\w+\s+)?$", re.I)
_SINGLE = frozenset(
    (Kind.TEMPO, Kind.ARC, Kind.COUNT, Kind.DURATION, Kind.NOVELTY, Kind.KEY, Kind.ENERGY)
)
FAST, SLOW = Term("property", "fast"), Term("property", "slow")


@dataclass(frozen=True, slots=True)
class Shown:
    """A track of the list the listener is looking at."""

    title: str
    artist: str
    tempo_bpm: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a diff: `sign` is +, - or ~ (the same subject, said otherwise)."""

    sign: str
    label: str


@dataclass(frozen=True, slots=True)
class Revision:
    """An intent after a follow-up, what changed, and what could not be done."""

    intent: Intent
    changes: tuple[Change, ...]
    note: str = ""


def revise(before: Intent, text: str, parser: Parser, shown: Sequence[Shown]) -> Revision:
    """Edit an intent by what a listener says about its list; the same input, the same output."""
    afresh = _AFRESH.search(text)
    if afresh:
        rest = (text[: afresh.start()] + " " + text[afresh.end() :]).strip()
        fresh = parser.parse(rest)
        return Revision(fresh, differences(before, fresh), "Started over.")
    chips, rest, notes = _about_the_list(text, shown, before)
    said = parser.parse(rest)
    chips += [chip for chip in said.chips if chip.text or chip.kind is not Kind.ARC]
    stressed = [_stressed(chip, before) for chip in chips]
    gone = _replaced(before, stressed, parser.lexicon, is_instead=bool(_INSTEAD.search(text)))
    kept = before.without(frozenset(chip.identity for chip in gone))
    merged = [
        chip
        for chip in kept.chips
        if chip.strength is not Strength.UNKNOWN and not (chip.kind is Kind.ARC and not chip.text)
    ]
    known = {chip.identity for chip in stressed}
    merged = [*(chip for chip in merged if chip.identity not in known), *stressed]
    merged = settle_voices(merged)
    arc = implied_arc(merged, parser.lexicon.orders)
    after = Intent(
        f"{before.text}; {text}".strip("; "),
        tuple([*merged, arc] if arc else merged),
        f"{kept.free_text} {said.free_text}".strip(),
    )
    changes = differences(before, after)
    if not changes and not notes:
        notes = [f"Nothing in “{text}” changes the list."]
    return Revision(after, changes, " ".join(notes))


def _about_the_list(
    text: str, shown: Sequence[Shown], before: Intent
) -> tuple[list[Chip], str, list[str]]:
    """Chips about tracks of the list, its tempo and its length; the rest of the text; notes."""
    chips: list[Chip] = []
    notes: list[str] = []
    rest = text
    for match in reversed(list(_REFERENCE.finditer(text))):
        if not (match["like"] or match["not"]):
            continue
        rest = rest[: match.start()] + " " + rest[match.end() :]
        place = _ORDINALS.get(match["place"].lower()) or int(re.sub(r"\D", "", match["place"]))
        if place > len(shown) or not shown:
            notes.append(f"The list has no track {place}.")
            continue
        chips.insert(0, _reference_chip(shown[place - 1 if place > 0 else place], match))
    for pattern, sign in ((_FASTER, 1), (_SLOWER, -1)):
        found = pattern.search(rest)
        if found and not _NOT_BEFORE.search(rest[: found.start()]):
            rest = rest[: found.start()] + " " + rest[found.end() :]
            chips.append(_tempo_chip(sign, shown, before))
    for pattern, factor in ((_LONGER, 1.5), (_SHORTER, 0.5)):
        found = pattern.search(rest.strip())
        if found and shown:
            rest = rest.strip()[: found.start()]
            count = float(max(1, round(len(shown) * factor)))
            label = f"{count:.0f} track{'' if count == 1 else 's'}"
            chips.append(
                Chip(Kind.COUNT, Polarity.WANTED, Strength.HARD, label, low=count, high=count)
            )
    return chips, " ".join(rest.split()), notes


def _reference_chip(track: Shown, match: re.Match[str]) -> Chip:
    name = f"{track.title} by {track.artist}" if track.artist else track.title
    if match["not"]:
        return Chip(
            Kind.LIKE_TRACK, Polarity.EXCLUDED, Strength.HARD, track.title, value=name, text=name
        )
    return Chip(
        Kind.LIKE_TRACK, Polarity.WANTED, Strength.SOFT, f"like {track.title}", value=name,
        text=name,
    )  # fmt: skip


def _tempo_chip(sign: int, shown: Sequence[Shown], before: Intent) -> Chip:
    """ "Faster" than the list was; where no tempo is known, the word alone."""
    known = [track.tempo_bpm for track in shown if track.tempo_bpm]
    if not known:
        term, label = (FAST, "Fast") if sign > 0 else (SLOW, "Slow")
        return Chip(Kind.TERM, Polarity.WANTED, Strength.SOFT, label, term=term)
    bound = float(round(median(known) * (1 + sign * TEMPO_STEP)))
    old = next(before.of_kind(Kind.TEMPO), None)
    low, high = (
        (bound, old.high if old else None) if sign > 0 else (old.low if old else None, bound)
    )
    if low is not None and high is not None and low >= high:
        low, high = (bound, None) if sign > 0 else (None, bound)
    return Chip(
        Kind.TEMPO, Polarity.WANTED, Strength.HARD, tempo_label(low, high), low=low, high=high,
        note=f"The list before had {median(known):.0f} BPM in the middle.",
    )  # fmt: skip


def _stressed(chip: Chip, before: Intent) -> Chip:
    """What is asked for again weighs more than the first time."""
    if chip.term is None or chip.polarity is not Polarity.WANTED:
        return chip
    same = [c for c in before.chips if c.term == chip.term and c.polarity is Polarity.WANTED]
    if not same:
        return chip
    return replace(chip, weight=max(c.weight for c in same) * STRESS_WEIGHT)


def _replaced(
    before: Intent, new: Sequence[Chip], lexicon: Lexicon, *, is_instead: bool
) -> list[Chip]:
    """Chips that the new ones take the place of."""
    gone: list[Chip] = []
    for old in before.chips:
        for chip in new:
            if not chip.counts:
                continue
            same_kind = chip.kind in _SINGLE and old.kind is chip.kind
            same_term = chip.term is not None and (
                old.term == chip.term
                or (_refuses(chip) and chip.term in _ancestors(old.term, lexicon))
                or (_refuses(old) and old.term in _ancestors(chip.term, lexicon))
            )
            opposed = {chip.term, old.term} == {FAST, SLOW} or (
                chip.kind is Kind.TEMPO and old.term in (FAST, SLOW)
            )
            swapped = (
                is_instead
                and chip.polarity is Polarity.WANTED
                and old.term is not None
                and chip.term is not None
                and old.term.facet == chip.term.facet
            )
            voices = (
                old.term is not None
                and chip.term is not None
                and old.term.facet == chip.term.facet == "vocals"
                and (old.term.slug == "instrumental") != (chip.term.slug == "instrumental")
                and chip.polarity is Polarity.WANTED
            )
            if same_kind or same_term or opposed or swapped or voices:
                gone.append(old)
                break
    return gone


def _refuses(chip: Chip) -> bool:
    return chip.polarity in (Polarity.EXCLUDED, Polarity.LESS)


def _ancestors(term: Term | None, lexicon: Lexicon) -> set[Term]:
    found: set[Term] = set()
    waiting = [term] if term else []
    while waiting:
        entry = lexicon.entries.get(waiting.pop())
        for parent in entry.parents if entry else ():
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def differences(before: Intent, after: Intent) -> tuple[Change, ...]:
    """What changed between two intents, chip by chip; words not understood are no change."""
    old = {_subject(chip): chip for chip in before.chips if chip.counts}
    new = {_subject(chip): chip for chip in after.chips if chip.counts}
    lines = [Change("-", said(chip)) for key, chip in old.items() if key not in new]
    for key, chip in new.items():
        if key not in old:
            lines.append(Change("+", said(chip)))
        elif said(old[key]) != said(chip):
            lines.append(Change("~", f"{said(old[key])} → {said(chip)}"))
        elif chip.weight > old[key].weight:
            lines.append(Change("~", f"{said(chip)}, weighs more"))
    return tuple(lines)


def _subject(chip: Chip) -> str:
    if chip.term is not None:
        return str(chip.term)
    return str(chip.kind) if chip.kind in _SINGLE else f"{chip.kind}:{chip.value or chip.label}"


def said(chip: Chip) -> str:
    """A chip in words, as a diff shows it."""
    words = {
        Polarity.EXCLUDED: "without ",
        Polarity.LESS: "less ",
        Polarity.TOUCH: "a touch of ",
        Polarity.WANTED: "",
    }[chip.polarity]
    return f"{words}{chip.label}"


def replay(
    turns: Iterable[tuple[str, frozenset[str], Sequence[Shown]]], parser: Parser
) -> Revision:
    """The intent after some turns: (what was said, chips taken off, the list it gave)."""
    revision: Revision | None = None
    listed: Sequence[Shown] = ()
    for text, dropped, shown in turns:
        if revision is None:
            intent = parser.parse(text)
            revision = Revision(intent, differences(Intent(""), intent))
        elif text:
            revision = revise(revision.intent, text, parser, listed)
        else:
            revision = Revision(revision.intent, ())
        if dropped:
            after = revision.intent.without(dropped)
            lines = (*revision.changes, *differences(revision.intent, after))
            revision = Revision(after, lines, revision.note)
        listed = shown
    return revision or Revision(Intent(""), ())

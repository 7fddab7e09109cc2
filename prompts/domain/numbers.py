"""Numbers in prompts: tempo, years, how many tracks, how long, and keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from prompts.domain.intent import Kind

TEMPO_SLACK = 0.04
"""How far "120 BPM" or "around 120 BPM" reaches to each side; DJs pitch by a few per cent."""
LOUDEST_TEMPO_BPM = 320.0
FIRST_YEAR, LAST_YEAR = 1900, 2035


@dataclass(frozen=True, slots=True)
class Figure:
    """A number found in the text; bounds are inclusive, None is open."""

    kind: Kind
    start: int
    end: int
    low: float | None
    high: float | None
    label: str
    value: str = ""


_N = r"(\d{1,3}(?:\.\d+)?)"
_BPM = r"\s*-?\s*(?:bpm|beats per minute|beats/min)"
_OVER = (
    r"(?:over|above|at least|min(?:imum)?|more than|faster than|higher than|from|>=?|upwards of"
    r"|no (?:less|slower|lower) than|not (?:below|under))"
)
_UNDER = (
    r"(?:under|below|at most|max(?:imum)?|less than|slower than|lower than|up to|<=?"
    r"|no (?:more|faster|higher) than|not (?:above|over)|nothing (?:above|over|faster than))"
)
_TEMPO = (
    (re.compile(rf"(?:between\s+)?{_N}(?:{_BPM})?\s*(?:-|–|—|to|and)\s*{_N}{_BPM}"), "range"),
    (re.compile(rf"\b{_OVER}\s+{_N}{_BPM}"), "over"),
    (re.compile(rf"\b{_UNDER}\s+{_N}{_BPM}"), "under"),
    (
        re.compile(
            rf"{_N}\s*\+{_BPM}"
            rf"|{_N}{_BPM}\s*(?:\+|or (?:more|faster|higher|above)|and (?:up|above|over))"
        ),
        "over",
    ),
    (
        re.compile(rf"{_N}{_BPM}\s*(?:or (?:less|slower|lower|below)|and (?:below|under)|max\b)"),
        "under",
    ),
    (
        re.compile(rf"(?:around |about |roughly |approx(?:imately)?\.? |~\s*|circa )?{_N}{_BPM}"),
        "near",
    ),
    (re.compile(rf"\b(?:bpm|tempo)\s*(?:of|at|:|=|around|about)?\s*{_N}\b"), "near"),
)
_Y = r"((?:19|20)\d\d)"
_YEARS = (
    (re.compile(r"\b(19[0-4])0['’]?s\b"), "decade"),
    (
        re.compile(
            rf"(?:\b(?:between|from)\s+)?\b{_Y}\s*(?:-|–|—|to|and|until|through)\s*{_Y}\b(?!s)"
        ),
        "range",
    ),
    (
        re.compile(
            rf"\b(?:before|until|pre|prior to|earlier than|older than|up to)[\s-]+{_Y}\b(?!s)"
        ),
        "under",
    ),
    (
        re.compile(
            rf"\b(?:after|since|post|later than|newer than)[\s-]+{_Y}\b(?!s)"
            rf"|\bfrom\s+{_Y}\b(?!s)\s+(?:on|onwards?|and later|forwards?|to now|till now)\b"
        ),
        "over",
    ),
    (re.compile(rf"\b{_Y}\s*(?:onwards?|and later|or later|or newer|\+)"), "over"),
    (re.compile(rf"\b{_Y}\s*(?:and earlier|or earlier|or older)"), "under"),
    (re.compile(rf"\b{_Y}\b(?!['’]?s)"), "near"),
)
_COUNT_WORDS = {
    "ten": 10, "a dozen": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "twenty five": 25,
    "twenty-five": 25,
    "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "a hundred": 100,
}  # fmt: skip
_COUNT = re.compile(
    r"\b(?:top\s+)?(\d{1,4}|" + "|".join(sorted(_COUNT_WORDS, key=len, reverse=True)) + r")"
    r"[\s-]+(?:[a-z'-]+\s+){0,3}?(?:songs?|tracks?|tunes|pieces|titles|numbers)\b"
)
_WORD_NUMBERS = {
    "half an": 0.5, "an": 1.0, "a": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0,
    "five": 5.0, "six": 6.0, "eight": 8.0, "ten": 10.0, "fifteen": 15.0, "twenty": 20.0,
    "thirty": 30.0, "forty five": 45.0, "forty-five": 45.0, "forty": 40.0, "sixty": 60.0,
    "ninety": 90.0,
}  # fmt: skip
_DURATION = re.compile(
    r"\b(\d{1,3}(?:\.\d)?|" + "|".join(_WORD_NUMBERS) + r")[\s-]+"
    r"(hours?|hrs?|h|minutes?|mins?|min)\b(?:[\s-]+long)?"
)
_SHORTER = re.compile(
    r"\b(?:under|below|shorter than|less than|at most|max(?:imum)?|up to)\s+(?:an?\s+)?$"
)
_LONGER = re.compile(r"\b(?:over|above|longer than|more than|at least|min(?:imum)?)\s+$")
_KEY = re.compile(
    r"\b(?:in\s+|key\s+of\s+)?\b([A-Ga-g])\s?(♯|♭|#|b|[\s-]sharp|[\s-]flat)?[\s-]+(major|minor|maj|min)\b"
)
_FLATS = {
    "C#": "Db",
    "D#": "Eb",
    "F#": "Gb",
    "G#": "Ab",
    "A#": "Bb",
    "E#": "F",
    "B#": "C",
    "Cb": "B",
    "Fb": "E",
}


def figures(text: str) -> list[Figure]:
    """Find every number that means something, earliest first, none overlapping."""
    if not any(character.isdigit() for character in text) and not _may_hold_words(text):
        return []
    lowered = text.lower()
    if len(lowered) != len(text):  # a few capital letters grow when lowered; offsets must hold
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    taken: list[Figure] = []
    found = chain(
        _tempos(lowered), _keys(text), _durations(lowered), _years(lowered), _counts(lowered)
    )
    for figure in sorted(found, key=lambda figure: (figure.start, -figure.end)):
        if all(figure.end <= other.start or figure.start >= other.end for other in taken):
            taken.append(figure)
    return taken


def _may_hold_words(text: str) -> bool:
    return re.search(r"song|track|tune|hour|min|maj|piece|title|number", text, re.I) is not None


def _bounds(rule: str, numbers: list[float], slack: float) -> tuple[float | None, float | None]:
    if rule == "range":
        return min(numbers), max(numbers)
    if rule == "over":
        return numbers[0], None
    if rule == "under":
        return None, numbers[0]
    return numbers[0] * (1 - slack), numbers[0] * (1 + slack)


def _tempos(text: str) -> Iterator[Figure]:
    for pattern, rule in _TEMPO:
        for match in pattern.finditer(text):
            numbers = [float(group) for group in match.groups() if group]
            if not numbers or not all(20 <= number <= LOUDEST_TEMPO_BPM for number in numbers):
                continue
            low, high = _bounds(rule, numbers, TEMPO_SLACK)
            label = tempo_label(low, high) if rule != "near" else f"about {numbers[0]:g} BPM"
            yield Figure(Kind.TEMPO, match.start(), match.end(), low, high, label)


def tempo_label(low: float | None, high: float | None) -> str:
    """Write a tempo range the way a musician would."""
    if low is not None and high is not None:
        return f"{low:g} to {high:g} BPM"
    return f"{low:g} BPM or faster" if low is not None else f"{high:g} BPM or slower"


def _years(text: str) -> Iterator[Figure]:
    for pattern, rule in _YEARS:
        for match in pattern.finditer(text):
            years = [int(group) for group in match.groups() if group]
            if rule == "decade":
                first = years[0] * 10
                label = f"{first}s"
                yield Figure(Kind.ERA, match.start(), match.end(), first, first + 9, label)
                continue
            if not all(FIRST_YEAR <= year <= LAST_YEAR for year in years):
                continue
            low, high = _bounds(rule, [float(year) for year in years], 0.0)
            if rule == "under" and "up to" not in match.group() and "or" not in match.group():
                high = years[0] - 1.0
            if rule == "over" and match.group().startswith(("after", "post", "later", "newer")):
                low = years[0] + 1.0
            yield Figure(Kind.ERA, match.start(), match.end(), low, high, year_label(low, high))


def year_label(low: float | None, high: float | None) -> str:
    """Write a range of years."""
    if low is not None and high is not None:
        return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
    return f"{low:.0f} or later" if low is not None else f"{high:.0f} or earlier"


def _counts(text: str) -> Iterator[Figure]:
    for match in _COUNT.finditer(text):
        written = match.group(1)
        number = _COUNT_WORDS.get(written) or int(written)
        if 1 <= number <= 1000:
            label = f"{number} track{'' if number == 1 else 's'}"
            yield Figure(Kind.COUNT, match.start(), match.end(1), number, number, label)


def _durations(text: str) -> Iterator[Figure]:
    for match in _DURATION.finditer(text):
        amount = _WORD_NUMBERS.get(match.group(1)) or float(match.group(1))
        unit = match.group(2)
        seconds = amount * (3600.0 if unit.startswith("h") else 60.0)
        before = text[: match.start()]
        shorter, longer = _SHORTER.search(before), _LONGER.search(before)
        start = min((m.start() for m in (shorter, longer) if m), default=match.start())
        per_track = seconds <= 900 and (shorter or longer)
        low = seconds if longer or not shorter else None
        high = seconds if shorter or not longer else None
        words = text[start : match.end()]
        yield Figure(
            Kind.DURATION, start, match.end(), low, high, words, "track" if per_track else "list"
        )


def _keys(text: str) -> Iterator[Figure]:
    for match in _KEY.finditer(text):
        tonic = match.group(1).upper()
        sign = (match.group(2) or "").strip(" -").lower()
        if (
            not match.group(2)
            and match.group(1) == "a"
            and not match.group().lower().startswith(("in", "key"))
        ):
            continue  # "a minor problem", "a major hit"
        if sign in ("#", "♯", "sharp"):
            tonic += "#"
        elif sign in ("b", "♭", "flat"):
            tonic += "b"
        mode = "major" if match.group(3).lower().startswith("maj") else "minor"
        key = f"{_FLATS.get(tonic, tonic)} {mode}"
        yield Figure(Kind.KEY, match.start(), match.end(), None, None, key, key)

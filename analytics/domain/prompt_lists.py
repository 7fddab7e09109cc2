"""Lists of real prompts with how often each was asked: every row judged, the same prompt once.

Nothing here decides what a prompt means; it only decides whether a row is a prompt and a count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.domain.prompt_space import folded

LONGEST_PROMPT = 500
MOST_TIMES = 1_000_000_000
MOST_ROWS = 200_000
REMARKS_KEPT = 500
NO_NUMBER = "The count is no number."
NO_COUNT = "There is no count; it counts once."

_MARKUP = re.compile(r"<\s*[a-zA-Z/!]|javascript:|\{\{|\{%", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}([,. ’'\u00a0\u202f])\d{3}(\1\d{3})*")
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Zero-width marks that word processors leave behind; taken out, for they change no word."""


class BadPrompt(ValueError):
    """A row that is no prompt with a count; the message says why, `reason` without its details."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason or text


@dataclass(frozen=True, slots=True)
class ListedPrompt:
    """One prompt of a list, with how often it was asked."""

    text: str
    asked: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said about a row. `left_out` is False where the row counts all the same."""

    row: int
    text: str
    left_out: bool = True


def read_prompt(cell: str, blocked: Iterable[re.Pattern[str]] = ()) -> str:
    """Give the text of a prompt as it is kept.

    Raises
    ------
    BadPrompt : empty, too long, no words, markup or hidden characters, or a blocked term
    """
    text = unicodedata.normalize("NFC", cell)
    text = " ".join(text.translate(dict.fromkeys(map(ord, _INVISIBLE))).split())
    if not text:
        raise BadPrompt("There is no prompt.")
    if len(text) > LONGEST_PROMPT:
        raise BadPrompt(
            f"The prompt has {len(text):,} characters; {LONGEST_PROMPT} are the most.",
            f"The prompt is longer than {LONGEST_PROMPT} characters.",
        )
    # Right-to-left words are fine; characters that turn the direction of the rest around are not.
    if any(unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") for character in text):
        raise BadPrompt("The prompt holds hidden control characters.")
    if _MARKUP.search(text):
        raise BadPrompt("The prompt holds code or markup, which no listener types.")
    if not folded(text):
        raise BadPrompt("The prompt has no words.")
    for pattern in blocked:
        if found := pattern.search(text):
            raise BadPrompt(
                f"The prompt holds “{found.group()}”, which is blocked here.",
                "The prompt holds a blocked term.",
            )
    return text


def blocked_patterns(terms: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    """Make patterns that find blocked terms as whole words, whatever their case."""
    return tuple(
        re.compile(rf"(?<!\w){re.escape(term.strip())}(?!\w)", re.IGNORECASE)
        for term in terms
        if term.strip()
    )


def read_count(cell: str) -> int:
    """Read how often a prompt was asked: a whole number, groups of three allowed.

    Raises
    ------
    BadPrompt : no number, not whole, negative, zero, or beyond belief

    >>> read_count("1,204"), read_count("12.0"), read_count(" 7 ")
    (1204, 12, 7)
    """
    text = cell.strip()
    if _GROUPED.fullmatch(text):
        text = re.sub(r"\D", "", text)
    try:
        number = float(text)
    except ValueError:
        raise BadPrompt(f"“{cell.strip()[:40]}” is no number.", NO_NUMBER) from None
    if number != number or number in (float("inf"), float("-inf")):
        raise BadPrompt(f"“{cell.strip()[:40]}” is no number.", NO_NUMBER)
    if number < 0:
        raise BadPrompt(f"{text} is negative; a count starts at 0.", "The count is negative.")
    if number != int(number):
        raise BadPrompt(f"{text} is no whole number.", "The count is no whole number.")
    if number == 0:
        raise BadPrompt("Asked 0 times, so there is nothing to count.")
    if number > MOST_TIMES:
        raise BadPrompt(
            f"{number:,.0f} times is more than any list can hold.", "The count is too large."
        )
    return int(number)


@dataclass(slots=True)
class PromptReading:
    """What reading a list has found so far. The first wording of a prompt is the one kept."""

    blocked: tuple[re.Pattern[str], ...] = ()
    asked: dict[str, int] = field(default_factory=dict)
    wording: dict[str, tuple[int, str]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    left_out: int = 0
    merged: int = 0

    def take(self, row: int, prompt: str, count: str | None) -> None:
        """Judge one row; `count` is None where the file has no counts, so each row is one time."""
        self.rows += 1
        try:
            text = read_prompt(prompt, self.blocked)
            asked = 1 if count is None else read_count(count) if count.strip() else 1
        except BadPrompt as problem:
            self.left_out += 1
            self._say(row, str(problem), problem.reason)
            return
        if count is not None and not count.strip():
            self._say(row, NO_COUNT, NO_COUNT, left_out=False)
        key = folded(text)
        if key in self.asked:
            self.merged += 1
            text = f"The same prompt as row {self.wording[key][0]:,}; counts are added."
            self._say(row, text, "The same prompt again; counts are added.", left_out=False)
        else:
            self.wording[key] = (row, text)
        self.asked[key] = self.asked.get(key, 0) + asked

    def _say(self, row: int, text: str, reason: str, *, left_out: bool = True) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if len(self.remarks) < REMARKS_KEPT:
            self.remarks.append(Remark(row, text, left_out))

    def prompts(self) -> list[ListedPrompt]:
        """Every prompt once, the most asked first; equal ones by their words."""
        found = [ListedPrompt(self.wording[key][1], asked) for key, asked in self.asked.items()]
        return sorted(found, key=lambda prompt: (-prompt.asked, prompt.text))


@dataclass(frozen=True, slots=True)
class PromptColumns:
    """Which cells of a row hold the prompt and its count."""

    prompt: int
    count: int | None

    def cells(self, row: Sequence[str]) -> tuple[str, str | None]:
        """Give the two cells of a row; a row that is too short has empty ones."""
        text = row[self.prompt] if self.prompt < len(row) else ""
        if self.count is None:
            return text, None
        return text, row[self.count] if self.count < len(row) else ""


def find_columns(
    heading: Sequence[str], names: Mapping[str, Sequence[str]]
) -> PromptColumns | None:
    """Find the columns by their headings; None where no heading names the prompt.

    >>> find_columns(["Query", "Times"], {"prompt": ["query"], "count": ["times"]})
    PromptColumns(prompt=0, count=1)
    """
    at: dict[str, int] = {}
    for number, cell in enumerate(heading):
        word = re.sub(r"[\W_]+", " ", cell.casefold()).strip()
        for column, known in names.items():
            if word in known:
                at.setdefault(column, number)
    return PromptColumns(at["prompt"], at.get("count")) if "prompt" in at else None


def rows_of_json(content: Any, names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Give prompt and count of a JSON list: texts, objects, or an object of text and count.

    Raises
    ------
    BadPrompt : the file holds none of these
    """
    if isinstance(content, dict) and isinstance(content.get("prompts"), list | dict):
        content = content["prompts"]
    if isinstance(content, dict):
        yield from ((str(text), _written(count)) for text, count in content.items())
        return
    if not isinstance(content, list):
        raise BadPrompt("The file holds no list of prompts.")
    for entry in content:
        if isinstance(entry, dict):
            known = {str(key).casefold(): value for key, value in entry.items()}
            prompt = next((known[name] for name in names["prompt"] if name in known), "")
            count = next((known[name] for name in names["count"] if name in known), 1)
            yield str(prompt or ""), _written(count)
        else:
            yield entry if isinstance(entry, str) else "", "1"


def _written(count: object) -> str:
    if isinstance(count, bool) or count is None:
        return "" if count is None else str(count)
    return str(count)

"""A column and its cells: how a cell is written as text, read, checked and remarked on.

The grid, bulk edit, find and replace, import and export all read and write cells here. A cell holds
plain JSON: a text, a number, true or false, an ISO date, a list of slugs (terms) or of names
(artists), the id of a release. `Column.write` and `Column.read` are inverse: a text that was
written is read back as the same cell.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from catalog.domain.changes import Json
from catalog.domain.dates import read_day
from catalog.domain.keys import read_key
from catalog.domain.languages import normalise_language
from catalog.domain.lists import join_values, split_values
from catalog.domain.tag_values import clean_text, read_advisory
from catalog.domain.titles import title_remarks
from catalog.errors import StudioError


class InvalidCell(StudioError):
    """A text that a cell cannot hold; the sentence says why."""


class Kind(StrEnum):
    """What a cell holds, and so how it is edited."""

    TEXT = "text"
    LONG = "long"
    CODE = "code"
    NUMBER = "number"
    WHOLE = "whole"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"
    LANGUAGE = "language"
    KEY = "key"
    TERMS = "terms"
    NAMES = "names"
    RELEASE = "release"


LISTS = frozenset((Kind.TERMS, Kind.NAMES))
TEXTS = frozenset((Kind.TEXT, Kind.LONG))


class Words(Protocol):
    """What a workspace calls things: looked up to read and write terms, artists and releases."""

    def term(self, facet: str, word: str) -> str | None:
        """Give the slug of a term by label, slug or synonym."""

    def term_label(self, facet: str, slug: str) -> str:
        """Give the label of a term."""

    def artist_name(self, name: str) -> str | None:
        """Give the name of a known artist as it is spelt in the workspace."""

    def releases(self, title: str) -> tuple[int, ...]:
        """Give the ids of the releases with this title."""

    def release_title(self, release_id: int) -> str:
        """Give the title of a release."""


@dataclass(frozen=True)
class Column:
    """One column.

    `table` and `fields` name what it is in the ledger: mostly one field of the same name. Columns
    of the table "release" are those of the release a track is on, and so of all its tracks.
    """

    name: str
    label: str
    kind: Kind
    group: str
    table: str = "track"
    fields: tuple[str, ...] = ()
    max_length: int = 0
    least: float = 0
    most: float = 0
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    facet: str = ""
    role: str = ""
    help: str = ""
    synonyms: tuple[str, ...] = ()
    normalise: Callable[[str], str] | None = field(default=None, compare=False)

    @property
    def is_list(self) -> bool:
        """Whether a cell holds several values."""
        return self.kind in LISTS

    @property
    def empty(self) -> Json:
        """What an empty cell holds."""
        if self.is_list:
            return []
        if self.kind is Kind.FLAG:
            return False
        no_text = (Kind.NUMBER, Kind.WHOLE, Kind.DATE, Kind.RELEASE)
        return None if self.kind in no_text else ""

    def is_empty(self, value: Json) -> bool:
        """Whether a cell holds nothing."""
        return value in (None, "", [])

    def read(self, text: str, words: Words) -> Json:
        """Read a text into a cell.

        Raises
        ------
        StudioError : the cell cannot hold it; the sentence and the hint say why
        """
        cleaned, _ = clean_text(text.replace("\r\n", "\n").replace("\r", "\n"))
        if not cleaned:
            if self.required:
                raise InvalidCell(f"A {self.table} needs a {self.label.lower()}.")
            return self.empty
        return _READERS[self.kind](self, cleaned, words)

    def write(self, value: Json, words: Words) -> str:
        """Write a cell as text, as `read` takes it."""
        if self.is_empty(value):
            return ""
        match self.kind:
            case Kind.TERMS:
                return join_values(_term_word(self.facet, slug, words) for slug in value)
            case Kind.NAMES:
                return join_values(value)
            case Kind.NUMBER:
                return f"{value:.12g}"
            case Kind.CHOICE:
                return dict(self.choices).get(value, str(value))
            case Kind.FLAG:
                return "yes" if value else "no"
            case Kind.RELEASE:
                return words.release_title(value)
            case _:
                return str(value)

    def remarks(self, value: Json, *, language: str = "") -> list[str]:
        """Say what departs from the style of the trade; remarks never block a save."""
        if self.name in ("title", "release_title") and isinstance(value, str):
            return title_remarks(value, language=language)
        return []


Cells = dict[str, Json]
"""The cells of one row by the name of their column."""


@dataclass(frozen=True)
class CellChange:
    """One cell of one track, before and after."""

    track_id: int
    column: str
    before: Json
    after: Json
    label: str = ""


@dataclass(frozen=True)
class CellProblem:
    """Why a cell cannot be saved as it is; or a remark on one that can."""

    track_id: int
    column: str
    sentence: str
    hint: str = ""
    label: str = ""


def _term_word(facet: str, slug: str, words: Words) -> str:
    """Give the label where it leads back to the term, else the slug."""
    label = words.term_label(facet, slug)
    return label if words.term(facet, label) == slug else slug


def _text(column: Column, text: str, words: Words) -> Json:
    if column.kind is Kind.TEXT:
        text = " ".join(text.split())
    if column.max_length and len(text) > column.max_length:
        raise InvalidCell(
            f"The {column.label.lower()} has {len(text):,} characters; it can hold "
            f"{column.max_length:,}.",
            hint=f"Shorten it by {len(text) - column.max_length:,}.",
        )
    return text


def _code(column: Column, text: str, words: Words) -> Json:
    assert column.normalise is not None
    return column.normalise(text)


def _number(column: Column, text: str, words: Words) -> Json:
    bare = text.lower().removesuffix("bpm").strip().replace("\u00a0", "")
    if re.fullmatch(r"\d+,\d{1,2}", bare):
        bare = bare.replace(",", ".")
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?", bare):
        raise InvalidCell(f"“{text}” is not a number.", hint="Write it as 128 or 128.5.")
    return _within(column, float(bare), text)


def _whole(column: Column, text: str, words: Words) -> Json:
    match = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?", text)
    if match is None:
        raise InvalidCell(f"“{text}” is not a whole number.")
    return int(_within(column, int(match[1]), text))


def _within(column: Column, number: float, text: str) -> float:
    if not column.least <= number <= column.most:
        raise InvalidCell(
            f"The {column.label.lower()} {text} is out of range: "
            f"it can be {column.least:g} to {column.most:g}."
        )
    return number


def _date(column: Column, text: str, words: Words) -> Json:
    return read_day(text)


def _choice(column: Column, text: str, words: Words) -> Json:
    folded = _folded(text)
    for value, label in column.choices:
        if folded in (_folded(value), _folded(label)):
            return value
    if column.name == "advisory" and (value := _advisory(folded)):
        return value
    labels = ", ".join(label for _, label in column.choices)
    raise InvalidCell(f"“{text}” is none of the choices.", hint=f"There are: {labels}.")


def _advisory(folded: str) -> str:
    words = {"yes": "explicit", "no": "not_explicit", "notexplicit": "not_explicit"}
    return words.get(folded) or read_advisory(folded)


def _flag(column: Column, text: str, words: Words) -> Json:
    folded = text.casefold()
    if folded in ("yes", "y", "true", "1", "x"):
        return True
    if folded in ("no", "n", "false", "0"):
        return False
    raise InvalidCell(f"“{text}” is neither yes nor no.")


def _language(column: Column, text: str, words: Words) -> Json:
    return normalise_language(text)


def _key(column: Column, text: str, words: Words) -> Json:
    key = read_key(text)
    if key is None:
        raise InvalidCell(
            f"“{text}” is not a key.", hint="Write it as F minor, F#m, Bb or 8A (wheel code)."
        )
    return f"{key.tonic} {key.mode}"


def _terms(column: Column, text: str, words: Words) -> Json:
    found, unknown = set(), []
    for word in split_values(text):
        slug = words.term(column.facet, word)
        if slug is None:
            unknown.append(word)
        else:
            found.add(slug)
    if unknown:
        named = ", ".join(f"“{word}”" for word in unknown)
        raise InvalidCell(
            f"The vocabulary has no {column.label.lower()} {named}.",
            hint="Pick a term from the list, or add it to the vocabulary first.",
        )
    return sorted(found)


def _names(column: Column, text: str, words: Words) -> Json:
    found: dict[str, None] = {}
    for name in split_values(text):
        name = " ".join(name.split())
        if len(name) > 200:
            raise InvalidCell("The name of an artist can have 200 characters.")
        found[words.artist_name(name) or name] = None
    return list(found)


def _release(column: Column, text: str, words: Words) -> Json:
    found = words.releases(" ".join(text.split()))
    if not found:
        raise InvalidCell(
            f"There is no release “{text}”.", hint="Make the release first, or pick another."
        )
    if len(found) > 1:
        raise InvalidCell(
            f"{len(found)} releases are called “{text}”.",
            hint="Put the track on its release from the page of the release.",
        )
    return found[0]


_READERS: Mapping[Kind, Callable[[Column, str, Words], Json]] = {
    Kind.TEXT: _text,
    Kind.LONG: _text,
    Kind.CODE: _code,
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.FLAG: _flag,
    Kind.LANGUAGE: _language,
    Kind.KEY: _key,
    Kind.TERMS: _terms,
    Kind.NAMES: _names,
    Kind.RELEASE: _release,
}


def _folded(text: str) -> str:
    return re.sub(r"[\s_\-]", "", text.casefold())

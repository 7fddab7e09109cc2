"""Real events, counted by day: what a row of a file must say, and what cannot be.

A row says how often a track was shown, played, heard out, skipped, saved, played again and its
artist followed, on one day, in one prompt space or for one prompt, at one source. Rows of the same
day, track, space, prompt, place and source are one observation; a later file corrects it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

COUNTS = ("impressions", "plays", "completions", "skips", "saves", "replays", "follows")

MOST = 2**31 - 1
"""What a database column holds; a day with more of anything is a typing error."""

LONGEST_PROMPT = 500
LONGEST_SOURCE = 60
LAST_PLACE = 1000
EARLIEST = date(2000, 1, 1)

NO_MORE_THAN: tuple[tuple[str, str], ...] = (
    ("plays", "impressions"),
    ("completions", "plays"),
    ("skips", "plays"),
)
"""Counts that are parts of others. Saves are not: people save without hearing a track out."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a file holds what; `unknown` are headings nobody reads."""

    at: Mapping[str, int]
    unknown: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[str, ...]:
        return tuple(name for name in COUNTS if name in self.at)

    def problems(self) -> list[str]:
        """What the file lacks to be read at all."""
        found = []
        if "date" not in self.at:
            found.append("No column says the date. Name it “Date”.")
        if not {"track_id", "isrc", "title"} & set(self.at):
            found.append("No column says the track. Name it “Track id”, “ISRC” or “Title”.")
        if not self.counts:
            found.append("No column counts anything. Name one “Impressions”, “Plays” or “Saves”.")
        return found


@dataclass(frozen=True, slots=True)
class Key:
    """What makes two rows one observation."""

    day: date
    track_id: int
    space: str
    prompt: str
    place: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What was counted; None where the source does not count it."""

    key: Key
    counts: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be counted, at which column."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class World:
    """What rows may point at: the workspace's tracks by id, ISRC and name, the spaces, today."""

    today: date
    track_ids: frozenset[int]
    by_isrc: Mapping[str, int]
    by_name: Mapping[tuple[str, str], Sequence[int]]
    spaces: frozenset[str]
    space_of: Callable[[str], str] = field(default=lambda prompt: "")


def folded_heading(text: str) -> str:
    """Fold a heading: case, spaces and punctuation do not matter."""
    return re.sub(r"[\W_]+", "", text.casefold())


def folded_name(text: str) -> str:
    """Fold a title or a name as people compare them."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def read_columns(heading: Sequence[str], names: Mapping[str, Sequence[str]]) -> Columns:
    """Find the columns of a file by its first row; the first of two alike wins."""
    known = {folded_heading(name): column for column, all_ in names.items() for name in all_}
    at: dict[str, int] = {}
    unknown: list[str] = []
    for number, cell in enumerate(heading):
        column = known.get(folded_heading(cell))
        if column is None or column in at:
            if cell.strip():
                unknown.append(cell.strip())
        else:
            at[column] = number
    return Columns(at, tuple(unknown))


def read_row(
    cells: Sequence[str], columns: Columns, world: World
) -> tuple[Observation | None, list[Problem]]:
    """Read a row; with any problem there is no observation."""
    problems: list[Problem] = []

    def cell(name: str) -> str:
        at = columns.at.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    day = _day(cell("date"), world.today, problems)
    track = _track(cell, world, problems)
    prompt = cell("prompt")
    if len(prompt) > LONGEST_PROMPT:
        problems.append(
            Problem("prompt", f"The prompt is longer than {LONGEST_PROMPT} characters.")
        )
    space = cell("space")
    if space and space not in world.spaces:
        problems.append(Problem("space", f"No prompt space is called “{space[:80]}”."))
    source = cell("source")
    if len(source) > LONGEST_SOURCE:
        problems.append(
            Problem("source", f"The source is longer than {LONGEST_SOURCE} characters.")
        )
    place = _place(cell("place"), problems)
    counts = {name: _count(name, cell(name), problems) for name in columns.counts}
    if not problems:
        _compare(counts, problems)
    if not any(counts.values()) and not problems:
        problems.append(Problem(columns.counts[0], "Nothing is counted in this row."))
    if problems or day is None or track is None:
        return None, problems
    key = Key(
        day, track, space or (world.space_of(prompt) if prompt else ""), prompt, place, source
    )
    return Observation(key, counts), []


def _day(text: str, today: date, problems: list[Problem]) -> date | None:
    """Read a date written year first; other orders are ambiguous and so refused."""
    try:
        day = datetime.fromisoformat(text.replace("/", "-").replace("Z", "")).date()
    except ValueError:
        shown = f"“{text[:40]}”" if text else "An empty cell"
        problems.append(Problem("date", f"{shown} is no date. Write it as 2026-05-31."))
        return None
    if day > today:
        problems.append(Problem("date", f"{day.isoformat()} has not come yet."))
    elif day < EARLIEST:
        problems.append(Problem("date", f"{day.isoformat()} is before {EARLIEST.year}."))
    return day


def _track(cell: Callable[[str], str], world: World, problems: list[Problem]) -> int | None:
    """Find the track by id, else by ISRC, else by title and artist."""
    if number := cell("track_id"):
        if number.isdigit() and int(number) in world.track_ids:
            return int(number)
        problems.append(Problem("track_id", f"No track here has the id {number[:20]}."))
        return None
    if isrc := re.sub(r"[\s-]", "", cell("isrc")).upper():
        if isrc in world.by_isrc:
            return world.by_isrc[isrc]
        problems.append(Problem("isrc", f"No track here has the ISRC {isrc[:20]}."))
        return None
    title, artist = cell("title"), cell("artist")
    if not title:
        problems.append(Problem("title", "The row does not say which track."))
        return None
    found = world.by_name.get((folded_name(title), folded_name(artist)), ())
    if len(found) == 1:
        return found[0]
    by = f" by {artist[:80]}" if artist else ""
    text = (
        f"{len(found)} tracks are called “{title[:80]}”{by}; give the ISRC."
        if found
        else f"No track here is called “{title[:80]}”{by}."
    )
    problems.append(Problem("title", text))
    return None


def _place(text: str, problems: list[Problem]) -> int | None:
    if not text:
        return None
    number = _whole(text)
    if number is None or not 1 <= number <= LAST_PLACE:
        problems.append(
            Problem("place", f"“{text[:20]}” is no place in a list (1 to {LAST_PLACE:,}).")
        )
        return None
    return number


def _count(name: str, text: str, problems: list[Problem]) -> int | None:
    if not text:
        return None
    number = _whole(text)
    if number is None:
        problems.append(Problem(name, f"“{text[:40]}” is no whole number."))
    elif number < 0:
        problems.append(Problem(name, f"{number} {name} cannot be; a count starts at 0."))
    elif number > MOST:
        problems.append(Problem(name, f"{number:,} is more than can be counted in a day."))
    else:
        return number
    return None


def _whole(text: str) -> int | None:
    """Read 1204, 1,204, 1 204 and 1204.0; nothing else."""
    bare = re.sub(r"[\s,'  ](?=\d{3}(\D|$))", "", text)
    match = re.fullmatch(r"(-?\d{1,15})(?:\.0+)?", bare)
    return int(match[1]) if match else None


def _compare(counts: Mapping[str, int | None], problems: list[Problem]) -> None:
    for part, whole in NO_MORE_THAN:
        few, many = counts.get(part), counts.get(whole)
        if few is not None and many is not None and few > many:
            problems.append(Problem(part, f"{few:,} {part} of {many:,} {whole} cannot be."))
    saves, shown = counts.get("saves"), counts.get("impressions")
    if saves is not None and shown is not None and saves > shown:
        problems.append(Problem("saves", f"{saves:,} saves of {shown:,} impressions cannot be."))

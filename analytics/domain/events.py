"""Real events, counted by day: what a row of a file must say, and what cannot be.

A row says how often a track was shown, played, heard out, skipped, saved, played again and its
artist followed, on one day, in one prompt space or for one prompt, at one source. Rows of the same
day, track, space, prompt, place and source are one observation; a later file corrects it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo

from analytics.domain.event_dates import AmbiguousDay, DayOrder, read_day

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
    ("replays", "plays"),
    ("saves", "impressions"),
)
"""Counts that are parts of others. Saves are no part of plays: people save what they never heard
out, or know already."""


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
    """Why a row cannot be counted, at which column; `reason` is the same for all rows like it."""

    column: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class World:
    """What rows may point at: the workspace's tracks by id, ISRC and name, the spaces, today.

    `spaces` gives the slug of a space by its folded name and by its folded slug. `zone` is where
    days begin for moments that carry an offset; `day_order` is what the file's dates tell.
    """

    today: date
    track_ids: frozenset[int]
    by_isrc: Mapping[str, int]
    by_name: Mapping[tuple[str, str], Sequence[int]]
    spaces: Mapping[str, str]
    space_of: Callable[[str], str] = field(default=lambda prompt: "")
    zone: tzinfo = UTC
    day_order: DayOrder = DayOrder.UNKNOWN


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

    day = _day(cell("date"), world, problems)
    track = _track(cell, world, problems)
    prompt, source = cell("prompt"), cell("source")
    space = _space(cell("space"), world, problems)
    for name, text, most in (
        ("prompt", prompt, LONGEST_PROMPT),
        ("source", source, LONGEST_SOURCE),
    ):
        if len(text) > most:
            said = f"The {name} is longer than {most} characters."
            problems.append(Problem(name, said, said))
    place = _place(cell("place"), problems)
    counts = {name: _count(name, cell(name), problems) for name in columns.counts}
    if not problems:
        _compare(counts, problems)
    if not any(counts.values()) and not problems:
        said = "Nothing is counted in this row."
        problems.append(Problem(columns.counts[0], said, said))
    if problems or day is None or track is None:
        return None, problems
    key = Key(
        day, track, space or (world.space_of(prompt) if prompt else ""), prompt, place, source
    )
    return Observation(key, counts), []


def _day(text: str, world: World, problems: list[Problem]) -> date | None:
    """Read a date; one that could be two days is refused unless the rest of the file tells."""
    try:
        day = read_day(text, order=world.day_order, zone=world.zone)
    except AmbiguousDay:
        said = "could be two days, and no row of the file tells which. Write dates as 2026-05-31."
        problems.append(Problem("date", f"“{text[:40]}” {said}", "The date could be two days."))
        return None
    except ValueError:
        shown = f"“{text[:40]}”" if text else "An empty cell"
        said = f"{shown} is no date. Write it as 2026-05-31."
        problems.append(Problem("date", said, "The date is no date."))
        return None
    if day > world.today:
        said = f"{day.isoformat()} has not come yet."
        problems.append(Problem("date", said, "The date has not come yet."))
    elif day < EARLIEST:
        said = f"is before {EARLIEST.year}."
        problems.append(Problem("date", f"{day.isoformat()} {said}", f"The date {said}"))
    return day


def space_named(text: str, spaces: Mapping[str, str]) -> str | None:
    """Find a space by its name or slug, whatever the case, spaces and dashes; None if unknown."""
    return spaces.get(folded_name(text))


def _space(text: str, world: World, problems: list[Problem]) -> str:
    if not text:
        return ""
    slug = space_named(text, world.spaces)
    if slug is None:
        said = f"No prompt space is called “{text[:80]}”."
        problems.append(Problem("space", said, "No prompt space has that name."))
    return slug or ""


def _track(cell: Callable[[str], str], world: World, problems: list[Problem]) -> int | None:
    """Find the track by id, else by ISRC, else by title and artist."""
    if number := cell("track_id"):
        if number.isdigit() and int(number) in world.track_ids:
            return int(number)
        said = f"No track here has the id {number[:20]}."
        problems.append(Problem("track_id", said, "No track here has that id."))
        return None
    if isrc := re.sub(r"[\s-]", "", cell("isrc")).upper():
        if isrc in world.by_isrc:
            return world.by_isrc[isrc]
        said = f"No track here has the ISRC {isrc[:20]}."
        problems.append(Problem("isrc", said, "No track here has that ISRC."))
        return None
    title, artist = cell("title"), cell("artist")
    if not title:
        said = "The row does not say which track."
        problems.append(Problem("title", said, said))
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
    reason = "Several tracks have that name." if found else "No track here has that name."
    problems.append(Problem("title", text, reason))
    return None


def _place(text: str, problems: list[Problem]) -> int | None:
    if not text:
        return None
    number = _whole(text)
    if number is None or not 1 <= number <= LAST_PLACE:
        said = f"is no place in a list (1 to {LAST_PLACE:,})."
        problems.append(Problem("place", f"“{text[:20]}” {said}", f"The place {said}"))
        return None
    return number


def _count(name: str, text: str, problems: list[Problem]) -> int | None:
    if not text:
        return None
    number = _whole(text)
    if number is None:
        said = "is no whole number."
        problems.append(Problem(name, f"“{text[:40]}” {said}", f"The count {said}"))
    elif number < 0:
        said = f"{number} {name} cannot be; a count starts at 0."
        problems.append(Problem(name, said, "The count is below 0."))
    elif number > MOST:
        said = "is more than can be counted in a day."
        problems.append(Problem(name, f"{number:,} {said}", f"The count {said}"))
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
            said = f"{few:,} {part} of {many:,} {whole} cannot be."
            problems.append(Problem(part, said, f"More {part} than {whole}."))

"""Reading a file of prompts or of a market as a whole: verdicts, findings, and what to take in."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, Any

from analytics.domain.market_files import MOST_ROWS as MOST_TRACKS
from analytics.domain.market_files import MarketReading, find_market_columns
from analytics.domain.prompt_lists import (
    MOST_ROWS,
    BadPrompt,
    PromptColumns,
    PromptReading,
    Remark,
    blocked_patterns,
    find_columns,
    read_count,
    rows_of_json,
)
from analytics.event_files import UnreadableFile, rows_of
from analytics.prompt_lists import packed_prompts
from analytics.prompt_spaces import nearest_space
from analytics.reference import known_tags, market_columns, prompt_columns
from analytics.snapshots import packed
from catalog.errors import StudioError

LARGEST_JSON = 64 * 1024 * 1024
ROWS_A_BEAT = 20_000
PROMPTS_A_BEAT = 1_000

Beat = Callable[[int], bool]
"""Told how far the work is; gives False where it should stop."""


class MaterialRefused(StudioError):
    """The file cannot be taken in."""


class Stopped(Exception):
    """Somebody cancelled, or another worker took over."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: counts, remarks on rows, findings, and the content to be taken in."""

    rows: int
    good: int
    bad: int
    merged: int
    remarks: list[Remark]
    findings: dict[str, Any] = field(default_factory=dict)
    result: bytes = b""


def read_prompts(file: IO[Any], *, name: str, blocked: list[str], beat: Beat) -> Reading:
    """Judge every row of a list of prompts, and say which space each prompt belongs to.

    Raises
    ------
    UnreadableFile, MaterialRefused : no list of prompts
    Stopped : `beat` said so
    """
    reading = PromptReading(blocked=blocked_patterns(blocked))
    for number, text, count in _prompt_rows(file, name):
        reading.take(number, text, count)
        if reading.rows > MOST_ROWS:
            raise MaterialRefused(
                f"The list has more than {MOST_ROWS:,} rows.", hint="Leave the rarest prompts out."
            )
        if reading.rows % ROWS_A_BEAT == 0 and not beat(reading.rows):
            raise Stopped
    if not reading.rows:
        raise MaterialRefused("The file holds no prompt.")
    prompts = reading.prompts()
    entries = []
    how: Counter[str] = Counter()
    by_space: dict[str, list[int]] = {}
    for number, prompt in enumerate(prompts, 1):
        belongs = nearest_space(prompt.text)
        how[belongs.how] += 1
        counts = by_space.setdefault(belongs.slug, [0, 0])
        counts[0] += 1
        counts[1] += prompt.asked
        entries.append((prompt.text, prompt.asked, belongs.slug))
        if number % PROMPTS_A_BEAT == 0 and not beat(reading.rows):
            raise Stopped
    return Reading(
        rows=reading.rows,
        good=len(prompts),
        bad=reading.left_out,
        merged=reading.merged,
        remarks=reading.remarks,
        findings={
            "asked": sum(prompt.asked for prompt in prompts),
            "how": dict(how),
            "spaces": by_space,
            "reasons": sorted(reading.reasons.items(), key=lambda one: -one[1])[:20],
            "most_asked": [[text, asked, slug] for text, asked, slug in entries[:10]],
        },
        result=packed_prompts(entries) if entries else b"",
    )


def _prompt_rows(file: IO[Any], name: str) -> Iterator[tuple[int, str, str | None]]:
    if PurePath(name).suffix.lower() == ".json":
        yield from _json_rows(file)
        return
    with rows_of(file, name=name, one_column=True) as reader:
        heading = next(reader, None)
        if heading is None:
            raise MaterialRefused("The file is empty.")
        columns = find_columns(heading, prompt_columns())
        if columns is None:
            columns = _without_heading(heading)
            yield (1, *columns.cells(heading))
        for number, cells in enumerate(reader, 2):
            if any(cell.strip() for cell in cells):
                yield (number, *columns.cells(cells))


def _without_heading(first: list[str]) -> PromptColumns:
    """Read a file without a heading: one column of prompts, or prompts and counts."""
    filled = [cell for cell in first if cell.strip()]
    if len(filled) == 1:
        return PromptColumns(0, None)
    if len(filled) == 2:
        try:
            read_count(first[1])
        except BadPrompt:
            pass
        else:
            return PromptColumns(0, 1)
    raise MaterialRefused(
        "No heading names the prompts.",
        hint="Call the columns “prompt” and “count”, or send one prompt a line.",
    )


def _json_rows(file: IO[Any]) -> Iterator[tuple[int, str, str | None]]:
    content = file.read(LARGEST_JSON + 1)
    if len(content) > LARGEST_JSON:
        raise MaterialRefused("A JSON list of this size cannot be read.", hint="Send it as CSV.")
    try:
        parsed = json.loads(content)
        for number, (text, count) in enumerate(rows_of_json(parsed, prompt_columns()), 1):
            yield number, text, count
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFile(
            "This is no JSON.", hint="Check the file, or send it as CSV."
        ) from error
    except BadPrompt as problem:
        raise MaterialRefused(
            str(problem), hint="A list of texts, or of objects with “prompt” and “count”, is read."
        ) from problem


def read_market(file: IO[Any], *, name: str, beat: Beat) -> Reading:
    """Judge every row of a market and map its tags onto our vocabulary.

    Raises
    ------
    UnreadableFile, MaterialRefused : no market
    Stopped : `beat` said so
    """
    with rows_of(file, name=name, one_column=True) as reader:
        heading = next(reader, None)
        if heading is None:
            raise MaterialRefused("The file is empty.")
        columns = find_market_columns(heading, market_columns())
        if columns.problem:
            raise MaterialRefused(columns.problem)
        reading = MarketReading(columns, known_tags())
        for number, cells in enumerate(reader, 2):
            if not any(cell.strip() for cell in cells):
                continue
            reading.take(number, cells)
            if reading.rows > MOST_TRACKS:
                raise MaterialRefused(
                    f"The market has more than {MOST_TRACKS:,} tracks.", hint="Draw a sample of it."
                )
            if reading.rows % ROWS_A_BEAT == 0 and not beat(reading.rows):
                raise Stopped
    if not reading.rows:
        raise MaterialRefused("The file has a heading and no rows.")
    return Reading(
        rows=reading.rows,
        good=len(reading.tracks),
        bad=reading.left_out,
        merged=0,
        remarks=reading.remarks,
        findings=reading.findings(),
        result=packed(reading.documents()),
    )

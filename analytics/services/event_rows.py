"""Going through a file of events row by row: first giving verdicts, then counting the good rows.

Both note how far they are, stop when somebody cancels, and hold one batch in memory at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice
from time import monotonic
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from analytics.domain.event_dates import DayOrder, needs_order, order_of
from analytics.domain.events import COUNTS, Columns, Problem, World, read_columns, read_row
from analytics.event_files import rows_of
from analytics.models import EventImport, ObservedDay
from analytics.models.observed import IMPORT_LEASE
from analytics.reference import event_columns
from analytics.services.observing import world_of, write_counts
from catalog.errors import StudioError

MOST_ROWS = 2_000_000
PROBLEMS_KEPT = 500
BATCH = 2_000
ROWS_A_BEAT = 50_000
"""Rows between two notes of how far checking is."""

TEXT_COPY = "text_copy"
"""Under this name `findings` keeps the storage name of the text made of a workbook."""

SLICE_S = 150.0
"""Counting hands over to a fresh task after so long, well within the limit of one."""


class EventsRefused(StudioError):
    """The events cannot be taken as they are."""


def held(found: EventImport) -> Any:
    """The row, while this attempt holds it and nobody cancelled."""
    return EventImport.objects.filter(
        pk=found.pk, attempts=found.attempts, status=found.status, workspace=found.workspace_id
    )


def _beat(found: EventImport, *, position: int) -> bool:
    """Note how far the work is; False when it was cancelled or another worker took over."""
    return bool(held(found).update(position=position, lease_until=timezone.now() + IMPORT_LEASE))


def _opened(rows: Iterator[list[str]]) -> Columns:
    heading = next(rows, None)
    if heading is None:
        raise EventsRefused("The file is empty.", hint="Choose a CSV or Excel file with rows.")
    columns = read_columns(heading, event_columns())
    if problems := columns.problems():
        raise EventsRefused(" ".join(problems))
    return columns


@dataclass(slots=True)
class _Verdicts:
    """What checking has found so far."""

    seen: dict[int, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    problems: list[dict[str, Any]] = field(default_factory=list)
    reasons: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Rows and the first row of each reason, by column and reason."""
    sources: set[str] = field(default_factory=set)
    first_day: date = date.max
    last_day: date = date.min
    rows: int = 0
    good: int = 0
    bad: int = 0
    repeated: int = 0
    unplaced: int = 0

    def take(self, number: int, cells: list[str], columns: Columns, world: World) -> None:
        """Judge one row; `number` is its line in the file."""
        self.rows += 1
        observation, reasons = read_row(cells, columns, world)
        if observation is None:
            self.bad += 1
            for reason in reasons:
                self._say(number, reason)
            return
        key = observation.key
        digest = hash(key)
        if digest in self.seen:
            self.repeated += 1
            text = f"Same day, track and place as row {self.seen[digest]:,}; the later row counts."
            self._say(number, Problem("", text, "It repeats an earlier row; the later counts."))
        self.seen[digest] = number
        self.good += 1
        self.first_day, self.last_day = min(self.first_day, key.day), max(self.last_day, key.day)
        self.sources.add(key.source)
        if key.prompt and not key.space:
            self.unplaced += 1
        for name, value in observation.counts.items():
            self.totals[name] += value or 0

    def _say(self, number: int, problem: Problem) -> None:
        count = self.reasons.setdefault((problem.column, problem.reason), [0, number])
        count[0] += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append({"row": number, "column": problem.column, "text": problem.text})


def check(found: EventImport, file: IO[Any], *, name: str) -> None:
    """Give every row its verdict and keep what the good ones add up to; `name` says the kind."""
    with rows_of(file, name=name) as reader:
        columns = _opened(reader)
        at = columns.at["date"]
        first = next(reader, [])
        if not needs_order(_cell(first, at)):
            _judge(found, chain([first], reader), columns, DayOrder.UNKNOWN)
            return
        # The column of dates alone, once more from the start: only all of it tells the order.
        order = order_of(_cell(cells, at) for cells in chain([first], reader))
    file.seek(0)
    with rows_of(file, name=name) as reader:
        _judge(found, reader, _opened(reader), order)


def _cell(cells: list[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _judge(
    found: EventImport, rows: Iterable[list[str]], columns: Columns, order: DayOrder
) -> None:
    world = replace(world_of(found.workspace), day_order=order)
    verdicts = _Verdicts()
    for number, cells in enumerate(rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        verdicts.take(number, cells, columns, world)
        if verdicts.rows > MOST_ROWS:
            raise EventsRefused(
                f"The file has more than {MOST_ROWS:,} rows.", hint="Split it by month."
            )
        if verdicts.rows % ROWS_A_BEAT == 0 and not _beat(found, position=verdicts.rows):
            return
    if not verdicts.rows:
        raise EventsRefused("The file has a heading and no rows.")
    held(found).update(
        status=EventImport.Status.READY,
        headings={
            "read": sorted(columns.at, key=columns.at.__getitem__),
            "unknown": list(columns.unknown)[:40],
        },
        findings=_findings(found, verdicts, order),
        row_count=verdicts.rows,
        good_count=verdicts.good,
        bad_count=verdicts.bad,
        repeated_count=verdicts.repeated,
        problems=verdicts.problems,
        totals=[[name, verdicts.totals[name]] for name in columns.counts],
        position=verdicts.rows,
        lease_until=None,
    )


def _findings(found: EventImport, verdicts: _Verdicts, order: DayOrder) -> dict[str, Any]:
    """What the dry run says beside the totals."""
    findings: dict[str, Any] = {
        TEXT_COPY: found.findings.get(TEXT_COPY, ""),
        "day_order": order.value,
        "unplaced": verdicts.unplaced,
        "reasons": sorted(
            ([*key, *count] for key, count in verdicts.reasons.items()),
            key=lambda row: (-row[2], row[3]),
        ),
    }
    if verdicts.good:
        days = (verdicts.first_day, verdicts.last_day)
        findings |= {
            "first_day": days[0].isoformat(),
            "last_day": days[1].isoformat(),
            "here_already": ObservedDay.objects.filter(
                workspace=found.workspace_id, day__range=days, source__in=verdicts.sources
            ).count(),
        }
    return findings


def count(found: EventImport, file: IO[Any], *, name: str) -> bool:
    """Write the good rows in batches, from where the last attempt stopped; whether it is through.

    False after `SLICE_S` with rows left; somebody must go on from there.
    """
    order = DayOrder(found.findings.get("day_order", ""))
    world = replace(world_of(found.workspace), day_order=order)
    done, started = found.position, monotonic()
    with rows_of(file, name=name) as reader:
        columns = _opened(reader)
        for _ in islice(reader, done):
            pass
        while batch := list(islice(reader, BATCH)):
            read = [read_row(cells, columns, world)[0] for cells in batch]
            with transaction.atomic():
                write_counts(found, [one for one in read if one is not None])
                done += len(batch)
                if not _beat(found, position=done):
                    transaction.set_rollback(True)
                    return True
            if monotonic() - started > SLICE_S:
                return False
    held(found).update(status=EventImport.Status.DONE, finished_at=timezone.now(), lease_until=None)
    return True

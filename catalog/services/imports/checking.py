"""The dry run: a verdict for every row and cell of a table, without writing anything.

All problems are found at once. Rows are judged in parts, so that progress shows and a person can
stop it; a second run replaces the first.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from catalog.domain.cells import Column, Kind
from catalog.domain.changes import Json
from catalog.domain.headings import check_mapping
from catalog.domain.import_rows import (
    MENDED,
    PROBLEM,
    REMARK,
    CellNotes,
    Reading,
    as_text,
    read_cells_of_row,
    storable,
)
from catalog.domain.matching import Known, Match, Matcher
from catalog.domain.table_shape import Value
from catalog.models import ImportRow, TableImport, Track, TrackCredit
from catalog.services.columns import WorkspaceWords, read_cells
from catalog.services.copying import copy_rows
from catalog.services.imports.looking import open_table
from catalog.services.imports.releases import Releases, release_columns
from catalog.services.imports.targets import ID, targets
from catalog.tables.packages import RefusedTable

PART = 1000
IDENTITY = frozenset(("title", "version_title", "artists", "isrc"))
ROW_COLUMNS = (
    "workspace", "table", "number", "verdict", "has_notes", "label", "how", "track_id",
    "release_key", "decided", "texts", "notes", "values", "before", "candidates",
)  # fmt: skip
Verdict = ImportRow.Verdict


@dataclass
class RowResult:
    """What a row of the sheet comes to."""

    number: int
    row: Sequence[Value]
    notes: CellNotes = field(default_factory=CellNotes)
    verdict: str = ""
    label: str = ""
    match: Match = field(default_factory=lambda: Match(""))
    track_id: int | None = None
    identity: dict[str, Json] = field(default_factory=dict)
    values: dict[str, Json] = field(default_factory=dict)
    before: dict[str, Json] = field(default_factory=dict)
    release_key: str = ""
    decided: bool = False


class Checker:
    """Judges rows of one table against the workspace as it is now."""

    def __init__(self, run: TableImport, decisions: Mapping[int, str] | None = None) -> None:
        self.run = run
        self.settings = run.settings
        self.mapping: list[str] = run.settings["mapping"]
        known = targets()
        self.columns: dict[int, Column] = {
            place: known[name] for place, name in enumerate(self.mapping) if name in known
        }
        self.places = {column.name: place for place, column in self.columns.items()}
        self.id_place = self.mapping.index(ID) if ID in self.mapping else None
        self.reading = Reading(
            self.columns,
            date_first=self.settings.get("date_first", ""),
            decimal=self.settings.get("decimal", "."),
            own=bool(run.found.get("own")),
            clear_blank=self.settings.get("blank") == "clear",
            unknown_terms=self.settings.get("unknown_terms", "refuse"),
        )
        self.track_columns = [c for c in self.columns.values() if c.table == "track"]
        self.release_names = frozenset(release_columns()) & frozenset(self.places)
        self.words = WorkspaceWords(run.workspace_id)
        self.matcher = Matcher(known_tracks(run.workspace_id))
        self.releases = Releases(run.workspace_id)
        self.decisions = decisions or {}
        self.error_places: Mapping[int, Sequence[int]] = {}
        self._isrcs: dict[str, int] = {}
        self._tracks: dict[int, int] = {}

    def judge(self, rows: Sequence[tuple[int, Sequence[Value]]]) -> list[RowResult]:
        """Judge some rows, given with their numbers in the sheet."""
        results = [self._identify(number, row) for number, row in rows]
        wanted = {r.track_id for r in results if r.track_id is not None}
        cells = read_cells(self.run.workspace_id, wanted, self._read_columns())
        for result in results:
            self._read(result, cells.get(result.track_id or 0))
            self._settle(result)
        return results

    def _read_columns(self) -> list[Column]:
        names = {column.name for column in self.track_columns}
        needed = [targets()[n] for n in ("title", "artists") if n not in names]
        return [*self.track_columns, *needed]

    def _identify(self, number: int, row: Sequence[Value]) -> RowResult:
        """Find out which track a row is about."""
        result = RowResult(number, row)
        unheard = CellNotes()
        said = read_cells_of_row(row, self.reading, self.words, notes=unheard, only=IDENTITY)
        result.identity = said
        result.label = str(said.get("title") or said.get("isrc") or f"Row {number}")[:300]
        id_text = self._id_of(row)
        if id_text and not id_text.isdigit():
            result.notes.add(
                self.id_place or 0, PROBLEM, f"“{id_text}” is no id of a track; leave that column."
            )
            return result
        result.match = self.matcher.match(
            id=int(id_text) if id_text else None,
            isrc=said.get("isrc", ""),
            title=said.get("title", ""),
            version=said.get("version_title", ""),
            artists=said.get("artists", ()),
        )
        if id_text and not result.match.candidates:
            result.notes.add(
                self.id_place or 0, PROBLEM, f"There is no track with the id {id_text} here."
            )
        decision = self.decisions.get(number, "")
        if decision.startswith("track:"):
            result.track_id, result.decided = int(decision[6:]), True
        elif decision:
            result.decided = True
        elif result.match.is_sure:
            result.track_id = result.match.candidates[0].id
        return result

    def _id_of(self, row: Sequence[Value]) -> str:
        if self.id_place is None or self.id_place >= len(row):
            return ""
        return as_text(row[self.id_place]).strip()

    def _read(self, result: RowResult, current: Mapping[str, Json] | None) -> None:
        """Read all cells of a row and keep those that say something new."""
        if result.track_id is not None and current is None:
            result.notes.add(0, PROBLEM, "The track was removed in the meantime.")
            return
        said = read_cells_of_row(
            result.row,
            self.reading,
            self.words,
            notes=result.notes,
            current=current,
            only=frozenset(column.name for column in self.track_columns),
        )
        result.values = said
        if current is not None:
            result.before = {name: current[name] for name in said}
            result.label = str(current["title"])[:300]
        self._read_release(result, current)

    def _read_release(self, result: RowResult, current: Mapping[str, Json] | None) -> None:
        if not self.release_names:
            return
        on = f"id:{current['release']}" if current and current["release"] else ""
        present = self.releases.cells.get(on) if on else None
        own = result.match.how == "id" and present is not None
        said = read_cells_of_row(
            result.row,
            self.reading,
            self.words,
            notes=result.notes,
            current=present if own else None,
            only=self.release_names,
        )
        artists = result.identity.get("artists") or (current or {}).get("artists") or []
        key = self.releases.find(said, artists=artists, current=on, stays=own)
        if said and not key:
            place = min(self.places[name] for name in said if name in self.places)
            result.notes.add(
                place,
                PROBLEM,
                "The row does not name its release, and no release has this UPC: a release needs "
                "a title.",
            )
        if not key:
            return
        result.release_key = key
        if (upc := said.get("upc")) and self.releases.shares_upc(key, upc):
            result.notes.add(
                self.places["upc"], REMARK, "Another release has this UPC; each needs its own."
            )
        places = {**self.places, "release_year": self.places.get("release_date", 0)}
        differs = self.releases.note(key, said, result.number, places, result.notes)
        result.values.update(differs)
        cells = self.releases.cells[key]
        result.before.update({name: cells.get(name) for name in differs})
        if result.track_id is not None and key != on:
            result.values["release"] = key
            result.before["release"] = current["release"] if current else None

    def _settle(self, result: RowResult) -> None:
        """Give the verdict of a row once its cells are read."""
        self._mark_errors(result)
        self._mark_repeats(result)
        if result.match.is_doubtful and not result.decided:
            result.verdict = Verdict.PROBLEM if result.notes.has_problem else Verdict.DOUBT
            return
        decision = self.decisions.get(result.number, "")
        if decision == "skip":
            result.verdict = Verdict.LEFT_OUT
        elif result.notes.has_problem:
            result.verdict = Verdict.PROBLEM
        elif result.track_id is not None:
            result.verdict = Verdict.CHANGE if result.values else Verdict.SAME
        elif not self.settings.get("new_tracks", True) and decision != "new":
            result.verdict = Verdict.LEFT_OUT
        elif not result.values.get("title"):
            place = self.places.get("title", 0)
            result.notes.add(place, PROBLEM, "A new track needs a title.")
            result.verdict = Verdict.PROBLEM
        else:
            result.verdict = Verdict.NEW

    def _mark_errors(self, result: RowResult) -> None:
        for place in self.error_places.get(result.number - 1, ()):
            if place in self.columns or place == self.id_place:
                result.notes.add(place, PROBLEM, "The cell holds the error of a formula.")

    def _mark_repeats(self, result: RowResult) -> None:
        isrc = result.values.get("isrc")
        if isrc:
            first = self._isrcs.setdefault(isrc, result.number)
            if first != result.number:
                result.notes.add(self.places["isrc"], PROBLEM, f"Row {first} has the same ISRC.")
        if result.track_id is not None:
            first = self._tracks.setdefault(result.track_id, result.number)
            if first != result.number:
                result.notes.add(
                    self.id_place or 0, PROBLEM, f"Row {first} is about the same track."
                )


def known_tracks(workspace_id: int) -> list[Known]:
    """Read what matching needs of every track of a workspace, in two queries."""
    artists: dict[int, list[str]] = {}
    credits = TrackCredit.objects.filter(track__workspace_id=workspace_id, role="main")
    for track_id, name in credits.order_by("position", "pk").values_list(
        "track_id", "artist__name"
    ):
        artists.setdefault(track_id, []).append(name)
    rows = Track.objects.filter(workspace_id=workspace_id).order_by("pk")
    return [
        Known(pk, title, version, tuple(artists.get(pk, ())), isrc)
        for pk, title, version, isrc in rows.values_list("pk", "title", "version_title", "isrc")
    ]


def check(run: TableImport, *, keep_going: Callable[[int], bool]) -> bool:
    """Judge every row of a table; says whether it came to the end.

    Parameters
    ----------
    keep_going : told after each part how many rows are judged; False stops the check
    """
    table = open_table(run)
    heading_row: int = run.settings["heading_row"]
    check_mapping([column["heading"] for column in run.found["columns"]], run.settings["mapping"])
    checker = Checker(run, decisions_of(run))
    if not checker.columns:
        raise RefusedTable(
            "No column of the table is mapped.", hint="Say for at least one what it holds."
        )
    errors: dict[int, list[int]] = {}
    for row_at, column in table.errors:
        errors.setdefault(row_at, []).append(column)
    checker.error_places = errors
    rows = [
        (at + 1, row)
        for at, row in enumerate(table.rows)
        if at > heading_row and (row or at in errors)
    ]
    run.rows.all().delete()
    counts: Counter[str] = Counter()
    new_names: set[str] = set()
    new_releases: set[str] = set()
    for start in range(0, len(rows), PART):
        results = checker.judge(rows[start : start + PART])
        with transaction.atomic():
            write_rows(run, results)
        _count(counts, results, checker, new_names)
        new_releases.update(
            result.release_key
            for result in results
            if result.verdict in (Verdict.NEW, Verdict.CHANGE)
            and result.release_key.startswith("new:")
        )
        if not keep_going(min(start + PART, len(rows))):
            return False
    counts["new_releases"] = len(new_releases)
    counts["new_artists"] = len(new_names)
    run.counts = dict(counts)
    run.row_count = len(rows)
    return True


def decisions_of(run: TableImport) -> dict[int, str]:
    """What a person decided about rows, by row number."""
    decided: dict[str, str] = run.settings.get("decisions", {})
    return {int(number): decision for number, decision in decided.items()}


def write_rows(run: TableImport, results: Sequence[RowResult]) -> None:
    """Keep verdicts."""
    copy_rows(
        ImportRow,
        ROW_COLUMNS,
        (
            (
                run.workspace_id,
                run.pk,
                result.number,
                str(result.verdict),
                bool(result.notes.by_place),
                result.label.replace("\x00", ""),
                result.match.how,
                result.track_id,
                result.release_key,
                result.decided,
                _json([storable(as_text(value)) for value in result.row]),
                _json({str(place): list(note) for place, note in result.notes.by_place.items()}),
                _json(result.values),
                _json(result.before),
                _json([[candidate.id, candidate.score] for candidate in result.match.candidates]),
            )
            for result in results
        ),
    )


def _count(
    counts: Counter[str], results: Sequence[RowResult], checker: Checker, new_names: set[str]
) -> None:
    for result in results:
        counts[str(result.verdict)] += 1
        states = [state for state, _ in result.notes.by_place.values()]
        counts["mended"] += states.count(MENDED)
        counts["remarks"] += states.count(REMARK)
        counts["bad_cells"] += states.count(PROBLEM)
        if result.verdict in (Verdict.NEW, Verdict.CHANGE):
            counts["cells"] += len(result.values)
            for name, cell in result.values.items():
                column = targets().get(name)
                if column is not None and column.kind is Kind.NAMES:
                    new_names.update(
                        each.casefold() for each in cell if checker.words.artist_name(each) is None
                    )


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)

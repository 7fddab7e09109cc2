"""What the pages of an import show: rows with their verdicts in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.access import Access
from catalog.domain.changes import Json
from catalog.models import ImportRow, TableImport, Track
from catalog.selectors import tracks_for_list
from catalog.services.columns import WorkspaceWords
from catalog.services.imports.targets import ID, ID_HEADING, targets

BADGES = {
    ImportRow.Verdict.NEW: "done",
    ImportRow.Verdict.CHANGE: "edit",
    ImportRow.Verdict.SAME: "neutral",
    ImportRow.Verdict.DOUBT: "warning",
    ImportRow.Verdict.PROBLEM: "failed",
    ImportRow.Verdict.LEFT_OUT: "neutral",
}


@dataclass(frozen=True)
class CellLine:
    """A cell of a row that changes something or that something is to be said about."""

    label: str
    text: str
    before: str = ""
    after: str = ""
    changes: bool = False
    state: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class RowLine:
    """A row as the page shows it."""

    row: ImportRow
    badge: str
    cells: Sequence[CellLine]
    candidates: Sequence[tuple[Track, float]] = ()


@dataclass(frozen=True)
class VerdictTab:
    """A filter by verdict with its count."""

    value: str
    label: str
    count: int


def verdict_tabs(run: TableImport) -> list[VerdictTab]:
    """Filters of the verdict page, those with rows only."""
    words = {
        "problem": "Problems",
        "doubt": "To decide",
        "new": "New tracks",
        "change": "Changes",
        "same": "No change",
        "left_out": "Left out",
    }
    found = [VerdictTab(v, label, run.counts.get(v, 0)) for v, label in words.items()]
    return [tab for tab in found if tab.count]


def row_lines(access: Access, run: TableImport, rows: Iterable[ImportRow]) -> list[RowLine]:
    """Put rows into words, with the tracks that may be meant; a fixed number of queries."""
    shown = list(rows)
    ids = {pk for row in shown for pk, _ in row.candidates if row.verdict == "doubt"}
    tracks = {track.pk: track for track in tracks_for_list(access).filter(pk__in=ids)}
    words = WorkspaceWords(access.workspace_id)
    return [
        RowLine(
            row,
            BADGES[ImportRow.Verdict(row.verdict)],
            _cells(run, row, words),
            [(tracks[pk], score) for pk, score in row.candidates if pk in tracks]
            if row.verdict == "doubt"
            else (),
        )
        for row in shown
    ]


def _cells(run: TableImport, row: ImportRow, words: WorkspaceWords) -> list[CellLine]:
    mapping: list[str] = run.settings["mapping"]
    lines = []
    for place, name in enumerate(mapping):
        if not name:
            continue
        state, sentence = row.notes.get(str(place), ("", ""))
        heading = ID_HEADING if name == ID else targets()[name].label
        text = row.texts[place] if place < len(row.texts) else ""
        given = name
        if name == "release_date" and "release_year" in row.values:
            given = "release_year"
        changes = given in row.values and row.verdict in ("new", "change")
        if not changes and not state:
            continue
        lines.append(
            CellLine(
                heading,
                text,
                _words(given, row.before.get(given), words) if changes else "",
                _words(given, row.values.get(given), words) if changes else "",
                changes,
                state,
                sentence,
            )
        )
    if "release" in row.values:
        before = row.before.get("release")
        name = words.release_title(before) if before else ""
        title = row.values.get("release_title") or _title_of(row.release_key, words)
        lines.append(CellLine("Release", "", name, str(title), changes=True))
    return lines


def _title_of(key: str, words: WorkspaceWords) -> str:
    return words.release_title(int(key[3:])) if key.startswith("id:") else "a new release"


def _words(name: str, value: Json, words: WorkspaceWords) -> str:
    column = targets().get(name)
    if column is None or value is None:
        return ""
    return column.write(value, words)

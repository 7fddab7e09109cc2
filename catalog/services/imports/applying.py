"""Writing a checked table: one transaction, one change set, all rows or the good ones.

What was previewed is what is written: a cell that somebody changed since the check is not
overwritten. With all-or-nothing that stops the import, else the row is left and named.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from catalog.domain.cells import CellChange, Kind
from catalog.domain.changes import Change, Json
from catalog.errors import StudioError
from catalog.models import ChangeSet, ImportRow, TableImport
from catalog.services.columns import (
    artists_by_name,
    read_cells,
    row_values,
    write_cells,
)
from catalog.services.imports.releases import Releases
from catalog.services.imports.targets import targets
from catalog.services.ledger import Ledger, change_set

GOOD, ALL = "good", "all"
Verdict = ImportRow.Verdict
WRITTEN = (Verdict.NEW, Verdict.CHANGE)
EP_TRACKS, ALBUM_TRACKS = 4, 7
"""Where a sheet does not say the type: 1 to 3 tracks are a single, 4 to 6 an EP, 7 an album."""


class ImportRefused(StudioError):
    """The import was not written; nothing changed."""

    http_status = 409


class Interrupted(Exception):
    """Somebody cancelled, or another worker took over; everything is rolled back."""


@dataclass(frozen=True)
class Applied:
    """What an import did; rows left because somebody changed them meanwhile are named by number."""

    change_set: ChangeSet | None
    stale: tuple[int, ...] = ()


def check_ready(run: TableImport) -> None:
    """Refuse to write a table that still has rows which the chosen way does not allow.

    Raises
    ------
    ImportRefused : problems or undecided rows with all-or-nothing; nothing to write
    """
    counts = run.counts
    problems, doubts = counts.get(Verdict.PROBLEM, 0), counts.get(Verdict.DOUBT, 0)
    if run.settings.get("mode") != GOOD and problems + doubts:
        raise ImportRefused(
            f"{problems:,} rows have problems and {doubts:,} wait for a decision, so nothing was "
            "written.",
            hint="Mend them and send the file again, or choose to write the good rows only.",
        )
    if not any(counts.get(verdict) for verdict in WRITTEN):
        raise ImportRefused("No row would change anything, so there is nothing to write.")


def write_import(
    run: TableImport, *, keep_going: Callable[[], None], finish: Callable[[Applied], None]
) -> Applied:
    """Write the rows of a checked import.

    Parameters
    ----------
    keep_going : called between steps; raises `Interrupted` to roll everything back
    finish : called inside the transaction at its end
    """
    with transaction.atomic():
        with change_set(
            workspace=run.workspace,
            actor=run.created_by,
            source=ChangeSet.Source.IMPORTED,
            reason=f"Import “{run.file_name}”",
        ) as ledger:
            rows, stale = _fresh_rows(run)
            keep_going()
            _Writer(run, ledger, rows, keep_going).write()
        done = None if ledger.is_empty else ledger.change_set
        applied = Applied(done, tuple(row.number for row in stale))
        finish(applied)
    return applied


def _fresh_rows(run: TableImport) -> tuple[list[ImportRow], list[ImportRow]]:
    """Part the rows to write from those whose cells changed since the check."""
    rows = list(run.rows.filter(verdict__in=WRITTEN).order_by("number").defer("texts", "notes"))
    names = {name for row in rows for name in row.before} | {"title"}
    columns = [
        column for name, column in targets().items() if name in names and column.table == "track"
    ]
    ids = [row.track_id for row in rows if row.track_id is not None]
    now = read_cells(run.workspace_id, ids, columns)
    releases = Releases(run.workspace_id).cells if _names_releases(rows) else {}
    fresh: list[ImportRow] = []
    stale: list[ImportRow] = []
    for row in rows:
        (fresh if _is_fresh(row, now.get(row.track_id or 0), releases) else stale).append(row)
    if stale and run.settings.get("mode") != GOOD:
        numbers = ", ".join(str(row.number) for row in stale[:5])
        more = f" and {len(stale) - 5} more" if len(stale) > 5 else ""
        raise ImportRefused(
            f"Somebody changed what the rows {numbers}{more} are about since the check. Nothing "
            "was written.",
            hint="Check the file again to see the newer values.",
        )
    return fresh, stale


def _names_releases(rows: Iterable[ImportRow]) -> bool:
    return any(row.release_key.startswith("id:") for row in rows)


def _is_fresh(
    row: ImportRow, now: dict[str, Json] | None, releases: dict[str, dict[str, Json]]
) -> bool:
    if row.track_id is not None and now is None:
        return False
    if row.release_key.startswith("id:") and row.release_key not in releases:
        return False
    for name, before in row.before.items():
        if name in targets() and targets()[name].table == "release":
            present = releases.get(row.release_key, {}).get(name)
        elif now is None:
            continue
        else:
            present = now[name]
        if present != before:
            return False
    return True


class _Writer:
    """Writes rows through an open change set, each kind of thing at once."""

    def __init__(
        self,
        run: TableImport,
        ledger: Ledger,
        rows: Sequence[ImportRow],
        keep_going: Callable[[], None],
    ) -> None:
        self.run, self.ledger, self.rows, self.keep_going = run, ledger, rows, keep_going
        self.artists: dict[str, int] = {}
        self.release_ids: dict[str, int] = {}

    def write(self) -> None:
        """Write artists, releases, tracks, then changes of what exists."""
        names = [
            name
            for row in self.rows
            for column, cell in row.values.items()
            if column in targets() and targets()[column].kind is Kind.NAMES
            for name in cell
        ]
        self.artists = artists_by_name(self.ledger, names) if names else {}
        self.keep_going()
        self._write_releases()
        self.keep_going()
        self._create_tracks([row for row in self.rows if row.track_id is None])
        self.keep_going()
        self._change_tracks([row for row in self.rows if row.track_id is not None])

    def _write_releases(self) -> None:
        said: dict[str, dict[str, Json]] = {}
        before: dict[str, dict[str, Json]] = {}
        on: dict[str, list[ImportRow]] = {}
        for row in self.rows:
            if not row.release_key:
                continue
            on.setdefault(row.release_key, []).append(row)
            of_key = said.setdefault(row.release_key, {})
            for name, cell in row.values.items():
                if name in targets() and targets()[name].table == "release":
                    of_key.setdefault(name, cell)
                    before.setdefault(row.release_key, {})[name] = row.before.get(name)
        new = [key for key in said if key.startswith("new:") and "release_title" in said[key]]
        made = self.ledger.create_many(
            "release", [self._new_release(said[key], on[key]) for key in new]
        )
        self.release_ids = {key: row.pk for key, row in zip(new, made, strict=True)}
        changes = []
        for key in said:
            if key.startswith("id:"):
                self.release_ids[key] = int(key[3:])
                changes += self._release_changes(int(key[3:]), said[key], before.get(key, {}))
        self.ledger.apply(changes)

    def _new_release(self, said: dict[str, Json], rows: Sequence[ImportRow]) -> dict[str, Json]:
        values = {**row_values(_without_artists(said), table="release", artist_ids={})}
        names = said.get("release_artists")
        if not names:
            lines = {tuple(row.values.get("artists") or ()) for row in rows}
            names = next(iter(lines)) if len(lines) == 1 else ()
        values["artists"] = list(dict.fromkeys(self.artists[name] for name in names))
        if "kind" not in values:
            count = len(rows)
            values["kind"] = (
                "album" if count >= ALBUM_TRACKS else "ep" if count >= EP_TRACKS else "single"
            )
        return values

    def _release_changes(
        self, release_id: int, said: dict[str, Json], before: dict[str, Json]
    ) -> list[Change]:
        label = str(before.get("release_title") or said.get("release_title") or "release")
        changes = []
        for name, cell in said.items():
            if name == "release_artists":
                held = self.ledger.current("release", [release_id], ["artists"])[release_id]
                ids = list(dict.fromkeys(self.artists[each] for each in cell))
                changes.append(
                    Change("release", release_id, "artists", held["artists"], ids, label)
                )
                continue
            field = targets()[name].fields[0]
            changes.append(Change("release", release_id, field, before[name], cell, label))
        return changes

    def _create_tracks(self, rows: Sequence[ImportRow]) -> None:
        values = []
        for row in rows:
            cells = {
                name: cell
                for name, cell in row.values.items()
                if name in targets() and targets()[name].table == "track"
            }
            track = row_values(cells, artist_ids=self.artists)
            if row.release_key in self.release_ids:
                track["release"] = self.release_ids[row.release_key]
            values.append(track)
        self.ledger.create_many("track", values, created_by=self.run.created_by)

    def _change_tracks(self, rows: Sequence[ImportRow]) -> None:
        changes = []
        for row in rows:
            for name, cell in row.values.items():
                if name == "release":
                    release_id = self.release_ids.get(row.release_key)
                    changes.append(
                        CellChange(
                            row.track_id or 0, "release", row.before[name], release_id, row.label
                        )
                    )
                elif targets()[name].table == "track":
                    changes.append(
                        CellChange(row.track_id or 0, name, row.before[name], cell, row.label)
                    )
        write_cells(self.ledger, changes)


def _without_artists(said: dict[str, Json]) -> dict[str, Json]:
    return {name: cell for name, cell in said.items() if name != "release_artists"}

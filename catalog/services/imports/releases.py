"""Which release a row of a sheet is on, and what the rows of one release say about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz

from catalog.domain.changes import Json
from catalog.domain.import_rows import PROBLEM, CellNotes
from catalog.domain.matching import fold
from catalog.models import Release, ReleaseCredit
from catalog.services.imports.targets import targets

Cells = dict[str, Json]
SAME_TITLE = 90.0
"""Titles this near are one release when a track already is on it. Chosen by ear."""


def release_columns() -> list[str]:
    """Name the columns that say something about a release."""
    return [name for name, column in targets().items() if column.table == "release"]


class Releases:
    """The releases of the workspace, and those that the sheet brings.

    A release is known by a key: `id:12` for one that exists, `new:...` for one to be made. It is
    found by UPC, else by title with an artist.
    """

    def __init__(self, workspace_id: int) -> None:
        self.cells: dict[str, Cells] = {}
        self.said: dict[str, dict[str, tuple[Json, int]]] = {}
        self._by_upc: dict[str, list[str]] = {}
        self._by_title: dict[str, list[str]] = {}
        columns = {
            name: column.fields[0]
            for name, column in targets().items()
            if column.table == "release" and name != "release_artists"
        }
        for row in Release.objects.filter(workspace_id=workspace_id).values(
            "pk", *columns.values()
        ):
            key = f"id:{row['pk']}"
            self.cells[key] = {name: _cell(row[field], name) for name, field in columns.items()}
            self.cells[key]["release_artists"] = []
            self._index(key)
        credits = ReleaseCredit.objects.filter(release__workspace_id=workspace_id)
        for release_id, name in credits.order_by("position", "pk").values_list(
            "release_id", "artist__name"
        ):
            self.cells[f"id:{release_id}"]["release_artists"].append(name)

    def find(
        self, said: Mapping[str, Json], *, artists: Sequence[str], current: str, stays: bool
    ) -> str:
        """Give the key of the release that a row names; "" where it names none.

        Parameters
        ----------
        current : key of the release the track is on, or ""
        stays : the sheet is our own export, so the row is about the release the track is on
        """
        if not said or (stays and current):
            return current if said else ""
        upc, title = said.get("upc"), said.get("release_title")
        for key in self._by_upc.get(str(upc), ()) if upc else ():
            if self._may_be_called(key, title):
                return key
        if current and self._is_about(self.cells[current], upc, title):
            return current
        if not title:
            return ""
        by = tuple(said.get("release_artists") or artists[:1])
        if not upc:
            for key in self._by_title.get(fold(str(title)), ()):
                if self._shares_artist(key, by):
                    return key
        key = f"new:{upc or ''}|{fold(str(title))}|{'' if upc else fold(' '.join(by))}"[:320]
        if key not in self.cells:
            self.cells[key] = {}
            if upc:
                self._by_upc.setdefault(str(upc), []).append(key)
        return key

    def shares_upc(self, key: str, upc: Json) -> bool:
        """Say whether another release has the UPC, too."""
        return any(other != key for other in self._by_upc.get(str(upc), ()))

    def note(
        self,
        key: str,
        said: Mapping[str, Json],
        row_number: int,
        places: Mapping[str, int],
        notes: CellNotes,
    ) -> Cells:
        """Remember what a row says of its release; gives what differs from the release as it is.

        A second row that says something else about the same release has a problem.
        """
        known = self.said.setdefault(key, {})
        for name, cell in said.items():
            first = known.setdefault(name, (cell, row_number))
            if first[0] != cell:
                label = targets()[name].label.lower()
                notes.add(
                    places.get(name, 0),
                    PROBLEM,
                    f"Row {first[1]} is on the same release and says another {label}.",
                )
        present = self.cells[key]
        return {name: cell for name, cell in said.items() if present.get(name) != cell}

    def _index(self, key: str) -> None:
        cells = self.cells[key]
        if cells["upc"]:
            self._by_upc.setdefault(str(cells["upc"]), []).append(key)
        self._by_title.setdefault(fold(str(cells["release_title"])), []).append(key)

    def _may_be_called(self, key: str, title: Json) -> bool:
        """Rows that agree on the UPC and not on the title are about two releases."""
        said = self.said.get(key, {}).get("release_title")
        if not title or said is None:
            return True
        return fuzz.ratio(fold(str(title)), fold(str(said[0]))) >= SAME_TITLE

    def _is_about(self, cells: Cells, upc: Json, title: Json) -> bool:
        if upc and cells.get("upc") and cells["upc"] != upc:
            return False
        if not title:
            return True
        return fuzz.ratio(fold(str(title)), fold(str(cells.get("release_title", "")))) >= SAME_TITLE

    def _shares_artist(self, key: str, artists: Sequence[str]) -> bool:
        known = {fold(name) for name in self.cells[key].get("release_artists") or ()}
        return not known or not artists or bool(known & set(map(fold, artists)))


def _cell(value: Any, name: str) -> Json:
    if value is None:
        return targets()[name].empty
    return value.isoformat() if hasattr(value, "isoformat") else value

"""What a sheet can fill: the columns of the catalog, the artists of a release, and our own id."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from catalog.domain.cells import Column, Kind
from catalog.domain.import_rows import importable

HEADINGS_FILE = Path(__file__).parents[2] / "data" / "headings.toml"

ID = "liner_id"
ID_HEADING = "Liner ID"
ROW_HEADING = "Liner row"
REASON_HEADING = "Liner says"
"""Headings of the file of rows that were not taken; they fill nothing when it comes back."""

RELEASE_ARTISTS = Column(
    "release_artists",
    "Release artists",
    Kind.NAMES,
    "Release",
    table="release",
    fields=("artists",),
    role="release",
)


@cache
def targets() -> Mapping[str, Column]:
    """Columns by name, in the order of the catalog; without the id."""
    found: dict[str, Column] = {}
    for name, column in importable().items():
        found[name] = column
        if name == "release_version":
            found[RELEASE_ARTISTS.name] = RELEASE_ARTISTS
    return found


@cache
def heading_names() -> Mapping[str, tuple[str, ...]]:
    """Give the headings that mean each column, from the columns themselves and the data file."""
    written: dict[str, list[str]] = tomllib.loads(HEADINGS_FILE.read_text())["headings"]
    found = {
        name: (column.label, name, *column.synonyms, *written.get(name, ()))
        for name, column in targets().items()
    }
    return {ID: (ID_HEADING, ID), **found}


@cache
def headings_without_place() -> frozenset[str]:
    """Headings of the trade that the catalog has no column for."""
    data = tomllib.loads(HEADINGS_FILE.read_text())
    return frozenset(data["elsewhere"]["no_place"])

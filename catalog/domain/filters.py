"""What a grid shows: conditions on columns and an order, as addresses and saved views hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.domain.cells import LISTS, Column, Kind
from catalog.domain.changes import Json
from catalog.domain.columns import COLUMNS
from catalog.errors import StudioError

_ORDERED = frozenset((Kind.NUMBER, Kind.WHOLE, Kind.DATE))
TESTS: Mapping[str, str] = {
    "contains": "contains",
    "lacks": "does not contain",
    "is": "is",
    "not": "is not",
    "least": "is at least",
    "most": "is at most",
    "empty": "is empty",
    "filled": "is not empty",
}
MOST_CONDITIONS = 20


class UnknownFilter(StudioError):
    """A condition that no column has."""


@dataclass(frozen=True)
class Condition:
    """One condition: a column, a test and the text to compare with (empty where none is needed)."""

    column: Column
    test: str
    text: str = ""


@dataclass(frozen=True)
class Query:
    """Which tracks, in which order: words to search for, conditions that all hold, and a column."""

    text: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = "-added"


def tests_of(column: Column) -> list[str]:
    """Name the tests that make sense for a column, the usual one first."""
    found = ["contains", "lacks", "is", "not"]
    if column.kind in _ORDERED:
        found = ["is", "least", "most", "not"]
    elif column.kind in (Kind.FLAG, Kind.CHOICE):
        found = ["is", "not"]
    elif column.kind in LISTS:
        found = ["contains", "lacks"]
    return found if column.kind is Kind.FLAG else [*found, "empty", "filled"]


def read_query(raw: Mapping[str, Json]) -> Query:
    """Read a query as JSON: `{"q": "", "filters": [[column, test, text]], "sort": "-added"}`.

    Raises
    ------
    UnknownFilter : a column or a test that does not exist
    """
    filters = raw.get("filters") or []
    if not isinstance(filters, list) or len(filters) > MOST_CONDITIONS:
        raise UnknownFilter(f"A grid can have up to {MOST_CONDITIONS} filters.")
    sort = raw.get("sort") or "-added"
    name = str(sort).removeprefix("-")
    if name != "added" and name not in COLUMNS:
        raise UnknownFilter(f"There is no column “{name}” to sort by.")
    text = str(raw.get("q") or "").replace("\x00", "").strip()[:200]
    return Query(text, tuple(map(_condition, filters)), str(sort))


def as_json(query: Query) -> dict[str, Json]:
    """Write a query as JSON."""
    return {
        "q": query.text,
        "filters": [[each.column.name, each.test, each.text] for each in query.conditions],
        "sort": query.sort,
    }


def spoken(query: Query) -> str:
    """Say what a query picks, for people."""
    parts = [f"“{query.text}”"] if query.text else []
    parts += [
        f"{each.column.label.lower()} {TESTS[each.test]} {each.text}".strip()
        for each in query.conditions
    ]
    return ", ".join(parts) or "all tracks"


def _condition(raw: Json) -> Condition:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) not in (2, 3):
        raise UnknownFilter("A filter names a column, a test and a text.")
    name, test, *rest = (str(part).replace("\x00", "") for part in raw)
    if name not in COLUMNS or test not in tests_of(COLUMNS[name]):
        raise UnknownFilter(f"There is no filter “{name} {test}”.")
    return Condition(COLUMNS[name], test, rest[0][:300] if rest else "")

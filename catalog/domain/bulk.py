"""Bulk edits: operations on columns, planned over many tracks. The plan is what is written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.domain.cells import (
    TEXTS,
    CellChange,
    CellProblem,
    Cells,
    Column,
    InvalidCell,
    Kind,
    Words,
)
from catalog.domain.changes import Json
from catalog.domain.columns import COLUMNS
from catalog.domain.lists import split_values
from catalog.domain.titles import styled_title, title_case
from catalog.errors import StudioError

LIST_ACTIONS: Mapping[str, str] = {
    "add": "Add",
    "remove": "Remove",
    "replace_all": "Replace with",
    "fill": "Fill where empty with",
    "clear": "Clear",
    "find": "Find and replace",
}
VALUE_ACTIONS: Mapping[str, str] = {
    "set": "Set to",
    "fill": "Fill where empty with",
    "clear": "Clear",
}
TEXT_ACTIONS: Mapping[str, str] = {
    **VALUE_ACTIONS,
    "find": "Find and replace",
    "prefix": "Put before",
    "suffix": "Put after",
    "trim": "Take out needless spaces",
    "title_case": "Title case (English)",
    "sentence_case": "Sentence case",
    "upper": "Capitals",
    "lower": "Small letters",
    "style": "Put into title style",
}
NEEDS_TEXT = frozenset(("add", "remove", "replace_all", "fill", "set", "prefix", "suffix"))
MOST_OPERATIONS = 20


@dataclass(frozen=True)
class Operation:
    """One thing to do to a column: an action, its text, and for "find" what to look for."""

    column: Column
    action: str
    text: str = ""
    find: str = ""
    is_pattern: bool = False
    match_case: bool = False

    def __str__(self) -> str:
        label = actions_of(self.column)[self.action]
        if self.action == "find":
            return f"{self.column.label}: replace “{self.find}” with “{self.text}”"
        words = f" “{self.text}”" if self.action in NEEDS_TEXT else ""
        return f"{self.column.label}: {label[:1].lower()}{label[1:]}{words}"


@dataclass
class Plan:
    """What a bulk edit would change, what it cannot change and why, and what would be lost."""

    changes: list[CellChange] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    lost: int = 0


Replaced = Mapping[tuple[int, str], str]
"""Texts after a search pattern was applied: by the place of the operation and the text before."""


def actions_of(column: Column) -> Mapping[str, str]:
    """Give the actions that a column knows, with their words."""
    if column.is_list:
        return LIST_ACTIONS
    found = TEXT_ACTIONS if column.kind in TEXTS else VALUE_ACTIONS
    if column.kind is Kind.CODE:
        found = {**VALUE_ACTIONS, "find": TEXT_ACTIONS["find"]}
    kept = set(found)
    if column.required or column.kind is Kind.FLAG:
        kept -= {"clear", "fill"}
    if column.name not in ("title", "release_title"):
        kept -= {"style"}
    return {action: label for action, label in found.items() if action in kept}


def read_operations(raw: Json) -> list[Operation]:
    """Read operations as JSON objects: `column`, `action`, `text`, `find`, `pattern`, `case`.

    Raises
    ------
    StudioError : none, too many, or one that its column does not know
    """
    if not isinstance(raw, list) or not raw:
        raise InvalidCell("Choose at least one change.")
    if len(raw) > MOST_OPERATIONS:
        raise InvalidCell(f"A bulk edit can hold {MOST_OPERATIONS} changes.")
    return [_operation(entry) for entry in raw]


def as_json(operations: Iterable[Operation]) -> list[Json]:
    """Write operations as JSON."""
    return [
        {
            "column": each.column.name,
            "action": each.action,
            "text": each.text,
            "find": each.find,
            "pattern": each.is_pattern,
            "case": each.match_case,
        }
        for each in operations
    ]


def _operation(raw: Json) -> Operation:
    entry = raw if isinstance(raw, dict) else {}
    column = COLUMNS.get(str(entry.get("column", "")))
    action = str(entry.get("action", ""))
    if column is None or action not in actions_of(column):
        raise InvalidCell("One of the changes is not known here.")
    text, find = str(entry.get("text") or "")[:5000], str(entry.get("find") or "")[:500]
    if action in NEEDS_TEXT and not text.strip():
        raise InvalidCell(
            f"{column.label}: say what to {actions_of(column)[action].lower()}.",
            hint="To empty a field, choose Clear.",
        )
    if action == "find" and not find:
        raise InvalidCell(f"{column.label}: say what to look for.")
    return Operation(
        column, action, text, find, entry.get("pattern") is True, entry.get("case") is True
    )


def plan_bulk(
    rows: Mapping[int, Cells],
    operations: Sequence[Operation],
    words: Words,
    *,
    replaced: Replaced | None = None,
) -> Plan:
    """Plan operations over rows; operations on one column follow each other.

    Parameters
    ----------
    rows : cells by the id of their track, with at least `title` and the columns concerned
    replaced : for "find" with a pattern, the result for every text the rows hold

    Raises
    ------
    StudioError : the text of an operation is nothing that its column can hold
    """
    plan = Plan()
    steps: list[tuple[Operation, _Step]] = [
        (operation, _step(place, operation, words, replaced or {}))
        for place, operation in enumerate(operations)
    ]
    names = list(dict.fromkeys(operation.column.name for operation in operations))
    done_releases: set[tuple[int, str]] = set()
    for track_id, row in rows.items():
        label = str(row.get("title", ""))
        for name in names:
            column = COLUMNS[name]
            if column.table == "release":
                if row["release"] is None:
                    sentence = f"It is on no release, so it has no {column.label.lower()}."
                    plan.problems.append(CellProblem(track_id, name, sentence, "", label))
                    continue
                if (row["release"], name) in done_releases:
                    continue
                done_releases.add((row["release"], name))
            before = after = row[name]
            try:
                for operation, step in steps:
                    if operation.column is column:
                        after = step(after, row)
            except StudioError as error:
                plan.problems.append(CellProblem(track_id, name, str(error), error.hint, label))
                continue
            if after != before:
                plan.changes.append(CellChange(track_id, name, before, after, label))
                plan.lost += _lost(column, before, after)
    return plan


def _lost(column: Column, before: Json, after: Json) -> int:
    if column.is_list:
        return sum(value not in after for value in before)
    return 0 if column.is_empty(before) or column.kind is Kind.FLAG else 1


_Step = Callable[[Json, Cells], Json]


def _step(place: int, operation: Operation, words: Words, replaced: Replaced) -> _Step:
    column, action, text = operation.column, operation.action, operation.text
    if action == "clear":
        return lambda cell, row: column.empty
    if action in ("set", "replace_all", "fill", "add", "remove"):
        given = column.read(text, words)
        return _value_step(column, action, given)
    if action == "find":
        return _find_step(place, operation, words, replaced)
    transform = _TRANSFORMS[action]

    def transformed(cell: Json, row: Cells) -> Json:
        if column.is_empty(cell):
            return cell
        return column.read(transform(str(cell), operation, row), words)

    return transformed


def _value_step(column: Column, action: str, given: Json) -> _Step:
    if action in ("set", "replace_all"):
        return lambda cell, row: given
    if action == "fill":
        return lambda cell, row: given if column.is_empty(cell) else cell
    kept = (lambda values: sorted(values)) if column.kind is Kind.TERMS else list
    if action == "add":
        return lambda cell, row: kept(dict.fromkeys([*cell, *given]))
    return lambda cell, row: [value for value in cell if value not in given]


def _find_step(place: int, operation: Operation, words: Words, replaced: Replaced) -> _Step:
    column = operation.column

    def one(text: str) -> str:
        if operation.is_pattern:
            return replaced.get((place, text), text)
        return replace_text(text, operation.find, operation.text, match_case=operation.match_case)

    def found(cell: Json, row: Cells) -> Json:
        if column.is_empty(cell):
            return cell
        if not column.is_list:
            text = column.write(cell, words)
            new = one(text)
            return cell if new == text else column.read(new, words)
        result: dict[Json, None] = {}
        for value in cell:
            text = texts_of(column, [value], words)[0]
            new = one(text)
            for kept in [value] if new == text else column.read(new, words):
                result[kept] = None
        return sorted(result) if column.kind is Kind.TERMS else list(result)

    return found


def texts_of(column: Column, cell: Json, words: Words) -> list[str]:
    """Give the texts of a cell that find and replace looks at: one, or one a value."""
    if column.is_empty(cell):
        return []
    if not column.is_list:
        return [column.write(cell, words)]
    return [(split_values(column.write([value], words)) or [""])[0] for value in cell]


def replace_text(text: str, find: str, replacement: str, *, match_case: bool) -> str:
    """Replace a plain text wherever it occurs.

    >>> replace_text("Feat. Ida feat. Moss", "FEAT.", "with", match_case=False)
    'with Ida with Moss'
    """
    if match_case:
        return text.replace(find, replacement)
    folded, wanted = text.lower(), find.lower()
    if len(folded) != len(text):  # a few letters change their number when folded
        return text.replace(find, replacement)
    parts, at = [], 0
    while (place := folded.find(wanted, at)) >= 0:
        parts += [text[at:place], replacement]
        at = place + len(wanted)
    return "".join(parts) + text[at:]


def _sentence(text: str) -> str:
    lowered = text.lower() if text.isupper() else text
    return lowered[:1].upper() + lowered[1:]


_TRANSFORMS: Mapping[str, Callable[[str, Operation, Cells], str]] = {
    "prefix": lambda text, operation, row: operation.text + text,
    "suffix": lambda text, operation, row: text + operation.text,
    "trim": lambda text, operation, row: " ".join(text.split()),
    "title_case": lambda text, operation, row: title_case(text),
    "sentence_case": lambda text, operation, row: _sentence(text),
    "upper": lambda text, operation, row: text.upper(),
    "lower": lambda text, operation, row: text.lower(),
    "style": lambda text, operation, row: styled_title(
        text, language=str(row.get("title_language") or "")
    ),
}

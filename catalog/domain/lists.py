"""Several values in one cell: written with `; ` between, read with `;`, `|` or line breaks."""

import re
from collections.abc import Iterable

_SEPARATORS = re.compile(r"[;|\n\r]")
_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[;|\n\r]|$)|([^;|\n\r]*))(?:[;|\n\r]|$)')


def split_values(text: str) -> list[str]:
    """Part a cell into its values, each once, in order; a value in quotes may hold separators.

    >>> split_values('Piano; "AC;DC" | piano'), split_values("")
    (['Piano', 'AC;DC', 'piano'], [])
    """
    found: dict[str, None] = {}
    for match in _PART.finditer(text):
        quoted = match[1]
        value = (quoted.replace('""', '"') if quoted is not None else match[2]).strip()
        if value:
            found[value] = None
        if match.end() == len(text):
            break
    return list(found)


def join_values(values: Iterable[str]) -> str:
    """Write values into one cell so that `split_values` gives them back.

    >>> join_values(["Piano", "AC;DC"])
    'Piano; "AC;DC"'
    """
    return "; ".join(map(_written, values))


def _written(value: str) -> str:
    if _SEPARATORS.search(value) or value.startswith('"'):
        return '"' + value.replace('"', '""') + '"'
    return value

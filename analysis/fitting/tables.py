"""Writes what was learnt as TOML that a person can read."""

from collections.abc import Mapping
from typing import Any


def toml(table: Mapping[str, Any], *, heading: str) -> str:
    """Write numbers, lists of numbers, and tables of them; `heading` becomes the comment on top.

    >>> print(toml({"n": 2, "weights": {"a": 1.5}}, heading="Learnt."), end="")
    # Learnt.
    <BLANKLINE>
    n = 2
    <BLANKLINE>
    [weights]
    a = 1.5
    """
    lines = [f"# {line}".rstrip() for line in heading.strip().splitlines()] + [""]
    for name, value in table.items():
        if not isinstance(value, Mapping):
            lines.append(f"{name} = {_spelled(value)}")
    for name, value in table.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]"]
            lines += [f"{inner} = {_spelled(number)}" for inner, number in value.items()]
    return "\n".join(lines) + "\n"


def _spelled(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_spelled(each) for each in value) + "]"
    return repr(value)

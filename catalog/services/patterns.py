"""Search patterns of people, run where they cannot hang the studio.

Some patterns take Python hours on a short text. So they run in a child process of their own, which
is ended when its time is up; the studio itself only ever compiles them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from catalog.errors import StudioError

TIME_LIMIT_S = 5.0
_CHILD = Path(__file__).with_name("pattern_child.py")


class BadPattern(StudioError):
    """A pattern that cannot be read, or takes too long."""


def check_pattern(pattern: str, replacement: str) -> None:
    """Refuse a pattern or a replacement that cannot be read, saying where."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(f"The pattern cannot be read: {error}.") from error
    try:
        re.compile(f"{pattern}|").sub(replacement, "")
    except (re.error, IndexError) as error:
        groups = compiled.groups
        raise BadPattern(
            f"The replacement cannot be read: {error}.",
            hint=f"The pattern has {groups} groups; \\1 stands for the first.",
        ) from error


def replace_pattern(
    texts: Iterable[str],
    *,
    pattern: str,
    replacement: str,
    match_case: bool,
    time_limit_s: float = TIME_LIMIT_S,
) -> dict[str, str]:
    """Replace a pattern in texts; gives those that change.

    Raises
    ------
    BadPattern : it cannot be read, or was not through when the time was up
    """
    check_pattern(pattern, replacement)
    wanted = list(dict.fromkeys(texts))
    work = {
        "pattern": pattern,
        "replacement": replacement,
        "ignore_case": not match_case,
        "texts": wanted,
    }
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-S", str(_CHILD)],
            input=json.dumps(work).encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=time_limit_s,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise BadPattern(
            f"The pattern was not through after {time_limit_s:g} seconds, so it was stopped. "
            "Nothing was changed.",
            hint="Patterns with a repeat inside a repeat, such as (a+)+, take very long.",
        ) from error
    except subprocess.CalledProcessError as error:
        raise BadPattern(
            "The pattern needed too much memory and was stopped. Nothing was changed."
        ) from error
    found = json.loads(child.stdout)
    return {text: new for text, new in zip(wanted, found, strict=True) if text != new}

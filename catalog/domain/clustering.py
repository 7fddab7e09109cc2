"""Values that are probably meant to be one: "Motörhead", "motorhead", "Motorhead ". Plain Python.

Three ways, as curators know them from OpenRefine: a key of sorted words, a key of letter pairs, and
nearness (edit distance within words that sound or start alike). The first two are exact, cheap and
rarely wrong; the third finds slips of the finger and needs a closer look.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

FINGERPRINT, PAIRS, NEAR = "fingerprint", "pairs", "near"
METHODS = (
    (FINGERPRINT, "Same words", "Case, accents, punctuation and the order of words do not count."),
    (PAIRS, "Same letters", "Spaces and repeated letter pairs do not count either: Lo Fi, LoFi."),
    (NEAR, "Spelt nearly alike", "One or two letters differ in like-sounding names: look closely."),
)
FEWEST_LETTERS = 4
"""Shorter names differ by a letter and mean something else: EMA, EMI."""

LETTERS_A_SLIP = 6
"""One slip is allowed in every so many letters, at most two. Chosen by ear on artist names."""

MOST_IN_BLOCK = 300


@dataclass(frozen=True)
class Counted:
    """A value with the number of rows that hold it; `id` tells values of the same text apart."""

    id: str
    text: str
    count: int


@dataclass(frozen=True)
class Cluster:
    """Values that may be one; the first is the one that most rows hold."""

    values: tuple[Counted, ...]

    @property
    def rows(self) -> int:
        """How many rows hold any of them."""
        return sum(value.count for value in self.values)


def fingerprint(text: str) -> str:
    """Fold a value to its words, each once, in order.

    >>> fingerprint("  Motörhead, The! "), fingerprint("The Motorhead")
    ('motorhead the', 'motorhead the')
    """
    return " ".join(sorted(set(re.findall(r"[^\W_]+", _plain(text)))))


def pair_fingerprint(text: str) -> str:
    """Fold a value to its pairs of letters, each once, in order.

    >>> pair_fingerprint("Lo-Fi"), pair_fingerprint("lofi"), pair_fingerprint("A")
    ('filoof', 'filoof', 'a')
    """
    bare = re.sub(r"[\W_]+", "", _plain(text))
    if len(bare) < 2:
        return bare
    return "".join(sorted({bare[at : at + 2] for at in range(len(bare) - 1)}))


def cluster(values: Sequence[Counted], method: str) -> list[Cluster]:
    """Find values that are probably one, the clusters with most rows first."""
    if method == NEAR:
        groups = _near(values)
    else:
        groups = _by_key(values, fingerprint if method == FINGERPRINT else pair_fingerprint)
    found = [
        Cluster(tuple(sorted(group, key=lambda value: (-value.count, value.text))))
        for group in groups
        if len(group) > 1
    ]
    return sorted(found, key=lambda each: (-each.rows, each.values[0].text))


def _by_key(values: Iterable[Counted], key: Callable[[str], str]) -> list[list[Counted]]:
    groups: dict[str, list[Counted]] = {}
    for value in values:
        if folded := key(value.text):
            groups.setdefault(folded, []).append(value)
    return list(groups.values())


def _near(values: Sequence[Counted]) -> list[list[Counted]]:
    """Join values within a few letters of each other; only those that sound or start alike meet."""
    texts = [re.sub(r"[\W_]+", "", _plain(value.text)) for value in values]
    blocks: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        if len(text) >= FEWEST_LETTERS:
            for key in {f"s{sound(text)}", f"b{text[:4]}", f"e{text[-4:]}"}:
                blocks.setdefault(key, []).append(at)
    parent = list(range(len(values)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for block in blocks.values():
        for place, first in enumerate(block[:MOST_IN_BLOCK]):
            for second in block[place + 1 : MOST_IN_BLOCK]:
                if root(first) != root(second) and _alike(texts[first], texts[second]):
                    parent[root(second)] = root(first)
    groups: dict[int, list[Counted]] = {}
    for at, value in enumerate(values):
        groups.setdefault(root(at), []).append(value)
    return list(groups.values())


def _alike(first: str, second: str) -> bool:
    # Vol. 1 and Vol. 2 are one letter apart and two things.
    if re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return False
    most = min(2, min(len(first), len(second)) // LETTERS_A_SLIP + 1)
    if min(len(first), len(second)) < LETTERS_A_SLIP:
        most = 1
    return DamerauLevenshtein.distance(first, second, score_cutoff=most) <= most


_SOUNDS: Mapping[str, str] = {
    **dict.fromkeys("bfpvw", "1"),
    **dict.fromkeys("cgjkqsxz", "2"),
    **dict.fromkeys("dt", "3"),
    "l": "4",
    **dict.fromkeys("mn", "5"),
    "r": "6",
}


def sound(text: str) -> str:
    """Fold a name to the classes of its consonants, as Soundex does, without its first-letter rule.

    >>> sound("kraftwerk"), sound("craftwerk")
    ('2613162', '2613162')
    """
    found = ""
    for letter in text.replace("ph", "f"):
        digit = _SOUNDS.get(letter, "")
        if digit and found[-1:] != digit:
            found += digit
    return found or text[:2]


def _plain(text: str) -> str:
    """Fold case and accents; letters without a base letter stay as they are."""
    folded = text.casefold().translate(_LETTERS)
    return "".join(
        part for part in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(part)
    )


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})

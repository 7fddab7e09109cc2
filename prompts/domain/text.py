"""Free text to tokens, whatever was pasted: emoji, control characters, surrogates, any script."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 20_000
"""Longer prompts are read up to here; the parser says so in a chip."""

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)?(?=\s*(?:bpm|%))"  # 120bpm, 92.5 bpm
    r"|[^\W_]+(?:(?:['’&](?=[^\W_]))[^\W_]+)*"
    r"|[^\s\w]|_"
)
_PLURAL_KEPT = frozenset(
    [
        "blues",
        "bass",
        "brass",
        "always",
        "drums",
        "keys",
        "news",
        "lyrics",
        "series",
        "chaos",
        "tennis",
        "chess",
        "this",
        "his",
        "is",
        "was",
        "as",
        "us",
        "does",
        "has",
        "its",
        "yes",
        "less",
        "business",
        "christmas",
        "process",
        "across",
        "plus",
        "various",
        "wireless",
        "endless",
        "darkness",
        "sadness",
        "happiness",
        "fitness",
        "wellness",
        "loneliness",
        "hopeless",
        "restless",
        "class",
        "glass",
        "grass",
        "cross",
        "loss",
        "bliss",
    ]
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a sign with its place in the cleaned text; `word` is the folded form."""

    raw: str
    word: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.word[0].isalnum()


def clean(text: str) -> str:
    """Replace what cannot be read or stored (controls, NUL, lone surrogates) by spaces."""
    return clean_all(text[:MAX_CHARACTERS])


def clean_all(kept: str) -> str:
    """Clean a text of any length; every character keeps its place."""
    if kept.isascii() and kept.isprintable():
        return kept
    return "".join(
        " " if unicodedata.category(character) in _UNREADABLE else character for character in kept
    )


_UNREADABLE = frozenset(("Cc", "Cs", "Co", "Cn", "Cf"))


LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.\w+", re.I)
"""Addresses; their letters are no words."""


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Fold case, accents and the plural of one word, so that spellings meet.

    >>> fold("Synths"), fold("Café"), fold("Melodies"), fold("Blues"), fold("dishes")
    ('synth', 'cafe', 'melody', 'blues', 'dish')
    """
    folded = word.casefold().replace("’", "'")
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in decomposed if not unicodedata.combining(c)) or folded
    if folded.endswith("'s"):
        folded = folded[:-2] + ("s" if folded[:-2].isdigit() else "")
    return _singular(folded)


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word in _PLURAL_KEPT or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith(("ss", "us", "is", "ous")):
        return word
    return word[:-1]


def tokenize(text: str) -> list[Token]:
    """Cut cleaned text into words and signs, in order."""
    return [
        Token(match.group(), fold(match.group()), match.start(), match.end())
        for match in _TOKEN.finditer(text)
    ]


def words_of(phrase: str) -> tuple[str, ...]:
    """Give the folded words of a phrase; this is how lexicon forms and prompts meet."""
    return tuple(token.word for token in tokenize(phrase) if token.is_word)

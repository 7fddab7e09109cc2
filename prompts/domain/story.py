"""Long prompts tell stories; only what is said of the music itself is a wish.

"I heard it in a bar when my mother was eating" names a bar and a mother, but asks for neither.
"""

import re

from prompts.domain.intent import Polarity
from prompts.domain.lexicon import Cues, Term
from prompts.domain.reading import Mention, Reading
from prompts.domain.text import tokenize

STORY_WORDS = 40
"""Prompts up to this many words are taken by their word."""

REACH = 3
"""Words between a description and the music it describes."""

_SENTENCE = re.compile(r"[^.!?\n]+")
_PICTURES = re.compile(r"\b(?:video|scene|clip|movie|film|footage|commercial)s?\b", re.I)
"""A sentence about pictures tells what was to be seen, not how the music sounds."""

_PICTURED = frozenset(("activity", "mood", "theme", "vocals"))

_OCCASION = re.compile(r"\b(?:for|to|while|when|during|at)\s+(?:\w+\s+){0,2}$", re.I)
"""What stands before an occasion that is asked for, and not merely told of."""

_SURE = frozenset(("genre", "instrument", "vocals", "language"))
_HEARSAY = frozenset((Term("vocals", "vocals"), Term("vocals", "spoken-word")))


def about_the_music(reading: Reading, cues: Cues) -> list[Mention]:
    """Keep the mentions that describe music: genres, instruments and voices by themselves, other
    terms only beside a word for music or beside such a mention, in the same sentence."""
    text = reading.text
    pictures = [
        (sentence.start(), sentence.end())
        for sentence in _SENTENCE.finditer(text)
        if _PICTURES.search(sentence.group())
    ]
    words = [(token.start, token.end, token.word) for token in tokenize(text)]
    anchors = [(start, end) for start, end, word in words if word in cues.music_words] + [
        (m.start, m.end) for m in reading.mentions if m.facet in _SURE
    ]
    subjects = [(start, end) for start, end, word in words if word in cues.subject_words]
    kept: list[Mention] = []
    for mention in reading.mentions:
        seen = any(start <= mention.start < end for start, end in pictures)
        if seen and mention.facet in _PICTURED:
            continue
        if mention.facet == "activity" and not _OCCASION.search(text[: mention.start]):
            continue
        if mention.figure is not None or mention.facet in _SURE or _is_decade(mention):
            if not _is_hearsay(mention):
                kept.append(mention)
            continue
        near = subjects if mention.facet == "theme" else anchors
        if any(_near(mention, anchor, words) for anchor in near) or (
            kept and _near(mention, (kept[-1].start, kept[-1].end), words)
        ):
            kept.append(mention)
    return kept


def _is_hearsay(mention: Mention) -> bool:
    """That somebody sings is told in every story; that nobody shall is a wish."""
    is_wish = mention.polarity in (Polarity.EXCLUDED, Polarity.LESS)
    return bool(mention.terms) and mention.terms[0] in _HEARSAY and not is_wish


def _is_decade(mention: Mention) -> bool:
    return bool(mention.terms) and mention.terms[0].slug[0].isdigit()


def _near(mention: Mention, anchor: tuple[int, int], words: list[tuple[int, int, str]]) -> bool:
    """Whether at most `REACH` words and no end of sentence lie between."""
    first, last = sorted(((mention.start, mention.end), anchor))
    between = [word for start, end, word in words if start >= first[1] and end <= last[0]]
    return len(between) <= REACH and not any(word in ".!?;" for word in between)

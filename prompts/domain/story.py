"""Long prompts tell stories; only what is said of the music itself is a wish.

"I heard it in a bar when my mother was eating" names a bar and a mother, but asks for neither.
"""

import re

from prompts.domain.intent import Polarity
from prompts.domain.lexicon import Cues, Term
from prompts.domain.reading import Mention, Reading
from prompts.domain.text import tokenize

STORY_WORDS = 40
"""Prompts up to this many words are taken by their word, unless they look for a half-known song."""

_HALF_KNOWN = re.compile(
    r"\bwhat(?:'s|’s|s| is| was)? (?:\w+ ){0,3}?(?:song|track|tune)\b[^.!?]{0,60}"
    r"\b(?:play|video|back)"
    r"|\bname of (?:this|the|that|an?) (?:\w+ )?(?:song|track|tune|band|artist)"
    r"|\btomt\b|\bvocaroo\b|\bvoca\.ro\b|youtu\.?be|\bstuck in my head"
    r"|\bi (?:only |just |vaguely |once )?(?:remember|heard)\b|\bremember the name"
    r"|\bsongs? (?:where|with an? (?:music )?video)\b|\bi can(?:'t|’t|not) remember",
    re.I,
)
"""Words of people who describe a song they once heard. What they tell is not what they wish for."""

_ASKS = re.compile(
    r"\b(?:can|could|would|will) (?:you|i|we)\b|\bplease\b|\bi(?:'d| would) (?:like|love)\b"
    r"|\bplaylist\b|\brecommend|\bsuggest(?:ions?)?\b",
    re.I,
)
"""A long prompt with one of these is a request that explains itself, and is taken by its word."""

_RECORDED = re.compile(
    r"\bvocaroo\b|\bvoca\.ro\b|\bme\b.{0,20}\bhumming\b|\bmy (?:\w+ )?attempt\b", re.I
)
"""A sentence about the writer's own humming or whistling."""

REACH = 3
"""Words between a description and the music it describes."""

_SENTENCE = re.compile(r"[^.!?\n]+")
_PICTURES = re.compile(
    r"\b(?:video|scene|clip|movie|film|footage|commercial|episode|season)s?\b", re.I
)
"""A sentence about pictures tells what was to be seen, not how the music sounds."""

_HUMMED = re.compile(r"hum|whistl", re.I)
_PICTURED = frozenset(("activity", "mood", "theme", "vocals"))

_OCCASION = re.compile(r"\b(?:for|to|while|when|during|at)\s+(?:\w+\s+){0,2}$", re.I)
"""What stands before an occasion that is asked for, and not merely told of."""

_SUNG_OR_SPOKEN = re.compile(r"voc|voice|sing|sung|rap", re.I)
"""Words for a voice; "a man" in a sentence about pictures may be anybody to be seen."""

_WORDS_OF_THE_SONG = re.compile(r"\b(?:lyrics?|words?)$", re.I)
_KNOWING = re.compile(
    r"\b(?:know|knew|remember|recall|forgot|understand|hear|heard|sure|think|certain|title|name)\b",
    re.I,
)
"""Who does not remember the words does not ask for a song without any."""

_TUNE = re.compile(r"melod(?:y|ies)$", re.I)
"""Every song has one; only "melodic" says something of it."""

_SAID_OF_IT = re.compile(r"\b(?:it(?:['’]s| is| was)|sound(?:s|ed))\s+(?:\w+\s+){0,2}$", re.I)

_SURE = frozenset(("genre", "instrument", "vocals", "language"))
_HEARSAY = frozenset((Term("vocals", "vocals"), Term("vocals", "spoken-word")))


def is_story(text: str) -> bool:
    """Whether a prompt tells of a song instead of asking for music."""
    if _HALF_KNOWN.search(text):
        return True
    return len(text.split()) > STORY_WORDS and not _ASKS.search(text)


def about_the_music(reading: Reading, cues: Cues) -> list[Mention]:
    """Keep the mentions that describe music: genres, instruments and voices by themselves, other
    terms only beside a word for music or beside such a mention, in the same sentence."""
    text = reading.text
    pictures = [
        (sentence.start(), sentence.end())
        for sentence in _SENTENCE.finditer(text)
        if _PICTURES.search(sentence.group())
    ]
    recorded = [
        (sentence.start(), sentence.end())
        for sentence in _SENTENCE.finditer(text)
        if _RECORDED.search(sentence.group())
    ]
    words = [(token.start, token.end, token.word) for token in tokenize(text)]
    anchors = [(start, end) for start, end, word in words if word in cues.music_words] + [
        (m.start, m.end) for m in reading.mentions if m.facet in _SURE
    ]
    subjects = [(start, end) for start, end, word in words if word in cues.subject_words]
    kept: list[Mention] = []
    for mention in reading.mentions:
        seen = any(start <= mention.start < end for start, end in pictures)
        said = text[mention.start : mention.end]
        is_voice = mention.facet == "vocals" and _SUNG_OR_SPOKEN.search(said) is not None
        if seen and mention.facet in _PICTURED and not is_voice:
            continue
        if _TUNE.fullmatch(said) or _is_about_knowing(mention, text):
            continue
        if any(start <= mention.start < end for start, end in recorded) or _HUMMED.match(
            text[mention.start : mention.end]
        ):
            continue
        if mention.facet == "activity" and not _OCCASION.search(text[: mention.start]):
            continue
        if mention.figure is not None or mention.facet in _SURE or _is_decade(mention):
            if not _is_hearsay(mention):
                kept.append(mention)
            continue
        if mention.facet == "property" and _SAID_OF_IT.search(text[: mention.start]):
            kept.append(mention)
            continue
        near = subjects if mention.facet == "theme" else anchors
        if any(_near(mention, anchor, words) for anchor in near) or (
            kept and _near(mention, (kept[-1].start, kept[-1].end), words)
        ):
            kept.append(mention)
    return kept


def _is_about_knowing(mention: Mention, text: str) -> bool:
    """ "I know the tune, but not the lyrics" refuses no lyrics."""
    if mention.polarity not in (Polarity.EXCLUDED, Polarity.LESS):
        return False
    if not _WORDS_OF_THE_SONG.search(text[mention.start : mention.end]):
        return False
    before = text[: mention.start]
    sentence = before[max(before.rfind(mark) for mark in ".!?\n") + 1 :]
    return _KNOWING.search(sentence) is not None


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

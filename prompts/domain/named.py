"""Artists and works named in a prompt: "like Daft Punk", "similar to Teardrop by a band"."""

import re
from dataclasses import dataclass

from prompts.domain.intent import Kind
from prompts.domain.lexicon import Lexicon
from prompts.domain.text import tokenize

_THING = (
    r"(?:artists?|bands?|songs?|tracks?|music|stuff|albums?|acts?|groups?|singers?|rappers?|djs?"
    r"|something|anything|things|producers?)"
)
_STRONG = re.compile(
    r"\b(?:(?:similar|comparable|akin) (?:\w+ )?(?:to|as)|(?:sounds?|sounding) (?:\w+ )?like"
    r"|reminiscent of|in the (?:style|vein|spirit) of|à la|a la|if you like"
    rf"|{_THING} (?:\w+ ){{0,2}}?(?:like|such as)|{_THING} by"
    r"|(?:fans?|covers?|remix(?:es)?) (?:of|by)|(?:influenced|inspired) by"
    r"|i (?:really )?(?:like|love|enjoy))\s+",
    re.I,
)
_WEAK = re.compile(r"\b(?:like|by)\s+(?=[A-Z0-9])")
_STOP_WORDS = (
    "but with that which who whose for without where when while because please not no minus except "
    "any i i'm im suggestion suggestions recommendation recommendations recs preferably ideally "
    "maybe something song songs music etc only instead kinda if as is are was were has have it "
    "this these those so also just"
)
_STOP_PHRASES = (
    "from the|are there|can you|and (?:more|similar|other|some)|to listen|to play|in the|in terms"
    "|or (?:anything|something|similar|other)"
)
_END = re.compile(
    r"[.;!?|()\[\]:\n\"“”]|\s[-–—]\s|\b(?:"
    + "|".join(_STOP_WORDS.split())
    + f"|{_STOP_PHRASES})\\b",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:,|/|&|\+|\band\b|\bor\b)\s*", re.I)
_WORK_BY = re.compile(r"^(?P<work>.+?)\s+(?:by|from|-)\s+(?P<artist>.+)$", re.I)
_ARTICLES = re.compile(
    r"^(?:the (?:song|band|artist|album)|this|these|that|those|a|an|some|my"
    r"|(?:artists?|bands?) like)\s+",
    re.I,
)
_REFUSED = re.compile(
    r"\b(?:no|not|nothing|without|don't|dont|isn't|except|avoid|anything but)\b[^.,;!?]{0,30}$",
    re.I,
)
MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Named:
    """A name with its place in the text."""

    kind: Kind
    name: str
    start: int
    end: int
    is_excluded: bool = False


def find_named(text: str, lexicon: Lexicon) -> list[Named]:
    """Find artists and works a prompt refers to; words of the lexicon are not taken for names."""
    found: list[Named] = []
    matches = [(match, True) for match in _STRONG.finditer(text)]
    matches += [(match, False) for match in _WEAK.finditer(text)]
    for match, _ in sorted(matches, key=lambda pair: pair[0].start()):
        start = match.end()
        if any(named.start <= start < named.end for named in found):
            continue
        stop = _END.search(text, start)
        end = stop.start() if stop else len(text)
        is_excluded = _REFUSED.search(text[: match.start()]) is not None
        found.extend(_names(text, start, end, lexicon, is_excluded=is_excluded))
    return found


def _names(text: str, start: int, end: int, lexicon: Lexicon, *, is_excluded: bool) -> list[Named]:
    names: list[Named] = []
    position = start
    pieces = [*_SPLIT.finditer(text, start, end), None]
    for piece in pieces:
        piece_end = piece.start() if piece else end
        stretch = text[position:piece_end]
        article = _ARTICLES.match(stretch)
        lead = article.end() if article else 0
        name = stretch[lead:].strip(" '\"-–—")
        if name and _is_name(name, lexicon):
            at = position + stretch.index(name, lead)
            names.append(_named(name, at, is_excluded=is_excluded))
        elif names or name:
            break
        position = piece.end() if piece else end
    return names


def _named(name: str, at: int, *, is_excluded: bool) -> Named:
    work = _WORK_BY.match(name)
    if work:
        return Named(Kind.LIKE_TRACK, name, at, at + len(name), is_excluded)
    return Named(Kind.LIKE_ARTIST, name, at, at + len(name), is_excluded)


def _is_name(name: str, lexicon: Lexicon) -> bool:
    """A name has a word the lexicon does not explain; "like jazz" and "like rain" are none."""
    if len(name) > MAX_NAME_CHARACTERS:
        return False
    words = [token.word for token in tokenize(name) if token.is_word]
    if not words or len(words) > 7:
        return False
    position, unexplained = 0, 0
    while position < len(words):
        match = lexicon.phrases.at(words, position)
        if match is not None:
            position = match.end
            continue
        unexplained += words[position] not in lexicon.cues.stop_words
        position += 1
    if unexplained == 0:
        return False
    is_capitalised = any(part[0].isupper() for part in name.split())
    return is_capitalised or unexplained * 2 >= len(words)

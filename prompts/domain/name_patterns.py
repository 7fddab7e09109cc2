"""The patterns around names: what announces one, where it ends, what is no part of it."""

import re

THING = (
    r"(?:artists?|bands?|songs?|tracks?|music|stuff|albums?|acts?|groups?|singers?|rappers?|djs?"
    r"|something|anything|things|producers?|pieces?|sounds?)"
)
COMPARED = re.compile(
    r"\b(?:(?:sim+il[ai]+r|comparable|akin)(?:ly)? (?:[\w']+ ){0,4}?(?:to|too|as)"
    r"|(?:same|similar) (?:[\w']+ ){1,4}(?:as|than)"
    r"|sound(?:s|ed|ing)? (?:\w+ ){0,2}like|resembl(?:es?|ing)"
    r"|reminiscent of|remind(?:s|ed)? (?:me|you) of|à la|a la"
    r"|in (?:the|a) (?:same |similar )?(?:style|vein|spirit) (?:of|as|to)"
    rf"|(?:along|in) the (?:same )?lines of|if you like"
    rf"|{THING} (?:\w+ ){{0,2}}?(?:like|such as)|fans? of|(?:influenced|inspired) by"
    r"|(?-i:(?:(?<=[.!?(:] )|^)Like)(?= (?-i:[A-Z\"“]))"
    r"|by the (?:band|artist|singer|rapper|group|duo|producer))"
    r"[\s:]+",
    re.I,
)
BY = re.compile(
    rf"\b(?:{THING}|some|more|adding|add|anything|covers?) (?:\w+ ){{0,2}}?(?:by|from)\s+"
    r"|\b(?:covers?|remix(?:es)?|some|more) of\s+|\bby\s+(?-i:(?=[A-Z0-9]))|\bhow about (?:some )?"
    r"|\bi (?:\w+ )?(?:like|love)\s+|\b(?:a few|lots|plenty) of\s+"
    r"|\bmore (?:from |of |by )?|\b(?:have|play) (?:any )?",
    re.I,
)
AFTER_WORK = re.compile(r"\s*(?:,\s*)?by\s+", re.I)
STOP_WORDS = (
    "but with that which who whose for without where when while because please not no minus except "
    "any suggestion suggestions recommendation recommendations recs preferably ideally "
    "maybe something song songs music etc only instead kinda if as is are was were has have it "
    "this would could should might these those so also just too who's what's album albums"
)
STOP_PHRASES = (
    "from the|are there|can you"
    "|i(?:'m|’m| am| want| need| like| love| really| was| have|'ve|'d)|im"
    "|and (?:more|similar|other|some|things)|to (?:listen|play|this|the|my)"
    "|in the|in terms|or (?:anything|something|similar|other)"
)
END = re.compile(
    r"[.;!?|()\[\]:\n\"“”]|\s[-–—]+\s|\b(?:"
    + "|".join(re.escape(word) for word in STOP_WORDS.split())
    + f"|{STOP_PHRASES})\\b",
    re.I,
)
SPLIT = re.compile(r"\s*(?:,|/|&|\+|\band\b(?! the\b)|\bor\b)\s*", re.I)
LEAD = re.compile(
    r"^(?:the (?:very )?(?:first|last|second|opening|whole|\d\w*)(?: [\w-]+){0,2}? "
    r"(?:seconds?|minutes?|half|part|bit|section|verse|track|song)s? (?:of|in|from|on)"
    r"|the (?:soundtrack|score|ost)s? (?:of|to|from|for)(?: the (?:movie|film|game|show|series))?"
    r"|the (?:intro|outro|beginning|background|beat|music|song|one|sound|style|stuff|theme)s? "
    r"(?:of|in|from|on|to|by)|(?:start|end|beginning|intro|outro) of|the likes of"
    r"|the movie|the film|the game|the show"
    r"|the (?:song|band|artist|album|group|style|sound|chorus|intro|start|end(?:ing)?)s?(?: of)?"
    r"|(?-i:this|these|that|those|a|an|some|my|more|any|both|even|maybe|possibly|either)"
    r"|(?:artists?|bands?) like|and(?= the )"
    r"|(?:(?-i:[A-Z][a-z]+(?:an|ish|ese|ch)) )?"
    r"(?:rapper|singer|band|duo|group|artist|producer|composer|songwriter|dj)"
    r"(?= (?-i:[A-Z0-9])))\s+",
    re.I,
)
QUOTED = re.compile(r"[\"“”]([^\"“”\n]{2,80})[\"“”]|(?<!\w)[‘']([^‘’'\n]{2,60})[’'](?!\w)")
SUNG = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|goes|sings?|sang|singing|screams?|screaming|lyrics?|lines?|chorus"
    r"|repeat(?:s|ed|ing)?)\b[^.!?]{0,40}$",
    re.I,
)
"""What stands before the words of a song, which are quoted too and name nothing."""
BEFORE_TITLE = re.compile(
    r"\b(?:similar to|songs? (?:like|called|named|titled)|tracks? (?:like|called))\s+$", re.I
)
PIECE = re.compile(r"[^,\n]+")
ONLY_NAMES = re.compile(r"[\w\s,.'’&+$-]+")
DASH = re.compile(r"\s[-–—]+\s|(?<=\w)-\s")
DECADE = re.compile(r"\d{2,4}['’]?s|\d+(?:st|nd|rd|th|bpm|am|pm)", re.I)
REFUSED = re.compile(
    r"\b(?:no|not|nothing|without|don't|dont|isn't|except|avoid|anything but|besides"
    r"|other than|apart from)\b[^.,;!?]{0,30}$"
    r"|\b(?:don't|dont|didn't|not) (?:really )?(?:like|enjoy|want)\b[^.,;!?]{0,60}$|\bnor\s+$",
    re.I,
)
LINKING = frozenset(
    ("of", "the", "and", "del", "de", "la", "le", "von", "van", "vs", "n", "to", "in")
)
INSIDE = LINKING - {"and"}
OF = re.compile(r"of\s", re.I)
IN_BRACKETS = re.compile(r"\s*\([^()\n]{2,60}\)")

TITLE_BY = re.compile(r"([^.,;!?()\[\]\n\"“”]{2,70}?)\s+by\s+(?=\S)", re.I)
"""A title in any case with its artist; only sure after a comparison."""
NO_TITLE = frozenset(
    (
        *("this", "these", "those", "that", "ones", "something", "anything", "stuff", "or"),
        *("music", "song", "songs", "track", "tracks", "artist", "artists", "band", "bands"),
        *("made", "written", "produced", "performed", "sung", "released", "inspired", "influenced"),
    )
)
NO_NAME_BEGINS = frozenset(
    ("what", "how", "when", "where", "which", "following", "below", "above", "info", "specific")
)
PRONOUN = re.compile(r"I(?:m\b|\b)")
INSIDE_TITLES = frozenset(("as", "is", "it", "in the", "to the", "from the", "to this", "to my"))
SPACED_DASH = re.compile(r"\s[-–—]+\s")

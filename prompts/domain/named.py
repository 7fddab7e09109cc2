"""Artists and works named in a prompt: "like Daft Punk", "more Blue October"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from prompts.domain.intent import Kind
from prompts.domain.lexicon import Lexicon
from prompts.domain.text import Token, tokenize

_THING = (
    r"(?:artists?|bands?|songs?|tracks?|music|stuff|albums?|acts?|groups?|singers?|rappers?|djs?"
    r"|something|anything|things|producers?|pieces?|sounds?)"
)
_COMPARED = re.compile(
    r"\b(?:(?:similar|comparable|akin)(?:ly)? (?:\w+ )?(?:to|as)"
    r"|sound(?:s|ed|ing)? (?:\w+ ){0,2}like"
    r"|reminiscent of|remind(?:s|ed)? (?:me|you) of|in the (?:style|vein|spirit) of|à la|a la"
    rf"|(?:along|in) the (?:same )?lines of|if you like"
    rf"|{_THING} (?:\w+ ){{0,2}}?(?:like|such as)|fans? of|(?:influenced|inspired) by"
    r"|by the (?:band|artist|singer|rapper|group|duo|producer))"
    r"[\s:]+",
    re.I,
)
_BY = re.compile(
    rf"\b(?:{_THING}|some|more|adding|add|anything|covers?) (?:\w+ ){{0,2}}?(?:by|from)\s+"
    r"|\b(?:covers?|remix(?:es)?|some|more) of\s+|\bby\s+(?-i:(?=[A-Z0-9]))|\bhow about (?:some )?"
    r"|\bi (?:\w+ )?(?:like|love)\s+|\b(?:a few|lots|plenty) of\s+"
    r"|\bmore (?:from |of |by )?|\b(?:have|play) (?:any )?",
    re.I,
)
_AFTER_WORK = re.compile(r"\s*(?:,\s*)?by\s+", re.I)
_STOP_WORDS = (
    "but with that which who whose for without where when while because please not no minus except "
    "any suggestion suggestions recommendation recommendations recs preferably ideally "
    "maybe something song songs music etc only instead kinda if as is are was were has have it "
    "this would could should might these those so also just too who's what's album albums"
)
_STOP_PHRASES = (
    "from the|are there|can you"
    "|i(?:'m|’m| am| want| need| like| love| really| was| have|'ve|'d)|im"
    "|and (?:more|similar|other|some|things)|to (?:listen|play|this|the|my)"
    "|in the|in terms|or (?:anything|something|similar|other)"
)
_END = re.compile(
    r"[.;!?|()\[\]:\n\"“”]|\s[-–—]+\s|\b(?:"
    + "|".join(re.escape(word) for word in _STOP_WORDS.split())
    + f"|{_STOP_PHRASES})\\b",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:,|/|&|\+|\band\b(?! the\b)|\bor\b)\s*", re.I)
_LEAD = re.compile(
    r"^(?:the (?:song|band|artist|album|group|style|sound|chorus|intro|start|end(?:ing)?)s?(?: of)?"
    r"|this|these|that|those|a|an|some|my|more|any|both|even|maybe|possibly|either"
    r"|(?:artists?|bands?) like"
    r"|(?:(?-i:[A-Z][a-z]+(?:an|ish|ese|ch)) )?"
    r"(?:rapper|singer|band|duo|group|artist|producer|composer|songwriter|dj)"
    r"(?= (?-i:[A-Z0-9])))\s+",
    re.I,
)
_QUOTED = re.compile(r"[\"“”]([^\"“”\n]{2,80})[\"“”]|(?<!\w)[‘']([^‘’'\n]{2,60})[’'](?!\w)")
_SUNG = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|goes|sings?|sang|singing|screams?|screaming|lyrics?|chorus"
    r"|repeat(?:s|ed|ing)?)\b[^.!?]{0,40}$",
    re.I,
)
"""What stands before the words of a song, which are quoted too and name nothing."""
_BEFORE_TITLE = re.compile(
    r"\b(?:similar to|songs? (?:like|called|named|titled)|tracks? (?:like|called))\s+$", re.I
)
_PIECE = re.compile(r"[^,\n]+")
_ONLY_NAMES = re.compile(r"[\w\s,.'’&+$-]+")
_DASH = re.compile(r"\s[-–—]+\s|(?<=\w)-\s")
_DECADE = re.compile(r"\d{2,4}['’]?s|\d+(?:st|nd|rd|th|bpm|am|pm)", re.I)
_REFUSED = re.compile(
    r"\b(?:no|not|nothing|without|don't|dont|isn't|except|avoid|anything but)\b[^.,;!?]{0,30}$"
    r"|\b(?:don't|dont|didn't|not) (?:really )?(?:like|enjoy|want)\b[^.,;!?]{0,60}$|\bnor\s+$",
    re.I,
)
_LINKING = frozenset(
    ("of", "the", "and", "del", "de", "la", "le", "von", "van", "vs", "n", "to", "in")
)
_INSIDE = _LINKING - {"and"}
_OF = re.compile(r"of\s", re.I)
_IN_BRACKETS = re.compile(r"\s*\([^()\n]{2,60}\)")
MAX_NAME_CHARACTERS = 60
LONG_TEXT_WORDS = 60
"""In long stories single capitalised words are places, sites and shows as often as artists."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name with its place in the text."""

    kind: Kind
    name: str
    start: int
    end: int
    is_excluded: bool = False
    is_compared: bool = False
    """Named after "similar to" and the like, so surely meant as an example."""


def find_named(text: str, lexicon: Lexicon) -> list[Named]:
    """Find artists and works a prompt refers to; words the lexicon explains are not names."""
    finder = _Finder(text, lexicon)
    found: list[Named] = []
    for named in finder.all():
        if all(named.end <= other.start or named.start >= other.end for other in found):
            found.append(named)
    return _joined(text, sorted(found, key=lambda named: named.start))


def _joined(text: str, names: Sequence[Named]) -> list[Named]:
    """Make one name of a work and its artist: "IGOR by Tyler", "Kid Cudi's “Day 'n' Nite”"."""
    kept: list[Named] = []
    for name in names:
        before = kept[-1] if kept else None
        if before is not None and before.is_excluded == name.is_excluded:
            between = text[before.end : name.start].strip('"“” ').casefold()
            owner = before.name.casefold().endswith(("'s", "’s")) and not between
            if between == "by" or owner:
                whole = " ".join(text[before.start : name.end].split())
                kept[-1] = replace(
                    before, kind=Kind.LIKE_TRACK, name=whole.strip(' "“”'), end=name.end
                )
                continue
        kept.append(name)
    return kept


class _Finder:
    """Looks through one text, the surest signs first."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.tokens = [token for token in tokenize(text) if token.is_word]
        self.explained = self._explained(self.tokens)
        inner = [token for token in self.tokens if not self._starts_sentence(token)]
        capitals = sum(token.raw[0].isupper() for token in inner)
        self.is_title_case = capitals * 2 > len(inner) and len(inner) > 3

    def all(self) -> Iterator[Named]:
        """Every candidate, surest first."""
        yield from self._listed()
        yield from self._dashed()
        yield from self._quoted()
        yield from self._after_cue(_COMPARED, is_strong=True)
        yield from self._capitalised()
        yield from self._after_cue(_BY, is_strong=False)

    def _explained(self, tokens: Sequence[Token]) -> set[int]:
        """Starts of tokens that the lexicon or the stop words account for."""
        words = [token.word for token in tokens]
        known: set[int] = set()
        position = 0
        while position < len(words):
            match = self.lexicon.phrases.at(words, position)
            end = match.end if match else position + 1
            if match or words[position] in self.lexicon.cues.stop_words:
                known.update(token.start for token in tokens[position:end])
            position = end
        for index in range(len(words)):
            for length in (3, 2, 1):
                if tuple(words[index : index + length]) in self.lexicon.unsupported:
                    known.update(token.start for token in tokens[index : index + length])
        return known

    def _tokens_in(self, start: int, end: int) -> list[Token]:
        return [token for token in self.tokens if start <= token.start < end]

    def _is_one_phrase(self, tokens: Sequence[Token]) -> bool:
        match = self.lexicon.phrases.at([token.word for token in tokens], 0) if tokens else None
        return match is not None and match.end == len(tokens)

    def _unexplained(self, tokens: Iterable[Token]) -> int:
        return sum(token.start not in self.explained for token in tokens)

    def _named(self, kind: Kind, start: int, end: int, *, is_compared: bool = False) -> Named:
        refused = _REFUSED.search(self.text[:start]) is not None
        name = re.sub(r'["“”]', "", self.text[start:end]).strip(" '-–—‘’")
        return Named(kind, " ".join(name.split()), start, end, refused, is_compared)

    def _dashed(self) -> Iterator[Named]:
        """ "Artist - Title", both beginning with capitals."""
        for dash in _DASH.finditer(self.text):
            before = self._run_before(dash.start())
            stop = _END.search(self.text, dash.end())
            end = stop.start() if stop else len(self.text)
            after = self._tokens_in(dash.end(), end)
            if not before or not after or not _starts_name(after[0]) or _is_self(after[0]):
                continue
            both = [*before, *after]
            if self._unexplained(both) and not self._is_one_phrase(after):
                end = after[-1].end
                note = _IN_BRACKETS.match(self.text, end)
                yield self._named(Kind.LIKE_TRACK, before[0].start, note.end() if note else end)

    def _run_before(self, end: int) -> list[Token]:
        run: list[Token] = []
        at = end
        for token in reversed([token for token in self.tokens if token.end <= end]):
            between = self.text[token.end : at]
            is_part = _starts_name(token) or token.word in _LINKING or token.raw.isdigit()
            if between.strip(" '\"’&+") or not is_part:
                break
            if token.raw.lower() in ("like", "to", "by"):
                break
            run.insert(0, token)
            at = token.start
        while run and not _starts_name(run[0]):
            run.pop(0)
        return run

    def _quoted(self) -> Iterator[Named]:
        """Titles in quotation marks, with the artist if "by" follows."""
        for match in _QUOTED.finditer(self.text):
            group = 1 if match.group(1) else 2
            tokens = self._tokens_in(match.start(group), match.end(group))
            before = self.text[: match.start()]
            if not tokens or _SUNG.search(before):
                continue
            is_titled = bool(
                _AFTER_WORK.match(self.text, match.end()) or _BEFORE_TITLE.search(before)
            )
            if is_titled and len(tokens) <= 8:
                yield self._quoted_work(match)
                continue
            if not _starts_name(tokens[0]) or self._is_one_phrase(tokens):
                continue
            if len({token.word for token in tokens}) * 2 <= len(tokens):
                continue  # "Dan dan dan dan": a tune spelt out, no title
            capitals = sum(_starts_name(token) for token in tokens)
            if not (self._unexplained(tokens) or capitals >= 2 or len(tokens) >= 4):
                continue
            yield self._quoted_work(match)

    def _quoted_work(self, match: re.Match[str]) -> Named:
        """The title in the quotation marks, with the artist if "by" follows."""
        end = match.end()
        by = _AFTER_WORK.match(self.text, end)
        if by:
            stop = _END.search(self.text, by.end())
            artist = self._tokens_in(by.end(), stop.start() if stop else len(self.text))
            end = artist[-1].end if artist else end
        return self._named(Kind.LIKE_TRACK, match.start(), end)

    def _listed(self) -> Iterator[Named]:
        """A prompt that is nothing but names with commas between: "Bruno Mars, Marshmello"."""
        pieces = list(_PIECE.finditer(self.text))
        lists = [self._tokens_in(piece.start(), piece.end()) for piece in pieces]
        lists = [tokens for tokens in lists if tokens]
        if len(lists) < 2 or not all(_starts_name(ts[0]) and len(ts) <= 4 for ts in lists):
            return
        unexplained = sum(self._unexplained(tokens) > 0 for tokens in lists)
        if unexplained * 2 <= len(lists) or not _ONLY_NAMES.fullmatch(self.text):
            return
        for tokens in lists:
            if self._unexplained(tokens):
                yield self._named(Kind.LIKE_ARTIST, tokens[0].start, tokens[-1].end)

    def _capitalised(self) -> Iterator[Named]:
        """Runs of capitals in the middle of sentences that are not in title case."""
        is_long = len(self.tokens) > LONG_TEXT_WORDS
        index = 0
        while index < len(self.tokens):
            run = self._capital_run(index)
            if not run:
                index += 1
                continue
            index += len(run)
            starts_sentence = self._starts_sentence(run[0])
            unexplained = self._unexplained(run)
            if self.is_title_case and not (len(run) > 1 and unexplained == len(run)):
                continue
            if self._is_one_phrase(run) or (starts_sentence and unexplained < 2):
                continue
            if len(run) == 1 and (
                is_long or not unexplained or run[0].word in self.lexicon.cues.no_names
            ):
                continue
            if not unexplained and not self._has_request_before(run[0]):
                continue
            yield self._named(Kind.LIKE_ARTIST, run[0].start, run[-1].end)

    def _capital_run(self, index: int) -> list[Token]:
        run: list[Token] = []
        for position in range(index, len(self.tokens)):
            token = self.tokens[position]
            if run and self.text[run[-1].end : token.start].strip(" .'’+") != "":
                break
            if run and "." in self.text[run[-1].end : token.start] and len(run[-1].raw) > 2:
                break
            is_inside = bool(run) and (
                (token.word in _INSIDE and self._next_is_capital(position)) or token.raw.isdigit()
            )
            if not (_starts_name(token) or is_inside) or _is_self(token):
                break
            run.append(token)
        return run

    def _next_is_capital(self, position: int) -> bool:
        return position + 1 < len(self.tokens) and _starts_name(self.tokens[position + 1])

    def _starts_sentence(self, token: Token) -> bool:
        before = self.text[: token.start].rstrip(" \"'“‘")
        return not before or before[-1] in ".!?\n("

    def _has_request_before(self, token: Token) -> bool:
        before = re.search(r"(\w+)\W*$", self.text[: token.start])
        words = ("more", "from", "by", "some", "like", "add", "to", "of", "and", "movie", "any")
        return before is not None and before.group(1).lower() in words

    def _after_cue(self, cue: re.Pattern[str], *, is_strong: bool) -> Iterator[Named]:
        """What follows "similar to", "songs by", "more": a list of names, in any case."""
        for match in cue.finditer(self.text):
            stop = _END.search(self.text, match.end())
            end = stop.start() if stop else len(self.text)
            position = match.end()
            pieces = list(_SPLIT.finditer(self.text, position, end))
            if _OF.match(self.text, position):  # "of monsters and men" is one name
                pieces = [piece for piece in pieces if piece.group().strip().lower() != "and"]
            for piece in [*pieces, None]:
                piece_end = piece.start() if piece else end
                named = self._piece(position, piece_end, is_strong=is_strong)
                if named is None:
                    break
                yield named
                position = piece.end() if piece else end

    def _piece(self, start: int, end: int, *, is_strong: bool) -> Named | None:
        lead = _LEAD.match(self.text[start:end])
        while lead:
            start += lead.end()
            lead = _LEAD.match(self.text[start:end])
        tokens = self._tokens_in(start, end)
        if not tokens or len(tokens) > 8 or tokens[-1].end - start > MAX_NAME_CHARACTERS:
            return None
        unexplained = self._unexplained(tokens)
        capital = any(_starts_name(token) for token in tokens)
        if is_strong:
            is_name = unexplained > 0 and (capital or unexplained * 2 >= len(tokens))
            is_name = is_name or (capital and len(tokens) > 1 and not self._is_explained(tokens))
        else:
            is_named_after_by = self._is_after_by(start)
            least = len(tokens) / 2 if is_named_after_by or capital else len(tokens)
            is_name = len(tokens) <= 4 and 0 < unexplained >= least
            is_name = is_name and (
                capital or is_named_after_by or tokens[0].start not in self.explained
            )
        if not is_name:
            return None
        words = {token.raw.lower() for token in tokens}
        kind = Kind.LIKE_TRACK if words & {"by", "-"} else Kind.LIKE_ARTIST
        return self._named(kind, tokens[0].start, tokens[-1].end, is_compared=is_strong)

    def _is_after_by(self, position: int) -> bool:
        return re.search(r"\b(?:by|from)\s+(?:the |a )?$", self.text[:position], re.I) is not None

    def _is_explained(self, tokens: Sequence[Token]) -> bool:
        return self._unexplained(tokens) == 0


def _is_self(token: Token) -> bool:
    """Whether the writer speaks of themselves: a capital that begins no name."""
    return token.raw.replace("’", "'") in ("I", "I'm", "I'd", "I've", "I'll")


def _starts_name(token: Token) -> bool:
    if token.raw[0].isdigit():
        return not token.raw.isdigit() and not _DECADE.fullmatch(token.raw)
    return token.raw[0].isupper()

"""Artists and works named in a prompt: "like Daft Punk", "more Blue October"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from prompts.domain.intent import Kind
from prompts.domain.lexicon import Lexicon
from prompts.domain.name_patterns import (
    AFTER_WORK,
    BEFORE_TITLE,
    BY,
    COMPARED,
    DASH,
    IN_BRACKETS,
    INSIDE,
    INSIDE_TITLES,
    LEAD,
    LINKING,
    NO_NAME_BEGINS,
    NO_TITLE,
    OF,
    ONLY_NAMES,
    PIECE,
    QUOTED,
    REFUSED,
    SPACED_DASH,
    SPLIT,
    SUNG,
    TITLE_BY,
)
from prompts.domain.name_text import NameText, is_self, starts_name
from prompts.domain.text import Token

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
    lead: int | None = None

    @property
    def reading_start(self) -> int:
        """Where the words begin that only lead to the name: "the soundtrack of the movie Coco"."""
        return self.start if self.lead is None else self.lead


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


class _Finder(NameText):
    """Looks through one text, the surest signs first."""

    def all(self) -> Iterator[Named]:
        """Every candidate, surest first."""
        yield from self._listed()
        yield from self._dashed()
        yield from self._quoted()
        yield from self._after_cue(COMPARED, is_strong=True)
        yield from (name for name in self._known() if _is_split(name.name))
        yield from self._capitalised()
        yield from self._after_cue(BY, is_strong=False)
        yield from self._known()

    def _known(self) -> Iterator[Named]:
        """Artists known by name; those with a sign inside ("Florence + The Machine") go early."""
        yield from (self._named(Kind.LIKE_ARTIST, start, end) for start, end in self.known)

    def _named(self, kind: Kind, start: int, end: int, *, is_compared: bool = False) -> Named:
        before = QUOTED.sub(lambda match: " " * len(match.group()), self.text[:start])
        refused = REFUSED.search(before) is not None
        name = re.sub(r'["“”]', "", self.text[start:end]).strip(" '-–—‘’")
        return Named(kind, " ".join(name.split()), start, end, refused, is_compared)

    def _dashed(self) -> Iterator[Named]:
        """ "Artist - Title", both beginning with capitals."""
        for dash in DASH.finditer(self.text):
            before = self._run_before(dash.start())
            end = self._end_of(dash.end())
            after = self._tokens_in(dash.end(), end)
            if not before or not after or not starts_name(after[0]):
                continue
            if is_self(after[0]) and not (len(after) > 1 and starts_name(after[1])):
                continue  # "Kestrel - I love it", but "Kestrel - I Want It All"
            both = [*before, *after]
            if self._unexplained(both) and not self._is_one_phrase(after):
                end = after[-1].end
                note = IN_BRACKETS.match(self.text, end)
                yield self._named(Kind.LIKE_TRACK, before[0].start, note.end() if note else end)

    def _run_before(self, end: int) -> list[Token]:
        run: list[Token] = []
        at = end
        for token in reversed([token for token in self.tokens if token.end <= end]):
            between = self.text[token.end : at]
            is_part = starts_name(token) or token.word in LINKING or token.raw.isdigit()
            if between.strip(" '\"’&+") or not is_part:
                break
            if token.raw.lower() in ("like", "to", "by"):
                break
            run.insert(0, token)
            at = token.start
        while run and not starts_name(run[0]):
            run.pop(0)
        return run

    def _quoted(self) -> Iterator[Named]:
        """Titles in quotation marks, with the artist if "by" follows."""
        for match in QUOTED.finditer(self.text):
            group = 1 if match.group(1) else 2
            tokens = self._tokens_in(match.start(group), match.end(group))
            before = self.text[: match.start()]
            if not tokens or SUNG.search(before):
                continue
            is_titled = bool(
                AFTER_WORK.match(self.text, match.end()) or BEFORE_TITLE.search(before)
            )
            if is_titled and len(tokens) <= 8:
                yield self._quoted_work(match)
                continue
            if not starts_name(tokens[0]) or self._is_one_phrase(tokens):
                continue
            if len({token.word for token in tokens}) * 2 <= len(tokens):
                continue  # "Dan dan dan dan": a tune spelt out, no title
            capitals = sum(starts_name(token) for token in tokens)
            if not (self._unexplained(tokens) or capitals >= 2 or len(tokens) >= 4):
                continue
            yield self._quoted_work(match)

    def _quoted_work(self, match: re.Match[str]) -> Named:
        """The title in the quotation marks, with the artist if "by" follows."""
        end = match.end()
        by = AFTER_WORK.match(self.text, end)
        if by:
            artist = self._tokens_in(by.end(), self._end_of(by.end()))
            while artist and artist[-1].word in ("and", "or"):
                artist.pop()
            end = artist[-1].end if artist else end
        return self._named(Kind.LIKE_TRACK, match.start(), end)

    def _listed(self) -> Iterator[Named]:
        """A prompt that is nothing but names with commas between: "Bruno Mars, Marshmello"."""
        pieces = list(PIECE.finditer(self.text))
        lists = [self._tokens_in(piece.start(), piece.end()) for piece in pieces]
        lists = [tokens for tokens in lists if tokens]
        if len(lists) < 2 or not all(starts_name(ts[0]) and len(ts) <= 4 for ts in lists):
            return
        unexplained = sum(self._unexplained(tokens) > 0 for tokens in lists)
        if unexplained * 2 <= len(lists) or not ONLY_NAMES.fullmatch(self.text):
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
            if all(token.word in self.lexicon.cues.no_names for token in run):
                continue
            if len(run) == 1 and (is_long or not unexplained):
                continue
            if not unexplained and not self._has_request_before(run[0]):
                continue
            yield self._named(Kind.LIKE_ARTIST, run[0].start, run[-1].end)

    def _capital_run(self, index: int) -> list[Token]:
        run: list[Token] = []
        for position in range(index, len(self.tokens)):
            token = self.tokens[position]
            between = self.text[run[-1].end : token.start] if run else ""
            if between.strip(" .'’") and between != "-":
                break
            if run and "." in self.text[run[-1].end : token.start] and len(run[-1].raw) > 2:
                break
            is_inside = bool(run) and (
                (token.word in INSIDE and self._next_is_capital(position)) or token.raw.isdigit()
            )
            if not (starts_name(token) or is_inside) or is_self(token):
                break
            run.append(token)
        return run

    def _next_is_capital(self, position: int) -> bool:
        """Whether a capital follows, over further linking words: "Guardians of the Galaxy"."""
        after = self.tokens[position + 1 : position + 3]
        return any(
            starts_name(token) and all(between.word in INSIDE for between in after[:at])
            for at, token in enumerate(after)
        )

    def _has_request_before(self, token: Token) -> bool:
        before = re.search(r"(\w+)\W*$", self.text[: token.start])
        words = ("more", "from", "by", "some", "like", "add", "to", "of", "and", "movie", "any")
        return before is not None and before.group(1).lower() in words

    def _after_cue(self, cue: re.Pattern[str], *, is_strong: bool) -> Iterator[Named]:
        """What follows "similar to", "songs by", "more": a list of names, in any case."""
        for match in cue.finditer(self.text):
            position = match.end()
            if ":" in match.group() and SUNG.search(self.text[: match.start()]):
                continue  # "a line that goes something like: ..."
            if is_strong:
                works = list(self._works_by(position))
                yield from works
                position = works[-1].end if works else position
                split = SPLIT.match(self.text, position) if works else None
                if works and split is None:
                    continue
                position = split.end() if split else position
            end = self._end_of(position)
            if is_strong and (whole := self._dashed_in_any_case(position, end)):
                yield whole
                continue
            pieces = [
                piece
                for piece in SPLIT.finditer(self.text, position, end)
                if not self._is_in_known(piece.start())
            ]
            if OF.match(self.text, position):  # "of monsters and men" is one name
                pieces = [piece for piece in pieces if piece.group().strip().lower() != "and"]
            for piece in [*pieces, None]:
                piece_end = piece.start() if piece else end
                named = self._piece(position, piece_end, is_strong=is_strong)
                if named is None:
                    break
                yield named
                position = piece.end() if piece else end

    def _works_by(self, position: int) -> Iterator[Named]:
        """Titles with their artists in any case: "somebody that i used to know by gotye"."""
        while (match := TITLE_BY.match(self.text, position)) is not None:
            start = self._after_lead(match.start(), match.end(1))
            title = self._tokens_in(start, match.end(1))
            stops = [
                split.start()
                for split in SPLIT.finditer(self.text, match.end())
                if "&" not in split.group() and not self._is_in_known(split.start())
            ]
            end = min([self._end_of(match.end()), *stops[:1]])
            artist = self._tokens_in(match.end(), end)
            is_named = any(starts_name(token) for token in artist) or self._unexplained(artist)
            if not title or len(title) > 9 or not 0 < len(artist) <= 5 or not is_named:
                return
            if {token.raw.lower() for token in title} & NO_TITLE:
                return
            yield self._named(Kind.LIKE_TRACK, title[0].start, artist[-1].end, is_compared=True)
            split = SPLIT.match(self.text, artist[-1].end)
            if split is None:
                return
            position = split.end()

    def _dashed_in_any_case(self, start: int, end: int) -> Named | None:
        """ "similar to virtual self - particle ants": a dash after a comparison joins too."""
        dash = SPACED_DASH.match(self.text, end)
        if dash is None:
            return None
        start = self._after_lead(start, end)
        before = self._tokens_in(start, end)
        after = self._tokens_in(dash.end(), self._end_of(dash.end()))
        is_name = 0 < len(before) <= 6 and 0 < len(after) <= 6 and self._unexplained(after)
        if not is_name or before[0].raw.lower() in NO_TITLE:
            return None
        return self._named(Kind.LIKE_TRACK, before[0].start, after[-1].end, is_compared=True)

    def _after_lead(self, start: int, end: int) -> int:
        """Where the name itself begins: after "the song", "the first minute of" and the like."""
        lead = LEAD.match(self.text[start:end])
        while lead:
            start += lead.end()
            lead = LEAD.match(self.text[start:end])
        return start

    def _piece(self, start: int, end: int, *, is_strong: bool) -> Named | None:
        lead, start = start, self._after_lead(start, end)
        tokens = self._tokens_in(start, end)
        begins = [token for token in tokens if token.word != "the"][:1]
        if any(token.raw.lower() in NO_NAME_BEGINS for token in begins) or (
            tokens and self.text[tokens[-1].end :][:1] == ":"
        ):
            return None
        if not is_strong and tokens and tokens[0].raw.isdigit():
            return None  # "songs from 1986"
        if not tokens or len(tokens) > 8 or tokens[-1].end - start > MAX_NAME_CHARACTERS:
            return None
        unexplained = self._unexplained(tokens)
        capital = any(starts_name(token) for token in tokens)
        if is_strong:
            is_name = unexplained > 0 and (capital or unexplained * 2 >= len(tokens))
            is_name = is_name or (capital and len(tokens) > 1 and not self._is_explained(tokens))
            is_name = is_name or self._is_title_of_known_words(tokens)
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
        named = self._named(kind, tokens[0].start, tokens[-1].end, is_compared=is_strong)
        return replace(named, lead=lead) if is_strong else named

    def _is_title_of_known_words(self, tokens: Sequence[Token]) -> bool:
        """Capitals on words that name no music: "In This Moment", "I Fight Dragons"."""
        stop_words = self.lexicon.cues.stop_words - LINKING
        has_stop_word = any(token.word in stop_words for token in tokens)
        return (
            not self.is_title_case
            and len(tokens) > (1 if has_stop_word else 2)
            and starts_name(tokens[0])
            and all(starts_name(t) or t.word in LINKING or t.raw in INSIDE_TITLES for t in tokens)
        )

    def _is_after_by(self, position: int) -> bool:
        return re.search(r"\b(?:by|from)\s+(?:the |a )?$", self.text[:position], re.I) is not None

    def _is_explained(self, tokens: Sequence[Token]) -> bool:
        return self._unexplained(tokens) == 0


def _is_split(name: str) -> bool:
    """Whether a run of capitals would break off inside: "Florence + The Machine"."""
    return " and " in name or not name.replace(" ", "").isalnum()

"""Mentions of terms in a text, each with what was said of it: wanted, a touch, less, not.

Prompts and track descriptions are read by the same rules, so "no drums" means the same in both.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from prompts.domain.intent import Polarity
from prompts.domain.lexicon import Lexicon, Term
from prompts.domain.numbers import Figure, figures
from prompts.domain.spelling import Spellings
from prompts.domain.steering import Cue, CueTable, State
from prompts.domain.text import Token, tokenize

_BREAKS = frozenset(".;!?…|:()[]{}\u2022\u061b\u061f\u3002")
_JOINERS = frozenset("-'\"’‘“”‐‑*`´«»„")
_LIST_SIGNS = frozenset(",/、،")
_NOUN_FACETS = frozenset(("instrument", "vocals"))
_DESCRIBING_FACETS = frozenset(("mood", "property", "genre"))


_BETWEEN_DECADES = frozenset(("/", "–", "to", "and", "or", "&", ","))
_DECADE = re.compile(r"\d0s")


_ANY_VOICE = frozenset((Term("vocals", "vocals"), Term("vocals", "light-vocals")))
_TURNING = frozenset((Cue.NEGATE, Cue.LESS, Cue.NEUTRAL))


@dataclass(slots=True)
class Mention:
    """A phrase of the text that names terms or a number, with how it was said."""

    start: int
    end: int
    terms: tuple[Term, ...] = ()
    figure: Figure | None = None
    polarity: Polarity = Polarity.WANTED
    must: bool = False
    maybe: bool = False
    stress: bool = False
    neutral: bool = False
    double_negation: bool = False
    modifiers: list[Term] = field(default_factory=list)
    odd_modifier: str = ""
    meant: str = ""
    """The known word its first word was taken for; empty if it was spelt like that."""
    first_word: int = 0
    last_word: int = 0

    @property
    def facet(self) -> str:
        return self.terms[0].facet if self.terms else ""


@dataclass(slots=True)
class Reading:
    """All mentions of a text and the stretches nobody understood."""

    text: str
    mentions: list[Mention]
    unknown: list[tuple[int, int]]
    negators: list[tuple[int, int]] = field(default_factory=list)

    def affirmed(self, cut: Sequence[tuple[int, int]] = ()) -> str:
        """The text without negations and what they refuse, and without the stretches in `cut`.

        This is all that embeddings and word search may see, so neither can hide a negation.
        """
        refused = [
            (mention.start, mention.end)
            for mention in self.mentions
            if mention.polarity in (Polarity.EXCLUDED, Polarity.LESS) or mention.neutral
        ]
        kept = self.text
        for start, end in sorted({*refused, *self.negators, *cut}, reverse=True):
            kept = kept[:start] + " " + kept[end:]
        return " ".join(kept.split())


class Reader:
    """Reads texts with one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._cues = CueTable(lexicon.cues)
        self._stop_words = lexicon.cues.stop_words

    @cached_property
    def _spellings(self) -> Spellings:
        return Spellings(words[0] for words, _ in self.lexicon.phrases.items() if len(words) == 1)

    def read(
        self,
        text: str,
        *,
        spans: Sequence[tuple[int, int]] = (),
        numbers: bool = True,
        slips: bool = False,
    ) -> Reading:
        """Find the mentions of a cleaned text; `spans` are stretches another rule has taken.

        With `slips`, words spelt nearly like a known one are taken for it.
        """
        found = figures(text) if numbers else []
        tokens = [token for token in tokenize(text) if token.word not in _JOINERS]
        tokens = [t for t in tokens if not any(start <= t.start < end for start, end in spans)]
        words = ["and" if token.word == "&" else token.word for token in tokens]
        by_start = {figure.start: figure for figure in found}
        inside = _covered(tokens, found)
        mentions: list[Mention] = []
        unknown: list[tuple[int, int]] = []
        negators: list[tuple[int, int]] = []
        state = State()
        position = 0
        while position < len(tokens):
            token = tokens[position]
            figure = by_start.get(token.start)
            if figure is not None:
                end = position + 1
                while end < len(tokens) and tokens[end].start < figure.end:
                    end += 1
                mention = Mention(
                    figure.start, figure.end, figure=figure, first_word=position, last_word=end
                )
                self._mark(mention, state)
                mentions.append(mention)
                position = end
                continue
            if position in inside:
                position += 1
                continue
            if not token.is_word:
                self._sign(token.word, words, position, state)
                position += 1
                continue
            if state.one_word and state.one_word != position:
                state.end_scope()
            if (decade := _decade_begun(words, position)) is not None:
                words[position] = decade
            match = self.lexicon.phrases.at(words, position)
            cue = self._cues.at(words, position)
            slip = ""
            if slips and match is None and cue is None:
                slip = self._meant(token)
                if slip:
                    words[position] = slip
                    match = self.lexicon.phrases.at(words, position)
            if cue is not None and match is not None and match.end == cue[0]:
                match = None if Cue.NOISE in cue[1] else match
            if match is not None and (cue is None or match.end >= cue[0]):
                mention = Mention(
                    token.start,
                    tokens[match.end - 1].end,
                    terms=match.meanings,
                    first_word=position,
                    last_word=match.end,
                    meant=slip,
                )
                self._mark(mention, state)
                mentions.append(mention)
                position = match.end
                if cue is not None and cue[0] == position and Cue.TOUCH_AFTER in cue[1]:
                    _touch_back(mentions, position)
                continue
            if cue is not None:
                end, kinds = cue
                if Cue.AUXILIARY in kinds:
                    kinds = self._auxiliary(words, end)
                if kinds & _TURNING:
                    negators.append((token.start, tokens[end - 1].end))
                self._cue(kinds, position, end, words, state, mentions)
                if token.word == "non" and state.negations:
                    state.one_word = end
                position = end
                continue
            if token.word == "and" or token.word == "or":
                self._conjunction(token.word, words, position, state)
            elif token.word not in self._stop_words and not token.word.isdigit():
                _add_unknown(unknown, token, tokens, position)
            position += 1
        combined = _combine_modifiers(mentions, tokens, unknown)
        self._name_voices(combined, words)
        return Reading(text, combined, unknown, negators)

    def _meant(self, token: Token) -> str:
        """The known word a misspelt one is taken for; words with a capital may be names."""
        if token.word in self._stop_words or token.raw[0].isupper():
            return ""
        return self._spellings.meant(token.word) or ""

    def _begins_mention(self, words: Sequence[str], position: int) -> bool:
        return position < len(words) and self.lexicon.phrases.at(words, position) is not None

    def _name_voices(self, mentions: Sequence[Mention], words: Sequence[str]) -> None:
        """ "female indie pop singer": the voice is a woman's, though other words lie between."""
        for mention in mentions:
            if not mention.terms or mention.terms[0] not in _ANY_VOICE:
                continue
            for at in range(mention.first_word - 1, max(-1, mention.first_word - 5), -1):
                if words[at] in _BREAKS or words[at] == ",":
                    break
                named = self.lexicon.voice_of.get(words[at])
                if named is not None:
                    mention.terms = (named, *mention.terms[1:])
                    break

    def _auxiliary(self, words: Sequence[str], position: int) -> frozenset[str]:
        """Whether "don't" and its kin refuse what follows: before a wish or a term, else not."""
        if position >= len(words):
            return frozenset((Cue.NOT_NEGATE,))
        cue = self._cues.at(words, position)
        refuses = (
            words[position] in self.lexicon.cues.wishing
            or self.lexicon.phrases.at(words, position) is not None
            or (cue is not None and Cue.NEGATE in cue[1])
        )
        return frozenset((Cue.NEGATE if refuses else Cue.NOT_NEGATE,))

    def _mark(self, mention: Mention, state: State) -> None:
        """Give a mention what the words before it said; use up what reaches one mention only."""
        negative = state.negations % 2 == 1
        if state.less and state.negated and not negative and _family(mention) != state.list_facet:
            state.end_scope()  # "not too slow instrumental" asks for an instrumental
        if state.neutral:
            mention.neutral = True
        elif negative and state.less:
            mention.polarity = Polarity.LESS
        elif negative:
            mention.polarity = Polarity.EXCLUDED
        elif state.less:
            mention.polarity = Polarity.LESS
        elif state.touch:
            mention.polarity = Polarity.TOUCH
        mention.double_negation = state.negations >= 2 and not negative
        mention.must = state.must
        mention.maybe = state.maybe or state.hedge
        mention.stress = state.stress
        state.stress = state.hedge = False
        if state.negations or state.less:
            state.negated += 1
        if mention.facet and mention.facet not in _DESCRIBING_FACETS:
            state.touch = False if not state.negations else state.touch
        state.list_facet = _family(mention)

    def _sign(self, sign: str, words: Sequence[str], position: int, state: State) -> None:
        if sign in _BREAKS or sign == "\n":
            state.end_sentence()
        elif sign == ",":
            state.maybe = state.stress = state.hedge = False
            if state.negations and not state.negated:
                state.end_scope()  # "no, I want jazz"
            elif (state.negations or state.less) and state.negated:
                if not self._list_goes_on(words, position + 1, state):
                    state.end_scope()
            else:
                state.touch = state.must = False
        elif sign not in _LIST_SIGNS and sign not in "&+":
            return

    def _list_goes_on(self, words: Sequence[str], position: int, state: State) -> bool:
        """After a comma inside a negation: does the list of unwanted things go on ("..., or ...")?

        It does when the next thing is of the same family and the list ends in "or" or "nor"
        before anything ends the sentence.
        """
        if position >= len(words):
            return False
        if words[position] in ("or", "nor"):
            return True
        match = self.lexicon.phrases.at(words, position)
        if match is None or _family_of(match.meanings) != state.list_facet:
            return False
        for index in range(match.end, min(len(words), match.end + 12)):
            if words[index] in _BREAKS:
                return False
            if words[index] in ("or", "nor"):
                return True
            cue = self._cues.at(words, index)
            if cue and Cue.END in cue[1]:
                return False
        return False

    def _conjunction(self, word: str, words: Sequence[str], position: int, state: State) -> None:
        """ "no drums and bass" goes on, "no drums and a slow beat" does not."""
        if word == "or" or not (state.negations or state.less or state.touch or state.must):
            return
        following = (
            self.lexicon.phrases.at(words, position + 1) if position + 1 < len(words) else None
        )
        if following is None or _family_of(following.meanings) != state.list_facet:
            state.end_scope()

    def _cue(
        self,
        kinds: frozenset[str],
        position: int,
        end: int,
        words: Sequence[str],
        state: State,
        mentions: Sequence[Mention],
    ) -> None:
        if Cue.NOISE in kinds:
            return
        if Cue.NOT_NEGATE in kinds:
            state.end_scope()
            return
        if Cue.NEUTRAL in kinds:
            state.end_scope()
            state.neutral = True
            return
        if Cue.TOUCH_AFTER in kinds and _touch_back(mentions, position):
            return
        follows = bool(mentions) and mentions[-1].last_word == position
        if Cue.MUST_AFTER in kinds and follows and not self._begins_mention(words, end):
            mentions[-1].must = True  # "120 BPM only", but "120 BPM only piano"
            return
        if Cue.END in kinds:
            state.end_scope()
            state.maybe = False
        if Cue.SOFT_END in kinds and state.negated:
            state.end_scope()
        if Cue.NEGATE in kinds:
            if state.negated:
                state.end_scope()
            state.negations += 1
            state.touch = state.must = False
        if Cue.LESS in kinds:
            state.end_scope()
            state.less = True
        if Cue.TOUCH in kinds:
            state.touch = True
        if Cue.MUST in kinds and not state.negations:
            state.must = True
        if Cue.MAYBE in kinds:
            state.maybe = True
        if Cue.HEDGE in kinds:
            state.hedge = True
        if Cue.STRESS in kinds:
            if state.negations:
                state.less = True
            state.stress = True


def _covered(tokens: Sequence[Token], found: Sequence[Figure]) -> set[int]:
    return {
        index
        for index, token in enumerate(tokens)
        for figure in found
        if figure.start < token.start < figure.end
    }


def _decade_begun(words: Sequence[str], position: int) -> str | None:
    """ "60-70s", "80 and 90s": the first number is a decade as well, and is written so."""
    first = words[position]
    if not (len(first) == 2 and first.isdigit() and first[1] == "0"):
        return None
    following = [
        word for word in words[position + 1 : position + 3] if word not in _BETWEEN_DECADES
    ]
    return f"{first}s" if following and _DECADE.fullmatch(following[0]) else None


def _family_of(terms: Sequence[Term]) -> str:
    facet = terms[0].facet if terms else ""
    if facet in _NOUN_FACETS:
        return "sound source"
    if facet in ("mood", "property", "activity"):
        return "character"
    return facet


def _family(mention: Mention) -> str:
    return _family_of(mention.terms)


def _touch_back(mentions: Sequence[Mention], position: int) -> bool:
    """ "a few modern indie touches": the cue comes after, so mark what stands right before it."""
    edge = position
    for mention in reversed(mentions):
        if mention.last_word != edge or mention.polarity not in (Polarity.WANTED, Polarity.TOUCH):
            break
        mention.polarity = Polarity.TOUCH
        edge = mention.first_word
    return edge != position


def _add_unknown(
    unknown: list[tuple[int, int]], token: Token, tokens: Sequence[Token], position: int
) -> None:
    if unknown and position and unknown[-1][1] == tokens[position - 1].end:
        unknown[-1] = (unknown[-1][0], token.end)
    else:
        unknown.append((token.start, token.end))


def _combine_modifiers(
    mentions: list[Mention], tokens: Sequence[Token], unknown: Sequence[tuple[int, int]]
) -> list[Mention]:
    """ "no distorted guitars" refuses neither guitars nor distortion, only the two together."""
    kept: list[Mention] = []
    for mention in mentions:
        if mention.polarity is Polarity.EXCLUDED and mention.facet in _NOUN_FACETS:
            while kept and _modifies(kept[-1], mention):
                adjective = kept.pop()
                mention.modifiers.insert(0, adjective.terms[0])
                mention.start, mention.first_word = adjective.start, adjective.first_word
            if not mention.modifiers and mention.first_word > 0:
                before = tokens[mention.first_word - 1]
                if before.is_word and any(end == before.end for _, end in unknown):
                    mention.odd_modifier = before.raw
        kept.append(mention)
    return kept


def _modifies(adjective: Mention, noun: Mention) -> bool:
    return (
        adjective.last_word == noun.first_word
        and adjective.polarity is Polarity.EXCLUDED
        and adjective.facet in _DESCRIBING_FACETS
    )

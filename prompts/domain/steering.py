"""Function words that steer the reading of a text, and what holds while it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from prompts.domain.lexicon import Cues, PhraseTable, Term


class Cue(StrEnum):
    """What a function word does to the words near it."""

    NEGATE = "negate"
    NOT_NEGATE = "not-negate"
    NEUTRAL = "neutral"
    END = "end"
    SOFT_END = "soft-end"
    LESS = "less"
    TOUCH = "touch"
    TOUCH_AFTER = "touch-after"
    MUST = "must"
    MUST_AFTER = "must-after"
    MAYBE = "maybe"
    STRESS = "stress"
    HEDGE = "hedge"
    AUXILIARY = "auxiliary"
    NOISE = "noise"


class CueTable:
    """All cues in one longest-match table; built once for a lexicon."""

    def __init__(self, cues: Cues) -> None:
        kinds = {
            Cue.SOFT_END: cues.soft_enders,
            Cue.END: cues.scope_enders,
            Cue.STRESS: cues.stresses,
            Cue.MAYBE: cues.maybes,
            Cue.MUST: cues.musts,
            Cue.TOUCH_AFTER: cues.touches_after,
            Cue.TOUCH: cues.touches,
            Cue.NEGATE: cues.negators,
            Cue.LESS: cues.less,
            Cue.HEDGE: cues.hedges,
            Cue.AUXILIARY: cues.auxiliaries,
            Cue.NOISE: cues.noise,
            Cue.NEUTRAL: cues.neutral,
            Cue.NOT_NEGATE: cues.not_negators,
        }
        phrases: dict[tuple[str, ...], tuple[Term, ...]] = {}
        for cue, forms in kinds.items():
            for words in forms:
                phrases[words] = (*phrases.get(words, ()), Term("cue", cue))
        for words in cues.musts_after:
            phrases[words] = (*phrases.get(words, ()), Term("cue", Cue.MUST_AFTER))
        self._table = PhraseTable(phrases)

    def at(self, words: Sequence[str], start: int) -> tuple[int, frozenset[str]] | None:
        """Find the longest cue at `start`: where it ends and what it does."""
        match = self._table.at(words, start)
        return (match.end, frozenset(term.slug for term in match.meanings)) if match else None


@dataclass(slots=True)
class State:
    """What holds while reading on: a negation with its reach, degrees for the next mention."""

    negations: int = 0
    negated: int = 0
    less: bool = False
    touch: bool = False
    must: bool = False
    maybe: bool = False
    stress: bool = False
    hedge: bool = False
    neutral: bool = False
    list_facet: str = ""
    one_word: int = 0
    """Where the only word stands that "non-" refuses; 0 for none."""
    passed_end: bool = False

    def end_scope(self) -> None:
        self.negations = 0
        self.negated = 0
        self.less = self.touch = self.must = self.neutral = False
        self.list_facet = ""
        self.one_word = 0

    def end_sentence(self) -> None:
        self.end_scope()
        self.maybe = self.stress = self.hedge = False

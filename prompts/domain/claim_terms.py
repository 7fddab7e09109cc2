"""Terms of a description against what is known of the track."""

from collections.abc import Iterable, Mapping

from prompts.domain import claim_figures
from prompts.domain.facts import (
    Judged,
    KnownTerm,
    Source,
    TrackFacts,
    contradicted,
    supported,
    unsupported,
)
from prompts.domain.intent import Polarity
from prompts.domain.lexicon import Lexicon, Term
from prompts.domain.reading import Mention

STANDS_IN = 0.6
"""From this nearness on one term stands for another ("violin" for "strings")."""

COULD_BE_MEANT = 0.3
"""From this nearness on the absence of a term proves no statement of it wrong."""

HEARD_ENOUGH = 0.5
"""Something heard less surely than this proves nothing; a hint of it needs half as much."""

INSTRUMENTAL = Term("vocals", "instrumental")
VOCALS = Term("vocals", "vocals")
SLOW, MID, FAST = (Term("property", slug) for slug in ("slow", "mid-tempo", "fast"))
TEMPO_WORDS = (SLOW, MID, FAST)
DECADES = {Term("property", f"{year}s"): year for year in range(1950, 2020, 10)}

_WOMAN, _MAN = Term("vocals", "female-vocals"), Term("vocals", "male-vocals")
_NO_LYRICS = ("zxx", "und")
_OPPOSITES = (
    (Term("property", "low-energy"), Term("property", "high-energy")),
    (Term("property", "quiet"), Term("property", "loud")),
    (Term("property", "major-key"), Term("property", "minor-key")),
)
_FIRMNESS = {Source.ASSERTION: 0, Source.STEM: 1, Source.HEARD: 2}
_DENIALS = (Polarity.EXCLUDED, Polarity.LESS)


class TermJudge:
    """Judges statements about terms with one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._above = {term: self._ancestors(term) for term in lexicon.entries}
        self._near: Mapping[Term, Mapping[Term, float]] = {
            term: entry.related for term, entry in lexicon.entries.items()
        }

    def judge(self, mention: Mention, term: Term, text: str, facts: TrackFacts) -> Judged:
        """Judge what a mention says of one of its terms."""
        denied = mention.polarity is Polarity.EXCLUDED
        if term.facet == "vocals":
            return self._voices(mention, term, facts)
        if term in TEMPO_WORDS:
            return self._tempo_word(mention, term, facts)
        if term in DECADES:
            judged = self._era(mention, term, text, facts)
            return judged.turned if denied else judged
        if term.facet == "language":
            judged = self._language(term, facts)
            return judged.turned if denied else judged
        if denied and (mention.modifiers or mention.odd_modifier):
            return self._qualified_denial(mention, term, facts)
        if denied:
            return self._denial(term, facts)
        if mention.polarity is Polarity.LESS:
            label = self.lexicon.label(term)
            return unsupported(f"How much {label} there is cannot be checked.")
        return self._statement(mention, term, facts)

    def _statement(self, mention: Mention, term: Term, facts: TrackFacts) -> Judged:
        label = self.lexicon.label(term)
        is_hint = mention.polarity is Polarity.TOUCH or mention.maybe
        found = self.known(term, facts, least=HEARD_ENOUGH / 2 if is_hint else HEARD_ENOUGH)
        if found:
            return supported(self._because(found[0]), found)
        wider = [known for known in facts.of(term.facet) if known.term in self._above[term]]
        if wider:
            return unsupported(f"The facts only say {self.lexicon.label(wider[0].term)}.")
        for pair in _OPPOSITES:
            if term in pair:
                other = pair[1 - pair.index(term)]
                against = [k for k in facts.of("property") if k.term == other]
                if against and against[0].source is Source.ASSERTION:
                    return contradicted(self._because(against[0]), against)
        near = [known for known in facts.of(term.facet) if self._is_near(known.term, term)]
        if near:
            return unsupported(f"The facts only say {self.lexicon.label(near[0].term)}.")
        if term.facet == "instrument" and not is_hint and lists_instruments(facts):
            return contradicted(f"No tag and no stem has {label}.")
        return unsupported(f"Nothing says {label} yet.")

    def _denial(self, term: Term, facts: TrackFacts) -> Judged:
        label = self.lexicon.label(term)
        found = self.known(term, facts)
        if found:
            return contradicted(self._because(found[0]), found)
        if term.facet == "instrument" and lists_instruments(facts):
            return supported(f"No tag and no stem has {label}.")
        return unsupported(f"Nothing known says that {label} is absent.")

    def _qualified_denial(self, mention: Mention, term: Term, facts: TrackFacts) -> Judged:
        """ "no distorted guitars" is wrong only where guitars and distortion are both known."""
        found = self.known(term, facts)
        if mention.modifiers and found and all(self.known(t, facts) for t in mention.modifiers):
            return contradicted(self._because(found[0]), found)
        return unsupported("Nothing known says so or otherwise.")

    def _voices(self, mention: Mention, term: Term, facts: TrackFacts) -> Judged:
        sung, silent = voices(facts)
        qualified = bool(mention.modifiers or mention.odd_modifier)
        is_plain = term in (INSTRUMENTAL, VOCALS) and not qualified
        if is_plain and (term == INSTRUMENTAL) != (mention.polarity is Polarity.EXCLUDED):
            if mention.polarity in (Polarity.LESS, Polarity.TOUCH):
                return unsupported("How instrumental a track is cannot be checked.")
            if sung:
                return contradicted(self._because(sung[0]), sung)
            if silent:
                return supported(self._because(silent[0]), silent)
            return unsupported("Nothing says whether somebody sings.")
        if mention.polarity in _DENIALS and term != INSTRUMENTAL:
            return self._voice_denied(term, sung, silent)
        return self._voice_stated(VOCALS if term == INSTRUMENTAL else term, sung, silent)

    def _voice_stated(self, term: Term, sung: list[KnownTerm], silent: list[KnownTerm]) -> Judged:
        if silent:
            return contradicted(self._because(silent[0]), silent)
        exact = [k for k in sung if k.term == term or term in self._above.get(k.term, ())]
        if exact:
            return supported(self._because(exact[0]), exact)
        said = {known.term for known in sung if known.source is Source.ASSERTION}
        for one, other in ((_WOMAN, _MAN), (_MAN, _WOMAN)):
            if term == one and other in said:
                return contradicted(f"The tags say {self.lexicon.label(other)}.")
        if sung:
            return unsupported("The facts only say that there is a voice.")
        return unsupported("Nothing says whether somebody sings.")

    def _voice_denied(self, term: Term, sung: list[KnownTerm], silent: list[KnownTerm]) -> Judged:
        exact = [known for known in sung if known.term == term and term != VOCALS]
        if exact:
            return contradicted(self._because(exact[0]), exact)
        if silent:
            return supported(self._because(silent[0]), silent)
        return unsupported("Nothing known says so or otherwise.")

    def _tempo_word(self, mention: Mention, term: Term, facts: TrackFacts) -> Judged:
        said = [known for known in facts.of("property") if known.term in TEMPO_WORDS]
        tempo = facts.tempo_bpm or facts.heard_tempo_bpm
        if tempo is None or any(k.term == term and k.source is Source.ASSERTION for k in said):
            judged = self._word_by_word(term, said)
        else:
            judged = claim_figures.tempo_word(term.slug, tempo, is_firm=facts.tempo_bpm is not None)
        if mention.polarity is Polarity.EXCLUDED:
            return judged.turned
        if mention.polarity in (Polarity.LESS, Polarity.TOUCH):
            return unsupported(judged.because, judged.known)
        return judged

    def _word_by_word(self, term: Term, said: list[KnownTerm]) -> Judged:
        same = [known for known in said if known.term == term]
        if same:
            return supported(self._because(same[0]), same)
        against = [
            known
            for known in said
            if {known.term, term} == {SLOW, FAST} and known.source is Source.ASSERTION
        ]
        if against:
            return contradicted(self._because(against[0]), against)
        return unsupported("The tempo is not known.")

    def _era(self, mention: Mention, term: Term, text: str, facts: TrackFacts) -> Judged:
        label = self.lexicon.label(term)
        exact = self.known(term, facts)
        if exact:
            return supported(self._because(exact[0]), exact)
        if facts.year is not None and facts.year // 10 * 10 == DECADES[term]:
            return supported(f"Recorded in {facts.year}.")
        firm = [
            known
            for known in facts.of("property")
            if known.term in DECADES and known.source is Source.ASSERTION
        ]
        if firm:
            return contradicted(self._because(firm[0]), firm)
        in_style = mention.polarity is Polarity.TOUCH
        in_style = in_style or claim_figures.speaks_of_style(text, mention.end)
        if facts.year is not None and not in_style:
            return contradicted(
                f"Recorded in {facts.year}. If the sound is meant, add the property “{label}”."
            )
        return unsupported(f"Nothing says {label} yet.")

    def _language(self, term: Term, facts: TrackFacts) -> Judged:
        if not facts.language:
            return unsupported("The language of the lyrics is not set.")
        known = facts.language.split("-")[0].lower()
        if known in _NO_LYRICS:
            return contradicted("The track has no words in any language.")
        label = self.lexicon.label(Term("language", known))
        said = f"The lyrics are {label}."
        return supported(said) if known == term.slug else contradicted(said)

    def known(
        self, term: Term, facts: TrackFacts, *, least: float = HEARD_ENOUGH
    ) -> list[KnownTerm]:
        """What supports a statement of the term, the firmest first."""
        return firmest(
            known
            for known in facts.of(term.facet)
            if self.stands_for(known.term, term)
            and (known.confidence is None or known.confidence >= least)
        )

    def stands_for(self, has: Term, said: Term) -> bool:
        """Whether a track that has one term may be said to have the other."""
        if has == said or said in self._above.get(has, ()):
            return True
        return has.facet == said.facet and self._near[said].get(has, 0.0) >= STANDS_IN

    def _is_near(self, has: Term, said: Term) -> bool:
        """Whether two terms are so near that one may have been meant by the other."""
        forth, back = self._near[said].get(has, 0.0), self._near.get(has, {}).get(said, 0.0)
        return max(forth, back) >= COULD_BE_MEANT or bool(
            self._above[said] & self._above.get(has, frozenset())
        )

    def _ancestors(self, term: Term) -> frozenset[Term]:
        found: set[Term] = set()
        waiting = list(self.lexicon.entries[term].parents)
        while waiting:
            parent = waiting.pop()
            if parent not in found and parent in self.lexicon.entries:
                found.add(parent)
                waiting.extend(self.lexicon.entries[parent].parents)
        return frozenset(found)

    def _because(self, known: KnownTerm) -> str:
        label = self.lexicon.label(known.term)
        if known.source is Source.STEM:
            return f"There is a stem “{known.stem}”."
        if known.source is Source.HEARD:
            place = f" in the stem “{known.stem}”" if known.stem else ""
            return f"{label} was heard{place}; nobody has accepted it yet."
        return f"The tags say {label}."


def lists_instruments(facts: TrackFacts) -> bool:
    """Whether somebody has said what plays; what was only heard is never the whole list."""
    return any(known.source is not Source.HEARD for known in facts.of("instrument"))


def voices(facts: TrackFacts) -> tuple[list[KnownTerm], list[KnownTerm]]:
    """What says that somebody sings, and what says that nobody does; never both.

    Where both are there, people outrank machines, and the stem of a voice outranks a tag.
    """
    known = facts.of("vocals")
    sung = firmest(k for k in known if k.term != INSTRUMENTAL and _is_heard_well(k))
    silent = firmest(k for k in known if k.term == INSTRUMENTAL and _is_heard_well(k))
    if sung and silent:
        firm = [k for k in sung if k.source is not Source.HEARD]
        return (sung, []) if firm else ([], silent)
    return sung, silent


def firmest(known: Iterable[KnownTerm]) -> list[KnownTerm]:
    """Assertions first, then stems, then what was heard, the surest first."""
    return sorted(known, key=lambda k: (_FIRMNESS[k.source], -(k.confidence or 1.0)))


def _is_heard_well(known: KnownTerm) -> bool:
    return known.confidence is None or known.confidence >= HEARD_ENOUGH

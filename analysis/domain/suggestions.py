"""From what was heard in a master and its stems to questions for a person. Values in, values out.

People outrank machines: what somebody stands behind is never asked again, and a stem that somebody
named outranks what a model heard in the mix.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analysis.domain.heard import Heard, HeardTag
from analysis.domain.result import ENGINE, ENGINE_VERSION, TimeRange
from analysis.domain.stem_hearing import OTHER_ROLE, StemHearingRules, guess_role, implied

INSTRUMENT, VOCALS, TEMPO, KEY, STEM_ROLE = "instrument", "vocals", "tempo", "key", "stem_role"
INSTRUMENTAL, SUNG = "instrumental", "vocals"
VOCAL_ROLES = frozenset({"vocals", "backing_vocals"})
SHOWN_RANGES = 4
NAMED = "stem name"
ANYTHING = "*"

Term = tuple[str, str]


@dataclass(frozen=True)
class FacetRule:
    """From which confidence terms of a facet are asked, and how many at once."""

    ask: float
    most: int


@dataclass(frozen=True)
class StemRule:
    """What the name of a stem says by itself, and what may be heard in it."""

    says: str
    may_hear: frozenset[str]


@dataclass(frozen=True)
class SuggestingRules:
    """The table that decides what is asked (`analysis/data/suggesting.toml`).

    `asks` are limits that the answers of a workspace raised (`domain.recalibration`).
    """

    likely: float
    facets: Mapping[str, FacetRule]
    stems: Mapping[str, StemRule]
    named_stem: float
    vocals_stem: float
    silent_vocals_stem: float
    no_vocals_stem: float
    only_in_stem: float
    stem_hearing: StemHearingRules
    asks: Mapping[Term, float] = field(default_factory=dict)

    def ask_from(self, term: Term) -> float:
        """Give the confidence from which a term is asked: the workspace's own, or the facet's."""
        return max(self.asks.get(term, 0.0), self.facets[term[0]].ask)


@dataclass(frozen=True)
class KnownTerm:
    """A term of the workspace's vocabulary, as far as asking goes."""

    label: str
    never_automatic: bool = False
    parents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stands:
    """What people stand behind on the track already."""

    terms: frozenset[Term] = frozenset()
    has_tempo: bool = False
    has_key: bool = False


@dataclass(frozen=True)
class Draft:
    """A question to a person, with what it rests on.

    `term` is empty for tempo and key, which are in `value` as JSON.
    """

    facet: str
    term: str
    label: str
    confidence: float
    reason: str
    ranges: tuple[TimeRange, ...] = ()
    stem_id: int | None = None
    model: str = ""
    model_version: str = ""
    value: Mapping[str, object] = field(default_factory=dict)
    audio: str = ""

    @property
    def evidence_key(self) -> str:
        """Name the evidence: the same key means that nothing new was heard."""
        parts = (
            self.facet,
            self.term or _spelled(self.value),
            self.audio,
            self.model,
            self.model_version,
            confidence_band(self.confidence),
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def confidence_band(confidence: float) -> str:
    """Name a confidence coarsely, so that a trembling third digit is no new evidence.

    >>> confidence_band(0.51), confidence_band(0.74), confidence_band(0.9)
    ('possible', 'possible', 'likely')
    """
    return "likely" if confidence >= 0.75 else "possible" if confidence >= 0.5 else "doubtful"


def draft_suggestions(
    heard: Sequence[Heard],
    *,
    stands: Stands,
    vocabulary: Mapping[Term, KnownTerm],
    rules: SuggestingRules,
    stems_add_up: bool = False,
) -> list[Draft]:
    """Say what to ask about a track, the surest first within each facet.

    Parameters
    ----------
    heard : the master, and every stem that was analysed
    stands : what people stand behind; it is never asked
    vocabulary : the terms of the workspace; anything else heard is left out
    stems_add_up : whether the stems were found to be all there is in the master
    """
    master = next((each for each in heard if each.stem_id is None), None)
    stems = [each for each in heard if each.stem_id is not None]
    asked: list[Draft] = []
    if master is not None:
        asked += _from_master(master, stems, stems_add_up=stems_add_up)
    asked += _from_stems(stems, master, rules)
    asked += _vocals(master, stems, rules, stems_add_up=stems_add_up)
    terms = _strongest(asked)
    terms = _without_contradictions(terms, stands)
    chosen = [
        replace(draft, label=vocabulary[draft.facet, draft.term].label)
        for draft in terms
        if _may_ask(draft, stands, vocabulary, rules)
    ]
    for draft in (_tempo(master, stems, stands), _key(master, stems, stands)):
        if draft is not None and draft.confidence >= rules.facets[draft.facet].ask:
            chosen.append(draft)
    chosen += [draft for stem in stems if (draft := _role(stem, rules)) is not None]
    return _limited(chosen, rules)


def _from_master(master: Heard, stems: Sequence[Heard], *, stems_add_up: bool) -> Iterable[Draft]:
    """Take tags of the mix; voices are weighed apart, and without any stem as they are."""
    decided = any(stem.stem_role in VOCAL_ROLES for stem in stems) or (
        stems_add_up and not _may_sing(stems)
    )
    for tag in master.tags:
        if tag.facet == VOCALS and decided:
            continue
        yield _from_tag(tag, master)


def _from_stems(
    stems: Sequence[Heard], master: Heard | None, rules: SuggestingRules
) -> Iterable[Draft]:
    """Take instruments only: the mood of a lone bass line says nothing about the song."""
    in_mix = {tag.term for tag in master.tags if tag.facet == INSTRUMENT} if master else set()
    for stem in stems:
        rule = rules.stems.get(stem.stem_role)
        if rule is None or not stem.has_sound:
            continue
        if rule.says:
            yield _named(INSTRUMENT, rule.says, stem, rules.named_stem)
            # The stem justifies its own name best where its instrument is heard in it.
            yield from (
                replace(_from_tag(tag, stem), confidence=rules.named_stem)
                for tag in stem.tags
                if (tag.facet, tag.term) == (INSTRUMENT, rule.says)
            )
        for tag in stem.tags:
            if tag.facet == INSTRUMENT and (tag.term in rule.may_hear or ANYTHING in rule.may_hear):
                share = 1.0 if tag.term in in_mix else rules.only_in_stem
                yield _from_tag(replace(tag, confidence=round(tag.confidence * share, 3)), stem)
        yield from (_from_tag(tag, stem) for tag in implied(stem, rules.stem_hearing))


def _role(stem: Heard, rules: SuggestingRules) -> Draft | None:
    """Ask what part a stem is where its name does not tell."""
    if stem.stem_role != OTHER_ROLE:
        return None
    guess = guess_role(stem, rules.stem_hearing)
    if guess is None or guess.confidence < rules.facets[STEM_ROLE].ask:
        return None
    tag = guess.tag
    return Draft(
        facet=STEM_ROLE,
        term=str(stem.stem_id),
        label=f"{stem.stem_name}: {guess.role.replace('_', ' ')}",
        confidence=guess.confidence,
        reason=f"The name of the stem does not tell what it is; {guess.because}.",
        ranges=tag.ranges[:SHOWN_RANGES] if tag else (),
        stem_id=stem.stem_id,
        model=tag.model if tag else ENGINE,
        model_version=tag.model_version if tag else ENGINE_VERSION,
        value={"role": guess.role},
        audio=stem.audio,
    )


def _may_sing(stems: Sequence[Heard]) -> bool:
    """Whether any stem is of voices, or sounds like one.

    A lead guitar or violin can pass for a voice, so only stems of no stated instrument count.
    """
    return any(
        stem.stem_role in VOCAL_ROLES
        or (stem.stem_role == OTHER_ROLE and stem.has_sound and stem.vocals_label != "none")
        for stem in stems
    )


def _vocals(
    master: Heard | None, stems: Sequence[Heard], rules: SuggestingRules, *, stems_add_up: bool
) -> Iterable[Draft]:
    """A stem of voices decides whether there are any; a model only guesses from the mix.

    Stems that add up to the master with no voice among them leave no room for one. Where they were
    not found to add up, the mix has to agree that there is none.
    """
    voices = [stem for stem in stems if stem.stem_role in VOCAL_ROLES]
    if not voices:
        sounding = [stem for stem in stems if stem.has_sound]
        agreed = stems_add_up or (master is not None and master.vocals_label == "none")
        if len(sounding) >= 2 and agreed and not _may_sing(stems):
            why = (
                "they add up to the master"
                if stems_add_up
                else "no voice was heard in the mix either"
            )
            yield Draft(
                facet=VOCALS,
                term=INSTRUMENTAL,
                label=INSTRUMENTAL,
                confidence=rules.no_vocals_stem,
                reason=f"None of the {len(stems)} stems is a voice, and {why}.",
                model=NAMED,
                model_version="1",
                audio=",".join(sorted(stem.audio[:12] for stem in stems)),
            )
        return
    sung = [stem for stem in voices if stem.has_sound]
    if not sung:
        yield replace(
            _named(VOCALS, INSTRUMENTAL, voices[0], rules.silent_vocals_stem),
            reason=f"The stem “{voices[0].stem_name}” is silent.",
        )
        return
    yield _named(VOCALS, SUNG, sung[0], rules.vocals_stem)
    if master is not None:
        sung.append(master)
    for source in sung:
        for tag in source.tags:
            if tag.facet == VOCALS and tag.term not in (INSTRUMENTAL, SUNG):
                yield _from_tag(tag, source)


def _from_tag(tag: HeardTag, source: Heard) -> Draft:
    return Draft(
        facet=tag.facet,
        term=tag.term,
        label=tag.term,
        confidence=tag.confidence,
        reason=_reason(tag, source),
        ranges=tag.ranges[:SHOWN_RANGES],
        stem_id=source.stem_id,
        model=tag.model,
        model_version=tag.model_version,
        audio=source.audio,
    )


def _named(facet: str, term: str, stem: Heard, confidence: float) -> Draft:
    return Draft(
        facet=facet,
        term=term,
        label=term,
        confidence=confidence,
        reason=f"There is a stem called “{stem.stem_name}” with sound in it.",
        stem_id=stem.stem_id,
        model=NAMED,
        model_version="1",
        audio=stem.audio,
    )


def _strongest(drafts: Iterable[Draft]) -> list[Draft]:
    """Keep one question a term: the surest, with the seconds of the next best if it has none.

    An instrument is asked about where it is by itself: in its stem, not in the mix.
    """
    by_term: dict[Term, list[Draft]] = {}
    for draft in sorted(drafts, key=lambda each: -each.confidence):
        by_term.setdefault((draft.facet, draft.term), []).append(draft)
    best = []
    for (facet, _), found in by_term.items():
        first = found[0]
        if facet == INSTRUMENT and first.stem_id is None:
            alone = next((each for each in found if each.stem_id is not None), first)
            first = replace(alone, confidence=first.confidence)
        # Seconds heard in the mix justify a stem's name too; only the first source is named.
        ranges = first.ranges or next((each.ranges for each in found if each.ranges), ())
        best.append(replace(first, ranges=ranges))
    return best


def _without_contradictions(drafts: Sequence[Draft], stands: Stands) -> list[Draft]:
    """Ask for voices or for none, never both; whoever decided already is right."""
    decided_sung = any(f == VOCALS and t != INSTRUMENTAL for f, t in stands.terms)
    decided_none = (VOCALS, INSTRUMENTAL) in stands.terms
    voices = [each for each in drafts if each.facet == VOCALS]
    none = next((each for each in voices if each.term == INSTRUMENTAL), None)
    sung = max((e.confidence for e in voices if e.term != INSTRUMENTAL), default=0.0)
    keep_none = not decided_sung and (decided_none or (none is not None and none.confidence > sung))
    return [
        each for each in drafts if each.facet != VOCALS or (each.term == INSTRUMENTAL) == keep_none
    ]


def _may_ask(
    draft: Draft,
    stands: Stands,
    vocabulary: Mapping[Term, KnownTerm],
    rules: SuggestingRules,
) -> bool:
    term = (draft.facet, draft.term)
    known, rule = vocabulary.get(term), rules.facets.get(draft.facet)
    if known is None or rule is None or known.never_automatic or term in stands.terms:
        return False
    if any(
        facet == draft.facet and draft.term in ancestors(draft.facet, slug, vocabulary)
        for facet, slug in stands.terms
    ):
        return False  # “electric guitar” stands already; asking for “guitar” adds nothing
    return draft.confidence >= rules.ask_from(term)


def ancestors(facet: str, slug: str, vocabulary: Mapping[Term, KnownTerm]) -> frozenset[str]:
    """Give the terms above a term."""
    found: set[str] = set()
    waiting = [slug]
    while waiting:
        known = vocabulary.get((facet, waiting.pop()))
        for parent in known.parents if known else ():
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)


def _tempo(master: Heard | None, stems: Sequence[Heard], stands: Stands) -> Draft | None:
    """Ask for a firm tempo only: of the mix, or else of the stem that keeps time."""
    if stands.has_tempo:
        return None
    clocks = [stem for stem in stems if stem.stem_role in ("drums", "percussion", "bass")]
    for source in (*([master] if master else ()), *clocks):
        if source.tempo_bpm is None or not source.tempo_firm:
            continue
        bpm = round(source.tempo_bpm, 1)
        confidence = max(
            (each.confidence for each in source.tempo_candidates if _near(each.bpm, bpm)),
            default=0.5,
        )
        where = f" in the stem “{source.stem_name}”" if source.stem_id else ""
        return Draft(
            facet=TEMPO,
            term="",
            label=f"{bpm:g} BPM",
            confidence=confidence,
            reason=f"Several estimators agree on a steady beat{where}.",
            stem_id=source.stem_id,
            value={"bpm": bpm},
            model=ENGINE,
            model_version=ENGINE_VERSION,
            audio=source.audio,
        )
    return None


def _key(master: Heard | None, stems: Sequence[Heard], stands: Stands) -> Draft | None:
    if stands.has_key:
        return None
    pitched = [stem for stem in stems if stem.stem_role in ("chords", "keys", "guitar", "synth")]
    for source in (*([master] if master else ()), *pitched):
        if source.key is None or source.mode is None:
            continue
        where = f" of the stem “{source.stem_name}”" if source.stem_id else ""
        return Draft(
            facet=KEY,
            term="",
            label=f"{source.key} {source.mode}",
            confidence=source.key_confidence or 0.0,
            reason=f"The notes{where} fit this scale best.",
            stem_id=source.stem_id,
            value={"tonic": source.key, "mode": source.mode},
            model=ENGINE,
            model_version=ENGINE_VERSION,
            audio=source.audio,
        )
    return None


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 0.02 * other


def _limited(drafts: Sequence[Draft], rules: SuggestingRules) -> list[Draft]:
    """Ask the surest few of each facet, in the order of the table."""
    order = {facet: place for place, facet in enumerate(rules.facets)}
    taken: dict[str, int] = {}
    kept = []
    for draft in sorted(drafts, key=lambda d: (order[d.facet], -d.confidence, d.term)):
        taken[draft.facet] = taken.get(draft.facet, 0) + 1
        if taken[draft.facet] <= rules.facets[draft.facet].most:
            kept.append(draft)
    return kept


def _reason(tag: HeardTag, source: Heard) -> str:
    """Say where a term was heard; the seconds are shown beside it."""
    where = f"the stem “{source.stem_name}”" if source.stem_id is not None else "the mix"
    if (tag.facet, tag.term) == (VOCALS, INSTRUMENTAL):
        return f"No voice was heard in {where}."
    covered = sum(each.end_s - each.start_s for each in tag.ranges)
    if source.duration_s and covered >= 0.9 * source.duration_s:
        return f"Heard throughout {where}."
    return f"Heard in {where}."


def _spelled(value: Mapping[str, object]) -> str:
    return ",".join(f"{name}={value[name]}" for name in sorted(value))

"""From what was heard in a master and its stems to questions for a person. Values in, values out.

People outrank machines: what somebody stands behind is never asked again, and a stem that somebody
named outranks what a model heard in the mix.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analysis.domain.result import ENGINE, ENGINE_VERSION, TempoCandidate, TimeRange

INSTRUMENT, VOCALS, TEMPO, KEY = "instrument", "vocals", "tempo", "key"
INSTRUMENTAL, SUNG = "instrumental", "vocals"
VOCAL_ROLES = frozenset({"vocals", "backing_vocals"})
SILENT_BELOW_LUFS = -60.0  # bleed and dither of an empty stem lie below; chosen by ear
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
    """The table that decides what is asked (`analysis/data/suggesting.toml`)."""

    likely: float
    facets: Mapping[str, FacetRule]
    stems: Mapping[str, StemRule]
    named_stem: float
    vocals_stem: float
    silent_vocals_stem: float
    only_in_stem: float


@dataclass(frozen=True)
class HeardTag:
    """A term a model heard in one recording."""

    facet: str
    term: str
    confidence: float
    ranges: tuple[TimeRange, ...]
    model: str
    model_version: str


@dataclass(frozen=True)
class Heard:
    """What one analysis found in the master (no stem) or in a stem."""

    audio: str
    tags: tuple[HeardTag, ...] = ()
    tempo_bpm: float | None = None
    tempo_firm: bool = False
    tempo_candidates: tuple[TempoCandidate, ...] = ()
    key: str | None = None
    mode: str | None = None
    key_confidence: float | None = None
    loudness_lufs: float | None = None
    duration_s: float = 0.0
    stem_id: int | None = None
    stem_role: str = ""
    stem_name: str = ""

    @property
    def has_sound(self) -> bool:
        """Whether there is more in it than silence."""
        return self.loudness_lufs is not None and self.loudness_lufs > SILENT_BELOW_LUFS


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
) -> list[Draft]:
    """Say what to ask about a track, the surest first within each facet.

    Parameters
    ----------
    heard : the master, and every stem that was analysed
    stands : what people stand behind; it is never asked
    vocabulary : the terms of the workspace; anything else heard is left out
    """
    master = next((each for each in heard if each.stem_id is None), None)
    stems = [each for each in heard if each.stem_id is not None]
    asked: list[Draft] = []
    if master is not None:
        asked += _from_master(master, stems)
    asked += _from_stems(stems, master, rules)
    asked += _vocals(master, stems, rules)
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
    return _limited(chosen, rules)


def _from_master(master: Heard, stems: Sequence[Heard]) -> Iterable[Draft]:
    """Take tags of the mix; voices are weighed apart, and without any stem as they are."""
    for tag in master.tags:
        if tag.facet == VOCALS and any(stem.stem_role in VOCAL_ROLES for stem in stems):
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
        for tag in stem.tags:
            if tag.facet == INSTRUMENT and (
                tag.term in rule.may_hear or tag.term == rule.says or ANYTHING in rule.may_hear
            ):
                share = 1.0 if tag.term in in_mix or tag.term == rule.says else rules.only_in_stem
                yield _from_tag(replace(tag, confidence=round(tag.confidence * share, 3)), stem)


def _vocals(
    master: Heard | None, stems: Sequence[Heard], rules: SuggestingRules
) -> Iterable[Draft]:
    """A stem of voices decides whether there are any; a model only guesses from the mix."""
    voices = [stem for stem in stems if stem.stem_role in VOCAL_ROLES]
    if not voices:
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
    """Keep one question a term: the surest, with the seconds of the next best if it has none."""
    best: dict[Term, Draft] = {}
    for draft in sorted(drafts, key=lambda each: -each.confidence):
        term = (draft.facet, draft.term)
        first = best.setdefault(term, draft)
        if first is not draft and not first.ranges and draft.ranges:
            # Seconds heard in the mix justify a stem's name too; only the first source is named.
            best[term] = replace(first, ranges=draft.ranges)
    return list(best.values())


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
    return draft.confidence >= rule.ask


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

"""What a stem by itself tells: which part of the music it is, and what its instrument must be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analysis.domain.heard import Heard, HeardTag

INSTRUMENT, VOCALS_ROLE, BASS_ROLE = "instrument", "vocals", "bass"
OTHER_ROLE = "other"


@dataclass(frozen=True)
class StemHearingRules:
    """The tables that say what sounds of a stem mean (`analysis/data/suggesting.toml`).

    `roles` lists, by role, the instruments that speak for it; `means`, by role and instrument, the
    terms that can only come from that instrument once the role is known.
    """

    roles: Mapping[str, tuple[str, ...]]
    means: Mapping[str, Mapping[str, tuple[str, ...]]]
    means_share: float
    least: float
    lead: float
    dark_below_hz: float
    dark_bass: float


@dataclass(frozen=True)
class GuessedRole:
    """What part a stem seems to be, from its sound alone."""

    role: str
    confidence: float
    because: str
    tag: HeardTag | None = None


def guess_role(stem: Heard, rules: StemHearingRules) -> GuessedRole | None:
    """Guess the role of a stem whose name does not tell it; None where its sound does not either.

    A voice decides first, then the role whose instruments are heard most surely, if it leads the
    next one clearly; a stem with hardly any overtones and no such lead is taken for a bass.
    """
    if not stem.has_sound:
        return None
    if stem.vocals_label == "present":
        return GuessedRole(VOCALS_ROLE, stem.vocals_probability, "a voice is heard in it")
    best: dict[str, HeardTag] = {}
    for tag in stem.tags:
        if tag.facet != INSTRUMENT:
            continue
        for role, terms in rules.roles.items():
            if tag.term in terms and tag.confidence > _sure(best.get(role)):
                best[role] = tag
    order = sorted(best, key=lambda role: -best[role].confidence)
    if order:
        first = best[order[0]]
        second = best[order[1]].confidence if len(order) > 1 else 0.0
        if first.confidence >= rules.least and first.confidence - second >= rules.lead:
            named = first.term.replace("-", " ")
            return GuessedRole(order[0], first.confidence, f"{named} is heard in it", first)
    is_dark = stem.brightness_hz is not None and stem.brightness_hz < rules.dark_below_hz
    if is_dark and not any(best[role].confidence >= rules.least for role in order):
        return GuessedRole(BASS_ROLE, rules.dark_bass, "there are hardly any high notes in it")
    return None


def implied(stem: Heard, rules: StemHearingRules) -> Iterable[HeardTag]:
    """Give the instruments that follow from what is heard in a stem whose role is known.

    A guitar stem that sounds like metal, or holds notes as a bow does, holds an electric guitar,
    though the models were never taught that word.
    """
    for term, signs in rules.means.get(stem.stem_role, {}).items():
        found = [tag for tag in stem.tags if f"{tag.facet}:{tag.term}" in signs]
        if not found:
            continue
        surest = max(found, key=lambda tag: tag.confidence)
        confidence = round(surest.confidence * rules.means_share, 3)
        yield replace(surest, facet=INSTRUMENT, term=term, confidence=confidence)


def _sure(tag: HeardTag | None) -> float:
    return tag.confidence if tag else 0.0

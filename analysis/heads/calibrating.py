"""From which level a head may speak, and whether it earns its place at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.domain.heads import Heads
from analysis.domain.scores import roc_auc
from analysis.domain.tagging import track_level
from analysis.heads.fitting import Examples, cross_validated, output_of, scene_levels
from analysis.heads.labelled import Recording, Term, vocabulary_term
from analysis.tagger import Listened

PRECISION = 0.85
"""Of what is shown; the share that must be right among rendered scenes and among recordings."""
RECORDING_WEIGHS = 5.0
MOST_ALARMS = 0.05
"""Of the recordings without the instrument: rendered scenes alone set limits that are too low."""
RAREST, MOST_USUAL = 0.1, 0.5
LEAST_RECALL = 0.1
LEAST_GAIN = 0.02
LEAST_AUC = 0.7
LEAST_AUC_RECORDED = 0.6
MAY_LOSE_RECORDED = 0.05
"""With few recordings of an instrument, a head may fall this far behind the raw output there."""


@dataclass(frozen=True)
class Verdict:
    """What was found about one head, and whether it is kept; `why` says what decided."""

    head: str
    patches: int
    present: int
    scene_auc: float | None
    scene_auc_raw: float | None
    usual_share: float
    recordings: int
    recordings_present: int
    recorded_auc: float | None
    recorded_auc_raw: float | None
    threshold: float | None
    recall: float | None
    is_kept: bool
    why: str

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON."""
        return asdict(self)


def usual_shares(pieces: Sequence[Recording]) -> dict[Term, float]:
    """Give the share of pieces, as they were written, that have each term.

    Kept between RAREST and MOST_USUAL, since these pieces are games' music: nearly all have drums.
    """
    told: dict[Term, list[bool]] = defaultdict(list)
    for piece in pieces:
        for term, there in piece.truth.items():
            told[term].append(there)
    return {
        term: min(max((sum(known) + 1) / (len(known) + 2), RAREST), MOST_USUAL)
        for term, known in told.items()
    }


def judge(
    examples: Examples,
    heads: Heads,
    recorded: Sequence[tuple[Recording, Listened]],
    usual: Mapping[Term, float],
) -> list[Verdict]:
    """Judge every head on pieces and fonts it did not hear, and on recordings."""
    chances = cross_validated(examples, heads.terms)
    curves = [
        (recording, heads.listen(heard.embeddings, heard.timelines).values, heard)
        for recording, heard in recorded
    ]
    found = []
    for place, head in enumerate(heads.terms):
        term, row = vocabulary_term(head), output_of(head)
        truth = examples.truth[:, place]
        levels, there = scene_levels(examples, chances[:, place], truth)
        known = [each for each in curves if term in each[0].truth]
        real = [track_level(values[:, place]) for _, values, _ in known]
        real_there = [recording.truth[term] for recording, _, _ in known]
        raw_scene = raw_real = None
        if row is not None:
            raw_scene = _area(*scene_levels(examples, examples.outputs[:, row], truth))
            raw_levels = [track_level(heard.timelines[0].values[:, row]) for _, _, heard in known]
            raw_real = _area(raw_levels, real_there)
        limit = threshold_for(
            levels,
            there,
            usual=usual.get(term, RAREST),
            recorded=real,
            recorded_there=real_there,
        )
        recall = None
        if limit is not None and any(there):
            told = zip(levels, there, strict=True)
            recall = round(sum(y and level >= limit for level, y in told) / sum(there), 3)
        found.append(
            _decided(
                Verdict(
                    head=head,
                    patches=int((~np.isnan(truth)).sum()),
                    present=int((truth == 1).sum()),
                    scene_auc=_area(levels, there),
                    scene_auc_raw=raw_scene,
                    usual_share=round(usual.get(term, RAREST), 3),
                    recordings=len(real_there),
                    recordings_present=sum(real_there),
                    recorded_auc=_area(real, real_there),
                    recorded_auc_raw=raw_real,
                    threshold=limit,
                    recall=recall,
                    is_kept=False,
                    why="",
                )
            )
        )
    return found


def threshold_for(
    levels: Sequence[float],
    there: Sequence[bool],
    *,
    usual: float,
    recorded: Sequence[float] = (),
    recorded_there: Sequence[bool] = (),
) -> float | None:
    """Give the lowest level from which enough of what is shown is right, on both kinds of sound.

    Scenes have every instrument about as often, music has not: `usual` is the share of pieces that
    have this one. A recording weighs as much as `RECORDING_WEIGHS` scenes. Half a hit and half a
    false alarm are added, so that a few lucky scenes do not set the limit. None when no level does.
    """
    values = np.append(np.asarray(levels, float), np.asarray(recorded, float))
    truth = np.append(np.asarray(there, bool), np.asarray(recorded_there, bool))
    weigh = np.append(np.ones(len(levels)), np.full(len(recorded), RECORDING_WEIGHS))
    is_recorded = np.arange(len(values)) >= len(levels)
    for limit in np.unique(np.round(values, 3) + 0.001):
        shown = values >= limit
        hits = (weigh[shown & truth].sum() + 0.5) / (weigh[truth].sum() + 1)
        alarms = (weigh[shown & ~truth].sum() + 0.5) / (weigh[~truth].sum() + 1)
        recorded_alarms = weigh[shown & ~truth & is_recorded].sum()
        few = recorded_alarms <= MOST_ALARMS * weigh[~truth & is_recorded].sum()
        if few and usual * hits / (usual * hits + (1 - usual) * alarms) >= PRECISION:
            return float(limit)
    return None


def _decided(verdict: Verdict) -> Verdict:
    """Say whether a head is kept, by the first thing that speaks against it."""
    why = ""
    baseline = verdict.scene_auc_raw
    recorded, recorded_raw = verdict.recorded_auc, verdict.recorded_auc_raw
    if verdict.scene_auc is None:
        why = "too few scenes"
    elif verdict.threshold is None or not verdict.recall or verdict.recall < LEAST_RECALL:
        why = f"no limit shows a tenth of its scenes with a precision of {PRECISION}"
    elif baseline is not None and verdict.scene_auc < baseline + LEAST_GAIN:
        why = "no better than the raw output on rendered scenes"
    elif baseline is None and verdict.scene_auc < LEAST_AUC:
        why = f"ROC-AUC on rendered scenes below {LEAST_AUC}"
    elif recorded is not None and recorded_raw is not None:
        if recorded < recorded_raw - MAY_LOSE_RECORDED:
            why = "worse than the raw output on recordings"
    elif recorded is not None and recorded < LEAST_AUC_RECORDED:
        why = f"ROC-AUC on recordings below {LEAST_AUC_RECORDED}"
    values = {**asdict(verdict), "is_kept": not why, "why": why or "better than its baseline"}
    return Verdict(**values)


def _area(levels: Sequence[float], there: Sequence[bool]) -> float | None:
    area = roc_auc(levels, there)
    return None if area is None else round(area, 3)

"""The approaches side by side on the same prompts, with one row of figures each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.access import Access
from catalog.errors import StudioError
from prompts.approaches import APPROACHES, Approach
from prompts.domain.limits import is_tail
from prompts.domain.overlap import jaccard
from prompts.domain.postings import Floats
from prompts.domain.queries import encode
from prompts.domain.surfacing import score_single
from prompts.heard import heard_in
from prompts.index import workspace_index
from prompts.retrieval import Answer, ask

MOST_PROMPTS = 20
SAME_PROMPTS = (
    "late-night synthwave for studying, a few modern indie touches",
    "sunset run with Latin percussion but no heavy vocals",
    "calm piano, instrumental only, for falling asleep",
    "upbeat songs for a party",
    "sad acoustic songs",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One approach over all prompts: means over the lists it gave; None where it gave none."""

    approach: Approach
    answered: int
    prompts: int
    refusal: str
    fit: float | None
    artists: float | None
    tail: float | None
    jump: float | None
    same: float | None
    latency_ms: float | None


def compare(*, access: Access, prompts: Sequence[str]) -> list[Row]:
    """Ask every approach every prompt.

    `fit` is the mean score the prompt alone gives the listed tracks, so all are measured alike;
    `same` the overlap (Jaccard) with the prompt-driven list; `tail` the share outside the most
    played fifth, known only where somebody listened.
    """
    asked = list(prompts)[:MOST_PROMPTS]
    index = workspace_index(access.workspace).index
    popularity = heard_in(access.workspace).popularity(index)
    position = {int(track): at for at, track in enumerate(index.track_ids)}
    reference = {text: _prompt_points(access, text) for text in asked}
    plain = {text: ask(text, access=access) for text in asked}
    rows: list[Row] = []
    for approach in APPROACHES.values():
        answers: list[tuple[str, Answer]] = []
        refusal = ""
        for text in asked:
            try:
                answers.append((text, ask(text, access=access, approach=approach.name)))
            except StudioError as refused:
                refusal = f"{refused} {getattr(refused, 'hint', '')}".strip()
        fits, artists, tails, jumps, same = [], [], [], [], []
        for text, answer in answers:
            ids = [result.track_id for result in answer.results]
            if not ids:
                continue
            fits.append(float(reference[text][[position[track] for track in ids]].mean()))
            names = {r.document.artists[0] for r in answer.results if r.document.artists}
            artists.append(len(names) / len(ids))
            if popularity is not None:
                tails.append(float(is_tail(popularity)[[position[t] for t in ids]].mean()))
            jumps.append(answer.mean_jump)
            same.append(jaccard(ids, [r.track_id for r in plain[text].results]))
        rows.append(
            Row(
                approach,
                answered=len(fits),
                prompts=len(asked),
                refusal=refusal,
                fit=_mean(fits),
                artists=_mean(artists),
                tail=_mean(tails),
                jump=_mean(jumps),
                same=_mean(same),
                latency_ms=_mean([answer.latency_ms for _, answer in answers]),
            )
        )
    return rows


def _prompt_points(access: Access, text: str) -> Floats:
    """What the prompt alone gives every track; 0 where one of its hard wishes refuses."""
    kept = workspace_index(access.workspace)
    scores, _ = score_single(encode([kept.engine.parse(text)], kept.index), kept.index)
    return np.where(np.isfinite(scores), scores, np.float32(0))


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None

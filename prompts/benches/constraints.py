"""Whether exclusions hold: "no vocals" must keep songs with voices out, and lose little else.

Prompts that do not themselves ask for a voice get one of three refusals appended. A violation is a
track with voices among the first ten, counted over the tracks whose truth is known. The recall drop
is what the refusal costs in finding tracks that are not known to have voices.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from prompts.benches.data import MusicCaps, SongDescriber, folder, needs
from prompts.benches.measures import Bm25, Scores, ranks_of
from prompts.benches.retrieval import described
from prompts.domain.surfacing import score_all
from prompts.engine import ENGINE_VERSION, default_engine

Say = Callable[[str], None]

REFUSALS = ("no vocals", "instrumental only", "without singing")
SOFT_REFUSAL = "no heavy vocals"
FIRST = 10
VOICE_TERMS = "vocals"


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Score the data sets that are there; the total pools them."""
    songs, caps = folder(data, "song-describer"), folder(data, "musiccaps")
    needs((songs, caps), "song-describer or musiccaps")
    figures: dict[str, Any] = {"engine": ENGINE_VERSION}
    cases: dict[str, Case] = {}
    if songs:
        cases["song_describer"] = song_case(SongDescriber.read(songs))
    if caps:
        cases["musiccaps"] = caps_case(MusicCaps.read(caps))
    for name, case in cases.items():
        say(f"{name}: {len(case.prompts)} prompts, three refusals each.")
        figures[name] = score(case)
    for figure in ("violation_at_10", "recall_drop"):
        figures[figure] = round(max(figures[name][figure] for name in cases), 4)
    return figures


class Case:
    """Texts with the truth about voices, and prompts with the text each should find."""

    def __init__(
        self,
        texts: Sequence[str],
        truth: Sequence[str],
        prompts: Sequence[str],
        relevant: list[int],
    ) -> None:
        self.texts = texts
        self.has_voice = np.array([answer in ("vocal", "yes") for answer in truth])
        self.has_none = np.array([answer in ("instrumental", "no") for answer in truth])
        self.prompts = prompts
        self.relevant = relevant


def song_case(data: SongDescriber) -> Case:
    """Song Describer: prompts that say nothing of voices, or say there are none."""
    kept = [at for at, prompt in enumerate(data.prompts) if not asks_for_voice(prompt)]
    return Case(
        data.texts,
        data.vocals,
        [data.prompts[at] for at in kept],
        [data.relevant[at] for at in kept],
    )


def caps_case(data: MusicCaps) -> Case:
    """MusicCaps: the aspects that do not speak of voices, of clips not known to have one."""
    kept = [at for at, voices in enumerate(data.vocals) if voices != "yes"]
    prompts = [
        ", ".join(aspect for aspect in data.aspects[at] if not speaks_of_voice(aspect))
        for at in kept
    ]
    usable = [(prompt, at) for prompt, at in zip(prompts, kept, strict=True) if prompt]
    return Case(data.captions, data.vocals, [p for p, _ in usable], [at for _, at in usable])


def asks_for_voice(prompt: str) -> bool:
    """Whether our reading finds a wish for a voice in it."""
    return any(
        chip.term is not None
        and chip.term.facet == VOICE_TERMS
        and chip.term.slug != "instrumental"
        and chip.polarity not in ("excluded", "less")
        for chip in default_engine().parse(prompt).chips
    )


def speaks_of_voice(aspect: str) -> bool:
    """Whether an aspect is about voices, wanted or not."""
    return any(
        chip.term is not None and chip.term.facet == VOICE_TERMS
        for chip in default_engine().parse(aspect).chips
    )


def score(case: Case) -> dict[str, Any]:
    """Violations and recall for our engine and for BM25 with the words appended."""
    engine = default_engine()
    index = engine.build_index(described(case.texts))
    lexical = Bm25(case.texts)

    def ours(prompts: Sequence[str]) -> Scores:
        return score_all(engine.encode([engine.parse(p) for p in prompts], index), index)

    figures: dict[str, Any] = {}
    for name, scorer in (("ours", ours), ("bm25", lexical.scores)):
        plain = scorer(case.prompts)
        free = recall(plain, case)
        refused = [scorer([f"{prompt}, {words}" for prompt in case.prompts]) for words in REFUSALS]
        kept = float(np.mean([recall(scores, case) for scores in refused]))
        figures[name] = {
            "violation_at_10": round(
                float(np.mean([violations(scores, case) for scores in refused])), 4
            ),
            "violation_without_refusal": round(violations(plain, case), 4),
            "recall_drop": round(1 - kept / free if free else 0.0, 4),
            "recall_at_10": round(kept, 4),
        }
    soft = ours([f"{prompt}, {SOFT_REFUSAL}" for prompt in case.prompts])
    unstated = ~case.has_voice & ~case.has_none
    return {
        **figures["ours"],
        "n": len(case.prompts),
        "texts": len(case.texts),
        "soft_wording_keeps_unstated": round(float(np.isfinite(soft[:, unstated]).mean()), 4),
        "peers": {"bm25": figures["bm25"]},
    }


def violations(scores: Scores, case: Case) -> float:
    """Share of tracks with voices among the first ten whose truth is known."""
    usable = np.where(np.isfinite(scores), scores, -np.inf)
    first = np.argsort(-usable, axis=1, kind="stable")[:, :FIRST]
    listed = np.isfinite(np.take_along_axis(usable, first, axis=1))
    wrong = (case.has_voice[first] & listed).sum()
    known = ((case.has_voice | case.has_none)[first] & listed).sum()
    return float(wrong / max(known, 1))


def recall(scores: Scores, case: Case) -> float:
    """Recall at 10 of the relevant tracks that are not known to have voices."""
    rows = [row for row, at in enumerate(case.relevant) if not case.has_voice[at]]
    ranks = ranks_of(scores[rows], [case.relevant[row] for row in rows])
    return float((ranks <= FIRST).mean())

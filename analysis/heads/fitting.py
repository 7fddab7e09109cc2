"""Fit logistic heads, and find out on unheard pieces and sound fonts what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from analysis.domain.heads import Heads, log_odds
from analysis.domain.loudness import Floats
from analysis.musicnn.labels import LABELS

FOLDS = 4
L2 = 1000.0
"""Weight of the penalty. Of 20, 60, 200, 600 and 2000, the weak ones do well on rendered scenes and
fail on recordings; the strong ones stay near the taggers' own outputs and do well on both."""
NAMED_BY: Mapping[str, str] = {
    "piano": "piano",
    "harpsichord": "harpsichord",
    "guitar": "guitar",
    "strings": "strings",
    "violin": "violin",
    "cello": "cello",
    "harp": "harp",
    "choir": "choir",
    "flute": "flute",
    "synthesizer": "synth",
    "sitar": "sitar",
    "drums": "drums",
}
"""Outputs of MTT_musicnn that mean a head's term: the head starts from them and learns the rest."""
LEAST_PATCHES = 12
"""With and without a term, or no head is fitted for it."""


@dataclass(frozen=True)
class Examples:
    """Patches to learn from; `truth` is NaN where it cannot be said what sounds.

    `embeddings` (n, n_embeddings); `outputs` (n, n_outputs) are the taggers' own; `truth`
    (n, n_terms); `pieces` and `fonts` name where each patch comes from, `scenes` which stretch it
    belongs to.
    """

    embeddings: Floats
    outputs: Floats
    truth: Floats
    pieces: NDArray[np.str_]
    fonts: NDArray[np.str_]
    scenes: NDArray[np.str_]


def fit(examples: Examples, terms: Sequence[str], *, version: str, l2: float = L2) -> Heads:
    """Fit all heads on all examples."""
    centre = examples.embeddings.mean(axis=0)
    scale = examples.embeddings.std(axis=0) + 1e-3
    x = (examples.embeddings - centre) / scale
    odds = log_odds(examples.outputs)
    weights = np.zeros((x.shape[1] + odds.shape[1], len(terms)))
    bias = np.zeros(len(terms))
    for place, term in enumerate(terms):
        row = output_of(term)
        known = odds[:, [row]] if row is not None else odds[:, :0]
        column = _fit_one(x, known, examples.truth[:, place], l2)
        weights[: x.shape[1], place] = column[: x.shape[1]]
        if row is not None:
            weights[x.shape[1] + row, place] = column[-2]
        bias[place] = column[-1]
    return Heads(
        version=version,
        terms=tuple(terms),
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
        centre=centre.astype(np.float32),
        scale=scale.astype(np.float32),
    )


def output_of(term: str) -> int | None:
    """Give the place of the tagger's output that means a term, if there is one."""
    return LABELS["MTT_musicnn"].index(NAMED_BY[term]) if term in NAMED_BY else None


def cross_validated(
    examples: Examples, terms: Sequence[str], *, l2: float = L2, other_font: bool = True
) -> Floats:
    """Give each patch's chances from heads that heard neither its piece nor, if asked, its font."""
    names = sorted(set(examples.pieces.tolist()))
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    folds = np.array([fold_of[name] for name in examples.pieces.tolist()])
    chances = np.full((len(folds), len(terms)), np.nan, np.float32)
    fonts = sorted(set(examples.fonts.tolist())) if other_font else [None]
    for fold in range(FOLDS):
        for font in fonts:
            inside = (folds == fold) & ((examples.fonts == font) if font else True)
            learned = (folds != fold) & ((examples.fonts != font) if font else True)
            if not inside.any() or not learned.any():
                continue
            heads = fit(part(examples, learned), terms, version="", l2=l2)
            chances[inside] = heads.chances(examples.embeddings[inside], examples.outputs[inside])
    return chances


def part(examples: Examples, chosen: NDArray[np.bool_]) -> Examples:
    """Give some of the patches."""
    return Examples(
        embeddings=examples.embeddings[chosen],
        outputs=examples.outputs[chosen],
        truth=examples.truth[chosen],
        pieces=examples.pieces[chosen],
        fonts=examples.fonts[chosen],
        scenes=examples.scenes[chosen],
    )


def scene_levels(
    examples: Examples, chances: Floats, truth: Floats
) -> tuple[list[float], list[bool]]:
    """Give the mean of each scene in which a term is heard throughout or not at all."""
    levels, there = [], []
    for scene in np.unique(examples.scenes):
        inside = (examples.scenes == scene) & ~np.isnan(truth) & ~np.isnan(chances)
        if inside.any() and len(set(truth[inside].tolist())) == 1:
            levels.append(float(chances[inside].mean()))
            there.append(bool(truth[inside][0]))
    return levels, there


def _fit_one(x: Floats, known: Floats, truth: Floats, l2: float) -> NDArray[np.float64]:
    """Fit one head, both answers weighing the same; one that never speaks if there is too little.

    The weight of the tagger's own output, if there is one, comes last but one and is not penalised.
    """
    said = ~np.isnan(truth)
    inputs = np.concatenate([x[said], known[said]], axis=1).astype(np.float64)
    y = truth[said].astype(np.float64)
    yes = float(y.sum())
    if min(yes, len(y) - yes) < LEAST_PATCHES:
        return np.append(np.zeros(inputs.shape[1]), -10.0)
    weight = np.where(y == 1, len(y) / (2 * yes), len(y) / (2 * (len(y) - yes)))
    penalty = np.append(np.full(x.shape[1], l2), np.zeros(known.shape[1]))

    def loss(column: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = inputs @ column[:-1] + column[-1]
        wrong = weight * (1 / (1 + np.exp(-np.clip(logits, -30, 30))) - y)
        value = float((weight * (np.logaddexp(0, logits) - y * logits)).sum())
        gradient = np.append(inputs.T @ wrong + penalty * column[:-1], wrong.sum())
        return value + 0.5 * float(penalty @ column[:-1] ** 2), gradient

    start = np.zeros(inputs.shape[1] + 1)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)

"""Valence and arousal: where the mood words that taggers hear lie on Russell's circle.

This is no measurement of listeners, and no model was trained for it. Each output that is a mood, or
a word akin to one, has a point (`[mood_point]` in `musicnn_tags.toml`); how far it rises above its
usual level weighs the point. Few words, or words that pull apart, make the confidence low.

Reference: Russell (1980), "A circumplex model of affect".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.domain.tagging import Timeline, track_level

LEAST_WEIGHT = 0.5
MOST_WEIGHT = 3.0
ENOUGH_WEIGHT = 6.0
"""Together, from where more words make it no surer."""


@dataclass(frozen=True)
class MoodWord:
    """An output with its point; `usual` is the level from which it is worth showing."""

    model: str
    label: str
    valence: float
    arousal: float
    usual: float


@dataclass(frozen=True)
class MoodPoint:
    """Valence and arousal from -1 to 1, with a confidence from 0 to 1."""

    valence: float
    arousal: float
    confidence: float


def parse_words(table: Mapping[str, Mapping[str, Sequence[float]]]) -> list[MoodWord]:
    """Read `[mood_point.<model>]`: label = [valence, arousal, usual level]."""
    return [
        MoodWord(model, label, *(float(number) for number in numbers))
        for model, words in table.items()
        for label, numbers in words.items()
    ]


def mood_point(timelines: Sequence[Timeline], words: Sequence[MoodWord]) -> MoodPoint | None:
    """Weigh the words by how far they rise above their usual level; None when none does."""
    by_model = {line.model: line for line in timelines}
    weights, points = [], []
    for word in words:
        if (line := by_model.get(word.model)) is None:
            continue
        weight = min(track_level(line.highest((word.label,))) / word.usual, MOST_WEIGHT)
        if weight >= LEAST_WEIGHT:
            weights.append(weight)
            points.append((word.valence, word.arousal))
    if not weights:
        return None
    weigh, places = np.asarray(weights), np.asarray(points)
    middle = weigh @ places / weigh.sum()
    lengths = float(weigh @ np.hypot(places[:, 0], places[:, 1]) / weigh.sum())
    agreement = float(np.hypot(*middle)) / max(lengths, 1e-6)
    enough = min(float(weigh.sum()) / ENOUGH_WEIGHT, 1.0)
    return MoodPoint(
        valence=round(float(middle[0]), 3),
        arousal=round(float(middle[1]), 3),
        confidence=round(min(agreement, 1.0) * enough, 3),
    )

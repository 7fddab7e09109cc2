"""Instruments, genres, moods and voices of one recording. Runs in the analysis child."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.heads import Heads
from analysis.domain.loudness import Floats
from analysis.domain.mood_point import MoodPoint, MoodWord, mood_point, parse_words
from analysis.domain.result import TagFound
from analysis.domain.tagging import (
    Rule,
    Timeline,
    Vocals,
    find_tags,
    judge_register,
    judge_vocals,
    parse_rules,
)
from analysis.extractors.decoding import Window
from analysis.extractors.resampling import resampled
from analysis.plugins import BrokenPlugin, Plugin

DATA = Path(__file__).parent / "data"
TABLE = DATA / "musicnn_tags.toml"
HEADS_WEIGHTS, HEADS_TABLE, HEADS_REPORT = (
    DATA / name for name in ("heads.npz", "heads.toml", "heads.json")
)
VOICES_MODEL = "MTT_musicnn"
TAGGERS = 2
"""The models of musicnn come first; plug-ins follow."""


@dataclass(frozen=True)
class TagsHeard:
    """What the taggers found.

    `embedding` is the mean over the track, 200 numbers a model; `embedding_spread` their standard
    deviation.
    """

    tags: tuple[TagFound, ...] = ()
    vocals: Vocals | None = None
    mood: MoodPoint | None = None
    embedding: tuple[float, ...] = ()
    embedding_spread: tuple[float, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


NOTHING_HEARD = TagsHeard()


@dataclass(frozen=True)
class Listened:
    """What the models say of each patch; `embeddings` has 200 numbers a model side by side."""

    timelines: tuple[Timeline, ...]
    embeddings: Floats
    problems: tuple[str, ...] = ()


def hear_tags(
    windows: Sequence[Window], rate_hz: int, models_dir: Path, plugins: Sequence[Plugin] = ()
) -> TagsHeard:
    """Run the taggers over the windows of a recording, and weigh what they say."""
    rules = [rule for plugin in plugins if plugin.works for rule in plugin.rules]
    return weigh_tags(listen(windows, rate_hz, models_dir, plugins), rules)


def weigh_tags(heard: Listened, further: Sequence[Rule] = ()) -> TagsHeard:
    """Turn what the models said into terms with a confidence and their seconds."""
    rules, voices = table()
    tags = find_tags(with_heads(heard), [*rules, *further])
    spoken = next(line for line in heard.timelines if line.model == VOICES_MODEL)
    vocals = judge_vocals(spoken, voices["present"], voices["absent"])
    return TagsHeard(
        tags=(*tags, *_vocals_tags(vocals, spoken, voices)),
        vocals=vocals,
        mood=mood_point(heard.timelines, mood_words()),
        embedding=tuple(heard.embeddings.mean(axis=0).round(5).tolist()),
        embedding_spread=tuple(heard.embeddings.std(axis=0).round(5).tolist()),
        models={line.model: line.version for line in with_heads(heard)},
        problems=heard.problems,
    )


def listen(
    windows: Sequence[Window], rate_hz: int, models_dir: Path, plugins: Sequence[Plugin] = ()
) -> Listened:
    """Run the models over every window, each sound once; a plug-in that fails is left out."""
    from analysis.extractors import musicnn_tagger as tagger
    from analysis.extractors import plugin_tagger

    parts: list[list[tagger.Activations]] = []
    starts_s: list[float] = []
    problems: dict[str, str] = {}
    for window in windows:
        patches = tagger.mel_patches(resampled(window.samples, rate_hz, tagger.RATE_HZ))
        found = tagger.activations(patches, models_dir)
        for plugin in plugins:
            if plugin.works and plugin.name not in problems:
                try:
                    found.append(plugin_tagger.activations(patches, plugin))
                except BrokenPlugin as error:
                    problems[plugin.name] = str(error)
        parts.append(found)
        count = len(found[0].values)
        starts_s += [window.start_s + place * tagger.PATCH_S for place in range(count)]
    parts = [[each for each in found if each.model not in problems] for found in parts]
    by_model = list(zip(*parts, strict=True))
    return Listened(
        timelines=tuple(
            Timeline(
                model=heard[0].model,
                version=heard[0].version,
                labels=heard[0].labels,
                values=np.concatenate([each.values for each in heard]),
                starts_s=tuple(starts_s),
                patch_s=tagger.PATCH_S,
            )
            for heard in by_model
        ),
        embeddings=np.concatenate(
            [np.concatenate([each.embeddings for each in heard]) for heard in by_model], axis=1
        ),
        problems=tuple(f"The plug-in {name} was left out. {why}" for name, why in problems.items()),
    )


def _vocals_tags(
    vocals: Vocals, spoken: Timeline, voices: Mapping[str, list[str]]
) -> list[TagFound]:
    if vocals.label == "ambiguous":
        return []
    sung = vocals.label == "present"
    sure = vocals.probability if sung else round(1 - vocals.probability, 3)
    found = [("vocals" if sung else "instrumental", sure, vocals.ranges)]
    register = judge_register(spoken, voices["female"], voices["male"]) if sung else None
    if register is not None:
        found.append(register)
    return [
        TagFound("vocals", term, confidence, ranges, spoken.model, spoken.version)
        for term, confidence, ranges in found
    ]


def with_heads(heard: Listened) -> list[Timeline]:
    """Add what our own heads make of the embeddings; they cost no further pass."""
    return [*heard.timelines, heads().listen(heard.embeddings, heard.timelines[:TAGGERS])]


@cache
def table() -> tuple[list[Rule], dict[str, list[str]]]:
    """Read how outputs become terms, and which of them tell of a voice.

    Where a head of ours was found better than an output of musicnn, its rule replaces the output's.
    """
    data: dict[str, Any] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    own = parse_rules(tomllib.loads(HEADS_TABLE.read_text(encoding="utf-8")))
    ours = {(rule.facet, rule.term) for rule in own}
    theirs = [rule for rule in parse_rules(data) if (rule.facet, rule.term) not in ours]
    return [*theirs, *own], data["vocals"]


@cache
def mood_words() -> list[MoodWord]:
    """Read where mood words lie."""
    return parse_words(tomllib.loads(TABLE.read_text(encoding="utf-8"))["mood_point"])


@cache
def heads() -> Heads:
    """Read the weights of our own heads."""
    with np.load(HEADS_WEIGHTS) as stored:
        return Heads.from_arrays(stored)

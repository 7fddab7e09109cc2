"""Instruments, genres, moods and voices of one recording. Runs in the analysis child."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.loudness import Floats
from analysis.domain.result import TagFound
from analysis.domain.tagging import Rule, Timeline, Vocals, find_tags, judge_vocals, parse_rules
from analysis.extractors.decoding import Window
from analysis.extractors.resampling import resampled
from analysis.plugins import BrokenPlugin, Plugin

TABLE = Path(__file__).parent / "data" / "musicnn_tags.toml"
VOICES_MODEL = "MTT_musicnn"


@dataclass(frozen=True)
class TagsHeard:
    """What the taggers found.

    `embedding` is the mean over the track, 200 numbers a model; `embedding_spread` their standard
    deviation.
    """

    tags: tuple[TagFound, ...] = ()
    vocals: Vocals | None = None
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
    tags = find_tags(heard.timelines, [*rules, *further])
    spoken = next(line for line in heard.timelines if line.model == VOICES_MODEL)
    vocals = judge_vocals(spoken, voices["present"], voices["absent"])
    return TagsHeard(
        tags=(*tags, *_vocals_tag(vocals, spoken)),
        vocals=vocals,
        embedding=tuple(heard.embeddings.mean(axis=0).round(5).tolist()),
        embedding_spread=tuple(heard.embeddings.std(axis=0).round(5).tolist()),
        models={line.model: line.version for line in heard.timelines},
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


def _vocals_tag(vocals: Vocals, spoken: Timeline) -> list[TagFound]:
    if vocals.label == "ambiguous":
        return []
    sung = vocals.label == "present"
    return [
        TagFound(
            facet="vocals",
            term="vocals" if sung else "instrumental",
            confidence=vocals.probability if sung else round(1 - vocals.probability, 3),
            ranges=vocals.ranges,
            model=spoken.model,
            model_version=spoken.version,
        )
    ]


@cache
def table() -> tuple[list[Rule], dict[str, list[str]]]:
    """Read how outputs become terms, and which of them tell of a voice."""
    data: dict[str, Any] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return parse_rules(data), data["vocals"]

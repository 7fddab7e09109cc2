"""Taggers that an operator drops into a folder: a graph, its labels, and a manifest.

    plugins/my-tagger/manifest.toml
        name = "my-tagger"
        version = "1"
        licence = "CC BY-NC-SA 4.0"
        trained_on = "what its maker says"
        labels = "labels.txt"            # one a line, or a JSON file with a list "classes"
        [[stages]]                       # the first takes musicnn's mel patches, each next the last
        graph = "embedding.pb"
        input = "model/Placeholder"
        output = "model/dense/BiasAdd"
        training = "model/Placeholder_2" # if the graph asks whether it is being trained
        [terms.instrument]               # as in analysis/data/musicnn_tags.toml
        trumpet = { labels = ["trumpet"], threshold = 0.3, peak = 0.5 }

A folder that cannot be used is never an error of the studio: it says what is wrong with it, on the
operations page and at `/readyz`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.domain.tagging import Rule, parse_rules
from analysis.extractors.backends import has_essentia
from analysis.musicnn.freeze import node_names
from analysis.musicnn.wire import BrokenWeights
from catalog.vocabulary import default_terms

MANIFEST = "manifest.toml"
RESERVED = frozenset({"MTT_musicnn", "MSD_musicnn", "liner_heads", "vocals"})


class BrokenPlugin(Exception):
    """Why a plug-in cannot be used, in words for the operator."""


@dataclass(frozen=True)
class Stage:
    """A graph with the names of what goes in and comes out."""

    graph: Path
    input: str
    output: str
    training: str = ""


@dataclass(frozen=True)
class Plugin:
    """A tagger in a folder; with a `problem` it is not used."""

    folder: str
    name: str
    version: str = ""
    licence: str = ""
    trained_on: str = ""
    labels: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    rules: tuple[Rule, ...] = ()
    problem: str = ""

    @property
    def works(self) -> bool:
        """Whether it listens along."""
        return not self.problem


def read_plugins(folder: Path | None) -> list[Plugin]:
    """Read every plug-in of a folder, the broken ones with what is wrong."""
    if folder is None or not folder.is_dir():
        return []
    found: list[Plugin] = []
    for place in sorted(each for each in folder.iterdir() if each.is_dir()):
        try:
            plugin = read_plugin(place)
            if any(plugin.name == other.name for other in found):
                raise BrokenPlugin(f"Another plug-in is called {plugin.name} already.")
        except BrokenPlugin as error:
            plugin = Plugin(folder=place.name, name=place.name, problem=str(error))
        found.append(plugin)
    return found


def read_plugin(place: Path) -> Plugin:
    """Read one folder.

    Raises
    ------
    BrokenPlugin : a file is missing or does not fit the others
    """
    manifest = _manifest(place / MANIFEST)
    try:
        name, version = str(manifest["name"]), str(manifest["version"])
        labels = _labels(place / str(manifest["labels"]))
        stages = tuple(
            Stage(
                graph=place / str(stage["graph"]),
                input=str(stage["input"]),
                output=str(stage["output"]),
                training=str(stage.get("training", "")),
            )
            for stage in manifest["stages"]
        )
        rules = tuple(parse_rules({name: manifest["terms"]}))
    except KeyError as error:
        raise BrokenPlugin(f"{MANIFEST} does not say {error.args[0]}.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BrokenPlugin(f"{MANIFEST} is not laid out as a manifest: {error}.") from error
    if name in RESERVED:
        raise BrokenPlugin(f"{name} is the name of a tagger of the studio; take another.")
    _check_rules(rules, labels)
    if not stages:
        raise BrokenPlugin(f"{MANIFEST} names no graph.")
    for stage in stages:
        _check_graph(stage)
    if not has_essentia():
        raise BrokenPlugin("It needs Essentia, which is not installed on this machine.")
    return Plugin(
        folder=place.name,
        name=name,
        version=version,
        licence=str(manifest.get("licence", "not stated")),
        trained_on=str(manifest.get("trained_on", "not stated")),
        labels=labels,
        stages=stages,
        rules=rules,
    )


def _manifest(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BrokenPlugin(f"There is no {MANIFEST} in it.") from error
    except (OSError, ValueError) as error:
        raise BrokenPlugin(f"{MANIFEST} cannot be read: {error}.") from error


def _labels(file: Path) -> tuple[str, ...]:
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            return tuple(str(label) for label in json.loads(text)["classes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenPlugin(f"The labels {file.name} cannot be read.") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _check_rules(rules: Sequence[Rule], labels: Sequence[str]) -> None:
    terms = {(term.facet, term.slug) for term in default_terms()}
    for rule in rules:
        if (rule.facet, rule.term) not in terms:
            raise BrokenPlugin(f"The vocabulary has no {rule.facet} called {rule.term}.")
        if unknown := sorted(set(rule.labels) - set(labels)):
            raise BrokenPlugin(f"{rule.term} rests on {unknown[0]}, which is not a label of it.")
    if not rules:
        raise BrokenPlugin("None of its labels is mapped to a term.")


def _check_graph(stage: Stage) -> None:
    try:
        names = node_names(stage.graph.read_bytes())
    except OSError as error:
        raise BrokenPlugin(f"The graph {stage.graph.name} is not there.") from error
    except BrokenWeights as error:
        raise BrokenPlugin(f"{stage.graph.name} is not a frozen TensorFlow graph.") from error
    wanted = [stage.input, stage.output, *([stage.training] if stage.training else [])]
    if missing := [name for name in wanted if name not in names]:
        raise BrokenPlugin(f"{stage.graph.name} has no node called {missing[0]}.")

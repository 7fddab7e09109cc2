"""Hear labelled recordings through the studio's own decoder and taggers, and remember it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.loudness import Floats
from analysis.domain.tagging import Timeline
from analysis.extractors.decoding import Window, decode
from analysis.extractors.musicnn_tagger import PATCH_S
from analysis.heads.labelled import LONGEST_S, Recording
from analysis.rendering import rendered
from analysis.tagger import Listened, listen


def hear(recording: Recording, *, models_dir: Path, cache_dir: Path) -> Listened:
    """Give what the models say of a recording; the second time it is read from a file."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in recording.files))
    for graph in sorted(models_dir.glob("*_musicnn.json")):
        digest.update(graph.read_bytes())
    kept = cache_dir / "heard_labelled" / f"{digest.hexdigest()[:32]}.npz"
    if not kept.exists():
        heard = listen(*_sound(recording, cache_dir), models_dir)
        kept.parent.mkdir(parents=True, exist_ok=True)
        _write(kept, heard)
        return heard
    return _read(kept)


def _sound(recording: Recording, cache_dir: Path) -> tuple[list[Window], int]:
    files = [
        rendered(file, cache_dir / "rendered") if file.suffix == ".mid" else file
        for file in recording.files
    ]
    parts = [decode(file) for file in files]
    rate_hz = parts[0].sample_rate_hz
    sound = _sum([np.concatenate([each.samples for each in part.windows]) for part in parts])
    if recording.files[0].suffix == ".mid":
        sound = sound[: int(LONGEST_S * rate_hz)]
    return [Window(0.0, sound)], rate_hz


def _sum(parts: list[Floats]) -> Floats:
    total = np.zeros(max(len(part) for part in parts), np.float32)
    for part in parts:
        total[: len(part)] += part
    return total


def _write(file: Path, heard: Listened) -> None:
    arrays: dict[str, Any] = {
        "embeddings": heard.embeddings,
        "starts_s": np.array(heard.timelines[0].starts_s),
    }
    for line in heard.timelines:
        arrays[f"values_{line.model}"] = line.values
        arrays[f"labels_{line.model}"] = np.array(line.labels)
        arrays[f"version_{line.model}"] = np.array(line.version)
    np.savez(file, **arrays)


def _read(file: Path) -> Listened:
    with np.load(file) as kept:
        models = [name.removeprefix("values_") for name in kept if name.startswith("values_")]
        return Listened(
            timelines=tuple(
                Timeline(
                    model=model,
                    version=str(kept[f"version_{model}"]),
                    labels=tuple(str(label) for label in kept[f"labels_{model}"]),
                    values=kept[f"values_{model}"],
                    starts_s=tuple(kept["starts_s"].tolist()),
                    patch_s=PATCH_S,
                )
                for model in models
            ),
            embeddings=kept["embeddings"],
        )

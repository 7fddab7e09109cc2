"""The audio field cases: each file ends as the manifest says."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from analysis.child import AnalysisChild
from analysis.domain.result import AnalysisResult
from analysis.errors import UnusableAudio
from analysis.musicnn import weights

MAKER = settings.BASE_DIR.parent / "shared" / "fieldcases" / "make_cases.py"
CASES = "C01,C02,C03,C04,C05,C06,C07,C08,C09,C10,C11,C12,C13,C16,C41"

pytestmark = [
    pytest.mark.skipif(not MAKER.exists(), reason="the field cases are not beside this checkout"),
    pytest.mark.skipif(
        not weights.verify(settings.MODELS_DIR), reason="model weights: manage.py fetch_models"
    ),
]


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    command = [sys.executable, str(MAKER), str(folder), "--only", CASES]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def child() -> Iterator[AnalysisChild]:
    found = AnalysisChild(settings.MODELS_DIR)
    yield found
    found.close()


def test_every_audio_case_ends_as_its_manifest_says(cases: Path, child: AnalysisChild) -> None:
    manifest = json.loads((cases / "manifest.json").read_text())
    wrong = [
        f"{file['path']}: {fault}"
        for case in manifest["cases"]
        for file in case["files"]
        if file["kind"] == "audio"
        for fault in faults(cases / file["path"], file, child)
    ]
    assert wrong == []


def faults(path: Path, file: dict[str, Any], child: AnalysisChild) -> Iterator[str]:
    """Name what differs from the manifest."""
    try:
        found = child.analyse(path, name=file["upload_as"])
    except UnusableAudio as refusal:
        if file["outcome"] != "rejected":
            yield f"refused: {refusal}"
        elif file.get("reason") and not mentions(f"{refusal} {refusal.hint}", file["reason"]):
            yield f"the refusal does not say why: {refusal}"
        return
    if file["outcome"] == "rejected":
        yield "accepted"
    if file["outcome"] == "accepted" and found.warnings:
        yield f"needless warning: {found.warnings}"
    if file.get("warn") and not mentions(" ".join(found.warnings), file["warn"]):
        yield f"no warning of {file['warn']}: {found.warnings}"
    yield from wrong_facts(found, file.get("facts", {}), file.get("tolerance", {}))


def wrong_facts(
    found: AnalysisResult, facts: dict[str, Any], tolerance: dict[str, float]
) -> Iterator[str]:
    heard: dict[str, Any] = {
        "duration_s": found.duration_s,
        "channels": found.channels,
        "sample_rate_hz": found.sample_rate_hz,
        "codec": found.codec,
        "tempo_bpm": found.tempo_bpm,
        "key": f"{found.key} {found.mode}" if found.key else None,
        "lufs_integrated": found.loudness_lufs,
    }
    for name, expected in facts.items():
        if name not in heard:
            continue
        value = heard[name]
        if isinstance(expected, float | int) and value is not None:
            offered = [value]
            if "tempo_alternatives" in facts and name == "tempo_bpm":
                offered += [candidate.bpm for candidate in found.tempo_candidates]
            if min(abs(one - expected) for one in offered) > tolerance.get(name, 0):
                yield f"{name} is {value}, not {expected}"
        elif value != expected:
            yield f"{name} is {value}, not {expected}"


def mentions(text: str, words: list[str]) -> bool:
    """Say whether any of the topics is named."""
    return any(word.casefold() in text.casefold() for word in words)

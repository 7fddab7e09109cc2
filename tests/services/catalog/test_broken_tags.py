"""Broken files of tag libraries' own test suites: read or refused in words, never a crash."""

import json
from pathlib import Path

import pytest

from catalog.domain.audio_kinds import RefusedFile
from catalog.intake.inspection import Inspection, inspect_file
from tests.support.shared import shared_folder

pytestmark = pytest.mark.services

FIELDS = {"title": "title", "artist": "artist", "album": "album", "genre": "genre", "year": "date"}
# Cut short in the middle of an atom, so there is no sound to take and no tag that can be trusted.
CUT_OFF = {"alac_file.m4a"}


def test_none_of_the_broken_files_crashes_the_reader() -> None:
    files = [
        path for path in sorted(shared_folder("data/broken-tags").rglob("*")) if path.is_file()
    ]

    answers = {path: _answer(path) for path in files}

    refused = {path: found for path, found in answers.items() if isinstance(found, RefusedFile)}
    read = {path: found for path, found in answers.items() if isinstance(found, Inspection)}
    assert (len(read) >= 50, len(refused) >= 20) == (True, True)
    for path, refusal in refused.items():
        assert str(refusal).startswith(f"“{path.name}”"), path
        assert "stops the reader" not in str(refusal), path
        assert refusal.hint, path
    for path, found in read.items():
        assert (found.duration_s or 0) > 0, path
        assert found.draft.title, path


def _answer(path: Path) -> Inspection | RefusedFile:
    try:
        return inspect_file(path, path.name)
    except RefusedFile as refusal:
        return refusal


def test_tags_are_read_as_the_authors_of_tinytag_expect() -> None:
    folder = shared_folder("data/broken-tags") / "tinytag"
    expected = json.loads((folder / "expected.json").read_text())
    wrong = []
    for name, values in expected.items():
        if name in CUT_OFF or not (folder / name).exists():
            continue
        try:
            read = inspect_file(folder / name, name).tags
        except RefusedFile:
            continue
        for their_name, ours in FIELDS.items():
            wanted = str(values.get(their_name) or "").strip()
            if wanted and not any(
                wanted in text for text in [*read.get(ours, []), "; ".join(read.get(ours, []))]
            ):
                wrong.append(f"{name}: {ours} {wanted!r} is not in {read.get(ours)}")
    assert wrong == []

"""What is known of labelled recordings, and what is not."""

from pathlib import Path

import pytest

from analysis.errors import DataMissing
from analysis.heads.labelled import SUNG, read_labelled

PARENTS = {"violin": ("strings",), "cello": ("strings",), "double-bass": ("strings", "bass")}


def listed(folder: Path, row: str) -> dict[tuple[str, str], bool]:
    place = folder / "recordings"
    place.mkdir()
    (place / "a.ogg").write_bytes(b"OggS")
    (place / "truth.csv").write_text(f"file,kind,vocals,instruments\na.ogg,{row}\n")
    (recording,) = read_labelled(folder, PARENTS)
    return dict(recording.truth)


def test_what_is_listed_is_there_and_so_is_the_family_above_it(tmp_path: Path) -> None:
    truth = listed(tmp_path, "music,none,violin")
    assert truth["instrument", "violin"] is True
    assert truth["instrument", "strings"] is True
    assert truth["instrument", "piano"] is False
    assert truth[SUNG] is False


def test_members_of_a_listed_family_are_not_known(tmp_path: Path) -> None:
    truth = listed(tmp_path, "music,,strings")
    assert ("instrument", "violin") not in truth
    assert SUNG not in truth


def test_speech_has_no_instrument(tmp_path: Path) -> None:
    truth = listed(tmp_path, "speech,spoken,")
    assert truth["instrument", "guitar"] is False
    assert truth[SUNG] is True


def test_a_folder_without_labels_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="no labelled recordings"):
        read_labelled(tmp_path, {})

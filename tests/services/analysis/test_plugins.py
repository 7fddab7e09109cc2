"""Taggers that an operator drops into a folder, made here from our own musicnn graph."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from analysis.child import AnalysisChild
from analysis.musicnn import weights
from analysis.musicnn.labels import LABELS
from analysis.plugins import read_plugins
from studio.health import capabilities
from tests.audio import chord_progression, write_wav

pytestmark = pytest.mark.skipif(
    not weights.verify(settings.MODELS_DIR), reason="model weights missing: manage.py fetch_models"
)

MANIFEST = """
name = "house-tagger"
version = "7"
licence = "CC BY-NC-SA 4.0"
trained_on = "our own ears"
labels = "labels.json"
[[stages]]
graph = "graph.pb"
input = "model/Placeholder"
output = "model/Sigmoid"
training = "model/Placeholder_2"
[terms.instrument]
trumpet = { labels = ["guitar", "techno", "no vocals"], threshold = 0.0001, peak = 0.1 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pytest.importorskip("essentia")
    place = tmp_path / "plugins" / "house"
    place.mkdir(parents=True)
    shutil.copy(settings.MODELS_DIR / "MTT_musicnn.pb", place / "graph.pb")
    (place / "labels.json").write_text(json.dumps({"classes": list(LABELS["MTT_musicnn"])}))
    (place / "manifest.toml").write_text(MANIFEST)
    return place.parent


def test_a_plugin_listens_along(folder: Path, tmp_path: Path) -> None:
    song = write_wav(tmp_path / "song.wav", 0.5 * chord_progression(duration_s=8))
    child = AnalysisChild(settings.MODELS_DIR, plugins_dir=folder)
    try:
        found = child.analyse(song)
    finally:
        child.close()
    assert found.models["house-tagger"] == "7"
    (tag,) = [tag for tag in found.tags if tag.model == "house-tagger"]
    assert (tag.facet, tag.term) == ("instrument", "trumpet")
    assert tag.ranges
    assert len(found.embedding) == 400


def test_a_plugin_that_cannot_run_is_left_out_with_a_sentence(folder: Path, tmp_path: Path) -> None:
    (folder / "house" / "labels.json").write_text(
        json.dumps({"classes": ["guitar", "classical", "techno", "no vocals"]})
    )
    song = write_wav(tmp_path / "song.wav", 0.5 * chord_progression(duration_s=8))
    child = AnalysisChild(settings.MODELS_DIR, plugins_dir=folder)
    try:
        found = child.analyse(song)
    finally:
        child.close()
    assert "house-tagger was left out" in found.warnings[0]
    assert "50 numbers, but has 4 labels" in found.warnings[0]
    assert "house-tagger" not in found.models


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("graph.pb", b"", "empty"),
        ("graph.pb", b"no graph at all", "not a frozen TensorFlow graph"),
        ("labels.json", b"{", "labels.json cannot be read"),
        ("manifest.toml", b"name = ", "cannot be read"),
        ("manifest.toml", b"name = 'x'", "does not say version"),
        ("manifest.toml", MANIFEST.replace("trumpet", "vuvuzela").encode(), "no instrument called"),
        ("manifest.toml", MANIFEST.replace('"techno"', '"tekno"').encode(), "not a label of it"),
        ("manifest.toml", MANIFEST.replace("model/Sig", "model/Nose").encode(), "no node called"),
        ("manifest.toml", MANIFEST.replace("house-tagger", "MTT_musicnn").encode(), "another"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_said(
    folder: Path, file: str, content: bytes, words: str
) -> None:
    (folder / "house" / file).write_bytes(content)
    (plugin,) = read_plugins(folder)
    assert not plugin.works
    assert words in plugin.problem or (words == "empty" and "not a frozen" in plugin.problem)


def test_no_folder_is_no_plugin(tmp_path: Path) -> None:
    assert read_plugins(tmp_path / "nowhere") == []


def test_readiness_lists_plugins(folder: Path, settings: Settings) -> None:
    settings.PLUGINS_DIR = folder
    (folder / "broken").mkdir()
    found = capabilities()["plugins"]
    assert found["house-tagger"] == "works"
    assert found["broken"] == "There is no manifest.toml in it."

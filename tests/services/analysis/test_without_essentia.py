"""The pipeline where Essentia has no wheel: the same weights in NumPy.

Both backends load their libraries, so each runs in a process of its own.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from analysis.musicnn import weights
from tests.audio import chord_progression, drum_loop, write_wav

pytestmark = pytest.mark.skipif(
    not weights.verify(settings.MODELS_DIR), reason="model weights missing: manage.py fetch_models"
)

COMPARE = """
import sys, json
from pathlib import Path
import numpy as np, soundfile, soxr
from analysis.extractors import backends, musicnn_tagger as tagger
mono, rate = soundfile.read(sys.argv[1], dtype="float32")
mono = soxr.resample(mono, rate, 16000).astype("float32")[: 16000 * 7]
models = Path(sys.argv[2])
with_it = tagger.activations(tagger.mel_patches(mono), models)
backends.has_essentia.cache_clear()
tagger.has_essentia = lambda: False
tagger._load.cache_clear()
without = tagger.activations(tagger.mel_patches(mono), models)
print(json.dumps({
    "patches": [len(a.values) for a in with_it + without],
    "activations": max(float(np.abs(a.values - b.values).max()) for a, b in zip(with_it, without)),
    "embeddings": max(
        float(np.abs(a.embeddings - b.embeddings).max()) for a, b in zip(with_it, without)
    ),
}))
"""
HEAR = """
import sys, json
from pathlib import Path
sys.modules["essentia"] = None
from analysis.extractors import backends
backends.has_essentia.cache_clear()
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "essentia" else find(name, *more)
from analysis.engine import analyse_file
found = analyse_file(Path(sys.argv[1]), models_dir=Path(sys.argv[2]))
print(json.dumps({"can": backends.capabilities(), **found.as_json()}))
"""


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chords = chord_progression(chords=("Am", "Dm", "Em", "Am"), bpm=120, duration_s=12)
    drums = drum_loop(bpm=120, duration_s=12)
    place = tmp_path_factory.mktemp("song") / "song.wav"
    return write_wav(place, np.asarray(0.5 * chords + 0.5 * drums, np.float32))


def in_a_process(code: str, song: Path) -> dict[str, object]:
    out = subprocess.run(
        [sys.executable, "-c", code, str(song), str(settings.MODELS_DIR)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(out.stdout.strip().splitlines()[-1])
    return found


def test_numpy_gives_the_numbers_of_essentia(song: Path) -> None:
    pytest.importorskip("essentia")
    found = in_a_process(COMPARE, song)
    assert found["patches"] == [2, 2, 2, 2]
    assert float(str(found["activations"])) < 1e-4
    assert float(str(found["embeddings"])) < 1e-2


def test_a_file_is_heard_without_essentia(song: Path) -> None:
    found = in_a_process(HEAR, song)
    assert found["can"] == {
        "taggers": "NumPy",
        "tempo": "NumPy",
        "key": "NumPy",
        "fingerprint": "",
    }
    assert found["vocals_label"] in ("present", "none", "ambiguous")
    assert found["key"] in ("A", "D")  # six chords of a minor key, the last of them D minor
    assert found["mode"] == "minor"
    assert len(found["embedding"]) == 400  # type: ignore[arg-type]

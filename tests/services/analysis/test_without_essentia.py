"""Our forward pass against Essentia's TensorFlow, and the pipeline where Essentia has no wheel.

Both load native libraries, so each runs in a process of its own.
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
import essentia.standard as es
from essentia import Pool
from analysis.extractors import musicnn_tagger as tagger
mono, rate = soundfile.read(sys.argv[1], dtype="float32")
mono = soxr.resample(mono, rate, 16000).astype("float32")[: 16000 * 7]
ours = tagger.activations(tagger.mel_patches(mono), Path(sys.argv[2]))
to_mel = es.TensorflowInputMusiCNN()
frames = es.FrameGenerator(mono, frameSize=512, hopSize=256, startFromZero=True)
patches = np.array([to_mel(frame) for frame in frames], np.float32)[: 2 * 187].reshape(2, 187, 96)
values, embeddings = [], []
for heard in ours:
    predict = es.TensorflowPredict(
        graphFilename=f"{sys.argv[2]}/{heard.model}.pb", inputs=["model/Placeholder"],
        outputs=["model/Sigmoid", "model/dense/BiasAdd"],
        isTrainingName="model/Placeholder_2", squeeze=True,
    )
    pool = Pool()
    pool.set("model/Placeholder", patches[:, None])
    theirs = predict(pool)
    values.append(theirs["model/Sigmoid"].reshape(-1, 50) - heard.values)
    embeddings.append(theirs["model/dense/BiasAdd"].reshape(-1, 200) - heard.embeddings)
print(json.dumps({
    "patches": [len(each) for each in values],
    "activations": float(np.abs(values).max()),
    "embeddings": float(np.abs(embeddings).max()),
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
    assert found["patches"] == [2, 2]
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

"""The two musicnn models, on one mel spectrogram.

Through Essentia's TensorFlow, or through NumPy where Essentia has no wheel: the same weights, the
same numbers to four places.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.loudness import Floats
from analysis.errors import ModelsMissing
from analysis.extractors.backends import has_essentia
from analysis.musicnn import forward
from analysis.musicnn.forward import BANDS, FRAME, HOP, PATCH_FRAMES, RATE_HZ
from analysis.musicnn.weights import CHECKPOINTS, manifest_of
from analysis.musicnn.wire import BrokenWeights

PATCH_S = PATCH_FRAMES * HOP / RATE_HZ
BATCH = 16


@dataclass(frozen=True)
class Activations:
    """What a model said of each patch of three seconds.

    `values` has shape (n_patches, n_labels), from 0 to 1; `embeddings` has 200 numbers a patch.
    """

    model: str
    version: str
    labels: tuple[str, ...]
    values: Floats
    embeddings: Floats


def activations(patches: Floats, models_dir: Path) -> list[Activations]:
    """Run both models over patches of mel bands, shape (n_patches, 187, 96).

    Raises
    ------
    ModelsMissing : the weights were not fetched
    """
    found = []
    for name in CHECKPOINTS:
        model = _load(models_dir / f"{name}.pb")
        values, embeddings = model.run(patches)
        found.append(
            Activations(
                model=name,
                version=model.version,
                labels=model.labels,
                values=values,
                embeddings=embeddings,
            )
        )
    return found


def mel_patches(mono: Floats) -> Floats:
    """Give patches that do not overlap; mono at 16 kHz, three seconds or more."""
    if not has_essentia():
        return forward.mel_patches(mono)
    import essentia.standard as es

    to_mel = es.TensorflowInputMusiCNN()
    frames = es.FrameGenerator(mono, frameSize=FRAME, hopSize=HOP, startFromZero=True)
    mel = np.array([to_mel(frame) for frame in frames], dtype=np.float32)
    count = max(len(mel) // PATCH_FRAMES, 1)
    if len(mel) < PATCH_FRAMES:
        mel = np.resize(mel, (PATCH_FRAMES, BANDS))
    return mel[: count * PATCH_FRAMES].reshape(count, PATCH_FRAMES, BANDS)


@dataclass(frozen=True)
class _Model:
    """A loaded graph; `predictor` is Essentia's, or our own network."""

    predictor: Any
    labels: tuple[str, ...]
    version: str

    def run(self, patches: Floats) -> tuple[Floats, Floats]:
        """Give activations and embeddings, shapes (n_patches, 50) and (n_patches, 200)."""
        if isinstance(self.predictor, forward.Network):
            return self.predictor.run(patches)
        from essentia import Pool

        values, embeddings = [], []
        for start in range(0, len(patches), BATCH):
            pool = Pool()
            pool.set("model/Placeholder", patches[start : start + BATCH, None])
            out = self.predictor(pool)
            values.append(out["model/Sigmoid"].reshape(-1, len(self.labels)))
            embeddings.append(out["model/dense/BiasAdd"].reshape(-1, 200))
        return np.concatenate(values), np.concatenate(embeddings)


@cache
def _load(graph: Path) -> _Model:
    manifest = manifest_of(graph)
    try:
        predictor = _predictor(graph) if has_essentia() else _network(graph)
    except (RuntimeError, OSError, BrokenWeights) as error:
        raise ModelsMissing(
            f"The weights {graph.name} cannot be loaded.", hint="Run: manage.py fetch_models"
        ) from error
    return _Model(predictor, tuple(manifest["labels"]), str(manifest["version"]))


def _network(graph: Path) -> forward.Network:
    return forward.Network.read(graph.read_bytes())


def _predictor(graph: Path) -> Any:
    import essentia
    import essentia.standard as es

    essentia.log.infoActive = False
    essentia.log.warningActive = False
    return es.TensorflowPredict(
        graphFilename=str(graph),
        inputs=["model/Placeholder"],
        outputs=["model/Sigmoid", "model/dense/BiasAdd"],
        isTrainingName="model/Placeholder_2",
        squeeze=True,
    )

"""The two musicnn models, on one mel spectrogram. NumPy and SciPy only, on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from analysis.domain.loudness import Floats
from analysis.errors import ModelsMissing
from analysis.extractors.mel_filters import mel_filters
from analysis.musicnn.forward import Network
from analysis.musicnn.weights import CHECKPOINTS, manifest_of
from analysis.musicnn.wire import BrokenWeights

RATE_HZ, FRAME, HOP, BANDS, PATCH_FRAMES = 16_000, 512, 256, 96, 187
PATCH_S = PATCH_FRAMES * HOP / RATE_HZ
LOG_GAIN = 10_000
CHUNK_FRAMES = 2048


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
        values, embeddings = model.network.run(patches)
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
    """Give patches of log-compressed mel bands that do not overlap; mono at 16 kHz.

    Shape (n_patches, 187, 96); less than three seconds are repeated to fill one. The same as
    Essentia's `TensorflowInputMusiCNN` over frames from second 0.
    """
    from scipy.fft import rfft

    count = max(-(-len(mono) // HOP), 1)
    padded = np.pad(mono, (0, count * HOP + FRAME - len(mono)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][:count]
    shape = np.hanning(FRAME).astype(np.float32)
    filters = mel_filters(rate_hz=RATE_HZ, frame=FRAME, bands=BANDS, highest_hz=RATE_HZ / 2)
    parts = []
    for start in range(0, count, CHUNK_FRAMES):
        spectra = rfft(frames[start : start + CHUNK_FRAMES] * shape, axis=1)
        power = spectra.real**2 + spectra.imag**2
        parts.append(np.log10(1 + LOG_GAIN * (power @ filters)).astype(np.float32))
    mel = np.concatenate(parts)
    if len(mel) < PATCH_FRAMES:
        mel = np.resize(mel, (PATCH_FRAMES, BANDS))
    patches = len(mel) // PATCH_FRAMES
    return mel[: patches * PATCH_FRAMES].reshape(patches, PATCH_FRAMES, BANDS)


@dataclass(frozen=True)
class _Model:
    network: Network
    labels: tuple[str, ...]
    version: str


@cache
def _load(graph: Path) -> _Model:
    manifest = manifest_of(graph)
    try:
        network = Network.read(graph.read_bytes())
    except (OSError, BrokenWeights) as error:
        raise ModelsMissing(
            f"The weights {graph.name} cannot be loaded.", hint="Run: manage.py fetch_models"
        ) from error
    return _Model(network, tuple(manifest["labels"]), str(manifest["version"]))

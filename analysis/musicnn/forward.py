"""musicnn's forward pass in plain NumPy, for machines that Essentia has no wheel for.

Reads the same frozen graphs. Agrees with Essentia's TensorFlow to 1e-4 in every activation, which
a test checks; it takes about as long on one core.

Reference: Pons and Serra (2019), "musicnn: pre-trained convolutional neural networks for music
audio tagging"; the numbers of layers and their order are those of the frozen graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from analysis.domain.loudness import Floats
from analysis.musicnn.freeze import constants

EPSILON = 0.001
WIDE, TALL = ("conv2d", "conv2d_1"), ("conv2d_2", "conv2d_3", "conv2d_4")
"""Filters over frequency hear timbre, filters over time hear rhythm."""
DEEPER = ("conv2d_5", "conv2d_6", "conv2d_7")
RATE_HZ, FRAME, HOP, BANDS, PATCH_FRAMES = 16_000, 512, 256, 96, 187


@dataclass(frozen=True)
class Network:
    """The constants of a frozen musicnn graph by name."""

    numbers: Mapping[str, Floats]

    @classmethod
    def read(cls, graph: bytes) -> Network:
        """Take the weights out of a frozen graph.

        Raises
        ------
        BrokenWeights : not a graph, or not one of musicnn
        """
        return cls(constants(graph))

    def run(self, patches: Floats) -> tuple[Floats, Floats]:
        """Give activations (n_patches, n_labels) and embeddings (n_patches, 200).

        `patches` has shape (n_patches, 187, 96), log-compressed mel bands.
        """
        pairs = [self._patch(patch) for patch in patches]
        embeddings = np.stack([embedding for embedding, _ in pairs])
        return np.stack([values for _, values in pairs]), embeddings

    def _patch(self, mel: Floats) -> tuple[Floats, Floats]:
        sound = self._normalised(mel[..., None], "batch_normalization")[..., 0]
        front = np.concatenate(
            [self._timbre(sound, name) for name in WIDE]
            + [self._rhythm(sound, name) for name in TALL],
            axis=1,
        )
        first = self._deeper(front, DEEPER[0])
        second = self._deeper(first, DEEPER[1]) + first
        third = self._deeper(second, DEEPER[2]) + second
        everything = np.concatenate([front, first, second, third], axis=1)
        pooled = np.stack([everything.max(axis=0), everything.mean(axis=0)], axis=1).reshape(-1)
        flat = self._normalised(pooled, "batch_normalization_9")
        embedding = flat @ self.numbers["dense/kernel"] + self.numbers["dense/bias"]
        last = self._normalised(np.maximum(embedding, 0), "batch_normalization_10")
        logits = last @ self.numbers["dense_1/kernel"] + self.numbers["dense_1/bias"]
        return embedding.astype(np.float32), (1 / (1 + np.exp(-logits))).astype(np.float32)

    def _timbre(self, sound: Floats, name: str) -> Floats:
        """Filter a few frames by many bands at every height, and keep the highest answer."""
        kernel = self.numbers[f"{name}/kernel"][:, :, 0, :]
        padded = np.pad(sound, ((3, 3), (0, 0)))
        windows = sliding_window_view(padded, kernel.shape[:2])
        return self._answers(windows, kernel, name)

    def _rhythm(self, sound: Floats, name: str) -> Floats:
        """Filter many frames of each band, and keep the highest answer of all bands."""
        kernel = self.numbers[f"{name}/kernel"][:, :, 0, :]
        before = (len(kernel) - 1) // 2
        padded = np.pad(sound, ((before, len(kernel) - 1 - before), (0, 0)))
        windows = sliding_window_view(padded, kernel.shape[:2])
        return self._answers(windows, kernel, name)

    def _answers(self, windows: Floats, kernel: Floats, name: str) -> Floats:
        frames, places = windows.shape[:2]
        rows = windows.reshape(frames * places, -1)
        filtered = rows @ kernel.reshape(-1, kernel.shape[-1]) + self.numbers[f"{name}/bias"]
        heard = self._normalised(np.maximum(filtered, 0), _norm_after(name))
        return np.asarray(heard.reshape(frames, places, -1).max(axis=1))

    def _deeper(self, sound: Floats, name: str) -> Floats:
        kernel = self.numbers[f"{name}/kernel"][:, :, 0, :]
        windows = sliding_window_view(np.pad(sound, ((3, 3), (0, 0))), kernel.shape[:2])
        return self._answers(windows, kernel, name)

    def _normalised(self, values: Floats, name: str) -> Floats:
        mean, variance = (self.numbers[f"{name}/moving_{which}"] for which in ("mean", "variance"))
        factor = self.numbers[f"{name}/gamma"] / np.sqrt(variance + EPSILON)
        return np.asarray((values - mean) * factor + self.numbers[f"{name}/beta"], np.float32)


def mel_patches(mono: Floats) -> Floats:
    """Give patches of log-compressed mel bands, shape (n_patches, 187, 96); mono at 16 kHz.

    The same as Essentia's `TensorflowInputMusiCNN` over frames from second 0.
    """
    import librosa

    count = max(-(-len(mono) // HOP), 1)
    padded = np.pad(mono, (0, count * HOP + FRAME - len(mono)))
    frames = sliding_window_view(padded, FRAME)[::HOP][:count]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    bands = librosa.filters.mel(sr=RATE_HZ, n_fft=FRAME, n_mels=BANDS)
    mel = np.log10(1 + 10_000 * spectrum @ bands.T).astype(np.float32)
    if len(mel) < PATCH_FRAMES:
        mel = np.resize(mel, (PATCH_FRAMES, BANDS))
    patches = len(mel) // PATCH_FRAMES
    return mel[: patches * PATCH_FRAMES].reshape(patches, PATCH_FRAMES, BANDS)


def _norm_after(name: str) -> str:
    """The graph numbers the layers of both kinds apart, the first normalisation being the input's.

    >>> _norm_after("conv2d"), _norm_after("conv2d_3")
    ('batch_normalization_1', 'batch_normalization_4')
    """
    number = int(name.removeprefix("conv2d").removeprefix("_") or 0)
    return f"batch_normalization_{number + 1}"

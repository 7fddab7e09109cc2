"""musicnn's forward pass in NumPy: the same frozen graphs in less than half of TensorFlow's time.

Every layer is a convolution, ReLU and batch normalisation, and the two kinds in front keep only
the highest answer of all heights. ReLU and normalisation move answers up or down together, so the
highest is taken first and only it goes through them. Channels that the normalisation turns upside
down have their kernel negated, so that the highest is wanted there too. Agrees with Essentia's
TensorFlow to 1e-4 in every activation, which a test checks.

Reference: Pons and Serra (2019), "musicnn: pre-trained convolutional neural networks for music
audio tagging"; the numbers of layers and their order are those of the frozen graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from analysis.domain.loudness import Floats
from analysis.musicnn.freeze import constants

EPSILON = 0.001
WIDE, TALL = ("conv2d", "conv2d_1"), ("conv2d_2", "conv2d_3", "conv2d_4")
"""Filters over frequency hear timbre, filters over time hear rhythm."""
DEEPER = ("conv2d_5", "conv2d_6", "conv2d_7")
FRAMES_AT_ONCE, BANDS_AT_ONCE = 8, 4
"""Rows that fit the processor's cache with their answers; other numbers are slower, not other."""


@dataclass(frozen=True)
class Layer:
    """A convolution with what follows it.

    `kernel` has shape (taps, n_channels), `taps` how many rows and columns it spans; a channel of
    `sign` -1 answers upside down.
    """

    kernel: Floats
    taps: tuple[int, int]
    sign: Floats
    bias: Floats
    scale: Floats
    shift: Floats

    def after(self, highest: Floats) -> Floats:
        """Give what ReLU and normalisation make of answers, shape (..., n_channels)."""
        heard = np.maximum(highest * self.sign + self.bias, 0) * self.scale + self.shift
        return np.asarray(heard, np.float32)


@dataclass(frozen=True)
class Network:
    """The constants of a frozen musicnn graph by name, and its layers ready to use."""

    numbers: Mapping[str, Floats]
    timbre: tuple[Layer, ...]
    rhythm: Layer
    deeper: tuple[Layer, ...]

    @classmethod
    def read(cls, graph: bytes) -> Network:
        """Take the weights out of a frozen graph.

        Raises
        ------
        BrokenWeights : not a graph, or not one of musicnn
        """
        numbers = constants(graph)
        return cls(
            numbers=numbers,
            timbre=tuple(_layer(numbers, name) for name in WIDE),
            rhythm=_side_by_side([_layer(numbers, name) for name in TALL]),
            deeper=tuple(_layer(numbers, name) for name in DEEPER),
        )

    def run(self, patches: Floats) -> tuple[Floats, Floats]:
        """Give activations (n_patches, n_labels) and embeddings (n_patches, 200).

        `patches` has shape (n_patches, 187, 96), log-compressed mel bands.
        """
        pairs = [self._patch(patch) for patch in patches]
        embeddings = np.stack([embedding for embedding, _ in pairs])
        return np.stack([values for _, values in pairs]), embeddings

    def _patch(self, mel: Floats) -> tuple[Floats, Floats]:
        sound = self._normalised(mel, "batch_normalization")
        front = np.concatenate(
            [*(_over_frequency(sound, layer) for layer in self.timbre), self._over_time(sound)],
            axis=1,
        )
        first = _over_channels(front, self.deeper[0])
        second = _over_channels(first, self.deeper[1]) + first
        third = _over_channels(second, self.deeper[2]) + second
        everything = np.concatenate([front, first, second, third], axis=1)
        pooled = np.stack([everything.max(axis=0), everything.mean(axis=0)], axis=1).reshape(-1)
        flat = self._normalised(pooled, "batch_normalization_9")
        embedding = flat @ self.numbers["dense/kernel"] + self.numbers["dense/bias"]
        last = self._normalised(np.maximum(embedding, 0), "batch_normalization_10")
        logits = last @ self.numbers["dense_1/kernel"] + self.numbers["dense_1/bias"]
        return embedding.astype(np.float32), (1 / (1 + np.exp(-logits))).astype(np.float32)

    def _over_time(self, sound: Floats) -> Floats:
        """Filter many frames of each band, and keep the highest answer of all bands."""
        taps, _ = self.rhythm.taps
        before = (taps - 1) // 2
        padded = np.ascontiguousarray(np.pad(sound, ((before, taps - 1 - before), (0, 0))).T)
        windows = sliding_window_view(padded, taps, axis=1)
        frames, channels = len(sound), self.rhythm.kernel.shape[1]
        highest = np.full((frames, channels), -np.inf, np.float32)
        for start in range(0, len(windows), BANDS_AT_ONCE):
            rows = windows[start : start + BANDS_AT_ONCE].reshape(-1, taps)
            answers = (rows @ self.rhythm.kernel).reshape(-1, frames, channels)
            np.maximum(highest, answers.max(axis=0), out=highest)
        return self.rhythm.after(highest)

    def _normalised(self, values: Floats, name: str) -> Floats:
        scale, shift = _normalisation(self.numbers, name)
        return np.asarray(values * scale + shift, np.float32)


def _over_frequency(sound: Floats, layer: Layer) -> Floats:
    """Filter a few frames by many bands at every height, and keep the highest answer."""
    around = layer.taps[0] // 2
    windows = sliding_window_view(np.pad(sound, ((around, around), (0, 0))), layer.taps)
    frames, heights = windows.shape[:2]
    highest = np.empty((frames, layer.kernel.shape[1]), np.float32)
    for start in range(0, frames, FRAMES_AT_ONCE):
        part = windows[start : start + FRAMES_AT_ONCE]
        answers = part.reshape(len(part) * heights, -1) @ layer.kernel
        answers.reshape(len(part), heights, -1).max(axis=1, out=highest[start : start + len(part)])
    return layer.after(highest)


def _over_channels(sound: Floats, layer: Layer) -> Floats:
    """Filter a few frames of all channels; there is one height only."""
    around = layer.taps[0] // 2
    windows = sliding_window_view(np.pad(sound, ((around, around), (0, 0))), layer.taps)
    return layer.after(windows.reshape(len(sound), -1) @ layer.kernel)


def _layer(numbers: Mapping[str, Floats], name: str) -> Layer:
    kernel = numbers[f"{name}/kernel"][:, :, 0, :]
    scale, shift = _normalisation(numbers, _norm_after(name))
    sign = np.where(scale < 0, -1, 1).astype(np.float32)
    rows, columns, channels = kernel.shape
    return Layer(
        kernel=np.ascontiguousarray(kernel.reshape(-1, channels) * sign),
        taps=(rows, columns),
        sign=sign,
        bias=numbers[f"{name}/bias"],
        scale=scale,
        shift=shift,
    )


def _side_by_side(layers: Sequence[Layer]) -> Layer:
    """Join layers over time into one as long as the longest; the others sit in its middle."""
    longest = max(layer.taps[0] for layer in layers)
    kernels = []
    for layer in layers:
        taps = layer.taps[0]
        kernel = np.zeros((longest, layer.kernel.shape[1]), np.float32)
        first = (longest - 1) // 2 - (taps - 1) // 2
        kernel[first : first + taps] = layer.kernel
        kernels.append(kernel)
    return Layer(
        kernel=np.concatenate(kernels, axis=1),
        taps=(longest, 1),
        sign=np.concatenate([layer.sign for layer in layers]),
        bias=np.concatenate([layer.bias for layer in layers]),
        scale=np.concatenate([layer.scale for layer in layers]),
        shift=np.concatenate([layer.shift for layer in layers]),
    )


def _normalisation(numbers: Mapping[str, Floats], name: str) -> tuple[Floats, Floats]:
    """Give the factor of a batch normalisation and what it adds."""
    mean, variance = (numbers[f"{name}/moving_{which}"] for which in ("mean", "variance"))
    scale = numbers[f"{name}/gamma"] / np.sqrt(variance + EPSILON)
    return scale, numbers[f"{name}/beta"] - mean * scale


def _norm_after(name: str) -> str:
    """The graph numbers the layers of both kinds apart, the first normalisation being the input's.

    >>> _norm_after("conv2d"), _norm_after("conv2d_3")
    ('batch_normalization_1', 'batch_normalization_4')
    """
    number = int(name.removeprefix("conv2d").removeprefix("_") or 0)
    return f"batch_normalization_{number + 1}"

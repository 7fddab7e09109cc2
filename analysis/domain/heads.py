"""Small logistic heads on the taggers' embeddings: terms that the models have no output for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.domain.loudness import Floats
from analysis.domain.tagging import Timeline

MODEL = "liner_heads"
LEAST_CHANCE = 1e-4


def log_odds(chances: Floats) -> Floats:
    """Give the logarithm of the odds; chances next to 0 and 1 are taken for 1e-4 off.

    >>> log_odds(np.array([0.5], np.float32)).tolist()
    [0.0]
    """
    inside = np.clip(chances, LEAST_CHANCE, 1 - LEAST_CHANCE)
    return np.asarray(np.log(inside / (1 - inside)), np.float32)


@dataclass(frozen=True)
class Heads:
    """One column of weights a term.

    Rows are the standardised embeddings, then the log odds of the taggers' own outputs. `weights`
    has shape (n_embeddings + n_outputs, n_terms); `bias` one number a term, `centre` and `scale`
    one an embedding.
    """

    version: str
    terms: tuple[str, ...]
    weights: Floats
    bias: Floats
    centre: Floats
    scale: Floats

    def listen(self, embeddings: Floats, timelines: Sequence[Timeline]) -> Timeline:
        """Give the chance of each term at each patch.

        Parameters
        ----------
        embeddings : ndarray, shape (n_patches, n_embeddings)
        timelines : what the taggers themselves say, in their order
        """
        outputs = np.concatenate([line.values for line in timelines], axis=1)
        return Timeline(
            model=MODEL,
            version=self.version,
            labels=self.terms,
            values=self.chances(embeddings, outputs),
            starts_s=timelines[0].starts_s,
            patch_s=timelines[0].patch_s,
        )

    def chances(self, embeddings: Floats, outputs: Floats) -> Floats:
        """Give shape (n_patches, n_terms), each from 0 to 1."""
        standard = (embeddings - self.centre) / self.scale
        inputs = np.concatenate([standard, log_odds(outputs)], axis=1)
        logits = inputs @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)

    def arrays(self) -> dict[str, Any]:
        """Give what is stored."""
        return {
            "version": np.array(self.version),
            "terms": np.array(self.terms),
            "weights": self.weights.astype(np.float32),
            "bias": self.bias.astype(np.float32),
            "centre": self.centre.astype(np.float32),
            "scale": self.scale.astype(np.float32),
        }

    @classmethod
    def from_arrays(cls, stored: Mapping[str, Any]) -> Heads:
        """Read what `arrays` gave."""
        return cls(
            version=str(stored["version"]),
            terms=tuple(str(term) for term in stored["terms"]),
            weights=np.asarray(stored["weights"]),
            bias=np.asarray(stored["bias"]),
            centre=np.asarray(stored["centre"]),
            scale=np.asarray(stored["scale"]),
        )

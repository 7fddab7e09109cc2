"""Text embeddings: static ones by default, MiniLM where the operator chose it.

The static ones come from the files of the installed `wordllama` package (MIT). Its own loader would
download; we read its weights and tokenizer from where pip put them.
"""

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from analysis.operations import OtherModel
from prompts.domain.index import Encoder
from prompts.minilm import EncoderMissing, MiniLmEncoder, problem
from prompts.vector_file import VectorFile

DIMENSIONS = 256
"""The embedding is trained so that its first 64, 128 or 256 numbers stand alone (Matryoshka)."""


class StaticEncoder:
    """Mean of static token vectors, unit length; an empty text is the zero vector."""

    def __init__(self, *, dimensions: int = DIMENSIONS) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = _package_folder()
        weights = folder / "weights" / "l2_supercat_256.safetensors"
        tokenizer = folder / "tokenizers" / "l2_supercat_tokenizer_config.json"
        if not weights.is_file() or not tokenizer.is_file():
            raise EncoderMissing(
                "The wordllama package is installed without its weights. Run make setup again."
            )
        table = load_file(weights)["embedding.weight"][:, :dimensions]
        self._table: NDArray[np.float32] = np.ascontiguousarray(table, dtype=np.float32)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=512)
        self.dimensions = dimensions
        self.name = f"wordllama l2_supercat, {dimensions} numbers"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts: float32, shape (texts, dimensions), rows of length 1 or 0."""
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        readable = [text.encode("utf-8", "replace").decode() for text in texts]
        for row, encoding in enumerate(
            self._tokenizer.encode_batch(readable, add_special_tokens=False)
        ):
            if encoding.ids:
                out[row] = self._table[encoding.ids].mean(axis=0)
        length = np.linalg.norm(out, axis=1, keepdims=True)
        return np.divide(out, length, out=out, where=length > 0)


def _package_folder() -> Path:
    spec = importlib.util.find_spec("wordllama")
    if spec is None or not spec.submodule_search_locations:
        raise EncoderMissing("The wordllama package is not installed. Run make setup.")
    return Path(next(iter(spec.submodule_search_locations)))


@cache
def default_encoder() -> StaticEncoder:
    """The encoder of this process; loading takes about 0.3 s and 30 MB."""
    return StaticEncoder()


@cache
def chosen_encoder() -> Encoder:
    """What the prompt box reads texts with: the setting TEXT_ENCODER.

    Simulations keep the static one: a market of 20,000 made tracks would take MiniLM ten minutes.

    Raises
    ------
    EncoderMissing : it was chosen, but is not installed here
    """
    if settings.TEXT_ENCODER == "wordllama":
        return default_encoder()
    folder = settings.VAR_DIR / "embeddings"
    kept = VectorFile(folder / "minilm-int8.vectors", dimensions=MiniLmEncoder.dimensions)
    return MiniLmEncoder(kept)


def states() -> dict[str, str]:
    """Each encoder and whether it is in use, installed, or what it lacks."""
    has_static = importlib.util.find_spec("wordllama") is not None
    found = {
        "wordllama": "" if has_static else "the package wordllama is not installed",
        "minilm": problem(),
    }
    return {
        name: lacks or ("in use" if name == settings.TEXT_ENCODER else "installed")
        for name, lacks in found.items()
    }


def as_models() -> list[OtherModel]:
    """The encoders for the operations page: the one in use, and MiniLM where it is installed."""
    names = {"wordllama": "WordLlama, static", "minilm": "all-MiniLM-L6-v2, int8"}
    return [
        OtherModel(
            names[name],
            "Compares the words of prompts and descriptions",
            "Missing" if is_chosen and state != "in use" else state.capitalize(),
            state if is_chosen and state != "in use" else "",
        )
        for name, state in states().items()
        if (is_chosen := name == settings.TEXT_ENCODER) or state == "installed"
    ]

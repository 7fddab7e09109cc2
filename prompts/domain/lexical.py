"""The lexical part: BM25 over words, hashed so that a word never seen before has its place."""

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from prompts.domain.text import clean, tokenize

BUCKETS = 1 << 18
"""Hash buckets for words: a catalog's 50,000 words collide for about one in six thousand pairs."""

K1 = 1.2
B = 0.6
"""BM25's saturation and length pull (Robertson & Zaragoza 2009); descriptions are short."""

Words = tuple[NDArray[np.int32], NDArray[np.float32]]


@lru_cache(maxsize=200_000)
def bucket(word: str) -> int:
    """Place of a folded word; the same in every process and index."""
    return zlib.crc32(word.encode("utf-8", "replace")) % BUCKETS


def content_words(texts: Iterable[str], stop_words: frozenset[str]) -> list[str]:
    """Folded words of some texts without stop words."""
    return [
        token.word
        for text in texts
        for token in tokenize(clean(text))
        if token.is_word and token.word not in stop_words and not _is_letter(token.word)
    ]


def _is_letter(word: str) -> bool:
    """Initials and the n of R'n'B join strangers; no word search should follow them."""
    return len(word) == 1 and word.isascii()


def content_text(text: str, stop_words: frozenset[str]) -> str:
    """A text without its stop words, as embeddings read it: "song" and "with" are in all of them.

    On Song Describer this lifts the embedding's own recall at 10 from 0.21 to 0.25.
    """
    return " ".join(
        token.raw
        for token in tokenize(clean(text))
        if token.is_word and token.word not in stop_words
    )


def count_words(words: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.float32], int]:
    """Buckets, how often each comes, and the length, for one track."""
    counts = Counter(bucket(word) for word in words)
    return (
        np.fromiter(counts.keys(), np.int32, len(counts)),
        np.fromiter(counts.values(), np.float32, len(counts)),
        len(words),
    )


def saturate(
    counts: NDArray[np.float32], length: int | NDArray[np.int32], mean_length: float
) -> NDArray[np.float32]:
    """BM25's term weight, from 0 to K1 + 1, of words in one text or each in its own."""
    pull = np.asarray(K1 * (1 - B + B * length / max(mean_length, 1.0)), dtype=np.float32)
    weight: NDArray[np.float32] = (counts * np.float32(K1 + 1) / (counts + pull)).astype(np.float32)
    return weight


def inverse_frequency(tracks_with: NDArray[np.float32], tracks: int) -> NDArray[np.float32]:
    """BM25's rarity of a word, never negative; a word nobody has weighs most."""
    rarity: NDArray[np.float32] = np.log1p((tracks - tracks_with + 0.5) / (tracks_with + 0.5))
    return rarity.astype(np.float32)


def query_words(words: Sequence[str], rarity: NDArray[np.float32]) -> Words:
    """Buckets and weights of a query; a track with every word once scores about 1."""
    unique = sorted({bucket(word) for word in words})
    buckets = np.array(unique, dtype=np.int32)
    weights = rarity[buckets]
    total = float(weights.sum())
    if total > 0:
        weights = weights / total
    return buckets, weights.astype(np.float32)


def prior_rarity(tracks: int) -> float:
    """Rarity of a word that no track has."""
    return math.log1p((tracks + 0.5) / 0.5)

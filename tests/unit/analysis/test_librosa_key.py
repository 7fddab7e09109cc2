"""The key without Essentia."""

import numpy as np

from analysis.extractors.librosa_key import opinions_on


def chroma(*notes: int) -> np.ndarray:
    found = np.full(12, 0.05)
    found[list(notes)] = 1.0
    return found


def test_a_scale_with_its_triad_is_heard_as_its_key() -> None:
    weights = chroma(0, 2, 4, 5, 7, 9, 11)
    weights[[0, 4, 7]] = 2.0
    assert {(found.tonic, found.mode) for found in opinions_on(weights)} == {("C", "major")}


def test_silence_has_no_opinion() -> None:
    assert opinions_on(np.zeros(12)) == []

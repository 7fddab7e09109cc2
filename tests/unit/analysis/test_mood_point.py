"""Valence and arousal from mood words."""

import numpy as np

from analysis.domain.mood_point import MoodWord, mood_point
from analysis.domain.tagging import Timeline
from analysis.tagger import mood_words
from catalog.vocabulary import default_terms

WORDS = [MoodWord("M", "happy", 0.8, 0.4, 0.1), MoodWord("M", "sad", -0.8, -0.4, 0.1)]


def heard(happy: float, sad: float) -> list[Timeline]:
    values = np.full((4, 2), [happy, sad], np.float32)
    return [Timeline("M", "1", ("happy", "sad"), values, (0.0, 3.0, 6.0, 9.0), 3.0)]


def test_one_word_gives_its_own_point() -> None:
    found = mood_point(heard(0.3, 0.0), WORDS)
    assert found is not None
    assert (found.valence, found.arousal) == (0.8, 0.4)


def test_words_that_pull_apart_are_not_trusted() -> None:
    clear, torn = mood_point(heard(0.3, 0.0), WORDS), mood_point(heard(0.3, 0.29), WORDS)
    assert clear is not None
    assert torn is not None
    assert torn.confidence < clear.confidence / 5


def test_no_word_is_no_point() -> None:
    assert mood_point(heard(0.01, 0.01), WORDS) is None


def test_moods_of_the_vocabulary_have_the_points_of_the_vocabulary() -> None:
    points = {term.slug: (term.valence, term.arousal) for term in default_terms()}
    for word in mood_words():
        known = points.get(word.label.lower())
        if known is not None and known != (None, None):
            assert (word.valence, word.arousal) == known, word.label

"""The demo pieces are music at streaming level, and their stems add up."""

from types import ModuleType

import numpy as np
import pytest

from studio.demo.mixing import CEILING, loudness_lufs
from studio.demo.pieces import basement_window, copper_creek, neon_harbour, snow_on_the_sill
from studio.demo.voices import SAMPLE_RATE_HZ

pytestmark = pytest.mark.services


@pytest.mark.parametrize(
    "piece",
    [neon_harbour, snow_on_the_sill, basement_window, copper_creek],
    ids=lambda piece: piece.__name__.rpartition(".")[2],
)
def test_a_piece_is_finished_music_of_four_stems(piece: ModuleType) -> None:
    stems = piece.compose()
    mix = np.sum(list(stems.values()), axis=0)

    assert set(stems) == {"drums", "bass", "chords", "melody"}
    assert 40 <= mix.shape[1] / SAMPLE_RATE_HZ <= 90
    assert loudness_lufs(mix) == pytest.approx(-14, abs=0.3)
    assert np.abs(mix).max() <= CEILING + 0.001
    assert not np.allclose(mix[0], mix[1]), "a stereo piece"
    for name, stem in stems.items():
        assert np.abs(stem).max() < 1, name
        assert loudness_lufs(stem) > -40, name


def test_a_piece_is_the_same_every_time() -> None:
    first, second = copper_creek.compose(), copper_creek.compose()

    assert all(np.array_equal(first[name], second[name]) for name in first)

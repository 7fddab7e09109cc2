"""Choosing one tempo from several opinions."""

import numpy as np
import pytest

from analysis.domain.periodicity import periodicity_of, refined_bpm
from analysis.domain.tempo import NO_TEMPO, Opinion, choose_tempo, comb_tempo

FRAME_RATE_HZ = 100.0


def pulses(bpm: float, *, duration_s: float = 60.0, jitter_s: float = 0.0) -> np.ndarray:
    """Onsets in eight bands: a strong one each beat, weak ones in the high bands in between."""
    bands = np.zeros((8, int(duration_s * FRAME_RATE_HZ)))
    random = np.random.default_rng(7)
    beat_s = 60 / bpm
    for number in range(int(duration_s / beat_s * 2)):
        time_s = number * beat_s / 2 + random.normal(0, jitter_s)
        place = time_s * FRAME_RATE_HZ
        first, share = int(place), place % 1
        if 0 <= first < bands.shape[1] - 1:
            rows, height = (slice(5, 8), 2.0) if number % 2 else (slice(0, 8), 6.0)
            bands[rows, first] += height * (1 - share)
            bands[rows, first + 1] += height * share
    return bands


def choose(bands: np.ndarray, **opinions: float):
    """Choose with opinions given by estimator."""
    heard = [Opinion(name, bpm) for name, bpm in opinions.items()]
    return choose_tempo(heard, bands, frame_rate_hz=FRAME_RATE_HZ)


@pytest.mark.parametrize("bpm", [72.0, 96.0, 120.0, 140.0])
def test_a_steady_pulse_that_estimators_agree_on_is_firm(bpm: float) -> None:
    tempo = choose(pulses(bpm), degara=bpm, librosa=bpm * 1.01, percival=bpm * 0.99)
    assert tempo.is_firm
    assert tempo.bpm == pytest.approx(bpm, abs=0.1)


def test_the_other_octave_is_offered_as_a_candidate() -> None:
    tempo = choose(pulses(174.0), degara=87.0, percival=174.0)
    offered = [candidate.bpm for candidate in tempo.candidates]
    assert any(abs(bpm - 87) < 0.2 for bpm in offered)
    assert any(abs(bpm - 174) < 0.2 for bpm in offered)
    confidences = [candidate.confidence for candidate in tempo.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.01


def test_one_estimator_that_hears_triplets_is_outvoted_by_the_sound() -> None:
    tempo = choose(pulses(120.0), degara=120.0, librosa=120.0, percival=80.0)
    assert tempo.bpm == pytest.approx(120, abs=0.2)


def test_opinions_without_a_period_in_the_sound_are_not_firm() -> None:
    noise = np.abs(np.random.default_rng(3).normal(size=(8, int(60 * FRAME_RATE_HZ))))
    tempo = choose(noise, degara=100.0, librosa=131.0, percival=77.0)
    assert not tempo.is_firm


def test_free_playing_is_not_firm_even_where_estimators_agree() -> None:
    tempo = choose(pulses(100.0, jitter_s=0.12), degara=100.0, librosa=100.0, percival=100.0)
    assert not tempo.is_firm


def test_a_slow_swell_without_onsets_is_not_firm() -> None:
    time_s = np.arange(int(60 * FRAME_RATE_HZ)) / FRAME_RATE_HZ
    swell = np.tile(0.01 * (1 + np.sin(2 * np.pi * time_s / 2)), (8, 1))
    assert not choose(swell, degara=120.0, librosa=120.0, percival=120.0).is_firm


def test_silence_and_short_sounds_have_no_tempo() -> None:
    silent = np.zeros((8, int(30 * FRAME_RATE_HZ)))
    assert choose(silent, degara=738.0, percival=120.0) == NO_TEMPO
    assert choose(pulses(120, duration_s=2), degara=120.0) == NO_TEMPO


def test_a_tempo_is_sharpened_to_a_hundredth() -> None:
    bands = pulses(127.97, duration_s=180)
    found = refined_bpm(126.5, bands, frame_rate_hz=FRAME_RATE_HZ)
    assert found == pytest.approx(127.97, abs=0.02)


def test_the_beat_is_stronger_at_the_period_than_off_it() -> None:
    periodicity = periodicity_of(pulses(120.0), frame_rate_hz=FRAME_RATE_HZ)
    assert periodicity.beat_strength(120.0) > 0.5 > periodicity.beat_strength(101.0)
    assert comb_tempo(periodicity) == pytest.approx(120, rel=0.04)

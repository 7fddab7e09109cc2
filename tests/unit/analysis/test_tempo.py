"""Choosing one tempo from several opinions."""

import tomllib

import numpy as np
import pytest

from analysis.domain.periodicity import periodicity_of, refined_bpm
from analysis.domain.tempo import (
    NO_TEMPO,
    Opinion,
    Tempo,
    candidates_from,
    choose_tempo,
    opinions_on,
)
from analysis.domain.tempo_curve import tempo_stretches
from analysis.rhythm import TEMPO_TABLE

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


WEIGHTS = {
    name: float(value)
    for name, value in tomllib.loads(TEMPO_TABLE.read_text(encoding="utf-8"))["weights"].items()
}


def choose(bands: np.ndarray) -> Tempo:
    """Choose with the weights in use."""
    return choose_tempo(bands, WEIGHTS, frame_rate_hz=FRAME_RATE_HZ)


@pytest.mark.parametrize("bpm", [72.0, 96.0, 120.0, 140.0])
def test_a_steady_pulse_is_firm(bpm: float) -> None:
    tempo = choose(pulses(bpm))
    assert tempo.is_firm
    assert tempo.bpm == pytest.approx(bpm, abs=0.1)


def test_the_other_octave_is_offered_as_a_candidate() -> None:
    tempo = choose(pulses(174.0))
    offered = [candidate.bpm for candidate in tempo.candidates]
    assert any(abs(bpm - 87) < 0.2 for bpm in offered)
    assert any(abs(bpm - 174) < 0.2 for bpm in offered)
    confidences = [candidate.confidence for candidate in tempo.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.01


def test_every_opinion_is_offered_with_its_octaves() -> None:
    offered = candidates_from([Opinion("comb", 120.0), Opinion("both", 80.0)])
    assert {40.0, 60.0, 80.0, 120.0, 160.0, 240.0} <= {round(bpm, 1) for bpm in offered}
    assert len(offered) == len(set(offered))


def test_noise_is_not_firm() -> None:
    noise = np.abs(np.random.default_rng(3).normal(size=(8, int(60 * FRAME_RATE_HZ))))
    assert not choose(noise).is_firm


def test_free_playing_is_not_firm() -> None:
    assert not choose(pulses(100.0, jitter_s=0.12)).is_firm


def test_a_slow_swell_without_onsets_is_not_firm() -> None:
    time_s = np.arange(int(60 * FRAME_RATE_HZ)) / FRAME_RATE_HZ
    swell = np.tile(0.01 * (1 + np.sin(2 * np.pi * time_s / 2)), (8, 1))
    assert not choose(swell).is_firm


def test_silence_and_short_sounds_have_no_tempo() -> None:
    silent = np.zeros((8, int(30 * FRAME_RATE_HZ)))
    assert choose(silent) == NO_TEMPO
    assert choose(pulses(120, duration_s=2)) == NO_TEMPO


def test_a_steady_track_is_one_stretch() -> None:
    found = tempo_stretches(pulses(120.0, duration_s=90), 120.0, frame_rate_hz=FRAME_RATE_HZ)
    assert [(each.start_s, each.end_s) for each in found] == [(0.0, 90.0)]
    assert found[0].bpm == pytest.approx(120, abs=0.1)


def test_a_track_that_changes_is_cut_where_it_does() -> None:
    bands = np.concatenate([pulses(100.0, duration_s=60), pulses(128.0, duration_s=60)], axis=1)
    first, second = tempo_stretches(bands, 100.0, frame_rate_hz=FRAME_RATE_HZ)
    assert first.bpm == pytest.approx(100, abs=0.3)
    assert second.bpm == pytest.approx(128, abs=0.3)
    assert first.end_s == second.start_s == pytest.approx(60, abs=6)


def test_a_tempo_is_sharpened_to_a_hundredth() -> None:
    bands = pulses(127.97, duration_s=180)
    found = refined_bpm(126.5, bands, frame_rate_hz=FRAME_RATE_HZ)
    assert found == pytest.approx(127.97, abs=0.02)


def test_the_beat_is_stronger_at_the_period_than_off_it() -> None:
    periodicity = periodicity_of(pulses(120.0), frame_rate_hz=FRAME_RATE_HZ)
    assert periodicity.beat_strength(120.0) > 0.5 > periodicity.beat_strength(101.0)
    assert opinions_on(periodicity)[0].bpm == pytest.approx(120, rel=0.04)

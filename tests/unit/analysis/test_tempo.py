"""Choosing one tempo from several opinions."""

import numpy as np
import pytest

from analysis.domain.tempo import NO_TEMPO, Opinion, autocorrelation, beat_strength, choose_tempo

FRAME_RATE_HZ = 86.13


def pulses(bpm: float, *, duration_s: float = 60.0, jitter_s: float = 0.0) -> np.ndarray:
    """An onset envelope with one pulse a beat."""
    envelope = np.zeros(int(duration_s * FRAME_RATE_HZ))
    random = np.random.default_rng(7)
    time_s = 0.0
    while time_s < duration_s:
        place = int((time_s + random.normal(0, jitter_s)) * FRAME_RATE_HZ)
        if 0 <= place < len(envelope):
            envelope[place] = 1.0
        time_s += 60 / bpm
    return envelope


@pytest.mark.parametrize("bpm", [72.0, 96.0, 120.0, 140.0])
def test_a_steady_pulse_that_estimators_agree_on_is_firm(bpm: float) -> None:
    opinions = [Opinion("a", bpm, 1.0), Opinion("b", bpm * 1.005, 1.0), Opinion("c", bpm / 2, 1.0)]
    tempo = choose_tempo(opinions, pulses(bpm), frame_rate_hz=FRAME_RATE_HZ)
    assert tempo.is_firm
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)


def test_the_octaves_are_offered_as_candidates() -> None:
    tempo = choose_tempo(
        [Opinion("a", 87.0, 1.0), Opinion("b", 174.0, 1.0)],
        pulses(174.0),
        frame_rate_hz=FRAME_RATE_HZ,
    )
    offered = [candidate.bpm for candidate in tempo.candidates]
    assert any(abs(bpm - 87) < 1 for bpm in offered)
    assert any(abs(bpm - 174) < 2 for bpm in offered)
    confidences = [candidate.confidence for candidate in tempo.candidates]
    assert confidences == sorted(confidences, reverse=True)


def test_opinions_without_a_period_in_the_sound_are_not_firm() -> None:
    noise = np.abs(np.random.default_rng(3).normal(size=int(60 * FRAME_RATE_HZ)))
    tempo = choose_tempo(
        [Opinion("a", 100.0, 1.0), Opinion("b", 131.0, 1.0), Opinion("c", 77.0, 1.0)],
        noise,
        frame_rate_hz=FRAME_RATE_HZ,
    )
    assert not tempo.is_firm


def test_silence_and_short_sounds_have_no_tempo() -> None:
    opinion = [Opinion("a", 738.0, 1.0), Opinion("b", 120.0, 1.0)]
    silent = np.zeros(int(30 * FRAME_RATE_HZ))
    assert choose_tempo(opinion, silent, frame_rate_hz=FRAME_RATE_HZ) == NO_TEMPO
    short = pulses(120, duration_s=2)
    assert choose_tempo(opinion, short, frame_rate_hz=FRAME_RATE_HZ) == NO_TEMPO


def test_the_beat_is_stronger_at_the_period_than_off_it() -> None:
    periodicity = autocorrelation(pulses(120.0), FRAME_RATE_HZ)
    on = beat_strength(120.0, periodicity, FRAME_RATE_HZ)
    off = beat_strength(101.0, periodicity, FRAME_RATE_HZ)
    assert on > 0.5 > off

"""Beats on the pulse, bars where they are clear, and silence where they are not."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.domain.bar_ruler import ruler
from analysis.domain.bars import CLEAR, HeardBeats, choose_bars, harmonic_change
from analysis.domain.beats import track_beats
from analysis.domain.result import AnalysisResult, Bars, TempoStretch
from analysis.rhythm import bar_weights

RATE_HZ = 100.0
HARMONY_HZ = 5.0
BEAT_S = 0.5


def piece(pattern: str, *, bars: int = 30, start_s: float = 1.0) -> HeardBeats:
    """Bars of beats: K kick, bass note and chord change, k kick, S snare, - a hi-hat alone."""
    seconds = start_s + bars * len(pattern) * BEAT_S + 1
    bands = np.zeros((8, int(seconds * RATE_HZ)))
    harmony = np.zeros(int(seconds * HARMONY_HZ))
    beats_s = start_s + BEAT_S * np.arange(bars * len(pattern))
    for number, at_s in enumerate(beats_s):
        frame, what = int(at_s * RATE_HZ), pattern[number % len(pattern)]
        bands[6:, frame] = 2.0
        if what in "Kk":
            bands[0, frame] = 6.0
        if what == "S":
            bands[3:6, frame] = 6.0
        if what == "K":
            bands[1:3, frame] = 4.0
            harmony[round(at_s * HARMONY_HZ)] = 0.5
    return HeardBeats(bands, RATE_HZ, harmony, HARMONY_HZ, 0.0, beats_s)


@pytest.mark.parametrize(("pattern", "beats"), [("KSkS", 4), ("K--", 3)])
def test_a_plain_groove_has_clear_bars(pattern: str, beats: int) -> None:
    bars = choose_bars(piece(pattern), bar_weights())
    assert bars is not None
    assert (bars.beats_per_bar, bars.first_downbeat_s) == (beats, pytest.approx(1.0, abs=0.02))
    assert CLEAR <= bars.confidence <= 1
    assert np.diff(bars.starts_s) == pytest.approx(beats * BEAT_S)


def test_the_first_bar_may_begin_after_a_pickup() -> None:
    bars = choose_bars(piece("SKSk"), bar_weights())
    assert bars is not None
    assert bars.first_downbeat_s == pytest.approx(1.5, abs=0.02)


def test_beats_that_are_all_alike_have_no_clear_bars() -> None:
    assert choose_bars(piece("----"), bar_weights()) is None


def test_a_few_beats_have_no_clear_bars() -> None:
    assert choose_bars(piece("KSkS", bars=3), bar_weights()) is None
    assert choose_bars(replace(piece("KSkS"), beats_s=np.zeros(0)), bar_weights()) is None


def test_beats_follow_the_pulse_through_a_change_of_tempo() -> None:
    times_s = np.concatenate([1 + 0.5 * np.arange(40), 21 + 0.6 * np.arange(30)])
    bands = np.zeros((8, 4000))
    bands[:, (times_s * RATE_HZ).astype(int)] = 5.0
    stretches = (TempoStretch(0.0, 21.0, 120.0), TempoStretch(21.0, 40.0, 100.0))
    beats = track_beats(bands, stretches, frame_rate_hz=RATE_HZ) / RATE_HZ
    assert len(beats) == pytest.approx(len(times_s), abs=2)
    assert np.abs(beats[:, None] - times_s).min(axis=1).max() < 0.03


def test_silence_has_no_beats() -> None:
    steady = (TempoStretch(0.0, 30.0, 120.0),)
    assert len(track_beats(np.zeros((8, 3000)), steady, frame_rate_hz=RATE_HZ)) == 0


def test_harmony_changes_where_the_chord_does() -> None:
    chroma = np.zeros((40, 12))
    chroma[:20, 0], chroma[20:, 7] = 1.0, 1.0
    change = harmonic_change(chroma, np.ones(40))
    assert change.max() == 1.0
    assert abs(int(change.argmax()) - 20) <= 2
    assert not harmonic_change(chroma, np.where(np.arange(40) < 20, 1.0, 0.0)).any()


def test_bars_survive_the_pipe_and_are_drawn_inside_the_recording() -> None:
    bars = Bars(4, 0.5, 0.95, (0.5, 2.5, 4.5))
    result = AnalysisResult(4.0, 44_100, 2, "flac", "flac", bars=bars)
    assert AnalysisResult.from_json(result.as_json()).bars == bars
    assert ruler(bars, 4.0).lines == "M125 0V1M625 0V1"

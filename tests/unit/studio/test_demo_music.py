"""The instruments of the demo pieces are in tune and their mastering is exact."""

import numpy as np
import pytest

from studio.demo import voices
from studio.demo.mixing import Canvas, Note, loudness_lufs, master
from studio.demo.voices import SAMPLE_RATE_HZ
from tests.audio import stereo, tone


def test_loudness_agrees_with_the_reference_tone_of_the_standard() -> None:
    # ITU-R BS.1770: a 997 Hz sine at 0 dBFS in one channel reads -3.01; in both, 0 dBFS reads 0.
    full = tone(frequency_hz=997, duration_s=5, level_dbfs=0).astype(np.float64)

    assert loudness_lufs(stereo(full, np.zeros_like(full))) == pytest.approx(-3.01, abs=0.05)
    assert loudness_lufs(stereo(full)) == pytest.approx(0.0, abs=0.05)


def test_a_plucked_string_is_in_tune() -> None:
    for frequency_hz in (98.0, 440.0, 783.99):
        wave = voices.steel_string(frequency_hz, 1.5, 0.8)[4410:48510]
        spectrum = np.abs(np.fft.rfft(wave * np.hanning(wave.size), 8 * wave.size))
        bins_hz = np.fft.rfftfreq(8 * wave.size, 1 / SAMPLE_RATE_HZ)
        near = (bins_hz > frequency_hz * 0.94) & (bins_hz < frequency_hz * 1.06)
        heard_hz = bins_hz[near][np.argmax(spectrum[near])]
        assert abs(1200 * np.log2(heard_hz / frequency_hz)) < 8, "cents"


def test_one_gain_curve_for_all_keeps_the_stems_a_sum() -> None:
    tape = Canvas(tempo_bpm=120, beats=8)
    loud = tape.play([Note(0, 4, 45, 1.0)], voices.synth_bass)
    quiet = tape.play([Note(2, 4, 69, 0.2)], voices.mallet)

    finished = master({"loud": loud, "quiet": quiet})
    whole = master({"mix": loud + quiet})["mix"]

    np.testing.assert_allclose(finished["loud"] + finished["quiet"], whole, atol=1e-9)

"""Loudness against the reference signals of EBU Tech 3341 and 3342."""

import numpy as np
import pytest

from analysis.domain.loudness import LoudnessMeter, channel_weights

RATE_HZ = 48_000


def sine(level_dbfs: float, duration_s: float, *, frequency_hz: float = 1000.0) -> np.ndarray:
    time_s = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    return (10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def measure(*parts: np.ndarray, piece: int = 4096):
    """Measure stereo with the same sound on both sides, fed in pieces."""
    mono = np.concatenate(parts)
    both = np.stack([mono, mono])
    meter = LoudnessMeter(RATE_HZ, 2)
    for start in range(0, both.shape[1], piece):
        meter.add(both[:, start : start + piece])
    return meter.result()


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_sine_reads_its_level(level: float) -> None:
    assert measure(sine(level, 20)).integrated_lufs == pytest.approx(level, abs=0.1)


def test_quiet_parts_are_gated_away() -> None:
    """Tech 3341, case 3: -36, -23 and -36 dBFS read -23 LUFS."""
    found = measure(sine(-36, 10), sine(-23, 60), sine(-36, 10))
    assert found.integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_the_range_is_the_step_between_two_levels() -> None:
    """Tech 3342, case 1: 20 s at -20 dBFS and 20 s at -30 dBFS have a range of 10 LU."""
    assert measure(sine(-20, 20), sine(-30, 20)).range_lu == pytest.approx(10.0, abs=1.0)


def test_the_true_peak_lies_between_the_samples() -> None:
    """A sine at a quarter of the rate, 45 degrees off, has samples 3 dB under its peak."""
    time = np.arange(RATE_HZ * 2)
    wave = (0.5 * np.sin(2 * np.pi * time / 4 + np.pi / 4)).astype(np.float32)
    assert measure(wave).true_peak_dbtp == pytest.approx(-6.02, abs=0.2)


def test_the_pieces_do_not_matter() -> None:
    music = np.random.default_rng(1).normal(0, 0.1, RATE_HZ * 8).astype(np.float32)
    assert measure(music, piece=1000) == measure(music, piece=50_000)


def test_silence_has_no_loudness() -> None:
    found = measure(np.zeros(RATE_HZ * 5, dtype=np.float32))
    assert (found.integrated_lufs, found.range_lu, found.true_peak_dbtp) == (None, None, None)


def test_surround_channels_weigh_more_and_the_lfe_nothing() -> None:
    assert channel_weights(2).tolist() == [1, 1]
    assert channel_weights(6).tolist() == [1, 1, 1, 0, 1.41, 1.41]

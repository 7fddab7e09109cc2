"""The real engine, in its child process, on sounds made from numbers and on the field cases."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from analysis.child import AnalysisChild, ChildDied
from analysis.domain.loudness import LoudnessMeter
from analysis.errors import UnusableAudio
from analysis.musicnn import weights
from tests.audio import (
    chord_progression,
    drum_loop,
    noise,
    stereo,
    write_encoded,
    write_flac,
    write_wav,
)

pytestmark = pytest.mark.skipif(
    not weights.verify(settings.MODELS_DIR), reason="model weights missing: manage.py fetch_models"
)


@pytest.fixture(scope="module")
def child() -> Iterator[AnalysisChild]:
    found = AnalysisChild(settings.MODELS_DIR)
    yield found
    found.close()


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds in A minor at 120 BPM."""
    chords = chord_progression(chords=("Am", "Dm", "Em", "Am"), bpm=120, duration_s=20)
    drums = drum_loop(bpm=120, duration_s=20)
    return write_flac(
        tmp_path_factory.mktemp("song") / "song.flac", stereo(0.5 * chords + 0.5 * drums)
    )


def test_tempo_key_loudness_and_waveform_are_heard(child: AnalysisChild, song: Path) -> None:
    stages: list[str] = []
    found = child.analyse(song, on_stage=lambda words, share: stages.append(words))
    assert found.tempo_firm
    assert found.tempo_bpm == pytest.approx(120, abs=2)
    assert (found.key, found.mode) == ("A", "minor")
    assert found.duration_s == pytest.approx(20, abs=0.02)
    assert (found.codec, found.channels) == ("flac", 2)
    assert -40 < (found.loudness_lufs or 0) < -5
    assert 200 < len(found.peaks) < 9000
    assert len(found.embedding) == 400
    assert found.vocals_label == "none"
    assert stages[0] == "Decoding"


def test_the_same_file_gives_the_same_numbers_whatever_came_before(
    child: AnalysisChild, song: Path, tmp_path: Path
) -> None:
    def numbers() -> dict[str, object]:
        found = child.analyse(song).as_json()
        return {name: found[name] for name in found if name not in ("seconds", "peak_rss_mb")}

    first = numbers()
    child.analyse(write_wav(tmp_path / "noise.wav", noise(duration_s=8)))
    assert numbers() == first


def test_noise_has_no_firm_tempo(child: AnalysisChild, tmp_path: Path) -> None:
    found = child.analyse(write_wav(tmp_path / "noise.wav", noise(duration_s=20)))
    assert not found.tempo_firm
    assert found.tempo_bpm is None


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".opus", ".m4a"])
def test_every_format_is_decoded(child: AnalysisChild, tmp_path: Path, suffix: str) -> None:
    rate_hz = 48_000  # the one rate that all of them know
    loop = stereo(drum_loop(bpm=100, duration_s=10, sample_rate_hz=rate_hz))
    file = write_encoded(tmp_path / f"song{suffix}", loop, sample_rate_hz=rate_hz)
    assert child.analyse(file).duration_s == pytest.approx(10, abs=0.15)


def test_a_refusal_leaves_the_child_ready(child: AnalysisChild, tmp_path: Path, song: Path) -> None:
    text = tmp_path / "song.wav"
    text.write_bytes(b"not music at all" * 100)
    with pytest.raises(UnusableAudio):
        child.analyse(text)
    assert child.analyse(song).tempo_firm


def test_a_killed_child_is_replaced_for_the_next_file(song: Path) -> None:
    child = AnalysisChild(settings.MODELS_DIR)
    try:
        with pytest.raises(ChildDied, match="longer than it may"):
            child.analyse(song, timeout_s=0.1)
        assert child.analyse(song).tempo_firm
    finally:
        child.close()


def test_too_much_memory_ends_the_child_in_words(song: Path) -> None:
    child = AnalysisChild(settings.MODELS_DIR, memory_limit_mb=60)
    try:
        with pytest.raises(ChildDied, match="more than 60 MB"):
            child.analyse(song)
    finally:
        child.close()


def test_loudness_agrees_with_essentia() -> None:
    essentia = pytest.importorskip("essentia.standard")
    music = stereo(drum_loop(bpm=120, duration_s=20), chord_progression(duration_s=20))
    meter = LoudnessMeter(44_100, 2)
    meter.add(music)
    ours = meter.result()
    _, _, integrated, loudness_range = essentia.LoudnessEBUR128()(np.ascontiguousarray(music.T))
    assert ours.integrated_lufs == pytest.approx(integrated, abs=0.1)
    assert ours.range_lu == pytest.approx(loudness_range, abs=0.5)


def test_the_command_prints_one_json_line_a_file(song: Path, tmp_path: Path) -> None:
    bad = tmp_path / "empty.wav"
    bad.touch()
    done = subprocess.run(
        [sys.executable, "manage.py", "analyse", str(song), str(bad), "--json"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    good, refused = map(json.loads, done.stdout.splitlines())
    assert good["ok"]
    assert {"tempo_candidates", "tempo_firm", "vocals", "tags", "true_peak_dbtp"} <= good.keys()
    assert not refused["ok"]
    assert "empty" in refused["error"]

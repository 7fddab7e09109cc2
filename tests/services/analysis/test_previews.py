"""Copies that browsers play."""

from pathlib import Path

import pytest
import soundfile

from analysis.errors import UnusableAudio
from analysis.extractors.decoding import decode
from analysis.extractors.previewing import write_preview
from tests.audio import SAMPLE_RATE_HZ, tone


def test_a_preview_is_an_mp3_of_the_same_length(tmp_path: Path) -> None:
    recording, copy = tmp_path / "song.aiff", tmp_path / "copy.mp3"
    soundfile.write(recording, tone(duration_s=5), SAMPLE_RATE_HZ, format="AIFF")
    write_preview(recording, copy)
    heard = decode(copy)
    assert (heard.codec, heard.channels) == ("mp3", 2)
    assert heard.duration_s == pytest.approx(5, abs=0.1)
    assert not heard.is_silent


def test_what_is_no_audio_gets_no_preview(tmp_path: Path) -> None:
    text = tmp_path / "notes.aiff"
    text.write_bytes(b"no music at all" * 50)
    with pytest.raises(UnusableAudio):
        write_preview(text, tmp_path / "copy.mp3")

"""Foreign files are read in a process of their own and answered in words."""

import struct
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, TBPM, TIT2, TKEY, TPE1, TSRC, TXXX
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.wave import WAVE

from catalog.domain.audio_kinds import RefusedFile
from catalog.domain.keys import Key
from catalog.intake import inspection
from catalog.intake.inspection import inspect_file
from catalog.intake.tags import read_tags
from tests.audio import silence, stereo, tone, wav_bytes, write_encoded, write_flac, write_wav


@pytest.mark.parametrize(
    ("suffix", "codec", "bits", "tolerance_s"),
    [
        (".wav", "pcm", 24, 0.001),
        (".flac", "flac", 24, 0.001),
        (".mp3", "mp3", None, 0.06),
        (".ogg", "vorbis", None, 0.01),
        (".opus", "opus", None, 0.03),
        (".m4a", "aac", None, 0.05),
    ],
)
def test_the_facts_of_a_file_are_measured(
    tmp_path: Path, suffix: str, codec: str, bits: int | None, tolerance_s: float
) -> None:
    sound = stereo(tone(duration_s=4, sample_rate_hz=48_000))
    path = tmp_path / f"sound{suffix}"
    if suffix == ".wav":
        write_wav(path, sound, sample_rate_hz=48_000, bit_depth=24)
    elif suffix == ".flac":
        write_flac(path, sound, sample_rate_hz=48_000, bit_depth=24)
    else:
        write_encoded(path, sound, sample_rate_hz=48_000)

    found = inspect_file(path, path.name)

    assert (found.codec, found.channels, found.sample_rate_hz) == (codec, 2, 48_000)
    assert found.bits_per_sample == bits
    assert found.duration_s == pytest.approx(4, abs=tolerance_s)
    assert found.notes == ()


def test_a_cut_off_wav_gets_the_length_that_is_there(tmp_path: Path) -> None:
    data = wav_bytes(tone(duration_s=10))
    (tmp_path / "cut.wav").write_bytes(data[: len(data) // 2])

    found = inspect_file(tmp_path / "cut.wav", "cut.wav")

    assert found.duration_s == pytest.approx(5, abs=0.01)
    assert "truncated" in found.notes[0]
    assert "0:05" in found.notes[0]


def test_a_cut_off_flac_is_noticed(tmp_path: Path) -> None:
    path = write_flac(tmp_path / "cut.flac", tone(duration_s=20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert "truncated" in " ".join(inspect_file(path, path.name).notes)


def test_a_file_that_only_starts_right_is_refused_as_damaged(tmp_path: Path) -> None:
    (tmp_path / "bad.flac").write_bytes(b"fLaC" + bytes(2000))

    with pytest.raises(RefusedFile, match="damaged"):
        inspect_file(tmp_path / "bad.flac", "bad.flac")


def test_a_reader_that_dies_is_an_answer_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wav(tmp_path / "a.wav", silence(duration_s=1))
    monkeypatch.setattr(inspection.sys, "executable", "/bin/false")

    with pytest.raises(RefusedFile, match="stops the reader"):
        inspect_file(tmp_path / "a.wav", "a.wav")


def test_a_reader_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wav(tmp_path / "a.wav", silence(duration_s=1))
    monkeypatch.setattr(inspection, "TIME_LIMIT_S", 0.01)

    with pytest.raises(RefusedFile, match="took longer"):
        inspect_file(tmp_path / "a.wav", "a.wav")


def test_id3_frames_are_read_directly(tmp_path: Path) -> None:
    path = write_encoded(tmp_path / "a.mp3", tone(duration_s=3))
    file = MP3(path)
    file.add_tags()
    for frame in (
        TIT2(encoding=3, text=["Harbour"]),
        TPE1(encoding=3, text=["Ida", "Moss"]),
        TBPM(encoding=3, text=["110"]),
        TKEY(encoding=3, text=["8A"]),
        TSRC(encoding=3, text=["AA6Q72000047"]),
        TXXX(encoding=3, desc="BARCODE", text=["036000291452"]),
        APIC(encoding=3, mime="image/png", type=0, data=b"other"),
        APIC(encoding=3, mime="image/png", type=3, desc="front", data=b"front"),
    ):
        file.tags.add(frame)
    file.save()

    found = inspect_file(path, "a.mp3")

    assert (found.draft.title, found.draft.artists) == ("Harbour", ("Ida", "Moss"))
    assert (found.draft.tempo_bpm, found.draft.key) == (110, Key("A", "minor"))
    assert (found.draft.isrc, found.draft.upc) == ("AA6Q72000047", "036000291452")
    assert found.cover == b"front"


@pytest.mark.parametrize("suffix", [".flac", ".opus"])
def test_vorbis_comments_and_covers_are_read(tmp_path: Path, suffix: str) -> None:
    sound = tone(duration_s=3, sample_rate_hz=48_000)
    path = tmp_path / f"a{suffix}"
    write = write_flac if suffix == ".flac" else write_encoded
    write(path, sound, sample_rate_hz=48_000)
    file = FLAC(path) if suffix == ".flac" else OggOpus(path)
    file["title"], file["artist"], file["initialkey"] = "Harbour", ["Ida", "Moss"], "Bbm"
    file["genre"], file["tracknumber"], file["tracktotal"] = "Synthwave", "3", "9"
    if suffix == ".flac":
        cover = Picture()
        cover.type, cover.data = 3, b"front"
        file.add_picture(cover)
    file.save()

    found = inspect_file(path, path.name)

    assert (found.draft.title, found.draft.artists) == ("Harbour", ("Ida", "Moss"))
    assert found.draft.key == Key("Bb", "minor")
    assert (found.draft.genres, found.draft.track_number, found.draft.track_total) == (
        ("Synthwave",),
        3,
        9,
    )
    assert found.cover == (b"front" if suffix == ".flac" else b"")


def test_mp4_atoms_are_read(tmp_path: Path) -> None:
    path = write_encoded(tmp_path / "a.m4a", tone(duration_s=3))
    file = MP4(path)
    file["\xa9nam"], file["\xa9ART"], file["tmpo"], file["trkn"] = "Harbour", "Ida", [110], [(3, 9)]
    file["rtng"], file["----:com.apple.iTunes:ISRC"] = [1], MP4FreeForm(b"AA6Q72000047")
    file["----:com.apple.iTunes:initialkey"] = MP4FreeForm(b"8A")
    file.save()

    draft = inspect_file(path, "a.m4a").draft

    assert (draft.title, draft.artists, draft.tempo_bpm) == ("Harbour", ("Ida",), 110)
    assert (draft.track_number, draft.track_total, draft.advisory) == (3, 9, "explicit")
    assert (draft.isrc, draft.key) == ("AA6Q72000047", Key("A", "minor"))


def _with_info(data: bytes, entries: dict[bytes, bytes]) -> bytes:
    body = b"INFO"
    for code, text in entries.items():
        padded = text + b"\x00" + b"\x00" * ((len(text) + 1) % 2)
        body += code + struct.pack("<I", len(text) + 1) + padded
    listed = b"LIST" + struct.pack("<I", len(body)) + body
    riff = b"RIFF" + struct.pack("<I", len(data) + len(listed) - 8)
    return riff + data[8:36] + listed + data[36:]


def test_the_info_list_of_a_wav_is_read_and_id3_wins_where_both_speak(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    info = {b"INAM": b"From INFO", b"IGNR": b"Folk", b"IART": "Zoë".encode("cp1252")}
    path.write_bytes(_with_info(wav_bytes(tone(duration_s=1)), info))

    assert read_tags(path, "wav").values == {
        "title": ["From INFO"],
        "genre": ["Folk"],
        "artist": ["Zoë"],
    }

    file = WAVE(path)
    file.add_tags()
    file.tags.add(TIT2(encoding=3, text=["From ID3"]))
    file.save()
    assert read_tags(path, "wav").values["title"] == ["From ID3"]
    assert read_tags(path, "wav").values["genre"] == ["Folk"]

"""Files are judged by their bytes, and refusals say what to do."""

from pathlib import Path

import pytest

from catalog.domain.audio_kinds import (
    AAC,
    AIFF,
    FLAC,
    MP3,
    MP4,
    OGG,
    OPUS,
    WAV,
    ZIP,
    Kind,
    ReadAt,
    RefusedFile,
    check_kind,
    extension_warning,
    sniff,
)
from tests.audio import stereo, tone, wav_bytes, write_encoded, write_flac


def reader(data: bytes) -> ReadAt:
    return lambda offset, size: data[offset : offset + size]


def kind_of(data: bytes) -> Kind:
    return sniff(reader(data), len(data)).kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", WAV),
        (b"RF64\xff\xff\xff\xffWAVEds64", WAV),
        (b"BW64\xff\xff\xff\xffWAVEds64", WAV),
        (b"FORM\x00\x00\x00\x00AIFFCOMM", AIFF),
        (b"FORM\x00\x00\x00\x00AIFCFVER", AIFF),
        (b"fLaC\x00\x00\x00\x22", FLAC),
        (b"\x00\x00\x00\x20ftypM4A ", MP4),
        (b"OggS" + bytes(24) + b"\x01vorbis", OGG),
        (b"OggS" + bytes(24) + b"OpusHead", OPUS),
        (b"PK\x03\x04" + bytes(30), ZIP),
        (b"\xff\xf1\x50\x80" + bytes(60), AAC),
    ],
)
def test_a_kind_is_told_by_its_first_bytes(head: bytes, kind: Kind) -> None:
    assert kind_of(head) == kind


def test_encoded_sounds_are_told_apart(tmp_path: Path) -> None:
    sound = stereo(tone(duration_s=1))
    files = {
        suffix: write_encoded(tmp_path / f"x{suffix}", sound) for suffix in (".mp3", ".ogg", ".m4a")
    }
    files[".flac"] = write_flac(tmp_path / "x.flac", sound)

    kinds = {suffix: kind_of(path.read_bytes()) for suffix, path in files.items()}

    assert kinds == {".mp3": MP3, ".ogg": OGG, ".m4a": MP4, ".flac": FLAC}


def test_an_mp3_is_found_behind_an_id3_tag_and_behind_junk(tmp_path: Path) -> None:
    data = write_encoded(tmp_path / "x.mp3", tone(duration_s=1)).read_bytes()
    tag = b"ID3\x03\x00\x00" + bytes([0, 0, 8, 0]) + bytes(1024)

    assert kind_of(tag + data) == MP3
    found = sniff(reader(b"\x00junk\xff" * 3000 + data), 18000 + len(data))
    assert (found.kind, found.junk_bytes) == (MP3, 18000)


def test_a_flac_that_wears_an_id3_tag_is_still_a_flac() -> None:
    assert kind_of(b"ID3\x03\x00\x00" + bytes([0, 0, 0, 20]) + bytes(20) + b"fLaC\x00\x00") == FLAC


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\xff\xd8\xff\xe0", "is a picture"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "is an SVG picture"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"MThd\x00\x00\x00\x06", "is MIDI"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "is a video"),
        (b"OggS" + bytes(24) + b"\x80theora", "is a video"),
        (b"\x1a\x45\xdf\xa3\x01", "is a video"),
        (b"Rar!\x1a\x07", "is a RAR archive"),
        (b"wvpk" + bytes(20), "is WavPack"),
        (b"PK\x05\x06" + bytes(18), "holds no files"),
        (b"title;artist\nBlue;Ida\n", "is not audio that the studio knows"),
        (b"\xff" * 5000, "is not audio that the studio knows"),
    ],
)
def test_what_is_not_taken_is_refused_in_words_with_advice(data: bytes, words: str) -> None:
    with pytest.raises(RefusedFile, match=r"“thing\.wav”") as caught:
        check_kind(reader(data), len(data), "thing.wav")

    assert words in str(caught.value)
    assert caught.value.hint


def test_the_name_never_decides() -> None:
    data = wav_bytes(tone(duration_s=0.1))

    assert check_kind(reader(data), len(data), "song.mp3").kind == WAV
    assert "says mp3, but the file is WAV" in extension_warning(WAV, "song.mp3")
    assert extension_warning(WAV, "song.WAV") == ""
    assert extension_warning(OPUS, "song.ogg") == ""
    assert extension_warning(WAV, "no extension") == ""

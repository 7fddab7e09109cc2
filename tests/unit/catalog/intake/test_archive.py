"""Archives are unpacked with limits, and nothing in them leads out of the folder."""

import io
import zipfile
from pathlib import Path

import pytest

from catalog.domain.audio_kinds import RefusedFile
from catalog.intake.archive import MAX_FILES, unpack


def _zip(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return path


def _unpack(archive: Path, tmp_path: Path, limit_bytes: int = 10**9) -> tuple[list[str], list[str]]:
    target = tmp_path / "out"
    target.mkdir()
    found, notes = unpack(archive, archive.name, target, limit_bytes=limit_bytes)
    assert all(item.file.parent == target for item in found)
    return [item.relative_path for item in found], notes


def test_files_get_the_archive_as_their_folder(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "Song stems.zip", {"Drums.wav": b"d", "Bass.wav": b"b"})

    assert _unpack(archive, tmp_path)[0] == ["Song stems/Drums.wav", "Song stems/Bass.wav"]


def test_one_folder_around_everything_names_the_song(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "export.zip", {"Song/Drums.wav": b"d", "Song/x/Bass.wav": b"b"})

    assert _unpack(archive, tmp_path)[0] == ["Song/Drums.wav", "Song/x/Bass.wav"]


def test_names_that_climb_stay_below_the_folder(tmp_path: Path) -> None:
    files = {"../../etc/evil.wav": b"1", "/abs/evil.wav": b"2", "C:\\x\\evil.wav": b"3"}

    paths, _ = _unpack(_zip(tmp_path / "a.zip", files), tmp_path)

    assert paths == ["a/etc/evil.wav", "a/abs/evil.wav", "a/x/evil.wav"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "out"]


def test_leftovers_of_computers_are_not_unpacked_and_inner_zips_are_named(tmp_path: Path) -> None:
    files = {"__MACOSX/._a.wav": b"x", ".DS_Store": b"x", "a.wav": b"a", "more.zip": b"PK"}

    paths, notes = _unpack(_zip(tmp_path / "a.zip", files), tmp_path)

    assert paths == ["a/a.wav"]
    assert notes == ["“more.zip” is a zip inside the zip and was left out."]


def test_a_link_inside_is_not_followed(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.wav")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr(link, "/etc/passwd")
        packed.writestr("a.wav", b"a")

    assert _unpack(tmp_path / "a.zip", tmp_path)[0] == ["a/a.wav"]


@pytest.mark.parametrize(
    ("files", "limit_bytes", "words"),
    [
        ({"a.wav": bytes(2_000_000)}, 1_000_000, "too large when unpacked (2 MB)"),
        ({"a.wav": bytes(20_000_000)}, 10**9, "too large when unpacked"),
        ({f"{n}.wav": b"x" for n in range(MAX_FILES + 1)}, 10**9, "501 files"),
        ({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b""}, 10**9, "is a spreadsheet"),
        ({".DS_Store": b""}, 10**9, "holds no files"),
    ],
)
def test_an_archive_beyond_the_limits_is_refused_before_it_is_unpacked(
    tmp_path: Path, files: dict[str, bytes], limit_bytes: int, words: str
) -> None:
    archive = _zip(tmp_path / "a.zip", files)

    with pytest.raises(RefusedFile) as caught:
        _unpack(archive, tmp_path, limit_bytes)

    assert words in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_password_and_damage_are_named(tmp_path: Path) -> None:
    locked = bytearray(_zip(tmp_path / "a.zip", {"a.wav": b"a"}).read_bytes())
    locked[6] |= 1
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    (tmp_path / "cut.zip").write_bytes(bytes(locked[: len(locked) // 2]))

    for name, words in (("locked.zip", "locked by a password"), ("cut.zip", "damaged zip archive")):
        with pytest.raises(RefusedFile, match=words):
            unpack(tmp_path / name, name, tmp_path, limit_bytes=10**9)


def test_an_entry_longer_than_it_claims_is_stopped(tmp_path: Path) -> None:
    data = bytearray(
        _zip(tmp_path / "a.zip", {"a.wav": bytes(5000)}, zipfile.ZIP_STORED).read_bytes()
    )
    directory = data.rfind(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    (tmp_path / "lie.zip").write_bytes(data)

    with pytest.raises(RefusedFile, match="damaged zip archive"):
        _unpack(tmp_path / "lie.zip", tmp_path)


def test_a_file_that_is_no_zip_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(io.BytesIO(b"PK\x03\x04nothing").getvalue())

    with pytest.raises(RefusedFile, match="damaged"):
        _unpack(tmp_path / "x.zip", tmp_path)

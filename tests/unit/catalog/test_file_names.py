"""Names that come with uploads are shown clean and lead nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.domain.file_names import NamedTitle, read_name, safe_name, safe_path


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../../etc/evil.wav", "etc/evil.wav"),
        ("..\\..\\evil.wav", "evil.wav"),
        ("/abs/evil.wav", "abs/evil.wav"),
        ("C:\\music\\evil.wav", "music/evil.wav"),
        ("a/b/c.wav", "a/b/c.wav"),
        (".wav", "unnamed.wav"),
        ("con.wav", "con.wav"),
        ("", "unnamed"),
        ("a\x00b\nc.wav", "abc.wav"),
        ("nice\u202egpj.exe.wav", "nicegpj.exe.wav"),
        ("  spaced .wav", "spaced .wav"),
    ],
)
def test_a_path_is_cleaned(raw: str, clean: str) -> None:
    assert safe_path(raw) == clean


def test_a_very_long_name_is_shortened_and_keeps_its_extension() -> None:
    name = safe_name("a" * 300 + ".wav")

    assert len(name) == 200
    assert name.endswith("a.wav")


@given(st.text())
def test_no_path_climbs_or_starts_at_the_root(raw: str) -> None:
    parts = safe_path(raw).split("/")

    assert all(part not in ("", ".", "..") for part in parts)
    assert "\x00" not in "".join(parts)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Snow.wav", NamedTitle("Snow")),
        ("03 - Snow.wav", NamedTitle("Snow", track_number=3)),
        ("2-05 Snow.flac", NamedTitle("Snow", disc_number=2, track_number=5)),
        ("07_snow_on_the_sill.mp3", NamedTitle("snow on the sill", track_number=7)),
        ("Ida Marrow - Snow.wav", NamedTitle("Snow", "Ida Marrow")),
        ("01. Ida Marrow – Snow.wav", NamedTitle("Snow", "Ida Marrow", track_number=1)),
        ("Snow (Remix).wav", NamedTitle("Snow (Remix)")),
        ("Snow_MASTER.wav", NamedTitle("Snow")),
        ("99 Problems.wav", NamedTitle("99 Problems")),
        ("1999.wav", NamedTitle("1999")),
        ("03.wav", NamedTitle("03")),
    ],
)
def test_a_title_is_read_from_a_name(name: str, read: NamedTitle) -> None:
    assert read_name(name) == read

"""The tags of a file become a draft; nothing is invented, nothing is lost in silence."""

import pytest

from catalog.domain.draft import draft_from
from catalog.domain.keys import Key, read_key
from catalog.domain.tag_values import read_artists, read_tempo, read_title, repaired_text

# STANDARDS, section 5: tonic, then wheel and open key codes of major and minor.
WHEEL = """
C 8B 1d 5A 10m; Db 3B 8d 12A 5m; D 10B 3d 7A 12m; Eb 5B 10d 2A 7m; E 12B 5d 9A 2m; F 7B 12d 4A 9m;
Gb 2B 7d 11A 4m; G 9B 2d 6A 11m; Ab 4B 9d 1A 6m; A 11B 4d 8A 1m; Bb 6B 11d 3A 8m; B 1B 6d 10A 3m
"""


def test_a_full_set_of_tags_fills_the_draft() -> None:
    draft = draft_from(
        {
            "title": ["Harbour (feat. Moss) [Night Remix]"],
            "artist": ["Vesper Lane"],
            "album": ["Lights"],
            "track_number": ["3/12"],
            "disc_number": ["1"],
            "isrc": ["aa-6q7-20-00047"],
            "upc": ["036000291452"],
            "tempo": ["110.02"],
            "key": ["8A"],
            "genre": ["(17)Rock; Synthwave"],
            "date": ["2021-05-03"],
            "language": ["eng"],
            "advisory": ["4"],
        },
        file_name="x.mp3",
    )

    assert (draft.title, draft.version, draft.featured) == ("Harbour", "Night Remix", ("Moss",))
    assert draft.artists == ("Vesper Lane",)
    assert (draft.track_number, draft.track_total, draft.disc_number) == (3, 12, 1)
    assert (draft.isrc, draft.upc) == ("AA6Q72000047", "036000291452")
    assert (draft.tempo_bpm, draft.key) == (110.02, Key("A", "minor"))
    assert draft.genres == ("Rock", "Synthwave")
    assert (draft.year, draft.release_date) == (2021, "2021-05-03")
    assert (draft.language, draft.advisory) == ("en", "explicit")
    assert draft.notes == ()


def test_without_tags_the_file_name_gives_title_artist_and_number() -> None:
    draft = draft_from({}, file_name="03 - Ida Marrow - Snow.flac")

    assert (draft.title, draft.artists, draft.track_number) == ("Snow", ("Ida Marrow",), 3)


def test_a_title_tag_wins_over_the_file_name() -> None:
    draft = draft_from({"title": ["Snow"]}, file_name="Somebody - Else.wav")

    assert (draft.title, draft.artists) == ("Snow", ())


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"title": ["Blue\x00 Hour\x07"]}, "2 control characters were removed from the title tag"),
        ({"isrc": ["nonsense"]}, "ISRC tag was left out"),
        ({"upc": ["036000291453"]}, "UPC tag was left out"),
        ({"tempo": ["fast"]}, "BPM tag “fast” is no tempo"),
        ({"key": ["X"]}, "key tag “X” is no key"),
        ({"title": ["x" * 400]}, "400 characters long and was cut"),
    ],
)
def test_what_is_cleaned_or_left_out_is_said(raw: dict[str, list[str]], words: str) -> None:
    assert words in " ".join(draft_from(raw, file_name="x.mp3").notes)


def test_markup_in_a_title_is_kept_as_text() -> None:
    title = "<img src=x onerror=document.title='ran'>"

    assert draft_from({"title": [title]}, file_name="x.mp3").title == title


def test_cyrillic_in_a_latin_frame_is_kept_as_read_and_a_repair_is_offered() -> None:
    draft = draft_from({"title": ["Àëåêñàíäð"]}, file_name="x.mp3")

    assert draft.title == "Àëåêñàíäð"
    assert draft.repairs == {"title": "Александр"}
    assert draft.notes == ()


@pytest.mark.parametrize("text", ["Déjà vu", "Ångström", "Sigur Rós", "Ça ira", "Émilie", "日本"])
def test_right_text_is_offered_no_repair(text: str) -> None:
    assert repaired_text(text) == ""


def test_both_wheels_read_as_the_keys_of_the_table() -> None:
    for row in WHEEL.strip().split(";"):
        tonic, major, open_major, minor, open_minor = row.split()
        assert read_key(major) == read_key(open_major) == Key(tonic, "major")
        assert read_key(minor) == read_key(open_minor) == Key(tonic, "minor")
        assert Key(tonic, "major").wheel_code == major
        assert Key(tonic, "minor").wheel_code == minor


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Am", ("A", "minor")),
        ("a", ("A", "minor")),
        ("A minor", ("A", "minor")),
        ("C#m", ("Db", "minor")),
        ("Ebmaj", ("Eb", "major")),
        ("B♭ major", ("Bb", "major")),
        ("CM", ("C", "major")),
        ("Cb", ("B", "major")),
    ],
)
def test_written_keys_are_read(text: str, key: tuple[str, str]) -> None:
    assert read_key(text) == Key(*key)


@pytest.mark.parametrize("text", ["", "o", "H", "13A", "0m", "Q#m", "A7"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert read_key(text) is None


@pytest.mark.parametrize("text", ["0", "-5", "1e9", "nan", "inf", "", "12"])
def test_a_tempo_no_music_has_is_none(text: str) -> None:
    assert read_tempo(text) is None


def test_brackets_that_are_no_version_stay_in_the_title() -> None:
    assert read_title("Snow (Part 2)").title == "Snow (Part 2)"
    assert read_title("(Intro)").title == "(Intro)"
    assert read_title("feat. nobody").title == "feat. nobody"


def test_an_ampersand_may_belong_to_the_name_of_an_act() -> None:
    assert read_artists(["Simon & Lark"]) == (("Simon & Lark",), ())

"""Files find their track by name, and only with evidence."""

import pytest

from catalog.domain.stem_roles import role_of
from catalog.domain.stems import TrackFiles, group_files, title_key


def _shape(tracks: tuple[TrackFiles, ...]) -> list[tuple[str, str | None, dict[str, str]]]:
    return [(t.title, t.main, {s.path: s.role for s in t.stems}) for t in tracks]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("drums", "drums"),
        ("Drums 2", "drums"),
        ("KICK", "drums"),
        ("Kick In", "drums"),
        ("OH L", "drums"),
        ("Hi-Hat", "drums"),
        ("snare_top", ""),
        ("perc loop", ""),
        ("Percs", "percussion"),
        ("Bass DI", "bass"),
        ("SubBass", "bass"),
        ("808", "bass"),
        ("Synth Bass", "bass"),
        ("Lead Gtr", ""),
        ("Gtr L", "guitar"),
        ("Acoustic Guitar 1", "guitar"),
        ("Felt Piano", "keys"),
        ("e-piano", "keys"),
        ("Pad", "synth"),
        ("Synth Lead", "synth"),
        ("Violins", "strings"),
        ("Sax", "woodwind"),
        ("Horns", "brass"),
        ("Lead Vox", "vocals"),
        ("LeadVox2", "vocals"),
        ("Acapella", "vocals"),
        ("BGVs", "backing_vocals"),
        ("Backing Vocals", "backing_vocals"),
        ("FX", "effects"),
        ("drums stem", "drums"),
        ("Stem - Bass", "bass"),
        ("kick and snare", ""),
        ("kick snare", "drums"),
        ("kick bass", ""),
        ("Remix", ""),
        ("Radio Edit", ""),
        ("Instrumental", ""),
        ("Live", ""),
        ("Bassment", ""),
        ("", ""),
    ],
)
def test_words_name_a_role_or_nothing(text: str, role: str) -> None:
    assert role_of(text) == role


@pytest.mark.parametrize(
    "name",
    [
        "Blue Hour",
        "blue_hour",
        "01 - Blue Hour",
        "03. Blue Hour",
        "Blue-Hour (Master)",
        "BLUE HOUR 110bpm",
    ],
)
def test_differently_written_names_of_one_song_compare_equal(name: str) -> None:
    assert title_key(name) == "blue hour"


@pytest.mark.parametrize(
    "stem",
    [
        "Song (drums).wav",
        "Song [Drums].wav",
        "Song_drums.flac",
        "Song - Drums.wav",
        "Song-Drums.wav",
        "Song.drums.wav",
        "Drums - Song.wav",
        "song_DRUMS.wav",
        "Song (Drums Stem).wav",
        "Song_Drums_110bpm.wav",
        "01 Song (drums).aiff",
        "Song — drums.wav",
        "Song (Drums) 2.wav",
    ],
)
def test_a_part_joins_the_whole_recording_beside_it(stem: str) -> None:
    assert _shape(group_files(["Song.wav", stem])) == [("Song", "Song.wav", {stem: "drums"})]


def test_parts_of_several_songs_in_one_folder_find_their_own() -> None:
    files = [
        "Dawn.wav",
        "Dawn (bass).wav",
        "Dusk_drums.wav",
        "Dusk.wav",
        "Dusk_bass.wav",
        "Noon.mp3",
    ]

    assert _shape(group_files(files)) == [
        ("Dawn", "Dawn.wav", {"Dawn (bass).wav": "bass"}),
        ("Dusk", "Dusk.wav", {"Dusk_drums.wav": "drums", "Dusk_bass.wav": "bass"}),
        ("Noon", "Noon.mp3", {}),
    ]


def test_parts_without_a_whole_recording_still_make_one_track() -> None:
    files = ["Song (drums).wav", "Song (bass).wav", "Song (lead vox).wav"]

    (track,) = group_files(files)

    assert (track.title, track.main) == ("Song", None)
    assert [(s.role, s.label) for s in track.stems] == [
        ("drums", ""),
        ("bass", ""),
        ("vocals", "Lead vox"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Moonlight (Piano).flac",
        "Moonlight - Piano.mp3",
        "Ida Marrow - Strings.mp3",
        "Bass.wav",
        "Drums - Live at Home.wav",
        "heavy_bass.mp3",
    ],
)
def test_one_file_alone_is_a_track_whatever_it_is_called(name: str) -> None:
    (track,) = group_files([name])

    assert (track.main, track.stems) == (name, ())


def test_a_version_is_a_track_of_its_own() -> None:
    files = ["Song.wav", "Song (Instrumental).wav", "Song (Radio Edit).wav", "Song (Live).wav"]

    assert [t.main for t in group_files(files)] == files


def test_a_single_part_joins_a_track_the_catalog_already_has() -> None:
    assert _shape(group_files(["blue_hour_drums.wav"], known_titles=["Blue Hour"])) == [
        ("Blue Hour", None, {"blue_hour_drums.wav": "drums"})
    ]


@pytest.mark.parametrize(
    "folder", ["Song", "Song Stems", "Song/Stems", "Song_stems", "Song (Stems)"]
)
def test_a_folder_of_parts_is_one_track_named_by_the_folder(folder: str) -> None:
    files = [f"{folder}/01 Kick.wav", f"{folder}/02_Bass.wav", f"{folder}/Vox.wav"]

    assert _shape(group_files(files)) == [
        ("Song", None, {files[0]: "drums", files[1]: "bass", files[2]: "vocals"})
    ]


@pytest.mark.parametrize(
    "whole", ["Song/Song.wav", "Song/Full Mix.wav", "Song/Mixdown.wav", "Song/master.wav"]
)
def test_the_mix_inside_a_folder_of_parts_is_the_track(whole: str) -> None:
    files = ["Song/Drums.wav", whole, "Song/Bass.wav"]

    assert _shape(group_files(files)) == [
        ("Song", whole, {"Song/Drums.wav": "drums", "Song/Bass.wav": "bass"})
    ]


def test_the_whole_recording_above_a_folder_of_stems_is_found() -> None:
    files = [
        "Album/Song.wav",
        "Album/Song stems/Drums.wav",
        "Album/Song stems/Bass.wav",
        "Album/Next.wav",
    ]

    assert _shape(group_files(files)) == [
        ("Song", "Album/Song.wav", {files[1]: "drums", files[2]: "bass"}),
        ("Next", "Album/Next.wav", {}),
    ]


def test_named_parts_in_a_stems_folder_join_the_recordings_above() -> None:
    files = ["A.wav", "B.wav", "Stems/A_drums.wav", "Stems/B_drums.wav", "Stems/A_keys.wav"]

    assert _shape(group_files(files)) == [
        ("A", "A.wav", {"Stems/A_drums.wav": "drums", "Stems/A_keys.wav": "keys"}),
        ("B", "B.wav", {"Stems/B_drums.wav": "drums"}),
    ]


def test_a_strange_name_in_a_folder_of_stems_is_kept_as_another_part() -> None:
    (track,) = group_files(
        ["Song stems/Drums.wav", "Song stems/Bass.wav", "Song stems/Weird thing.wav"]
    )

    assert [(s.role, s.label) for s in track.stems] == [
        ("drums", ""),
        ("bass", ""),
        ("other", "Weird thing"),
    ]


def test_an_album_folder_with_one_instrument_title_stays_an_album() -> None:
    files = [
        "Album/01 Piano.mp3",
        "Album/02 Rain.mp3",
        "Album/03 Drums.mp3",
        "Album/04 Home.mp3",
        "Album/05 Sea.mp3",
    ]

    assert [t.main for t in group_files(files)] == files
    assert [t.title for t in group_files(files)] == ["Piano", "Rain", "Drums", "Home", "Sea"]


def test_bare_parts_dropped_with_one_other_file_belong_to_it() -> None:
    files = ["drums.wav", "My Song.wav", "bass.wav"]

    assert _shape(group_files(files)) == [
        ("My Song", "My Song.wav", {"drums.wav": "drums", "bass.wav": "bass"})
    ]


def test_bare_parts_dropped_alone_make_an_untitled_track() -> None:
    assert _shape(group_files(["drums.wav", "bass.wav"])) == [
        ("Untitled", None, {"drums.wav": "drums", "bass.wav": "bass"})
    ]


def test_two_takes_of_one_part_are_two_stems_with_their_words() -> None:
    (track,) = group_files(["Song.wav", "Song (Gtr L).wav", "Song (Gtr R).wav"])

    assert [(s.role, s.label) for s in track.stems] == [("guitar", "Gtr L"), ("guitar", "Gtr R")]


def test_an_artist_before_the_title_stays_out_of_it() -> None:
    files = [
        "Ida Marrow - Snow.wav",
        "Ida Marrow - Snow - Piano.wav",
        "Ida Marrow - Snow - Bass.wav",
    ]

    (track,) = group_files(files)

    assert (track.title, track.main) == ("Snow", files[0])
    assert [s.role for s in track.stems] == ["keys", "bass"]


def test_every_file_is_in_exactly_one_track() -> None:
    files = [
        "Song.wav",
        "Song (drums).wav",
        "x/Kick.wav",
        "x/Bass.wav",
        "x/Song.wav",
        "x/y/Vox.wav",
        "stems/Keys.wav",
        "Song_keys.wav",
        "other/Song (fx).wav",
    ]

    placed = [path for track in group_files(files) for path in track.paths]

    assert sorted(placed) == sorted(files)


def test_right_to_left_and_accented_titles_group_too() -> None:
    assert _shape(
        group_files(["שיר.wav", "שיר (drums).wav", "Çédille_bass.wav", "Çédille.wav"])
    ) == [
        ("שיר", "שיר.wav", {"שיר (drums).wav": "drums"}),
        ("Çédille", "Çédille.wav", {"Çédille_bass.wav": "bass"}),
    ]

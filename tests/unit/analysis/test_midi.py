"""MIDI files read and written, scenes cut from them, and what is known of a piece."""

import numpy as np
import pytest

from analysis.errors import BrokenMidi
from analysis.heads.labelled import truth_of_notes
from analysis.heads.midi import (
    NOTE_OFF,
    NOTE_ON,
    PROGRAM,
    Event,
    cut,
    notes_of,
    read_bar_lines,
    read_beats,
    read_events,
)
from analysis.heads.midi import write_events as written
from analysis.heads.scenes import PATCHES, SCENE_S, TERMS, dealt, scenes_of, truth_of

PIECE = [
    Event(0.0, PROGRAM, 0, (56,)),
    Event(0.5, NOTE_ON, 0, (60, 100)),
    Event(2.0, NOTE_OFF, 0, (60, 0)),
    Event(2.0, NOTE_ON, 9, (36, 90)),
    Event(2.1, NOTE_ON, 9, (36, 0)),
]


def test_what_is_written_reads_the_same() -> None:
    events = read_events(written(PIECE, end_s=4.0))
    notes = notes_of(events)
    assert [(note.channel, note.program, note.pitch) for note in notes] == [(0, 56, 60), (9, 0, 36)]
    assert notes[0].start_s == pytest.approx(0.5, abs=0.002)
    assert notes[0].end_s == pytest.approx(2.0, abs=0.002)


def test_a_change_of_tempo_moves_what_follows_it() -> None:
    track = bytes.fromhex(
        "00ff5103 07a120 8360903c64 00ff5103 0f4240 8360803c00 00ff2f00".replace(" ", "")
    )
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1, 0x01, 0xE0])
    (note,) = notes_of(read_events(header + b"MTrk" + len(track).to_bytes(4, "big") + track))
    assert (note.start_s, note.end_s) == (pytest.approx(0.5), pytest.approx(1.5))


def test_bar_lines_follow_the_one_time_signature() -> None:
    three_four = "00ff5804 03021808"
    note = "8f0090 3c64 8f00 803c00"  # 1,920 ticks of rest, then as many of sound
    lines = read_bar_lines(smf(f"{three_four} {note} 00ff2f00"))
    assert lines is not None
    assert (lines.beats, lines.unit) == (3, 4)
    assert lines.starts_s == pytest.approx([0.0, 1.5, 3.0])
    twice = f"{three_four} 8f00ff5804 04021808 {note} 00ff2f00"
    assert read_bar_lines(smf(twice)) is None
    assert read_bar_lines(smf(f"{note} 00ff2f00")) is None


def test_beats_are_quarter_notes_through_changes_of_tempo() -> None:
    slower = "8360ff5103 0f4240"  # after one quarter note, 60 instead of 120 a minute
    assert read_beats(smf(f"{slower} 00903c64 8360803c00 00ff2f00")) == pytest.approx([0, 0.5, 1.5])
    assert read_beats(smf("00ff2f00")) == ()


def smf(track: str) -> bytes:
    """A file of one track, 480 ticks a quarter note."""
    body = bytes.fromhex(track)
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1, 0x01, 0xE0])
    return header + b"MTrk" + len(body).to_bytes(4, "big") + body


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(BrokenMidi):
        read_events(b"RIFF....")


def test_a_stretch_starts_with_the_instruments_chosen_before_it() -> None:
    part = cut(PIECE, 0.4, 3.0)
    assert (part[0].kind, part[0].data) == (PROGRAM, (56,))
    assert part[1].at_s == pytest.approx(0.1)


def test_each_patch_knows_what_sounds_in_it() -> None:
    truth = truth_of(PIECE, notes_of([*PIECE, Event(SCENE_S, NOTE_OFF, 0, (0, 0))]))
    brass, bass = TERMS.index("brass"), TERMS.index("bass")
    assert truth.shape == (PATCHES, len(TERMS))
    assert truth[0, brass] == 1
    assert truth[0, bass] == 0
    assert np.isnan(truth[2, brass])  # nothing sounds there at all


def test_dealing_keeps_the_notes_and_changes_the_instruments() -> None:
    dice = np.random.default_rng(3)
    for _ in range(20):
        notes = notes_of([*dealt(PIECE, dice), Event(9.0, NOTE_OFF, 0, (0, 0))])
        assert {note.pitch for note in notes} <= {60, 36}
        assert notes


def test_the_same_dice_give_the_same_scenes() -> None:
    piece = [
        Event(0.5 * step, kind, 0, (60, 90 if kind == NOTE_ON else 0))
        for step in range(90)
        for kind in (NOTE_OFF, NOTE_ON)
    ]
    one, other = (
        scenes_of(piece, count=2, as_written=1, dice=np.random.default_rng(1)) for _ in range(2)
    )
    assert [scene.events for scene in one] == [scene.events for scene in other]


def test_a_piece_has_what_sounds_for_a_twentieth_of_its_time() -> None:
    truth = truth_of_notes(notes_of(PIECE))
    assert truth["instrument", "brass"] is True
    assert truth["instrument", "drums"] is True
    assert truth["instrument", "drum-machine"] is False
    assert truth["instrument", "piano"] is False

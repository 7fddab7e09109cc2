"""Standard MIDI files: read the events with their seconds, write some of them back.

Reference: MIDI Manufacturers Association, "Standard MIDI Files 1.0".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.errors import BrokenMidi

DRUM_CHANNEL = 9
NOTE_OFF, NOTE_ON, CONTROLLER, PROGRAM, BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0
ONE_DATA_BYTE = (PROGRAM, 0xD0)
SET_TEMPO, TIME_SIGNATURE, END_OF_TRACK = 0x51, 0x58, 0x2F
TICKS_PER_S = 960
"""What we write: 480 ticks a quarter note at 120 beats a minute, which needs no tempo event."""


@dataclass(frozen=True, order=True)
class Event:
    """A channel event: when, of which kind, on which of the 16 channels, with its data bytes."""

    at_s: float
    kind: int
    channel: int
    data: tuple[int, ...]


@dataclass(frozen=True)
class Note:
    """A sounding note; `program` is 0 to 127, of a drum kit on the drum channel."""

    start_s: float
    end_s: float
    channel: int
    program: int
    pitch: int
    velocity: int

    @property
    def is_drum(self) -> bool:
        """Whether it is a beat of a drum kit."""
        return self.channel == DRUM_CHANNEL


def read_events(content: bytes) -> list[Event]:
    """Give all channel events in order of time.

    Raises
    ------
    BrokenMidi : not a standard MIDI file, or counted in film frames
    """
    found, _, seconds = _read(content)
    found.sort(key=lambda event: event[0])
    return [Event(seconds(tick), kind, channel, data) for tick, kind, channel, data in found]


@dataclass(frozen=True)
class BarLines:
    """Where bars begin, in seconds, to the last note; `beats` and `unit` as written, 6 and 8."""

    starts_s: tuple[float, ...]
    beats: int
    unit: int


def read_bar_lines(content: bytes) -> BarLines | None:
    """Give the bar lines of a file that states one time signature throughout; else None.

    Raises
    ------
    BrokenMidi : not a standard MIDI file, or counted in film frames
    """
    found, metas, seconds = _read(content)
    stated = {(tick, tuple(data[:2])) for tick, kind, data in metas if kind == TIME_SIGNATURE}
    ends = [tick for tick, kind, _, _ in found if kind in (NOTE_ON, NOTE_OFF)]
    if len(stated) != 1 or not ends:
        return None
    ((first, (beats, power)),) = stated
    step = seconds.division * 4 * beats / 2**power
    if first or not step:
        return None
    count = int(max(ends) / step) + 1
    starts_s = tuple(seconds(int(bar * step)) for bar in range(count))
    return BarLines(starts_s, beats, 2**power)


def read_beats(content: bytes) -> tuple[float, ...]:
    """Give the seconds of the quarter notes, from the first tick to the last note; none without.

    Raises
    ------
    BrokenMidi : not a standard MIDI file, or counted in film frames
    """
    found, _, seconds = _read(content)
    ends = [tick for tick, kind, _, _ in found if kind in (NOTE_ON, NOTE_OFF)]
    return tuple(seconds(tick) for tick in range(0, max(ends, default=-1) + 1, seconds.division))


def _read(
    content: bytes,
) -> tuple[
    list[tuple[int, int, int, tuple[int, ...]]], list[tuple[int, int, tuple[int, ...]]], _Clock
]:
    """Give channel events and other events by tick, and the clock that turns ticks to seconds."""
    if content[:4] != b"MThd":
        raise BrokenMidi("This is not a standard MIDI file.")
    header = int.from_bytes(content[4:8], "big")
    division = int.from_bytes(content[12:14], "big")
    if division & 0x8000 or not division:
        raise BrokenMidi("This MIDI file counts film frames, not beats.")
    at = 8 + header
    found: list[tuple[int, int, int, tuple[int, ...]]] = []
    metas: list[tuple[int, int, tuple[int, ...]]] = []
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "big")
        if content[at : at + 4] == b"MTrk":
            for tick, status, data in _track(content[at + 8 : at + 8 + size]):
                if status in (SET_TEMPO, TIME_SIGNATURE):
                    metas.append((tick, status, data))
                else:
                    found.append((tick, status & 0xF0, status & 0x0F, data))
        at += 8 + size
    tempi = [
        (tick, int.from_bytes(bytes(data), "big"))
        for tick, kind, data in metas
        if kind == SET_TEMPO
    ]
    return found, metas, _Clock(tempi, division)


def notes_of(events: Sequence[Event]) -> list[Note]:
    """Pair the starts and ends of notes; a note that never ends lasts to the last event."""
    programs = [0] * 16
    sounding: dict[tuple[int, int], tuple[float, int, int]] = {}
    notes = []
    last_s = events[-1].at_s if events else 0.0
    for event in events:
        if event.kind == PROGRAM:
            programs[event.channel] = event.data[0]
        if event.kind not in (NOTE_ON, NOTE_OFF):
            continue
        place = (event.channel, event.data[0])
        if (open_note := sounding.pop(place, None)) is not None:
            start_s, program, velocity = open_note
            notes.append(Note(start_s, event.at_s, event.channel, program, event.data[0], velocity))
        if event.kind == NOTE_ON and event.data[1]:
            sounding[place] = (event.at_s, programs[event.channel], event.data[1])
    for (channel, pitch), (start_s, program, velocity) in sounding.items():
        notes.append(Note(start_s, last_s, channel, program, pitch, velocity))
    return sorted(notes, key=lambda note: note.start_s)


def cut(events: Sequence[Event], start_s: float, end_s: float) -> list[Event]:
    """Give the events of a stretch, from second 0, with the state of all channels before it."""
    state: dict[tuple[int, ...], Event] = {}
    inside = []
    for event in events:
        if event.at_s >= end_s:
            break
        if event.at_s >= start_s:
            inside.append(Event(event.at_s - start_s, event.kind, event.channel, event.data))
        elif event.kind not in (NOTE_ON, NOTE_OFF):
            which = event.data[:1] if event.kind == CONTROLLER else ()
            state[event.kind, event.channel, *which] = event
    before = [Event(0.0, each.kind, each.channel, each.data) for each in state.values()]
    return before + inside


def write_events(events: Iterable[Event], *, end_s: float) -> bytes:
    """Write a MIDI file of one track; notes still sounding end with it."""
    body, last = bytearray(), 0
    for event in events:
        tick = round(event.at_s * TICKS_PER_S)
        body += _number(max(tick - last, 0)) + bytes((event.kind | event.channel, *event.data))
        last = max(tick, last)
    body += _number(max(round(end_s * TICKS_PER_S) - last, 0)) + bytes((0xB0, 123, 0))
    for channel in range(1, 16):
        body += bytes((0, 0xB0 | channel, 123, 0))
    body += bytes((0, 0xFF, END_OF_TRACK, 0))
    header = b"MThd" + (6).to_bytes(4, "big") + bytes((0, 0, 0, 1)) + (480).to_bytes(2, "big")
    return header + b"MTrk" + len(body).to_bytes(4, "big") + bytes(body)


def _track(body: bytes) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Give (tick, status, data) of channel events, and of `SET_TEMPO` and `TIME_SIGNATURE`."""
    at = tick = status = 0
    while at < len(body):
        wait, at = _read_number(body, at)
        tick += wait
        if at >= len(body):
            return
        if body[at] == 0xFF:
            size, start = _read_number(body, at + 2)
            if body[at + 1] in (SET_TEMPO, TIME_SIGNATURE):
                yield tick, body[at + 1], tuple(body[start : start + size])
            at = start + size
        elif body[at] in (0xF0, 0xF7):
            size, start = _read_number(body, at + 1)
            at = start + size
        else:
            if body[at] & 0x80:
                status, at = body[at], at + 1
            count = 1 if status & 0xF0 in ONE_DATA_BYTE else 2
            data = tuple(byte & 0x7F for byte in body[at : at + count])
            at += count
            if len(data) == count and status & 0x80:
                yield tick, status, data


class _Clock:
    """Ticks to seconds, through the changes of tempo."""

    def __init__(self, tempi: list[tuple[int, int]], division: int) -> None:
        self.division = division
        self.steps = [(0, 0.0, 500_000)]
        for tick, micros in sorted(tempi):
            before, at_s, speed = self.steps[-1]
            at_s += (tick - before) * speed / division / 1e6
            self.steps.append((tick, at_s, micros))
        self.place = 0

    def __call__(self, tick: int) -> float:
        while self.place + 1 < len(self.steps) and self.steps[self.place + 1][0] <= tick:
            self.place += 1
        before, at_s, speed = self.steps[self.place]
        return at_s + (tick - before) * speed / self.division / 1e6


def _read_number(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    while at < len(body):
        value = value << 7 | body[at] & 0x7F
        at += 1
        if not body[at - 1] & 0x80:
            break
    return value, at


def _number(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))

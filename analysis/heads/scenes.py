"""Scenes to learn from: stretches of MIDI pieces, as written and with other instruments.

A piece played as written teaches only what its author chose. So in most scenes instruments are
dealt anew: low parts to instruments that carry a bass, the others to anything, drums on or off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.heads.midi import (
    CONTROLLER,
    DRUM_CHANNEL,
    NOTE_ON,
    PROGRAM,
    Event,
    Note,
    cut,
    notes_of,
)

PATCH_S = 187 * 256 / 16_000
PATCHES = 3
SCENE_S = PATCHES * PATCH_S

# General MIDI programs that sound like a term. Programs in no group (synth brass, pads made of
# voices, sound effects) are neither a right nor a wrong answer for the terms in DOUBTFUL.
PROGRAMS: Mapping[str, tuple[int, ...]] = {
    "piano": (0, 1, 2, 3),
    "electric-piano": (4, 5),
    "harpsichord": (6,),
    "mallets": (8, 9, 10, 11, 12, 13, 14),
    "organ": (16, 17, 18, 19, 20),
    "accordion": (21, 23),
    "acoustic-guitar": (24, 25),
    "electric-guitar": (26, 27, 28, 29, 30),
    "distorted-guitar": (29, 30),
    "guitar": tuple(range(24, 32)),
    "bass": tuple(range(32, 40)),
    "strings": (40, 41, 42, 43, 44, 45, 48, 49, 50),
    "violin": (40,),
    "cello": (42,),
    "harp": (46,),
    "choir": (52, 53),
    "brass": tuple(range(56, 62)),
    "trumpet": (56, 59),
    "saxophone": (64, 65, 66, 67),
    "woodwinds": tuple(range(68, 80)),
    "flute": (72, 73, 74, 75, 77),
    "clarinet": (71,),
    "synthesizer": (80, 81, 87, *range(88, 96), 62, 63, 38, 39),
    "sitar": (104,),
}
DOUBTFUL: Mapping[str, tuple[int, ...]] = {
    "piano": (4, 5, 6, 7),
    "electric-piano": (0, 1, 2, 3, 7, 11),
    "harpsichord": (7, 104, 15),
    "mallets": (4, 5, 15, 108, 112, 114, 46, 98),
    "organ": (21, 22, 23),
    "accordion": (16, 17, 18, 19, 20, 22),
    "acoustic-guitar": (15, 31, 45, 46, 104, 105, 106, 107),
    "electric-guitar": (31, 84, 87),
    "distorted-guitar": (31, 84, 87, 28),
    "guitar": (15, 32, 33, 34, 104, 105, 106, 107),
    "bass": (43, 58, 87, 42),
    "strings": (51, 52, 53, 54, 55, 89, 90, 92, 93, 94, 95, 110),
    "violin": (41, 44, 48, 49, 50, 51, 110),
    "cello": (41, 43, 44, 48, 49, 50, 51),
    "harp": (15, 45, 24, 104, 107),
    "choir": (54, 85, 91, 89, 94),
    "brass": (55, 62, 63),
    "trumpet": (55, 57, 58, 60, 61, 62, 63),
    "saxophone": (68, 69, 70, 71),
    "woodwinds": (22, 64, 65, 66, 67, 109, 111),
    "flute": (68, 69, 70, 71, 76, 78, 79),
    "clarinet": (68, 69, 70, 64, 65, 66, 67),
    "synthesizer": (50, 51, 54, 55, 82, 83, 84, 85, 86, *range(96, 104), 20, 16),
    "sitar": (15, 105, 106, 107, 6, 7),
}
ELECTRONIC_KITS = (24, 25)
DRUM_TERMS = ("drums", "drum-machine")
TERMS = (*PROGRAMS, *DRUM_TERMS)

DEALT = tuple(name for name in PROGRAMS if name not in ("bass", "guitar", "distorted-guitar"))
LOW_DEALT = ("bass", "bass", "bass", "bass", "cello", "strings", "organ", "synthesizer", "brass")
KITS = (0, 0, 0, 8, 16, 24, 25, 25, 32, 40)
LOW_PITCH = 50.0
QUIETEST = 0.06
"""Of the loudest part's power: what lies below is neither heard nor absent."""
LONG_ENOUGH = 0.2
"""Share of a patch that an instrument must sound in to count as heard."""


@dataclass(frozen=True)
class Scene:
    """A stretch to play, and what can be heard in each of its patches.

    `truth` has shape (PATCHES, len(TERMS)): 1 heard, 0 not there, NaN when it cannot be said.
    """

    events: tuple[Event, ...]
    truth: NDArray[np.float32]


def scenes_of(
    events: Sequence[Event], *, count: int, as_written: int, dice: np.random.Generator
) -> list[Scene]:
    """Take stretches of a piece: the first `as_written` of them unchanged."""
    notes = notes_of(events)
    if not notes:
        return []
    length = max(note.end_s for note in notes)
    found = []
    for number in range(count):
        start_s = float(dice.uniform(0, max(length - SCENE_S, 0.01)))
        part = cut(events, start_s, start_s + SCENE_S)
        if number >= as_written:
            part = dealt(part, dice)
        inside = notes_of([*part, Event(SCENE_S, CONTROLLER, 0, (123, 0))])
        if len(inside) >= 8:
            found.append(Scene(tuple(part), truth_of(part, inside)))
    return found


def dealt(events: Sequence[Event], dice: np.random.Generator) -> list[Event]:
    """Give every part another instrument, drop some parts, and play drums or none."""
    pitches: dict[int, list[int]] = defaultdict(list)
    for event in events:
        if event.kind == NOTE_ON and event.data[1]:
            pitches[event.channel].append(event.data[0])
    melodic = [channel for channel in pitches if channel != DRUM_CHANNEL]
    dice.shuffle(melodic)
    kept = set(melodic[: int(dice.integers(1, min(len(melodic), 5) + 1))] if melodic else [])
    with_drums = DRUM_CHANNEL in pitches and (not kept or dice.random() < 0.6)
    programs = {}
    for channel in kept:
        low = float(np.mean(pitches[channel])) < LOW_PITCH
        group = str(dice.choice(LOW_DEALT if low else DEALT))
        programs[channel] = int(dice.choice(PROGRAMS[group]))
    changed = [Event(0.0, PROGRAM, channel, (program,)) for channel, program in programs.items()]
    if with_drums:
        kept.add(DRUM_CHANNEL)
        changed.append(Event(0.0, PROGRAM, DRUM_CHANNEL, (int(dice.choice(KITS)),)))
    for event in events:
        if event.kind != PROGRAM and event.channel in kept:
            bank_select = event.kind == CONTROLLER and event.data[0] in (0, 32)
            if not bank_select:
                changed.append(event)
    return changed


def truth_of(events: Sequence[Event], notes: Sequence[Note]) -> NDArray[np.float32]:
    """Say what is heard in each patch."""
    volume = _volumes(events)
    seconds = np.zeros((PATCHES, 256), np.float32)
    power = np.zeros((PATCHES, 256), np.float32)
    for note in notes:
        voice = note.program + 128 * note.is_drum
        end_s = max(note.end_s, note.start_s + 0.25) if note.is_drum else note.end_s
        loud = (note.velocity / 127 * volume[note.channel]) ** 2
        for patch in range(int(note.start_s / PATCH_S), min(PATCHES, int(end_s / PATCH_S) + 1)):
            inside = min(end_s, (patch + 1) * PATCH_S) - max(note.start_s, patch * PATCH_S)
            if patch >= 0 and inside > 0:
                seconds[patch, voice] += inside
                power[patch, voice] = max(power[patch, voice], loud)
    loudest = power.max(axis=1, keepdims=True)
    heard = (seconds >= LONG_ENOUGH * PATCH_S) & (power >= QUIETEST * loudest)
    truth = np.full((PATCHES, len(TERMS)), np.nan, np.float32)
    for place, term in enumerate(TERMS):
        if term in PROGRAMS:
            yes, maybe = list(PROGRAMS[term]), list(DOUBTFUL[term])
        else:
            kits = [128 + kit for kit in range(128)]
            electronic = [128 + kit for kit in ELECTRONIC_KITS]
            yes = kits if term == "drums" else electronic
            maybe = [112, 115, 116, 117, 118, 47, 119] if term == "drums" else [117, 118]
        there = heard[:, yes].any(axis=1)
        absent = (seconds[:, yes + maybe] == 0).all(axis=1)
        truth[there, place] = 1.0
        truth[absent & ~there, place] = 0.0
    truth[loudest[:, 0] == 0] = np.nan
    return truth


def _volumes(events: Sequence[Event]) -> list[float]:
    """Give each channel's loudest volume, from its volume and expression controllers."""
    loudest = {7: [0] * 16, 11: [0] * 16}
    for event in events:
        if event.kind == CONTROLLER and event.data[0] in loudest:
            at = loudest[event.data[0]]
            at[event.channel] = max(at[event.channel], event.data[1])
    return [
        (loudest[7][channel] or 100) / 127 * (loudest[11][channel] or 127) / 127
        for channel in range(16)
    ]

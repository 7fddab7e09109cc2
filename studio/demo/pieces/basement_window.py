"""Basement Window: house, 124 BPM, G minor. Ninth chords, congas, a marimba hook."""

from studio.demo import drums, voices
from studio.demo.effects import duck, echo, opening_filter, reverb
from studio.demo.mixing import Canvas, Hit, Note, grid, master, phrase, pitch
from studio.demo.voices import Samples

TEMPO_BPM = 124
BARS = 36
BREAK = range(20, 24)
_CHORDS = ("G2 Bb3 D4 F4 A4", "Eb2 G3 Bb3 D4 F4", "C2 G3 Bb3 D4 Eb4", "D2 F3 A3 C4 E4")
_STABS = (0.0, 0.75, 1.5, 2.5, 3.25)
_BASS = (
    (0.0, 0.4, 0),
    (0.75, 0.2, 0),
    (1.5, 0.45, 12),
    (2.25, 0.2, 0),
    (2.75, 0.4, 7),
    (3.5, 0.3, 10),
)
_HOOK = (
    "-:.5 D5:.5 F5:.5 G5:.75 F5:.25 D5:.5 C5:1  Bb4:.5 D5:.5 F5:1 -:.5 G5:.5 F5:1 "
    "-:.5 C5:.5 Eb5:.5 G5:.75 F5:.25 Eb5:.5 D5:1  A4:.5 C5:.5 D5:1.5 -:1.5"
)


def _chord(bar: int) -> list[int]:
    return [pitch(name) for name in _CHORDS[bar % 4].split()]


def compose() -> dict[str, Samples]:
    """Four stems: drums, bass, chords, melody."""
    tape = Canvas(tempo_bpm=TEMPO_BPM, beats=4 * BARS)
    kicks = grid([bar for bar in range(BARS) if bar not in BREAK], (0, 1, 2, 3), 0.95)
    kick_times_s = [hit.start * tape.beat_s for hit in kicks]
    return master(
        {
            "drums": _drums(tape, kicks),
            "bass": duck(_bass(tape), kick_times_s, depth=0.6, recovery_s=0.22),
            "chords": duck(_chords(tape), kick_times_s, depth=0.45, recovery_s=0.28),
            "melody": _melody(tape),
        }
    )


def _drums(tape: Canvas, kicks: list[Hit]) -> Samples:
    grooving = [bar for bar in range(2, BARS) if bar not in BREAK]
    sixteenths = [step / 4 for step in range(16)]
    seeds = [
        Hit(bar * 4 + beat, 0.3 + 0.25 * (beat * 4 % 4 == 2))
        for bar in range(4, BARS)
        for beat in sixteenths
    ]
    claps = reverb(
        tape.hit(grid(grooving, (1, 3), 0.8), drums.clap, level=0.7), seconds=0.7, mix=0.2
    )
    hands = tape.hit(
        grid(range(8, BARS), (0.75, 2.5, 3.25), 0.6), drums.conga, pan=-0.35, level=0.5
    )
    hands += tape.hit(grid(range(8, BARS), (1.75, 3.75), 0.6), drums.low_conga, pan=-0.2, level=0.5)
    fill = [
        Hit(4 * bar + 3 + step / 4, 0.4 + 0.1 * step) for bar in (11, 19, 31) for step in range(4)
    ]
    return (
        tape.hit(kicks, drums.kick)
        + claps
        + tape.hit(grid(grooving, (0.5, 1.5, 2.5, 3.5), 0.6), drums.open_hat, pan=0.15, level=0.45)
        + tape.hit(seeds, drums.shaker, pan=0.4, level=0.4)
        + reverb(hands + tape.hit(fill, drums.low_conga, pan=0.3), seconds=0.9, mix=0.18)
        + tape.hit([Hit(4 * bar, 0.6) for bar in (4, 12, 24)], drums.crash, pan=-0.3, level=0.6)
    )


def _bass(tape: Canvas) -> Samples:
    notes = [
        Note(bar * 4 + start, length, _chord(bar)[0] + step, 0.85)
        for bar in range(4, BARS)
        if bar not in BREAK
        for start, length, step in _BASS
    ]
    return tape.play(notes, voices.round_bass, level=0.5)


def _chords(tape: Canvas) -> Samples:
    struck = [
        Note(bar * 4 + start, 0.3, tone, 0.7 if start else 0.8)
        for bar in range(BARS)
        if bar not in BREAK
        for start in _STABS
        for tone in _chord(bar)[1:]
    ]
    held = [
        Note(4 * bar, 4, tone, 0.45)
        for bar in [*BREAK, *range(28, BARS)]
        for tone in _chord(bar)[1:]
    ]
    keys = tape.play(struck, voices.stab, level=0.42, spread=1.2)
    keys = opening_filter(keys, start_s=0, end_s=8 * 4 * tape.beat_s)
    pads = tape.play(held, voices.pad, level=0.34, spread=0.8)
    return reverb(
        echo(keys, delay_s=0.75 * tape.beat_s, feedback=0.35, mix=0.25) + pads,
        seconds=1.8,
        mix=0.22,
    )


def _melody(tape: Canvas) -> Samples:
    starts = (12, 16, 20, 24, 28, 32)
    notes = [note for bar in starts for note in phrase(_HOOK, start=4 * bar, velocity=0.75)]
    octave = [Note(n.start, n.length, n.pitch + 12, 0.4) for n in notes if n.start >= 4 * 28]
    played = tape.play(notes, voices.mallet, level=0.42, pan=0.1)
    played += tape.play(octave, voices.mallet, level=0.3, pan=-0.25)
    return reverb(
        echo(played, delay_s=0.75 * tape.beat_s, feedback=0.4, mix=0.3), seconds=1.5, mix=0.2
    )

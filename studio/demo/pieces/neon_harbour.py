"""Neon Harbour: synthwave, 110 BPM, A minor. Arpeggio, driving bass, gated snare, a lead."""

from studio.demo import drums, voices
from studio.demo.effects import chorus, duck, echo, opening_filter, reverb
from studio.demo.mixing import Canvas, Hit, Note, grid, master, phrase, pitch
from studio.demo.voices import Samples

TEMPO_BPM = 110
BARS = 32
BREAK = range(20, 24)
_VERSE = ("A F C G", "A F D E")
_MINOR = {"A", "D"}
_TUNE = (
    "E5:1.5 C5:.5 A4:1 B4:.5 C5:.5  A4:1 C5:1 F5:1.5 E5:.5 "
    "G5:1.5 E5:.5 C5:1 D5:.5 E5:.5  D5:2 B4:1 G4:.5 B4:.5"
)
_ANSWER = (
    "A5:1.5 G5:.5 E5:1 C5:1  F5:1.5 E5:.5 C5:1 A4:1 D5:1 F5:1 A5:1 G5:.5 F5:.5  E5:2 G#5:1 B5:1"
)


def _root(bar: int) -> str:
    if bar >= BARS:
        return "A"
    return _VERSE[bar // 4 % 2].split()[bar % 4]


def _triad(bar: int) -> list[int]:
    root = _root(bar)
    low = pitch(f"{root}3")
    return [low, low + (3 if root in _MINOR else 4), low + 7]


def compose() -> dict[str, Samples]:
    """Four stems: drums, bass, chords, melody."""
    tape = Canvas(tempo_bpm=TEMPO_BPM, beats=4 * (BARS + 1))
    playing = [bar for bar in range(4, BARS) if bar not in BREAK]
    kicks = grid(playing, (0, 2), 0.95) + grid([b for b in playing if b % 2], (2.5,), 0.8)
    kick_times_s = [hit.start * tape.beat_s for hit in kicks]
    return master(
        {
            "drums": _drums(tape, playing, kicks),
            "bass": duck(_bass(tape), kick_times_s, depth=0.35, recovery_s=0.2),
            "chords": duck(_chords(tape), kick_times_s, depth=0.3, recovery_s=0.3),
            "melody": _melody(tape),
        }
    )


def _drums(tape: Canvas, playing: list[int], kicks: list[Hit]) -> Samples:
    eighths = [step / 2 for step in range(8)]
    hats = grid(playing, eighths, 0.5) + grid([*range(2, 4), *BREAK], eighths, 0.3)
    fill = [
        Hit(bar * 4 + 3 + step / 4, 0.5 + step / 10) for bar in (11, 23, 31) for step in range(4)
    ]
    snare = tape.hit(grid(playing, (1, 3), 0.85), drums.big_snare, level=0.75)
    toms = tape.hit(fill, drums.tom, pan=0.25, level=0.7)
    cymbals = tape.hit([Hit(4 * bar, 0.8) for bar in (4, 12, 24, 32)], drums.crash, pan=-0.2)
    room = reverb(snare + toms + cymbals, seconds=1.1, mix=0.22, brightness_hz=7000)
    kick = tape.hit([*kicks, Hit(4 * BARS, 0.95)], drums.kick)
    return kick + room + tape.hit(hats, drums.closed_hat, pan=0.2, level=0.6)


def _bass(tape: Canvas) -> Samples:
    notes = [
        Note(
            bar * 4 + step / 2,
            0.42,
            pitch(f"{_root(bar)}2") - 12 * (_root(bar) in "FG") + 12 * (step in (3, 7)),
            0.95 if step % 2 == 0 else 0.75,
        )
        for bar in range(4, BARS)
        if bar not in BREAK
        for step in range(8)
    ]
    notes += [Note(4 * bar, 4, pitch(f"{_root(bar)}2"), 0.5) for bar in BREAK]
    notes.append(Note(4 * BARS, 4, pitch("A1"), 0.9))
    return tape.play(notes, voices.synth_bass, level=0.5)


def _chords(tape: Canvas) -> Samples:
    held = [
        Note(4 * bar, 4, tone, 0.5)
        for bar in range(BARS + 1)
        for tone in [*_triad(bar), _triad(bar)[0] + 12]
    ]
    pads = chorus(tape.play(held, voices.pad, level=0.3, spread=0.6))
    pattern = (0, 1, 2, 3, 2, 1, 0, 2)
    running = [
        Note(
            bar * 4 + step / 4,
            0.22,
            [*_triad(bar), _triad(bar)[0] + 12][pattern[step % 8]] + 12,
            0.7 if step % 4 == 0 else 0.5,
        )
        for bar in range(BARS)
        for step in range(16)
    ]
    arpeggio = tape.play(running, voices.pluck_synth, level=0.22, spread=0.8)
    arpeggio = echo(arpeggio, delay_s=0.75 * tape.beat_s, feedback=0.45, mix=0.35)
    opened = opening_filter(arpeggio, start_s=0, end_s=4 * 4 * tape.beat_s)
    return reverb(pads + opened, seconds=2.4, mix=0.3)


def _melody(tape: Canvas) -> Samples:
    notes = phrase(_TUNE, start=4 * 12) + phrase(_ANSWER, start=4 * 16)
    notes += phrase("C5:3 B4:1 A4:3 G4:1 F4:3 A4:1 G#4:4", start=4 * 20, velocity=0.5)
    notes += phrase(_TUNE, start=4 * 24) + phrase(_ANSWER, start=4 * 28)
    notes += phrase("A5:4", start=4 * BARS)
    above = [Note(n.start, n.length, n.pitch - 12, 0.5) for n in notes if n.start >= 4 * 24]
    lead = tape.play(notes, voices.lead_synth, level=0.46, pan=0.05)
    lead += tape.play(above, voices.lead_synth, level=0.24, pan=-0.3)
    return reverb(
        echo(lead, delay_s=tape.beat_s * 0.75, feedback=0.4, mix=0.35), seconds=2.0, mix=0.22
    )

"""Snow on the Sill: felt piano, 72 BPM, F major. A lullaby over broken chords, a bowed bass."""

from studio.demo import drums, voices
from studio.demo.effects import low_pass, reverb
from studio.demo.mixing import Canvas, Note, grid, master, phrase, pitch
from studio.demo.voices import Samples

TEMPO_BPM = 72
BARS = 20
# The left hand of each bar: a root in the bass and three notes to break above it.
_LEFT = (
    "F2 C3 A3 E4",
    "E2 C3 G3 E4",
    "D2 A2 F3 C4",
    "Bb1 F2 D3 A3",
    "F2 C3 A3 E4",
    "A2 E3 C4 G4",
    "Bb1 F2 D3 A3",
    "C2 G2 E3 C4",
)
_TUNE = (
    "A4:1.5 C5:.5 F5:2  E5:1.5 D5:.5 C5:2  D5:1 F5:1 A5:1.5 G5:.5  F5:3 -:1 "
    "C5:1.5 A4:.5 C5:2  E5:2 G5:1 E5:1  D5:1.5 C5:.5 Bb4:1 D5:1  C5:3 -:1"
)
_VARIATION = (
    "A4:1 C5:.5 A5:1 G5:.5 F5:1  E5:1 G5:1 C6:2  A5:1 F5:1 D5:1.5 E5:.5  F5:2 D5:1 -:1 "
    "C5:1 F5:1 A5:2  G5:1.5 E5:.5 C5:2  Bb4:1 D5:1 F5:1 G5:1  E5:2 C5:2"
)


def _left(bar: int) -> list[int]:
    return [pitch(name) for name in _LEFT[bar % 8].split()]


def compose() -> dict[str, Samples]:
    """Four stems: drums, bass, chords, melody."""
    tape = Canvas(tempo_bpm=TEMPO_BPM, beats=4 * BARS, tail_s=4.5)
    return master(
        {
            "drums": _drums(tape),
            "bass": _bass(tape),
            "chords": _chords(tape),
            "melody": _melody(tape),
        }
    )


def _drums(tape: Canvas) -> Samples:
    heart = tape.hit(grid(range(10, 18), (0, 2.5), 0.5), drums.soft_kick, level=0.35)
    brushes = tape.hit(grid(range(10, 18), (1, 3), 0.5), drums.brush, pan=0.15, level=0.14)
    return reverb(heart + brushes, seconds=1.4, mix=0.2, brightness_hz=3500)


def _bass(tape: Canvas) -> Samples:
    notes = [
        Note(4 * bar, 3.8, _left(bar)[0] + 12 * (_left(bar)[0] < 36), 0.5) for bar in range(6, 18)
    ]
    notes.append(Note(4 * (BARS - 1), 4, pitch("F2"), 0.45))
    return reverb(tape.play(notes, voices.bowed_bass, level=0.2), seconds=2.2, mix=0.2)


def _chords(tape: Canvas) -> Samples:
    order = (0, 1, 2, 3, 2, 1, 2, 1)
    notes = [
        Note(bar * 4 + step / 2, 1.4, _left(bar)[order[step]], 0.42 if step == 0 else 0.3)
        for bar in range(BARS - 2)
        for step in range(8)
    ]
    notes += [Note(4 * (BARS - 2) + step, 3, tone, 0.3) for step, tone in enumerate(_left(7))]
    close = ("F2", "C3", "A3", "F4")
    notes += [Note(4 * (BARS - 1) + n / 8, 4, pitch(name), 0.35) for n, name in enumerate(close)]
    played = tape.play(notes, voices.felt_piano, level=0.5, looseness_s=0.008, spread=0.7)
    return reverb(low_pass(played, 5000), seconds=2.8, mix=0.28, brightness_hz=3500)


def _melody(tape: Canvas) -> Samples:
    notes = phrase(_TUNE, start=4 * 2, velocity=0.55) + phrase(
        _VARIATION, start=4 * 10, velocity=0.62
    )
    notes += phrase("A5:1.5 G5:.5 E5:2", start=4 * (BARS - 2), velocity=0.45)
    notes += phrase("F5:4", start=4 * (BARS - 1), velocity=0.45)
    played = tape.play(notes, voices.felt_piano, level=0.65, looseness_s=0.01, spread=0.6)
    return reverb(low_pass(played, 6500), seconds=2.8, mix=0.32, brightness_hz=4000)

"""Copper Creek: folk, 96 BPM, G major. Picked guitar, a mandolin tune, upright bass, stomps."""

from studio.demo import drums, voices
from studio.demo.effects import reverb
from studio.demo.mixing import Canvas, Hit, Note, grid, master, phrase, pitch
from studio.demo.voices import Samples

TEMPO_BPM = 96
BARS = 26
# Bass string, its alternate, and the three upper strings of each shape.
_SHAPES = {
    "G": "G2 D3 G3 B3 G4",
    "C": "C3 G2 G3 C4 E4",
    "D": "D3 A2 A3 D4 F#4",
    "Em": "E2 B2 G3 B3 E4",
}
_VERSE = ("G", "C", "G", "D", "Em", "C", "D", "G")
_TUNE = (
    "B4:1 D5:1 G5:1.5 F#5:.5  E5:1.5 G5:.5 E5:1 C5:1  D5:1 B4:1 G4:1 A4:.5 B4:.5  A4:3 -:1 "
    "B4:1 E5:1 G5:1.5 F#5:.5  E5:1 C5:1 E5:1 G5:1  F#5:1.5 E5:.5 D5:1 A4:1  G4:3 -:1"
)
_TURN = (
    "G5:.5 F#5:.5 G5:1 D5:1 B4:1  C5:1 E5:1 G5:1 E5:1 "
    "D5:.5 E5:.5 D5:1 B4:1 G4:1  A4:1.5 B4:.5 A4:2 "
    "G4:1 B4:1 E5:1.5 D5:.5  C5:1 E5:1 G5:2  F#5:1 D5:1 A4:1 C5:1  B4:1 A4:.5 B4:.5 G4:2"
)


def _shape(bar: int) -> list[int]:
    return [pitch(name) for name in _SHAPES[_VERSE[bar % 8]].split()]


def compose() -> dict[str, Samples]:
    """Four stems: drums, bass, chords, melody."""
    tape = Canvas(tempo_bpm=TEMPO_BPM, beats=4 * BARS, tail_s=3.5)
    return master(
        {
            "drums": _drums(tape),
            "bass": _bass(tape),
            "chords": _guitar(tape),
            "melody": _mandolin(tape),
        }
    )


def _drums(tape: Canvas) -> Samples:
    seeds = [
        Hit(bar * 4 + step / 2, 0.55 if step % 2 else 0.4)
        for bar in range(4, 25)
        for step in range(8)
    ]
    feet = tape.hit(grid(range(8, 25), (0, 2), 0.75), drums.stomp, level=0.6)
    hands = tape.hit(grid(range(16, 25), (1, 3), 0.6), drums.clap, pan=-0.3, level=0.3)
    bells = tape.hit(grid(range(8, 25), (1, 3), 0.5), drums.tambourine, pan=0.35, level=0.3)
    shakes = tape.hit(seeds, drums.shaker, pan=0.25, level=0.35)
    return reverb(feet + hands + bells + shakes, seconds=0.8, mix=0.15)


def _bass(tape: Canvas) -> Samples:
    notes = []
    for bar in range(8, 25):
        low = _shape(bar)[0]
        low -= 12 if low >= pitch("C3") else 0
        notes += [Note(bar * 4, 1.7, low, 0.8), Note(bar * 4 + 2, 1.7, low + 7, 0.7)]
    notes.append(Note(4 * 25, 3.5, pitch("G1"), 0.8))
    return reverb(tape.play(notes, voices.upright_bass, level=0.75), seconds=0.7, mix=0.08)


def _guitar(tape: Canvas) -> Samples:
    # Travis picking: the thumb alternates on the beats, fingers answer between them.
    picking = ((0, 0), (0.5, 3), (1, 1), (1.5, 4), (2, 0), (2.5, 3), (3, 2), (3.5, 4))
    notes = [
        Note(bar * 4 + beat, 1.2, _shape(bar)[string], 0.8 if beat % 2 == 0 else 0.6)
        for bar in range(BARS - 1)
        for beat, string in picking
    ]
    strum = enumerate(_shape(0))
    notes += [Note(4 * (BARS - 1) + n / 20, 4, tone, 0.75) for n, tone in strum]
    played = tape.play(
        notes, voices.steel_string, level=0.5, pan=-0.2, looseness_s=0.006, spread=0.4
    )
    return reverb(played, seconds=1.2, mix=0.16)


def _mandolin(tape: Canvas) -> Samples:
    notes = phrase(_TUNE, start=4 * 4, velocity=0.75) + phrase(_TURN, start=4 * 12, velocity=0.8)
    notes += phrase(_TUNE.split("  A4:3")[0], start=4 * 20, velocity=0.8)
    notes += phrase("A4:1 B4:1 A4:1 F#4:1", start=4 * 23, velocity=0.75)
    notes += phrase("E4:1 G4:1 B4:1 A4:1", start=4 * 24, velocity=0.7)
    notes += phrase("G4:4", start=4 * 25, velocity=0.75)
    played = tape.play(notes, voices.mandolin, level=0.8, pan=0.25, looseness_s=0.006)
    return reverb(played, seconds=1.3, mix=0.2)

"""Musical keys as people, taggers and DJ tools write them. Plain Python."""

import re
from dataclasses import dataclass

TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_WORDS = {
    "major": ("", "maj", "major", "dur", "ionian"),
    "minor": ("m", "min", "minor", "moll", "aeolian"),
}
_MODES = {word: mode for mode, words in _WORDS.items() for word in words}
_NOTE = re.compile(r"([A-Ga-g])\s*([#♯b♭]|sharp|flat|is|es)?[\s\-]*([A-Za-z]*)")
_WHEEL = re.compile(r"(\d{1,2})\s*([ABabmdMD])")


@dataclass(frozen=True)
class Key:
    """A key: one of `TONICS`, and "major" or "minor"."""

    tonic: str
    mode: str

    @property
    def wheel_code(self) -> str:
        """The code of the wheel that DJ tools show, such as 8A for A minor.

        >>> Key("A", "minor").wheel_code, Key("Gb", "major").wheel_code
        ('8A', '2B')
        """
        major = (TONICS.index(self.tonic) + (3 if self.mode == "minor" else 0)) % 12
        number = (7 * major + 7) % 12 + 1
        return f"{number}{'A' if self.mode == 'minor' else 'B'}"


def read_key(text: str) -> Key | None:
    """Read "F#m", "Bb major", "8A" (wheel code) or "1m" (open key); None where it is no key.

    >>> read_key("F#m"), read_key("8A"), read_key("o")
    (Key(tonic='Gb', mode='minor'), Key(tonic='A', mode='minor'), None)
    """
    text = text.strip()
    if match := _WHEEL.fullmatch(text):
        return _from_wheel(int(match[1]), match[2])
    match = _NOTE.fullmatch(text)
    if not match:
        return None
    note, accidental, word = match[1], (match[2] or "").lower(), match[3]
    mode = "minor" if word == "m" else "major" if word == "M" else _MODES.get(word.lower(), "none")
    if mode == "none":
        return None
    step = {"#": 1, "♯": 1, "sharp": 1, "is": 1, "b": -1, "♭": -1, "flat": -1, "es": -1}
    if note.islower() and not accidental and not word:
        mode = "minor"  # the German habit: a small letter alone is minor
    return Key(TONICS[(_NATURAL[note.upper()] + step.get(accidental, 0)) % 12], mode)


def _from_wheel(number: int, letter: str) -> Key | None:
    if not 1 <= number <= 12:
        return None
    # One step of either wheel is a fifth; 8B and 1d are C major, 8A and 1m A minor.
    fifths = number - 1 if letter in "mdMD" else number - 8
    mode = "minor" if letter in "AamM" else "major"
    return Key(TONICS[(7 * fifths + (9 if mode == "minor" else 0)) % 12], mode)

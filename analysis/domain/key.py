"""Keys: their names, wheel codes, and one answer from several profiles."""

from collections.abc import Sequence
from dataclasses import dataclass

TONICS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
SHARPS = {"C#": "Db", "D#": "Eb", "F#": "Gb", "G#": "Ab", "A#": "Bb"}
# STANDARDS section 5: the code of C major is 8B, of A minor 8A; a fifth up is one further.
_WHEEL_MAJOR = {"B": 1, "Gb": 2, "Db": 3, "Ab": 4, "Eb": 5, "Bb": 6, "F": 7, "C": 8, "G": 9,
                "D": 10, "A": 11, "E": 12}  # fmt: skip
MIN_STRENGTH = 0.35  # below, profiles correlate with anything; chosen by ear on drones and noise


@dataclass(frozen=True)
class KeyOpinion:
    """One profile's answer; `strength` is its correlation with the sound, from 0 to 1."""

    tonic: str
    mode: str
    strength: float


@dataclass(frozen=True)
class Key:
    """A key with a confidence from 0 to 1."""

    tonic: str
    mode: str
    confidence: float


def choose_key(opinions: Sequence[KeyOpinion]) -> Key | None:
    """Let profiles vote with their strength; None where none of them hears a clear key."""
    if not opinions or max(opinion.strength for opinion in opinions) < MIN_STRENGTH:
        return None
    votes: dict[tuple[str, str], float] = {}
    for opinion in opinions:
        key = (normalise_tonic(opinion.tonic), opinion.mode)
        votes[key] = votes.get(key, 0.0) + opinion.strength
    (tonic, mode), best = max(votes.items(), key=lambda entry: entry[1])
    share = best / sum(votes.values())
    strength = max(
        o.strength for o in opinions if (normalise_tonic(o.tonic), o.mode) == (tonic, mode)
    )
    return Key(tonic, mode, round(min(share * strength, 1.0), 3))


def normalise_tonic(name: str) -> str:
    """Write a tonic the way the studio stores it: flats, but for none."""
    return SHARPS.get(name, name)


def wheel_code(tonic: str, mode: str) -> str:
    """Give the code DJs use for a key.

    >>> wheel_code("C", "major"), wheel_code("A", "minor"), wheel_code("Eb", "minor")
    ('8B', '8A', '2A')
    """
    if mode == "major":
        return f"{_WHEEL_MAJOR[tonic]}B"
    relative = TONICS[(TONICS.index(tonic) + 3) % 12]
    return f"{_WHEEL_MAJOR[relative]}A"

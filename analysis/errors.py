"""What can be wrong with a recording, in words for the person who uploaded it."""

from catalog.errors import StudioError


class UnusableAudio(StudioError):
    """A file that cannot be analysed: empty, not audio, or damaged beyond reading."""


class ModelsMissing(StudioError):
    """The weights of the taggers were never fetched, or are damaged."""


class SoundFontMissing(StudioError):
    """MIDI cannot be played here; the hint says what to install."""


class BrokenMidi(StudioError):
    """A MIDI file that cannot be read."""


class DataMissing(StudioError):
    """A folder of data does not hold what a bench or a fit needs."""

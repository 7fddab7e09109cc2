"""What a file name says: a name safe to show and store, and a title to start from. Plain text."""

import re
import unicodedata
from dataclasses import dataclass

SHOWN_LENGTH = 200
UNNAMED = "unnamed"

_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# "12 Intro" may be a title, "02 Intro" and "12. Intro" are numbered.
_TRACK_NUMBER = re.compile(
    r"^(?:(\d)-)?(\d{1,3})(?:\s*[.)]\s*|\s+-\s+|\s*_\s*-?\s*|(?<=0\d)\s+(?=\D))"
)
_DASH = re.compile(r"\s+[-–—]\s+")
_WHOLE_WORDS = (
    r"(?:master(?:ed)?|final(?:\s+mix)?|mix\s?down|full\s+mix|stereo\s+mix|bounced?|pre\s?master)"
)
_NUMBERS = r"\d{2,3}(?:\.\d+)?\s?bpm|bpm\s?\d{2,3}|\d{2}\s?bit|\d{2,3}(?:\.\d)?\s?khz"
_TECHNICAL = re.compile(
    rf"(?:[\s_\-(\[]+(?:{_NUMBERS})|\s*[_\-(\[]\s*{_WHOLE_WORDS})[\s_\-)\]]*$", re.IGNORECASE
)
_TECHNICAL_LOOSE = re.compile(
    rf"[\s_\-(\[]+(?:{_NUMBERS}|{_WHOLE_WORDS})[\s_\-)\]]*$", re.IGNORECASE
)


@dataclass(frozen=True)
class NamedTitle:
    """What a file name suggests; empty where it says nothing."""

    title: str
    artist: str = ""
    disc_number: int | None = None
    track_number: int | None = None


def safe_path(raw: str) -> str:
    """Clean a path that came with an upload: no way up, no root, no control characters.

    >>> safe_path("../../../etc/evil.wav"), safe_path("C:\\\\x\\\\evil.wav"), safe_path(".wav")
    ('etc/evil.wav', 'x/evil.wav', 'unnamed.wav')
    """
    text = _CONTROL.sub("", unicodedata.normalize("NFC", raw)).replace("\\", "/")
    parts = [part.strip() for part in text.split("/")]
    kept = [part for part in parts if part not in ("", ".", "..") and not _is_drive(part)]
    if not kept:
        return UNNAMED
    if re.fullmatch(r"\.[A-Za-z0-9]{1,5}", kept[-1]):
        kept[-1] = UNNAMED + kept[-1]
    return "/".join([*(part[:SHOWN_LENGTH] for part in kept[:-1]), _shortened(kept[-1])])


def safe_name(raw: str) -> str:
    """Clean a file name; folders before it go.

    >>> safe_name("a/b/Blue\\x00 Hour.wav")
    'Blue Hour.wav'
    """
    return safe_path(raw).rpartition("/")[2]


def stem_of(name: str) -> str:
    """Take folders and the extension off a file name.

    >>> stem_of("Album/01 Mr. Blue.flac"), stem_of("No. 5")
    ('01 Mr. Blue', 'No. 5')
    """
    return _EXTENSION.sub("", name.rpartition("/")[2]).strip() or UNNAMED


def spaced(text: str) -> str:
    """Put spaces where a name uses underscores instead.

    >>> spaced("my_song_(drums)"), spaced("rock_n_roll live")
    ('my song (drums)', 'rock n roll live')
    """
    return " ".join(text.replace("_", " ").split())


def read_name(name: str) -> NamedTitle:
    """Read "03 - Artist - Title.wav" and the like; what is not there stays empty.

    >>> read_name("03. Ida Marrow - Snow.flac")
    NamedTitle(title='Snow', artist='Ida Marrow', disc_number=None, track_number=3)
    >>> read_name("blue_hour_FINAL MIX.wav").title
    'blue hour'
    """
    text = stem_of(name)
    disc = track = None
    if (match := _TRACK_NUMBER.match(text)) and match.end() < len(text):
        disc = int(match[1]) if match[1] else None
        track = int(match[2]) or None
        text = text[match.end() :]
    text = spaced(without_technical(text))
    artist, title = "", text
    if len(parts := _DASH.split(text, maxsplit=1)) == 2 and all(part.strip() for part in parts):
        artist, title = (part.strip() for part in parts)
    return NamedTitle(title=title, artist=artist, disc_number=disc, track_number=track)


def without_technical(text: str, *, loose: bool = False) -> str:
    """Drop trailing words about the file rather than the music.

    A bare "master" or "final" goes only when `loose`, for it may belong to the title.

    >>> without_technical("Harbour 110bpm (Master)"), without_technical("Grand Master")
    ('Harbour', 'Grand Master')
    """
    pattern = _TECHNICAL_LOOSE if loose else _TECHNICAL
    while (shorter := pattern.sub("", text).strip(" _-")) != text:
        if not shorter:
            return text
        text = shorter
    return text


def _is_drive(part: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]:", part))


def _shortened(name: str) -> str:
    if len(name) <= SHOWN_LENGTH:
        return name
    extension = match[0] if (match := _EXTENSION.search(name)) else ""
    return name[: SHOWN_LENGTH - len(extension)] + extension

"""Files with tags and covers for tests of the way in."""

import io
from pathlib import Path

from mutagen.id3 import APIC, ID3, TALB, TBPM, TCON, TDRC, TIT2, TKEY, TPE1, TRCK, TSRC
from mutagen.mp3 import MP3
from PIL import Image

from tests.audio import tone, write_encoded

_FRAMES = {
    "title": TIT2,
    "artist": TPE1,
    "album": TALB,
    "isrc": TSRC,
    "bpm": TBPM,
    "key": TKEY,
    "genre": TCON,
    "date": TDRC,
    "track": TRCK,
}


def tagged_mp3(path: Path, *, seconds: float = 3, cover: bool = False, **tags: str) -> bytes:
    """Write a short MP3 with ID3v2.4 tags by name, and give its bytes."""
    file = MP3(write_encoded(path, tone(duration_s=seconds)), ID3=ID3)
    file.add_tags()
    for name, text in tags.items():
        file.tags.add(_FRAMES[name](encoding=3, text=[text]))
    if cover:
        file.tags.add(APIC(encoding=3, mime="image/png", type=3, data=png(640, 640)))
    file.save()
    return path.read_bytes()


def png(width: int, height: int, colour: str = "teal") -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()

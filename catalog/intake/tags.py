"""Tags inside audio files, read with mutagen into texts by studio field.

Frames are read directly, not through mutagen's Easy classes, which map some of them otherwise than
most taggers do. The table is that of MusicBrainz Picard.
"""

import base64
import io
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mutagen
from mutagen.aac import AAC
from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3, BitPaddedInt, ParseID3v1
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

_READERS: dict[str, Callable[[Path], Any]] = {
    "wav": WAVE,
    "aiff": AIFF,
    "flac": FLAC,
    "mp3": MP3,
    "aac": AAC,
    "mp4": MP4,
    "ogg": OggVorbis,
    "opus": OggOpus,
    "oggflac": OggFLAC,
}
_ID3 = {
    "TIT2": "title",
    "TIT3": "version",
    "TPE1": "artist",
    "TALB": "album",
    "TPE2": "album_artist",
    "TRCK": "track_number",
    "TPOS": "disc_number",
    "TBPM": "tempo",
    "TKEY": "key",
    "TMOO": "mood",
    "TCON": "genre",
    "TSRC": "isrc",
    "TLAN": "language",
    "TPUB": "label",
    "TCOM": "composer",
    "TEXT": "lyricist",
    "TPE4": "remixer",
    "TDRC": "date",
    "TDRL": "date",
    "TYER": "date",
    "TDOR": "original_date",
    "TORY": "original_date",
    "TCOP": "copyright",
}
_ID3_FREE = {
    "artists": "artists",
    "barcode": "upc",
    "upc": "upc",
    "catalognumber": "catalogue_number",
    "itunesadvisory": "advisory",
    "initialkey": "key",
    "isrc": "isrc",
    "mood": "mood",
    "instruments": "instruments",
}
_VORBIS = {
    "title": "title",
    "subtitle": "version",
    "version": "version",
    "artist": "artist",
    "artists": "artists",
    "album": "album",
    "albumartist": "album_artist",
    "album artist": "album_artist",
    "tracknumber": "track_number",
    "tracktotal": "track_total",
    "totaltracks": "track_total",
    "discnumber": "disc_number",
    "bpm": "tempo",
    "tempo": "tempo",
    "key": "key",
    "initialkey": "key",
    "initial key": "key",
    "mood": "mood",
    "genre": "genre",
    "isrc": "isrc",
    "language": "language",
    "barcode": "upc",
    "upc": "upc",
    "catalognumber": "catalogue_number",
    "label": "label",
    "organization": "label",
    "composer": "composer",
    "lyricist": "lyricist",
    "remixer": "remixer",
    "date": "date",
    "year": "date",
    "originaldate": "original_date",
    "copyright": "copyright",
    "comment": "comment",
    "description": "comment",
    "instruments": "instruments",
    "itunesadvisory": "advisory",
}
_MP4 = {
    "\xa9nam": "title",
    "\xa9ART": "artist",
    "\xa9alb": "album",
    "aART": "album_artist",
    "\xa9gen": "genre",
    "\xa9day": "date",
    "\xa9wrt": "composer",
    "\xa9cmt": "comment",
    "cprt": "copyright",
    "tmpo": "tempo",
    "rtng": "advisory",
}
_INFO = {
    b"INAM": "title",
    b"IART": "artist",
    b"IPRD": "album",
    b"ITRK": "track_number",
    b"IPRT": "track_number",
    b"IGNR": "genre",
    b"ICRD": "date",
    b"ICMT": "comment",
    b"ILNG": "language",
    b"IMUS": "composer",
    b"ICOP": "copyright",
}
_MAX_TEXT = 20_000
_MAX_CHUNKS = 4096
_MAX_ID3_BYTES = 32 * 1024**2


@dataclass
class ReadTags:
    """Texts as read, by studio field; the front cover's bytes; what could not be read."""

    values: dict[str, list[str]] = field(default_factory=dict)
    cover: bytes = b""
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, texts: Iterable[object]) -> None:
        """Add texts to a field, without repeats."""
        held = self.values.setdefault(name, [])
        for text in map(str, texts):
            if text.strip("\x00 \t\r\n") and text[:_MAX_TEXT] not in held:
                held.append(text[:_MAX_TEXT])
        if not held:
            del self.values[name]


def read_tags(path: Path, kind_code: str) -> ReadTags:
    """Read what a file says about itself; a damaged tag is noted, never an error."""
    read = ReadTags()
    try:
        file = _opened(path, kind_code)
        tags = file.tags if file is not None else None
        if tags is None:
            pass
        elif isinstance(tags, ID3):
            _read_id3(tags, read)
        elif kind_code == "mp4":
            _read_mp4(tags, read)
        else:
            _read_vorbis(tags, read)
        if file is not None:
            _read_pictures(file, read)
    except Exception as error:  # mutagen raises nearly anything on damaged tags
        read.notes.append(f"The tags are damaged and could not be read ({_reason(error)}).")
    if kind_code == "wav":
        _read_info(path, read)
    if kind_code == "mp3" and not read.values:
        _read_id3_alone(path, read)
    return read


def _opened(path: Path, kind_code: str) -> Any:
    """Open a file with mutagen; None for the 64-bit WAV, which mutagen does not know."""
    if kind_code == "wav":
        with path.open("rb") as file:
            if file.read(4) != b"RIFF":
                return None
    return _READERS[kind_code](path)


def _read_id3(tags: ID3, read: ReadTags) -> None:
    for frame in tags.values():
        name = _ID3.get(frame.FrameID)
        if frame.FrameID == "TCON":
            read.add("genre", frame.genres)
        elif name and hasattr(frame, "text"):
            read.add(name, frame.text)
        elif frame.FrameID == "TXXX" and frame.desc.strip().lower() in _ID3_FREE:
            read.add(_ID3_FREE[frame.desc.strip().lower()], frame.text)
        elif frame.FrameID == "COMM" and not frame.desc:
            read.add("comment", frame.text)
    covers = sorted(tags.getall("APIC"), key=lambda frame: frame.type != 3)
    if covers:
        read.cover = covers[0].data


def _read_id3_alone(path: Path, read: ReadTags) -> None:
    """Read the ID3 tags of an MP3 in which mutagen does not find its way to the sound."""
    try:
        _read_id3(_cut_off_id3(path), read)
    except Exception:  # no ID3v2 that can be read; an ID3v1 tag may still be there
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 128))
            frames = ParseID3v1(file.read(128))
        if frames:
            tags = ID3()
            for frame in frames.values():
                tags.add(frame)
            _read_id3(tags, read)


def _cut_off_id3(path: Path) -> ID3:
    """Read the frames of a tag that claims to be longer than the file."""
    with path.open("rb") as file:
        data = file.read(_MAX_ID3_BYTES)
    size = 10 + BitPaddedInt(data[6:10])
    if len(data) < size <= _MAX_ID3_BYTES:
        data = data.ljust(size, b"\x00")
    return ID3(fileobj=io.BytesIO(data))


def _read_vorbis(tags: Any, read: ReadTags) -> None:
    for key, text in tags:
        if name := _VORBIS.get(key.lower()):
            read.add(name, [text])


def _read_mp4(tags: Any, read: ReadTags) -> None:
    for key, values in tags.items():
        if key in ("trkn", "disk"):
            number, total = (*values[0], 0, 0)[:2] if values else (0, 0)
            read.add("track_number" if key == "trkn" else "disc_number", [f"{number}/{total}"])
        elif key in _MP4:
            read.add(_MP4[key], values if isinstance(values, list) else [values])
        elif key.startswith("----:com.apple.iTunes:"):
            name = key.rpartition(":")[2].lower()
            texts = [bytes(value).decode("utf-8", "replace") for value in values]
            if field_name := (_VORBIS | _ID3_FREE).get(name):
                read.add(field_name, texts)
    if covers := tags.get("covr"):
        read.cover = bytes(covers[0])


def _read_pictures(file: Any, read: ReadTags) -> None:
    """Find the front cover of FLAC and Ogg files, which keep it outside the comments or in one."""
    pictures = list(getattr(file, "pictures", []))
    tags = file.tags
    if tags is not None and hasattr(tags, "get") and not isinstance(tags, ID3):
        for block in tags.get("metadata_block_picture", []):
            pictures.append(Picture(base64.b64decode(block)))
    for picture in sorted(pictures, key=lambda found: found.type != 3):
        read.cover = picture.data
        break


def _read_info(path: Path, read: ReadTags) -> None:
    """Fill in what only the RIFF INFO list of a WAV says; ID3 in the same file wins."""
    found = ReadTags()
    try:
        for code, data in _info_entries(path):
            if name := _INFO.get(code):
                found.add(name, [_decoded(data)])
    except (OSError, struct.error):
        read.notes.append("The INFO list of the WAV is damaged and was not read.")
    for name, texts in found.values.items():
        if name not in read.values:
            read.values[name] = texts


def _info_entries(path: Path) -> Iterator[tuple[bytes, bytes]]:
    with path.open("rb") as file:
        file.seek(12)
        for _ in range(_MAX_CHUNKS):
            header = file.read(8)
            if len(header) < 8:
                return
            code, size = header[:4], struct.unpack("<I", header[4:])[0]
            if code == b"LIST" and file.read(4) == b"INFO":
                yield from _list_entries(file.read(min(size - 4, 1 << 20)))
                return
            if code == b"LIST":
                size -= 4
            file.seek(size + size % 2, 1)


def _list_entries(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = struct.unpack("<I", data[at + 4 : at + 8])[0]
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _decoded(data: bytes) -> str:
    bare = data.rstrip(b"\x00")
    try:
        return bare.decode("utf-8")
    except UnicodeDecodeError:
        return bare.decode("cp1252", "replace")


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:80] if isinstance(error, mutagen.MutagenError) else type(error).__name__

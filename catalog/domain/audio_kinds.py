"""What a file is, judged by its bytes and never by its name.

Every kind the studio cannot take has a sentence that says what the file is and what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass

from catalog.errors import StudioError

ReadAt = Callable[[int, int], bytes]
"""Gives up to `size` bytes from `offset`; fewer, or none, behind the end."""

HEAD_BYTES = 4096
_JUNK_SEARCH_BYTES = 512 * 1024


class RefusedFile(StudioError):
    """A file that cannot become a track or a stem; the sentence is for the person who sent it."""


@dataclass(frozen=True)
class Kind:
    """A kind of file. `extensions` are those that fit it; `advice` is set where it is refused."""

    code: str
    label: str
    extensions: tuple[str, ...] = ()
    advice: str = ""

    @property
    def is_audio(self) -> bool:
        """The studio takes it as audio."""
        return not self.advice and self.code != "zip"


@dataclass(frozen=True)
class Sniffed:
    """The kind of a file, and how many foreign bytes come before the sound."""

    kind: Kind
    junk_bytes: int = 0


_EXPORT = "Export it as WAV, AIFF or FLAC and upload that."
_PICTURE = "Covers belong to a release: open the release and add the picture there."
_UNPACK = "Unpack it and upload the files, or pack them as a zip."

WAV = Kind("wav", "WAV", (".wav", ".wave", ".bwf", ".rf64"))
AIFF = Kind("aiff", "AIFF", (".aif", ".aiff", ".aifc"))
FLAC = Kind("flac", "FLAC", (".flac",))
MP3 = Kind("mp3", "MP3", (".mp3", ".mp2"))
AAC = Kind("aac", "AAC", (".aac", ".adts"))
MP4 = Kind("mp4", "MP4 audio", (".m4a", ".mp4", ".m4b", ".aac", ".alac"))
OGG = Kind("ogg", "Ogg Vorbis", (".ogg", ".oga"))
OPUS = Kind("opus", "Opus", (".opus", ".ogg", ".oga"))
OGG_FLAC = Kind("oggflac", "Ogg FLAC", (".ogg", ".oga", ".flac"))
ZIP = Kind("zip", "zip archive", (".zip",))
UNKNOWN = Kind(
    "unknown", "unknown", advice="The studio takes WAV, AIFF, FLAC, MP3, M4A, Ogg Vorbis and Opus."
)

AUDIO_EXTENSIONS = frozenset(
    extension
    for kind in (WAV, AIFF, FLAC, MP3, AAC, MP4, OGG, OPUS, OGG_FLAC)
    for extension in kind.extensions
)

_VIDEO = Kind("video", "a video", advice="Export the sound alone as WAV, AIFF or FLAC.")
_BY_PREFIX: tuple[tuple[bytes, Kind], ...] = (
    (b"fLaC", FLAC),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", Kind("zip", "zip archive", (".zip",), "The archive is empty.")),
    (b"caff", Kind("caf", "a Core Audio file", advice=_EXPORT)),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind("wma", "Windows Media", advice=_EXPORT)),
    (b"MAC ", Kind("ape", "Monkey's Audio", advice=_EXPORT)),
    (b"wvpk", Kind("wavpack", "WavPack", advice=_EXPORT)),
    (b"MPCK", Kind("musepack", "Musepack", advice=_EXPORT)),
    (b"MP+", Kind("musepack", "Musepack", advice=_EXPORT)),
    (b"tBaK", Kind("tak", "TAK", advice=_EXPORT)),
    (b"TTA1", Kind("tta", "True Audio", advice=_EXPORT)),
    (b"OFR ", Kind("optimfrog", "OptimFROG", advice=_EXPORT)),
    (b"DSD ", Kind("dsf", "a DSD file", advice=_EXPORT)),
    (b"FRM8", Kind("dff", "a DSD file", advice=_EXPORT)),
    (b"#!AMR", Kind("amr", "a phone recording (AMR)", advice=_EXPORT)),
    (b".snd", Kind("au", "a Sun audio file", advice=_EXPORT)),
    (
        b"MThd",
        Kind("midi", "MIDI", advice="MIDI holds notes, not sound. Export the piece as audio."),
    ),
    (b"\x1a\x45\xdf\xa3", _VIDEO),
    (b"FLV\x01", _VIDEO),
    (b"\x00\x00\x01\xba", _VIDEO),
    (b"\x89PNG", Kind("picture", "a picture", advice=_PICTURE)),
    (b"\xff\xd8\xff", Kind("picture", "a picture", advice=_PICTURE)),
    (b"GIF8", Kind("picture", "a picture", advice=_PICTURE)),
    (b"7z\xbc\xaf", Kind("archive", "a 7z archive", advice=_UNPACK)),
    (b"Rar!", Kind("archive", "a RAR archive", advice=_UNPACK)),
    (b"\x1f\x8b", Kind("archive", "a gzip archive", advice=_UNPACK)),
    (b"%PDF", Kind("document", "a PDF document", advice=UNKNOWN.advice)),
)
_RIFF_FORMS = {
    b"WAVE": WAV,
    b"AVI ": _VIDEO,
    b"WEBP": Kind("picture", "a picture", advice=_PICTURE),
}
_PAGE = Kind(
    "document",
    "a web page",
    advice="This often happens when a download failed: fetch the file again and check it plays.",
)
_SVG = Kind("picture", "an SVG picture", advice=_PICTURE)


def sniff(read_at: ReadAt, byte_size: int) -> Sniffed:
    """Tell the kind of a file from its bytes."""
    head = read_at(0, HEAD_BYTES)
    if head[:3] == b"ID3":
        start = _after_id3(read_at)
        return Sniffed(_kind_after_id3(read_at(start, HEAD_BYTES), start >= byte_size))
    kind = _kind_of_head(head)
    if kind is not UNKNOWN:
        return Sniffed(kind)
    junk_bytes = _first_mpeg_frames(read_at(0, _JUNK_SEARCH_BYTES))
    if junk_bytes is not None:
        return Sniffed(MP3, junk_bytes)
    return Sniffed(UNKNOWN)


def refusal(kind: Kind, name: str) -> RefusedFile:
    """Say in a musician's words why a kind of file is not taken."""
    if kind.code == "unknown":
        return RefusedFile(f"“{name}” is not audio that the studio knows.", hint=kind.advice)
    if kind.code == "zip":
        return RefusedFile(
            f"“{name}” holds no files.", hint="Pack the stems again and upload that."
        )
    return RefusedFile(f"“{name}” is {_article(kind.label)}.", hint=kind.advice)


def check_kind(read_at: ReadAt, byte_size: int, name: str) -> Sniffed:
    """Give the kind of a file that can be taken.

    Raises
    ------
    RefusedFile : empty, or of a kind the studio does not take
    """
    if byte_size == 0:
        raise RefusedFile(
            f"“{name}” is empty (0 bytes).", hint="Export it again, and check that it plays."
        )
    found = sniff(read_at, byte_size)
    if found.kind.advice:
        raise refusal(found.kind, name)
    return found


def extension_warning(kind: Kind, name: str) -> str:
    """Say so when the extension promises another kind of file; else nothing.

    >>> extension_warning(WAV, "song.mp3")
    'The extension says mp3, but the file is WAV. It was taken as WAV.'
    """
    dot = name.rfind(".")
    extension = name[dot:].casefold() if dot > 0 else ""
    if not extension or extension in kind.extensions:
        return ""
    return (
        f"The extension says {extension[1:]}, but the file is {kind.label}. "
        f"It was taken as {kind.label}."
    )


def _kind_of_head(head: bytes) -> Kind:
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _RIFF_FORMS.get(head[8:12], UNKNOWN)
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return AIFF
    if head[:4] == b"OggS":
        return _kind_of_ogg(head)
    if head[4:8] == b"ftyp":
        return MP4
    for prefix, kind in _BY_PREFIX:
        if head.startswith(prefix):
            return kind
    if _is_adts(head):
        return AAC
    if _mpeg_frame_size(head) and _first_mpeg_frames(head) == 0:
        return MP3
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if b"<svg" in text:
        return _SVG
    if text.startswith((b"<!doctype html", b"<html")):
        return _PAGE
    return UNKNOWN


def _kind_of_ogg(head: bytes) -> Kind:
    first = head[:512]
    for mark, kind in (
        (b"OpusHead", OPUS),
        (b"\x01vorbis", OGG),
        (b"\x7fFLAC", OGG_FLAC),
        (b"theora", _VIDEO),
        (b"Speex", Kind("speex", "a Speex recording", advice=_EXPORT)),
    ):
        if mark in first:
            return kind
    return UNKNOWN


def _after_id3(read_at: ReadAt) -> int:
    """Where the bytes after one or several ID3v2 tags start."""
    start = 0
    for _ in range(8):
        header = read_at(start, 10)
        if header[:3] != b"ID3" or len(header) < 10:
            break
        size = 0
        for byte in header[6:10]:
            size = size << 7 | byte & 0x7F
        start += 10 + size + (10 if header[5] & 0x10 else 0)
    return start


def _kind_after_id3(head: bytes, at_end: bool) -> Kind:
    """MP3 wears ID3 by custom; FLAC, AAC and others sometimes do."""
    if at_end:
        return MP3
    kind = _kind_of_head(head.lstrip(b"\x00") or head)
    return MP3 if kind is UNKNOWN else kind


def _is_adts(head: bytes) -> bool:
    return len(head) > 2 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0


_BIT_RATES = {  # kbit/s by (version 1?, layer)
    (True, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def _mpeg_frame_size(head: bytes) -> int:
    """Length in bytes of the MPEG audio frame that starts here; 0 where none does.

    The layer is counted as in the header: 3 is Layer I, 1 is Layer III.
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate_index, frequency_index, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 0 or rate_index in (0, 15) or frequency_index == 3:
        return 0
    rate = _BIT_RATES[version == 3, layer][rate_index - 1] * 1000
    frequency = (44_100, 48_000, 32_000)[frequency_index] // {3: 1, 2: 2, 0: 4}[version]
    if layer == 3:
        return (12 * rate // frequency + padding) * 4
    samples = 144 if version == 3 or layer == 2 else 72
    return samples * rate // frequency + padding


def _first_mpeg_frames(data: bytes) -> int | None:
    """Where three MPEG audio frames in a row start; None where nowhere."""
    at = data.find(b"\xff")
    while 0 <= at < len(data) - 4:
        if _frames_follow(data, at):
            return at
        at = data.find(b"\xff", at + 1)
    return None


def _frames_follow(data: bytes, at: int) -> bool:
    for _ in range(3):
        size = _mpeg_frame_size(data[at : at + 4])
        if not size:
            return False
        at += size
        if at >= len(data) - 4:
            return at >= len(data) - 4 and len(data) < HEAD_BYTES + 1
    return True


def _article(label: str) -> str:
    return label if label.startswith(("a ", "an ")) or label[0].isupper() else f"a {label}"


def needs_preview(container: str, codec: str) -> bool:
    """Whether browsers do not play a file, so that a copy is made that they do.

    >>> needs_preview("aiff", "pcm"), needs_preview("mp4", "alac"), needs_preview("mp4", "aac")
    (True, True, False)
    """
    return container in {"aiff", "aif", "caf", "w64"} or codec == "alac"

"""XLSX and ODS are zip archives: measured before anything unpacks them, searched for errors."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.domain.sizes import spoken_size
from catalog.errors import StudioError

MAX_UNPACKED_BYTES = 256 * 1024**2
MAX_MEMBERS = 2_000
BLOCK = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\bt=[\"']e[\"'][^>]*>")
_PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_OVERLAP = 400


class RefusedTable(StudioError):
    """A table that cannot be read; the sentence says why, the hint what to do."""


@dataclass(frozen=True)
class PackageReport:
    """What a first look into an archive found: cells with errors, as (file, row, column from 0)."""

    errors: tuple[tuple[str, int, int], ...]


def inspect_package(data: bytes) -> PackageReport:
    """Measure an XLSX or ODS by unpacking it block by block, keeping nothing.

    The sizes an archive states are judged first, then those it really has: a header may lie.

    Raises
    ------
    RefusedTable : no archive, locked, damaged, or too large once unpacked
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise RefusedTable(
            "The file is damaged: it is no readable spreadsheet.",
            hint="Open it in your spreadsheet program, save it again and send that.",
        ) from error
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED_BYTES:
        raise _too_large()
    room = MAX_UNPACKED_BYTES
    errors: list[tuple[str, int, int]] = []
    for member in members:
        if member.flag_bits & 0x1:
            raise RefusedTable(
                "The file is locked with a password.", hint="Save it without one and send that."
            )
        wanted = _SHEET.fullmatch(member.filename) is not None
        tail = b""
        for block in _blocks(data, member):
            room -= len(block)
            if room < 0:
                raise _too_large()
            if wanted:
                errors += _error_cells(member.filename, tail + block)
                tail = (tail + block)[-_OVERLAP:]
    return PackageReport(tuple(dict.fromkeys(errors)))


def _too_large() -> RefusedTable:
    return RefusedTable(
        f"The file is too large once unpacked: more than {spoken_size(MAX_UNPACKED_BYTES)} come "
        "out of a small compressed file.",
        hint="Delete sheets and formatting that are not needed, or save the table as CSV.",
    )


def _blocks(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack one member in small blocks, however large it says it is."""
    start = member.header_offset
    header = data[start : start + 30]
    if len(header) < 30:
        raise RefusedTable("The file is damaged: it ends in the middle.")
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    if signature != b"PK\x03\x04":
        raise RefusedTable("The file is damaged: it is no readable spreadsheet.")
    at = start + 30 + name_length + extra_length
    packed = memoryview(data)[at : at + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        for offset in range(0, len(packed), BLOCK):
            yield bytes(packed[offset : offset + BLOCK])
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise RefusedTable("The file is packed in a way that spreadsheets do not use.")
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting: bytes | memoryview = packed
    try:
        while not engine.eof:
            block = engine.decompress(waiting, BLOCK)
            waiting = engine.unconsumed_tail
            if not block and not waiting:
                return
            yield block
    except zlib.error as error:
        raise RefusedTable("The file is damaged: a part of it cannot be unpacked.") from error


def _error_cells(name: str, xml: bytes) -> Iterator[tuple[str, int, int]]:
    for match in _ERROR_CELL.finditer(xml):
        if place := _PLACE.search(match[0]):
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            yield name, int(place[2]) - 1, column - 1

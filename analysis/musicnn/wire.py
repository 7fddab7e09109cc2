"""Just enough of the protocol-buffers wire format to read and rewrite TensorFlow's files.

Reference: "Encoding" in the Protocol Buffers documentation. Groups (wire types 3 and 4) do not
occur in these files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.errors import StudioError

VARINT, FIXED64, LENGTH_DELIMITED, FIXED32 = 0, 1, 2, 5


class BrokenWeights(StudioError):
    """A weights file is not what it should be; the sentence says which and what to do."""


@dataclass(frozen=True)
class Field:
    """One field of a message: its number, its wire type and what it holds."""

    number: int
    wire_type: int
    value: int | bytes

    @property
    def data(self) -> bytes:
        """The payload of a length-delimited field."""
        if not isinstance(self.value, bytes):
            raise BrokenWeights("A weights file is damaged: a number stands where data should be.")
        return self.value

    @property
    def number_value(self) -> int:
        """The payload of a varint or fixed-size field."""
        if not isinstance(self.value, int):
            raise BrokenWeights("A weights file is damaged: data stands where a number should be.")
        return self.value


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Read one varint; return it and the position after it."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise BrokenWeights("A weights file is damaged: it ends in the middle of a number.")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def write_varint(value: int) -> bytes:
    """Encode a non-negative number."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(message: bytes) -> Iterator[Field]:
    """Walk the fields of a message in the order in which they stand."""
    at = 0
    while at < len(message):
        tag, at = read_varint(message, at)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == VARINT:
            value, at = read_varint(message, at)
            yield Field(number, wire_type, value)
            continue
        if wire_type == LENGTH_DELIMITED:
            size, at = read_varint(message, at)
        elif wire_type in (FIXED64, FIXED32):
            size = 8 if wire_type == FIXED64 else 4
        else:
            raise BrokenWeights("A weights file is damaged: it holds an unknown kind of field.")
        if at + size > len(message):
            raise BrokenWeights("A weights file is damaged: it ends too early.")
        chunk = message[at : at + size]
        at += size
        yield Field(
            number,
            wire_type,
            chunk if wire_type == LENGTH_DELIMITED else int.from_bytes(chunk, "little"),
        )


def put_bytes(number: int, data: bytes) -> bytes:
    """Encode a length-delimited field (text, data or a message)."""
    return write_varint(number << 3 | LENGTH_DELIMITED) + write_varint(len(data)) + data


def put_number(number: int, value: int) -> bytes:
    """Encode a varint field."""
    return write_varint(number << 3 | VARINT) + write_varint(value)

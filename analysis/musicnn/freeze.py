"""Turn a training graph and its checkpoint into the frozen graph that Essentia loads.

Keeps the nodes the outputs need, and writes each variable's numbers into the graph. The result is
what
TensorFlow's own `convert_variables_to_constants` gives.

Reference: TensorFlow `core/framework/{graph,node_def,attr_value,tensor}.proto`,
`core/protobuf/meta_graph.proto`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.musicnn.checkpoint import Tensor
from analysis.musicnn.wire import (
    LENGTH_DELIMITED,
    BrokenWeights,
    fields,
    put_bytes,
    put_number,
)

META_GRAPH_GRAPH_DEF = 2
GRAPH_NODE, GRAPH_VERSIONS = 1, 4
NODE_NAME, NODE_OP, NODE_INPUT, NODE_DEVICE, NODE_ATTR = 1, 2, 3, 4, 5
ATTR_TYPE, ATTR_TENSOR = 6, 8
TENSOR_DTYPE, TENSOR_SHAPE, TENSOR_CONTENT = 1, 2, 4
DT_FLOAT = 1

VARIABLE_OPS = frozenset({"Variable", "VariableV2"})
ATTRIBUTES_ONLY_FOR_TRAINING = frozenset({b"_output_shapes", b"_class"})
"""Hints about shapes and colocation that name nodes we drop."""


@dataclass(frozen=True)
class Node:
    """One operation of a graph; attributes stay encoded."""

    name: str
    op: str
    inputs: tuple[str, ...]
    device: str
    attributes: Mapping[bytes, bytes]


def freeze(meta_graph: bytes, tensors: Mapping[str, Tensor], *, outputs: Iterable[str]) -> bytes:
    """Return the encoded `GraphDef` that computes `outputs` with the weights inside.

    Raises
    ------
    BrokenWeights : an output is not in the graph, or a variable has no weights
    """
    graph = _graph_def(meta_graph)
    nodes = {node.name: node for node in _nodes(graph)}
    wanted = _needed(nodes, outputs)
    out = bytearray()
    for name, node in nodes.items():
        if name in wanted:
            if node.op in VARIABLE_OPS:
                node = _constant(node, tensors)
            out += put_bytes(GRAPH_NODE, _encode(node))
    for field in fields(graph):
        if field.number == GRAPH_VERSIONS:
            out += put_bytes(GRAPH_VERSIONS, field.data)
    return bytes(out)


def node_names(graph: bytes) -> frozenset[str]:
    """List the operations of a frozen graph.

    Raises
    ------
    BrokenWeights : not a graph
    """
    try:
        names = frozenset(node.name for node in _nodes(graph))
    except (UnicodeDecodeError, IndexError, KeyError) as error:
        raise BrokenWeights("This is not a TensorFlow graph.") from error
    if not names:
        raise BrokenWeights("The graph is empty.")
    return names


def constants(graph: bytes) -> dict[str, NDArray[np.float32]]:
    """Read the weights out of a frozen graph, by the names of the variables they were.

    Raises
    ------
    BrokenWeights : there are none
    """
    found = {}
    for node in _nodes(graph):
        if node.op != "Const" or b"value" not in node.attributes:
            continue
        parts = {part.number: part for part in fields(node.attributes[b"value"])}
        tensor = {part.number: part for part in fields(parts[ATTR_TENSOR].data)}
        if TENSOR_CONTENT in tensor and tensor[TENSOR_DTYPE].number_value == DT_FLOAT:
            sizes = [
                next(part.number_value for part in fields(size.data))
                for size in fields(tensor[TENSOR_SHAPE].data)
            ]
            content = tensor[TENSOR_CONTENT].data
            found[node.name] = np.frombuffer(content, np.float32).reshape(sizes)
    if not found:
        raise BrokenWeights("The graph holds no weights.")
    return found


def _graph_def(meta_graph: bytes) -> bytes:
    for field in fields(meta_graph):
        if field.number == META_GRAPH_GRAPH_DEF:
            return field.data
    raise BrokenWeights("The checkpoint's .meta file holds no graph.")


def _nodes(graph: bytes) -> Iterable[Node]:
    for field in fields(graph):
        if field.number == GRAPH_NODE and field.wire_type == LENGTH_DELIMITED:
            yield _decode(field.data)


def _decode(message: bytes) -> Node:
    name = op = device = ""
    inputs: list[str] = []
    attributes: dict[bytes, bytes] = {}
    for field in fields(message):
        if field.number == NODE_NAME:
            name = field.data.decode()
        elif field.number == NODE_OP:
            op = field.data.decode()
        elif field.number == NODE_INPUT:
            inputs.append(field.data.decode())
        elif field.number == NODE_DEVICE:
            device = field.data.decode()
        elif field.number == NODE_ATTR:
            entry = {part.number: part.data for part in fields(field.data)}
            attributes[entry[1]] = entry.get(2, b"")
    return Node(name, op, tuple(inputs), device, attributes)


def _encode(node: Node) -> bytes:
    out = bytearray(put_bytes(NODE_NAME, node.name.encode()))
    out += put_bytes(NODE_OP, node.op.encode())
    for source in node.inputs:
        out += put_bytes(NODE_INPUT, source.encode())
    if node.device:
        out += put_bytes(NODE_DEVICE, node.device.encode())
    for key, value in sorted(node.attributes.items()):
        if key not in ATTRIBUTES_ONLY_FOR_TRAINING:
            out += put_bytes(NODE_ATTR, put_bytes(1, key) + put_bytes(2, value))
    return bytes(out)


def _needed(nodes: Mapping[str, Node], outputs: Iterable[str]) -> frozenset[str]:
    waiting = list(outputs)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        if name not in nodes:
            raise BrokenWeights(f"The checkpoint's graph has no node named {name}.")
        found.add(name)
        waiting += [source.lstrip("^").split(":")[0] for source in nodes[name].inputs]
    return frozenset(found)


def _constant(node: Node, tensors: Mapping[str, Tensor]) -> Node:
    if node.name not in tensors:
        raise BrokenWeights(f"The checkpoint holds no weights for {node.name}.")
    tensor = tensors[node.name]
    encoded = (
        put_number(TENSOR_DTYPE, tensor.dtype)
        + put_bytes(TENSOR_SHAPE, tensor.shape)
        + put_bytes(TENSOR_CONTENT, tensor.content)
    )
    attributes = {
        b"dtype": put_number(ATTR_TYPE, tensor.dtype),
        b"value": put_bytes(ATTR_TENSOR, encoded),
    }
    return Node(node.name, "Const", (), node.device, attributes)

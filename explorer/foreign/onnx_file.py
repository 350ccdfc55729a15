"""An ``.onnx`` file read as data, without its weights: nothing in the file is executed.

A file is a protobuf message. Its fields are walked over in place, so that hundreds of megabytes of
weights are skipped and what a file claims is checked against limits before anything is made of it.
Field numbers are those of onnx.proto, which never change.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.foreign.keras_layer import MOST
from explorer.jobs.text import printable
from resnext.errors import InputError

MAX_BYTES = 2**31  # a protobuf message has less
MAX_NODES = 25_000  # as many layers as a spec may have
MAX_EDGES = 200_000  # weights are inputs, too
MAX_WEIGHTS = 100_000
MAX_FIELDS = 2_000_000
MAX_NODE_BYTES = 2**20
MAX_NODES_BYTES = 2**23  # what protobuf makes of them takes up to fifty times as much
MAX_NAME = 1000
MAX_CONSTANT_BYTES = 4096  # of a constant that a layer's shape may depend on
MAX_RANK = 16

# Field numbers: of a model, of a graph, of a node, of a tensor.
_GRAPH = 7
_NODE, _NAME, _WEIGHT, _INPUT = 1, 2, 5, 11
_NODE_INPUT, _NODE_OUTPUT = 1, 2
_DIMS, _TENSOR_NAME = 1, 8
# How many of each a graph may have.
_LIMITS = {
    _NODE: (MAX_NODES, "nodes"),
    _NAME: (1, "name"),
    _WEIGHT: (MAX_WEIGHTS, "weights"),
    _INPUT: (MAX_WEIGHTS, "inputs"),
}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

_Span = tuple[int, int]


class OnnxFileError(InputError):
    """What is wrong with an ONNX file, and what was received."""


@dataclass
class OnnxFile:
    """What of an ONNX model is read.

    Attributes:
        name: Of its graph.
        inputs: ``onnx.ValueInfoProto`` of each input.
        nodes: ``onnx.NodeProto`` in the file's order.
        shapes: Of each weight.
        constants: Values of small weights of whole numbers, such as the bounds of a slice.
    """

    name: str = "model"
    inputs: list[Any] = field(default_factory=list)
    nodes: list[Any] = field(default_factory=list)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    constants: dict[str, list[int]] = field(default_factory=dict)


def read_onnx(path: str | Path) -> OnnxFile:
    """The graph of an ``.onnx`` file.

    Raises:
        OnnxFileError: There is no such file, it is not an ONNX model, is damaged, or exceeds a
            limit.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if not 0 < size < MAX_BYTES:
            raise OnnxFileError(
                f"An ONNX file must have 1 to {MAX_BYTES - 1:,} bytes. "
                f"Received {size:,} in {path.name!r}."
            )
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return _read_model(_Scan(data))
    except OnnxFileError:
        raise
    except OSError as error:
        raise OnnxFileError(f"{path.name!r} cannot be read: {error.strerror}.") from None
    except Exception:  # protobuf and numpy raise several kinds on damaged messages
        raise OnnxFileError(
            f"An .onnx file must be an ONNX model. Received {path.name!r}, which is something "
            "else or damaged."
        ) from None


class _Scan:
    """Walks over protobuf messages in place.

    Args:
        data: The file.
    """

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self._left = MAX_FIELDS

    def fields(self, span: _Span) -> Iterator[tuple[int, int | _Span]]:
        """Number of each field of a message, and its value: a number, or where its bytes are.

        Raises:
            OnnxFileError: The file has too many fields.
            ValueError: The bytes are not a protobuf message.
        """
        position, end = span
        while position < end:
            self._left -= 1
            if self._left < 0:
                raise OnnxFileError(
                    f"An ONNX file may have {MAX_FIELDS:,} fields besides its weights' values. "
                    "Received more."
                )
            key, position = self._varint(position, end)
            number, kind = key >> 3, key & 7
            content: int | _Span = 0
            if kind == _VARINT:
                content, position = self._varint(position, end)
            elif kind == _BYTES:
                size, position = self._varint(position, end)
                content = (position, position + size)
                position += size
            elif kind in (_FIXED32, _FIXED64):
                position += 4 if kind == _FIXED32 else 8
            else:
                raise ValueError
            if number == 0 or position > end:
                raise ValueError
            yield number, content

    def numbers(self, content: int | _Span) -> list[int]:
        """A repeated number: one of its fields, or many packed into one."""
        if isinstance(content, int):
            return [content]
        numbers: list[int] = []
        position, end = content
        while position < end and len(numbers) <= MAX_RANK:
            value, position = self._varint(position, end)
            numbers.append(value)
        return numbers

    def text(self, span: _Span) -> str:
        """A field of text, or the beginning of a long one."""
        start, end = span
        return self.data[start : min(end, start + MAX_NAME)].decode("utf-8", "replace")

    def bytes(self, span: _Span, most: int, what: str) -> bytes:
        """The bytes of an inner message."""
        start, end = span
        if end - start > most:
            raise OnnxFileError(
                f"An ONNX graph's {what} may have {most:,} bytes. Received {end - start:,}."
            )
        return self.data[start:end]

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        """A number of seven bits a byte, and where the next field begins."""
        value = 0
        for shift in range(0, 70, 7):
            if position >= end:
                raise ValueError
            byte = self.data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value, position
        raise ValueError


def _read_model(scan: _Scan) -> OnnxFile:
    whole = (0, len(scan.data))
    graphs = [content for number, content in scan.fields(whole) if number == _GRAPH]
    if len(graphs) != 1 or isinstance(graphs[0], int):
        raise OnnxFileError(f"An ONNX model must have one graph. Received {len(graphs)}.")
    found = OnnxFile()
    spans: dict[int, list[_Span]] = {number: [] for number in _LIMITS}
    for number, content in scan.fields(graphs[0]):
        if number not in spans or isinstance(content, int):
            continue
        most, what = _LIMITS[number]
        if len(spans[number]) == most:
            raise OnnxFileError(f"An ONNX graph may have {most:,} {what}. Received more.")
        spans[number].append(content)
    for span in spans[_NAME]:
        found.name = printable(scan.text(span)) or found.name
    for span in spans[_WEIGHT]:
        _read_weight(scan, span, found)
    _read_nodes(scan, spans, found)
    return found


def _read_weight(scan: _Scan, span: _Span, found: OnnxFile) -> None:
    """Name and shape of a weight; its values if it is a small one of whole numbers."""
    from onnx import TensorProto, numpy_helper

    name, dims = "", list[int]()
    for number, content in scan.fields(span):
        if number == _TENSOR_NAME and not isinstance(content, int):
            name = scan.text(content)
        elif number == _DIMS:
            dims += scan.numbers(content)
        if len(dims) > MAX_RANK:
            raise OnnxFileError(f"A weight may have {MAX_RANK} axes. Received more in {name!r}.")
    if any(length >= MOST for length in dims):
        raise OnnxFileError(
            f"Lengths of a weight must be whole numbers below {MOST:,}. Received {dims}."
        )
    found.shapes[name] = tuple(dims)
    if span[1] - span[0] <= MAX_CONSTANT_BYTES:
        tensor = TensorProto.FromString(scan.data[span[0] : span[1]])
        if tensor.data_type == TensorProto.INT64 and not tensor.external_data:
            found.constants[name] = [int(n) for n in numpy_helper.to_array(tensor).flat]


def _read_nodes(scan: _Scan, spans: dict[int, list[_Span]], found: OnnxFile) -> None:
    from onnx import NodeProto, ValueInfoProto

    for span in spans[_INPUT]:
        value = ValueInfoProto.FromString(scan.bytes(span, MAX_NODE_BYTES, "input"))
        if value.name not in found.shapes:  # older files list weights as inputs, too
            found.inputs.append(value)
    size = sum(end - start for start, end in spans[_NODE])
    if size > MAX_NODES_BYTES:
        raise OnnxFileError(
            f"An ONNX graph's nodes may have {MAX_NODES_BYTES:,} bytes in all. Received {size:,}."
        )
    edges = 0
    for span in spans[_NODE]:
        inside = scan.bytes(span, MAX_NODE_BYTES, "node")
        edges += sum(1 for number, _ in scan.fields(span) if number in (_NODE_INPUT, _NODE_OUTPUT))
        if edges > MAX_EDGES:
            raise OnnxFileError(
                f"Nodes of an ONNX graph may have {MAX_EDGES:,} inputs and outputs in all. "
                "Received more."
            )
        found.nodes.append(NodeProto.FromString(inside))

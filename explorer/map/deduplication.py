"""A network described once per kind of part: identical blocks and paths share a description.

ResNeXt-152 written path by path has 11,415 layers, and a few dozen descriptions. Each is a
plain dict, known by its number in a list:

A layer is what `explorer.map.cards.leaf` gives. A box is
``{"role", "label", "children": [[name, number, sources, field], ...], "outs": [ref, ...]}``,
where ``sources`` are the refs that the child's inputs read. A ref is the position of a child, or
``[position, output]`` for a further output of a box, or ``-1 - i`` for the box's own i-th
input. ``field`` is the receptive field of a layer, or of what enters a box, less that of
what enters the box around it; None if it is not known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.analysis.report import Report
from explorer.map.cards import follows_path, leaf
from explorer.map.folding import Part, grouped
from explorer.map.hierarchy import Box
from resnext import Graph

_LABELS = {
    "network": "network",
    "stage": "stage",
    "group": "group of layers",
    "path": "path",
    "shortcut": "projection shortcut",
    "run": "blocks in a row",
    "bundle": "parallel paths",
}

Ref = int | list[int]
Child = list[Any]


@dataclass
class Describer:
    """Collects the descriptions of one network.

    Attributes:
        times: Measured milliseconds by layer, equal for layers that are alike; or empty.
    """

    graph: Graph
    report: Report
    times: Mapping[str, float] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _leaf_numbers: dict[Any, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows = {row.name: row for row in self.report.rows}
        self._fields = {row.name: row.receptive_field for row in self.report.rows}
        self._position = {node.name: i for i, node in enumerate(self.graph.nodes)}
        self._sources = [
            [self._position[name] for name in node.inputs] for node in self.graph.nodes
        ]
        self._readers: list[list[int]] = [[] for _ in self.graph.nodes]
        for i, sources in enumerate(self._sources):
            for source in sources:
                self._readers[source].append(i)

    def describe(self, box: Box) -> int:
        """The number of the description of ``box``, whose parts are described first."""
        return self._box(box).number

    def _field(self, position: int) -> int | None:
        node = self.graph.nodes[position]
        return self._fields.get(node.name, 1)

    def _entry(self, inputs: list[int]) -> int | None:
        """Receptive field of what enters; 0 where nothing does."""
        fields = [self._field(i) for i in inputs]
        known = [value for value in fields if value is not None]
        return None if len(known) < len(fields) else max(known, default=0)

    def _intern(self, plain: dict[str, Any]) -> int:
        key = json.dumps(plain)
        if key not in self._numbers:
            self._numbers[key] = len(self.templates)
            self.templates.append(plain)
        return self._numbers[key]

    def _leaf(self, position: int, prefix: str) -> Part:
        node = self.graph.nodes[position]
        row = self._rows.get(node.name)
        key: Any = self.graph.alike[position]
        if follows_path(node):  # its channels follow from its path's number
            key = node.kind, node.input_shapes, node.output_shape
        if key not in self._leaf_numbers:
            self._leaf_numbers[key] = self._intern(leaf(node, row, self.times.get(node.name)))
        number = self._leaf_numbers[key]
        field = self._field(position)
        name = node.name.removeprefix(prefix)
        return Part(name, number, self._sources[position], [position], field, field)

    def _box(self, box: Box) -> Part:
        inside = set(box.leaves())
        parts = [
            self._box(child) if isinstance(child, Box) else self._leaf(child, box.prefix)
            for child in box.children
        ]
        role = box.role
        if role in ("network", "stage", "block", "group"):
            parts = grouped(parts, self.templates, self.join)
        inputs: list[int] = []
        outputs: list[int] = []
        for part in parts:
            inputs += [i for i in part.inputs if i not in inside and i not in inputs]
            outputs += [o for o in part.outputs if self._leaves(o, inside)]
        return self.join(box.name, role, parts, inputs, outputs)

    def _leaves(self, output: int, inside: set[int]) -> bool:
        """Whether a layer's output is read outside, or is the network's."""
        readers = self._readers[output]
        return not readers or any(reader not in inside for reader in readers)

    def join(
        self, name: str, role: str, parts: list[Part], inputs: list[int], outputs: list[int]
    ) -> Part:
        """Parts as one box with these inputs and outputs, which are positions of layers."""
        where: dict[int, Ref] = {source: -1 - i for i, source in enumerate(inputs)}
        for i, part in enumerate(parts):
            for k, output in enumerate(part.outputs):
                where[output] = [i, k] if k else i
        entry = self._entry(inputs)
        children: list[Child] = [
            [
                part.name,
                part.number,
                [where[source] for source in part.inputs],
                _less(part.field, entry),
            ]
            for part in parts
        ]
        outs = [where[output] for output in outputs]
        label = self._label(role, children)
        number = self._intern({"role": role, "label": label, "children": children, "outs": outs})
        return Part(name, number, inputs, outputs, entry, entry)

    def _label(self, role: str, children: list[Child]) -> str:
        """What a box is called; of a block, the kind of its shortcut."""
        if role != "block":
            return _LABELS[role]
        if any(self.templates[number].get("role") == "shortcut" for _, number, *_ in children):
            return "projection block"
        adds_input = any(len(sources) > 1 and -1 in sources for _, _, sources, _ in children)
        return "identity block" if adds_input else "block"


def _less(field: int | None, entry: int | None) -> int | None:
    return None if field is None or entry is None else field - entry

"""A graph collapsed to a level of detail: plain boxes and arrows for any renderer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from explorer.analysis.layer_labels import describe
from explorer.analysis.report import block_of, stage_of
from explorer.formatting import numbers
from resnext.errors import InputError
from resnext.graph import Graph, Node
from resnext.layer import Shape

LEVELS = ("model", "stage", "block", "full")
PATHS = "paths"


@dataclass(frozen=True)
class Box:
    """One layer, or several drawn as one.

    Attributes:
        id: Deterministic, and safe in any format.
        name: Its place.
        kind: The layer's class, ``stage``, ``projection block``, ``identity block`` or
            ``paths``.
        title: Last part of the place.
        detail: What it is, in a few words.
        output_shape: Without the batch; None if not known.
        params: Weights that training changes.
        trainable_params: The same, by Keras's name.
        total_params: With the moving statistics, as Keras's ``count_params()`` counts.
        layers: Number of layers it contains.
        clusters: Names of the stage, block and path around it, outermost first.
        outside: Whether it is only context of the part that is drawn.
    """

    id: str
    name: str
    kind: str
    title: str
    detail: str
    output_shape: Shape | None
    params: int
    trainable_params: int
    total_params: int
    layers: int
    clusters: tuple[str, ...]
    outside: bool = False


@dataclass(frozen=True)
class Arrow:
    """The output of one box that another reads; ``shortcut`` if it skips the transformation."""

    source: str
    target: str
    shape: Shape | None
    shortcut: bool


@dataclass(frozen=True)
class Drawing:
    """Boxes in network order, and the arrows between them."""

    name: str
    level: str
    focus: str | None
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types: ``nodes`` and ``edges``."""
        return {
            "name": self.name,
            "level": self.level,
            "focus": self.focus,
            "nodes": [asdict(box) for box in self.boxes],
            "edges": [asdict(arrow) for arrow in self.arrows],
        }

    def to_json(self) -> str:
        """`as_dict` as indented JSON."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)


def draw(graph: Graph, level: str = "stage", focus: str | None = None) -> Drawing:
    """Collapse the graph to a level.

    Args:
        graph: Any graph; its nodes' places make the groups.
        level: ``model``: stages; ``stage``: blocks; ``block``: layers, the paths of a block
            as one; ``full``: every layer.
        focus: Name of a stage (``stage2``) or block (``stage2/block1``) to draw alone, with
            what it reads and what reads it.

    Raises:
        ValueError: The level or the focus is not valid.
    """
    if level not in LEVELS:
        raise InputError(f"The level must be one of {', '.join(LEVELS)}. Received {level!r}.")
    if focus is not None:
        _check_focus(graph, focus)
    home = {node.name: _group(node, level, focus) for node in graph}
    members: dict[str, list[Node]] = {}
    for node in graph:
        members.setdefault(home[node.name], []).append(node)
    # Several connections drawn as one arrow are a shortcut only if all of them are.
    pairs: dict[tuple[str, str], tuple[Node, bool]] = {}
    for node in graph:
        for source in node.inputs:
            pair = (home[source], home[node.name])
            if pair[0] != pair[1]:
                shortcut = _is_shortcut(graph[source], node)
                first, so_far = pairs.get(pair, (graph[source], shortcut))
                pairs[pair] = first, so_far and shortcut
    if focus is not None:
        pairs = {
            pair: seen for pair, seen in pairs.items() if any(_inside(name, focus) for name in pair)
        }
        near = {name for pair in pairs for name in pair}
        members = {
            name: nodes for name, nodes in members.items() if name in near or _inside(name, focus)
        }
    ids = _ids(list(members))
    boxes = tuple(
        _box(ids[name], name, nodes, level, focus is not None and not _inside(name, focus))
        for name, nodes in members.items()
    )
    arrows = tuple(
        Arrow(ids[a], ids[b], source.output_shape or None, shortcut)
        for (a, b), (source, shortcut) in pairs.items()
    )
    return Drawing(graph.name, level, focus, boxes, arrows)


def levels(graph: Graph) -> tuple[str, ...]:
    """The levels that draw this graph differently: without paths, ``full`` is ``block``."""
    return LEVELS if any(map(_path, graph)) else LEVELS[:-1]


def groups(graph: Graph) -> tuple[str, ...]:
    """Names of all stages and blocks, in order: what `draw` can focus on."""
    found: dict[str, None] = {}
    for node in graph:
        if node.kind != "InputLayer":
            found[stage_of(node)] = None
            if block := block_of(node):
                found[block] = None
    return tuple(found)


def _group(node: Node, level: str, focus: str | None) -> str:
    """Name of the box in which a layer is drawn."""
    stage, block = stage_of(node), block_of(node)
    if focus is not None and not _inside(node.name, focus):
        return block if block and focus.startswith(f"{stage}/") else stage
    if level == "model":
        return focus if focus is not None else stage
    if level == "stage":
        return block or stage
    if level == "block" and (path := _path(node)):
        return f"{path.rpartition('/')[0]}/{PATHS}"
    return node.name


def _inside(name: str, focus: str) -> bool:
    return name == focus or name.startswith(f"{focus}/")


def _path(node: Node) -> str:
    """Place of the path that contains a layer, or ""."""
    for index, part in enumerate(node.place[:-1]):
        if re.fullmatch(r"path\d+", part):
            return "/".join(node.place[: index + 1])
    return ""


def _is_shortcut(source: Node, target: Node) -> bool:
    """Whether this arrow skips a block's transformation."""
    if "shortcut" in source.place or "shortcut" in target.place:
        return True
    block = target.place[:-1]
    return target.kind == "Add" and bool(block) and source.place[: len(block)] != block


def _box(id_: str, name: str, nodes: Sequence[Node], level: str, outside: bool) -> Box:
    first, last = nodes[0], nodes[-1]
    single = len(nodes) == 1 and first.name == name
    stage, block = stage_of(first), block_of(first)
    kind, detail = first.kind, describe(first)
    clusters = [part for part in (stage, block, _path(first)) if part and part != name]
    if name.endswith(f"/{PATHS}") and level == "block":
        kind, detail = PATHS, _paths_detail(nodes)
        clusters = clusters[:-1]
    elif not single:
        kind, detail = _group_kind(name, block, nodes)
        clusters = [stage] if name == block else []
    if level == "model" or outside or "/" not in first.name:
        clusters = []
    return Box(
        id=id_,
        name=name,
        kind=kind,
        title=name.replace("/", " ") if outside else _title(first if single else None, name),
        detail=detail,
        output_shape=last.output_shape or None,
        params=sum(node.params for node in nodes),
        trainable_params=sum(node.params for node in nodes),
        total_params=sum(node.total_params for node in nodes),
        layers=len(nodes),
        clusters=tuple(clusters),
        outside=outside,
    )


def _title(node: Node | None, name: str) -> str:
    last = name.rpartition("/")[2]
    around = node.place[-2] if node is not None and len(node.place) > 2 else ""
    return last if re.fullmatch(r"((block|path)\d+)?", around) else f"{around} {last}"


def _group_kind(name: str, block: str, nodes: Sequence[Node]) -> tuple[str, str]:
    """Kind and detail of a stage or block."""
    if name == block:
        projects = any("shortcut" in node.place for node in nodes)
        return ("projection block", "projection") if projects else ("identity block", "identity")
    blocks = {block_of(node) for node in nodes} - {""}
    if blocks:
        return "stage", f"{len(blocks)} block{'s' if len(blocks) > 1 else ''}"
    shown = [describe(n) for n in nodes if n.weights and n.kind != "BatchNormalization"]
    shown += [describe(n) for n in nodes if "pool" in n.kind.lower()]
    return "stage", " · ".join(shown[:3]) or numbers.full(len(nodes)) + " layers"


def _paths_detail(nodes: Sequence[Node]) -> str:
    paths: dict[str, list[Node]] = {}
    for node in nodes:
        paths.setdefault(_path(node), []).append(node)
    one = next(iter(paths.values()))
    convs = " → ".join(describe(node) for node in one if "Conv" in node.kind)
    return f"{len(paths)} paths of {convs}"


def _ids(names: list[str]) -> dict[str, str]:
    """Names as ids of letters, digits, underscores and slashes, all different."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        safe = base = re.sub(r"[^A-Za-z0-9_/]", "_", name) or "_"
        number = 1
        while safe in taken:
            number += 1
            safe = f"{base}_{number}"
        taken.add(safe)
        ids[name] = safe
    return ids


def _check_focus(graph: Graph, focus: str) -> None:
    known = groups(graph)
    if focus not in known:
        stages = [name for name in known if "/" not in name][:12]
        raise InputError(
            "The part to draw must be a stage or a block, such as "
            f"{', '.join(stages)}. Received {focus[:80]!r}."
        )

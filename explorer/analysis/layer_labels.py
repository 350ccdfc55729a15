"""What a layer is, in a few words, and the settings that its card shows."""

from __future__ import annotations

from explorer.analysis.conventions import is_known
from resnext.graph import Node
from resnext.kinds import KINDS

Settings = dict[str, int | str]


def settings(node: Node) -> Settings:
    """By name, such as ``groups``; none of a layer that is not known."""
    kind = KINDS.get(node.kind)
    if kind is None or not is_known(node):
        return {}
    return {name: _setting(name, node) for name in kind.settings}


def describe(node: Node) -> str:
    """Such as ``3×3 conv, 128, 32 groups, stride 2``."""
    found = settings(node)
    parts = [_title(node)]
    if (groups := found.get("groups", 1)) != 1:
        parts.append(f"{groups} groups")
    if (stride := max(node.layer.window[1])) > 1:
        parts.append(f"stride {stride}")
    if "units" in found and found["activation"] != "linear":
        parts.append(str(found["activation"]))
    return ", ".join(parts)


def labels(node: Node) -> dict[str, str]:
    """What a layer is: with its settings, without those that badges show, and in a path's box."""
    return {"label": describe(node), "title": _title(node), "short": _title(node, short=True)}


def _title(node: Node, short: bool = False) -> str:
    kind = KINDS.get(node.kind)
    if kind is None or not is_known(node):
        return node.kind
    words = (short and kind.short) or kind.title or kind.name
    (height, width), _ = node.layer.window
    return words.format(window=f"{height}×{width}", **settings(node))


def _added(ends: tuple[int, int]) -> int | str:
    """Positions added at each end of an axis: 1, or 0+1 where the two differ."""
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}+{ends[1]}"


def _setting(name: str, node: Node) -> int | str:
    if name in ("kernel", "stride"):
        one, other = node.layer.window[name == "stride"]
        return one if one == other else f"{one}x{other}"
    if name == "padding":
        down, right = map(_added, node.pads)
        return down if down == right else f"{down}x{right}"
    if name == "groups":
        depth = 1 if node.kind == "DepthwiseConv2D" else node.weights[0].shape[2]
        return node.input_shapes[0][-1] // depth
    if name == "activation":
        return str(getattr(node.layer, "activation", "linear"))
    return node.output_shape[-1]  # filters, units, channels

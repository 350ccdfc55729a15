"""Names of networks, in the words of torchvision, timm and the Keras zoo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from resnext.attention import ATTENTIONS
from resnext.errors import SpecError

IMAGENET_BLOCKS = {
    26: (2, 2, 2, 2),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}

PRESETS = (
    "resnext50_32x4d",
    "resnext101_32x4d",
    "resnext152_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext29_8x64d",
    "resnext29_16x64d",
    "mini_resnext",
    "zoo50",
    "zoo101",
    "zoo152",
)

_CIFAR = {"input_shape": (32, 32, 3), "classes": 10}
# The zoo README's meta-parameters count identity blocks only: one more block in each stage.
_ZOO_BLOCKS = {50: (4, 5, 6, 4), 101: (4, 5, 23, 4), 152: (4, 9, 36, 4)}
_MINI: dict[str, Any] = {
    **_CIFAR,
    "stem": "mini",
    "head": "flatten",
    "shortcut_bias": True,
    "groups": (
        {"blocks": 3, "width": 64, "filters": 128, "strides": 2},
        {"blocks": 1, "width": 128, "filters": 256, "strides": 2},
        {"blocks": 1, "width": 256, "filters": 256, "projection": False},
    ),
}
_PREFIX = "|".join(word for word in ATTENTIONS if word != "none")
_PREFIXES = " or ".join(f"{word} for {one.words}" for word, one in ATTENTIONS.items() if one.words)
_NAME = re.compile(rf"({_PREFIX})?resnext([1-9]\d{{0,3}})_([1-9]\d{{0,4}})x([1-9]\d{{0,4}})d")


def blocks_of_depth(depth: int) -> tuple[int, ...]:
    """Blocks per stage of ResNeXt at a depth: the paper's five, or 9n + 2 for CIFAR; else empty."""
    if depth in IMAGENET_BLOCKS:
        return IMAGENET_BLOCKS[depth]
    return ((depth - 2) // 9,) * 3 if depth > 2 and (depth - 2) % 9 == 0 else ()


def fields_of(name: str) -> dict[str, Any]:
    """Fields of the spec that this name stands for.

    Raises:
        SpecError: No network has this name.
    """
    if not isinstance(name, str):
        raise SpecError(f"A network's name must be text. Received {name!r}.")
    if name == "mini_resnext":
        return dict(_MINI)
    if match := re.fullmatch(r"zoo(50|101|152)", name):
        return {"blocks": _ZOO_BLOCKS[int(match[1])], "shortcut_bias": True}
    if match := re.fullmatch(rf"({_PREFIX})?resnet(50|101|152|200)", name):
        plain = {"blocks": IMAGENET_BLOCKS[int(match[2])], "cardinality": 1, "width": 64}
        return {**plain, **_attention(match[1])}
    if match := _NAME.fullmatch(name):
        depth, cardinality, width = map(int, match.groups()[1:])
        chosen = {"cardinality": cardinality, "width": width, **_attention(match[1])}
        if blocks := blocks_of_depth(depth):
            cifar = {} if depth in IMAGENET_BLOCKS else {"stem": "cifar", **_CIFAR}
            return {"blocks": blocks, **cifar, **chosen}
        raise SpecError(
            "The depth must be 26, 50, 101, 152 or 200 (ImageNet) or 9n + 2, such as 29 "
            f"(CIFAR). Received {depth} in {name!r}."
        )
    raise SpecError(
        "A network's name must be resnext{depth}_{C}x{d}d (such as resnext50_32x4d), the same "
        f"after {_PREFIXES}, or one of "
        f"{', '.join(n for n in PRESETS if 'resnext' not in n)}, mini_resnext. "
        f"Received {str(name)[:80]!r}."
    )


def _attention(prefix: str | None) -> dict[str, str]:
    return {"attention": prefix} if prefix else {}


def candidates(fields: Mapping[str, Any]) -> list[str]:
    """Names that a spec with these fields could have, by its depth."""
    blocks = fields["blocks"]
    if fields["groups"]:
        return ["mini_resnext"]
    if fields["shortcut_bias"]:
        return [f"zoo{depth}" for depth, known in _ZOO_BLOCKS.items() if known == blocks]
    depth = 3 * sum(blocks) + 2
    cardinality, width = fields["cardinality"], fields["width"]
    prefix = _prefix(fields)
    names = [f"{prefix}resnext{depth}_{cardinality}x{width}d"]
    if (cardinality, width) == (1, 64):
        names.insert(0, f"{prefix}resnet{depth}")
    return [name for name in names if _is_name(name)]


def _prefix(fields: Mapping[str, Any]) -> str:
    return "" if fields["attention"] == "none" else str(fields["attention"])


def description(fields: Mapping[str, Any]) -> str:
    """A name for a spec that has no published one."""
    marks = [fields["stem"]] if fields["stem"] != "imagenet" else []
    if fields["groups"]:
        marks.append("groups" + "-".join(f"{s.width}:{s.filters}" for s in fields["groups"]))
    marks += ["biased"] if fields["shortcut_bias"] else []
    marks += ["flatten"] if fields["head"] == "flatten" else []
    blocks = "-".join(map(str, fields["blocks"]))
    head = f"{_prefix(fields)}resnext"
    return "_".join([head, blocks, f"{fields['cardinality']}x{fields['width']}d", *marks])


def _is_name(name: str) -> bool:
    try:
        fields_of(name)
    except SpecError:
        return False
    return True

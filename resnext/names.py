"""Names of networks, in the words of torchvision, timm and the Keras zoo."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from resnext.spec import ResNeXtSpec, SpecError, Stage

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
        Stage(blocks=3, width=64, filters=128, strides=2),
        Stage(blocks=1, width=128, filters=256, strides=2),
        Stage(blocks=1, width=256, filters=256, projection=False),
    ),
}
_NAME = re.compile(r"resnext([1-9]\d{0,3})_([1-9]\d{0,4})x([1-9]\d{0,4})d")


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
    if match := re.fullmatch(r"resnet(50|101|152|200)", name):
        return {"blocks": IMAGENET_BLOCKS[int(match[1])], "cardinality": 1, "width": 64}
    if match := _NAME.fullmatch(name):
        depth, cardinality, width = map(int, match.groups())
        chosen = {"cardinality": cardinality, "width": width}
        if depth in IMAGENET_BLOCKS:
            return {"blocks": IMAGENET_BLOCKS[depth], **chosen}
        if depth > 2 and (depth - 2) % 9 == 0:
            blocks = ((depth - 2) // 9,) * 3
            return {"blocks": blocks, "stem": "cifar", **_CIFAR, **chosen}
        raise SpecError(
            "The depth must be 26, 50, 101, 152 or 200 (ImageNet) or 9n + 2, such as 29 "
            f"(CIFAR). Received {depth} in {name!r}."
        )
    raise SpecError(
        "A network's name is resnext{depth}_{C}x{d}d, such as resnext50_32x4d, or one of "
        f"{', '.join(n for n in PRESETS if 'resnext' not in n)}, mini_resnext. "
        f"Received {str(name)[:80]!r}."
    )


def name_of(spec: ResNeXtSpec) -> str:
    """The name under which `fields_of` finds this architecture, else a description of it.

    Input, classes, form and top are how a network is used, not which one it is.
    """
    for name in _candidates(spec):
        named = ResNeXtSpec(**fields_of(name))
        used: dict[str, Any] = {
            "input_shape": spec.input_shape,
            "classes": spec.classes,
            "form": spec.form,
            "include_top": spec.include_top,
        }
        try:
            if replace(named, **used) == spec:
                return name
        except SpecError:
            continue
    blocks = "-".join(map(str, spec.blocks))
    marks = [spec.stem] if spec.stem != "imagenet" else []
    if spec.groups:
        marks.append("groups" + "-".join(f"{s.width}:{s.filters}" for s in spec.groups))
    marks += ["biased"] if spec.shortcut_bias else []
    marks += ["flatten"] if spec.head == "flatten" else []
    return "_".join(["resnext", blocks, f"{spec.cardinality}x{spec.width}d", *marks])


def _candidates(spec: ResNeXtSpec) -> list[str]:
    """Names that this spec could have, by its depth."""
    if spec.groups:
        return ["mini_resnext"]
    if spec.shortcut_bias:
        return [f"zoo{depth}" for depth, blocks in _ZOO_BLOCKS.items() if blocks == spec.blocks]
    plain = [f"resnet{spec.depth}"] if (spec.cardinality, spec.width) == (1, 64) else []
    plain = [
        name for name in plain if spec.stem == "imagenet" and spec.depth in (50, 101, 152, 200)
    ]
    return [*plain, *_formula_names(spec)]


def _formula_names(spec: ResNeXtSpec) -> list[str]:
    name = f"resnext{spec.depth}_{spec.cardinality}x{spec.width}d"
    try:
        fields_of(name)
    except SpecError:
        return []
    return [name]

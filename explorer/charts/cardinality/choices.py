"""Which cardinalities and depths can be chosen for a network, and the network of each choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from explorer.analysis.equal_cost import block_params, resnet_width, solve
from resnext import ResNeXtSpec, SpecError
from resnext.names import IMAGENET_BLOCKS, blocks_of_depth

# Few enough that each is another picture; the paper's five are among them.
CARDINALITIES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
IMAGENET_DEPTHS = (50, 101, 152)
CIFAR_DEPTHS = (20, 29, 38, 56)
ZOO = ("zoo50", "zoo101", "zoo152")

Check = Callable[[ResNeXtSpec], object]  # raises SpecError for what cannot be shown


@dataclass(frozen=True)
class Choices:
    """What can be chosen: every pair of a depth and a cardinality.

    Attributes:
        spec: The network that is chosen now.
        resnet: Width of the ResNet block whose cost the rule of equal cost keeps.
        depths: Blocks per stage of each depth, the present one among them.
        rules: By rule, pairs of cardinality and width. ``equal``: the width keeps the block's
            cost; ``keep``: it stays. A network of custom groups has only ``fixed``: its channels
            C x d stay.
    """

    spec: ResNeXtSpec
    resnet: int
    depths: tuple[tuple[int, ...], ...]
    rules: dict[str, tuple[tuple[int, int], ...]]


def channels_of(spec: ResNeXtSpec) -> int:
    """Channels of the block that the rule is about: the output of the first stage."""
    return spec.stages[0].filters


def usual_width(spec: ResNeXtSpec, usual: int = 0) -> int:
    """The width of the ResNet block whose cost the rule keeps.

    It is ``usual`` for as long as the rule leads from there to the spec's width, also where one
    channel a path is more than that cost allows. So the way back leads to the same network.
    """
    channels, width = channels_of(spec), _width(spec)
    if usual and _solved(spec.cardinality, usual, channels) == width:
        return usual
    return resnet_width(spec.cardinality, width, channels)


def width_at(cardinality: int, spec: ResNeXtSpec, usual: int = 0) -> int:
    """The width at which this cardinality costs as much as the spec's block."""
    return _solved(cardinality, usual_width(spec, usual), channels_of(spec))


def changed(spec: ResNeXtSpec, cardinality: int, width: int) -> ResNeXtSpec:
    """The network with another cardinality and width; custom groups keep their channels."""
    if spec.groups:
        return spec.replace(cardinality=cardinality)
    return spec.replace(cardinality=cardinality, width=width)


def resnet_block(spec: ResNeXtSpec, width: int) -> ResNeXtSpec:
    """The network with one path of this width in the first stage."""
    if spec.groups:
        first, *rest = spec.groups
        return spec.replace(cardinality=1, groups=(replace(first, width=width), *rest))
    return spec.replace(cardinality=1, width=width)


def offer(
    spec: ResNeXtSpec, check: Check = lambda spec: None, *, usual: int = 0, more: int = 0
) -> Choices:
    """The choices for a network.

    Args:
        spec: The network that is chosen now.
        check: Further rules; a choice for which it raises a `SpecError` is not offered.
        usual: Width of the ResNet block so far; it stays if it costs as much as the spec's.
        more: A cardinality to offer besides the usual ones and the spec's own.
    """
    depths = tuple(
        blocks
        for blocks in _depths(spec)
        if blocks == spec.blocks or _can_be(spec, check, [blocks], spec.cardinality, spec.width)
    )
    resnet = usual_width(spec, usual)
    stops = sorted({*CARDINALITIES, spec.cardinality, *([more] if more else [])})
    equal: list[tuple[int, int]] = []
    keep: list[tuple[int, int]] = []
    for cardinality in stops:
        own = cardinality == spec.cardinality
        width = spec.width if own else _solved(cardinality, resnet, channels_of(spec))
        for found, one in ((equal, width), (keep, spec.width)):
            if own or _can_be(spec, check, depths, cardinality, one):
                found.append((cardinality, one))
    if spec.groups:
        pairs = [(cardinality, spec.stages[0].width // cardinality) for cardinality, _ in keep]
        return Choices(spec, resnet, depths, {"fixed": tuple(pairs)})
    return Choices(spec, resnet, depths, {"equal": tuple(equal), "keep": tuple(keep)})


def _solved(cardinality: int, resnet: int, channels: int) -> int:
    """The width at which a cardinality costs as much as a ResNet block of this width."""
    return solve(cardinality, block_params(1, resnet, channels), channels).width


def _width(spec: ResNeXtSpec) -> int:
    return spec.stages[0].width // spec.cardinality


def _depths(spec: ResNeXtSpec) -> list[tuple[int, ...]]:
    """Blocks per stage of the depths to offer, from few to many layers."""
    if spec.groups:
        return [spec.blocks]
    if spec.stem != "imagenet":
        named = [blocks_of_depth(depth) for depth in CIFAR_DEPTHS]
    else:
        named = [IMAGENET_BLOCKS[depth] for depth in IMAGENET_DEPTHS]
        zoo = [ResNeXtSpec.from_name(name).blocks for name in ZOO]
        if spec.shortcut_bias and spec.blocks in zoo:
            named = zoo
    return sorted({*named, spec.blocks}, key=lambda blocks: (sum(blocks), blocks))


def _can_be(
    spec: ResNeXtSpec,
    check: Check,
    depths: list[tuple[int, ...]] | tuple[tuple[int, ...], ...],
    cardinality: int,
    width: int,
) -> bool:
    """Whether a cardinality and width keep the rules at all these depths."""
    try:
        for blocks in depths:
            one = changed(spec, cardinality, width)
            check(one if spec.groups else one.replace(blocks=blocks))
    except SpecError:
        return False
    return True

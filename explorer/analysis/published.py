"""What others published about these networks, with the source of each figure.

Only figures that a source states stand here; what it does not state is absent, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

PAPER = "Xie et al. 2017, arXiv 1611.05431"
TORCHVISION = "torchvision's model table"
TIMM = "timm's benchmark: inference at 224x224, RTX 4090, amp"
IMAGENET, CIFAR10, CIFAR100 = "ImageNet-1K", "CIFAR-10", "CIFAR-100"


@dataclass(frozen=True)
class Figure:
    """One published number.

    Attributes:
        name: Of the network, as `resnext.ResNeXtSpec.from_name` takes it where it is a ResNeXt.
        quantity: ``top1_accuracy`` and ``top5_accuracy`` (percent), ``params``, ``macs`` or
            ``images_per_second``.
        value: In the unit of the quantity.
        source: Who published it, and where.
        data: Which images; empty for ``params`` and ``macs``.
        note: Which weights, if the source has several.
        stated: As the source has it, such as an error where we give the accuracy.
    """

    name: str
    quantity: str
    value: float
    source: str
    data: str = ""
    note: str = ""
    stated: str = ""


class Table2Row(NamedTuple):
    """Cardinality against width at one complexity; parameters of one block of conv2."""

    cardinality: int
    width: int
    group_width: int
    params: int


class Table3Row(NamedTuple):
    """Top-1 error on ImageNet-1K in percent, of 50 and of 101 layers."""

    cardinality: int
    width: int
    error_50: float
    error_101: float


TABLE_2 = (
    Table2Row(1, 64, 64, 69_632),
    Table2Row(2, 40, 80, 69_760),
    Table2Row(4, 24, 96, 69_888),
    Table2Row(8, 14, 112, 71_456),
    Table2Row(32, 4, 128, 70_144),
)

TABLE_3 = (
    Table3Row(1, 64, 23.9, 22.0),
    Table3Row(2, 40, 23.0, 21.7),
    Table3Row(4, 24, 22.6, 21.4),
    Table3Row(8, 14, 22.3, 21.3),
    Table3Row(32, 4, 22.2, 21.2),
)

# Name, top-1 and top-5 error on ImageNet-1K.
TABLE_4 = (
    ("resnet101", 22.0, 6.0),
    ("resnext101_32x4d", 21.2, 5.6),
    ("resnet200", 21.7, 5.8),
    ("resnext101_1x100d", 21.3, 5.7),
    ("resnext101_2x64d", 20.7, 5.5),
    ("resnext101_64x4d", 20.4, 5.3),
)

# Name, parameters, error on CIFAR-10 and on CIFAR-100.
TABLE_7 = (
    ("Wide ResNet", 36.5e6, 4.17, 20.50),
    ("resnext29_8x64d", 34.4e6, 3.65, 17.77),
    ("resnext29_16x64d", 68.1e6, 3.58, 17.31),
)

# Name, parameters, multiply-adds.
_TABLE_1 = (("resnet50", 25.5e6, 4.1e9), ("resnext50_32x4d", 25.0e6, 4.2e9))

# Name, parameters, multiply-adds, top-1 accuracy with V1 and with V2 weights.
_TORCHVISION = (
    ("resnext50_32x4d", 25_028_904, 4.23e9, 77.618, 81.198),
    ("resnext101_32x8d", 88_791_336, 16.414e9, 79.312, 82.834),
    ("resnet50", 25_557_032, 4.089e9, 76.130, 80.858),
    ("resnet152", 60_192_808, 11.514e9, 78.312, 82.284),
)

_TIMM = {
    "resnet50": 5088,
    "resnext50_32x4d": 4220,
    "resnet101": 3321,
    "resnext101_32x4d": 2747,
    "resnext101_32x8d": 1793,
    "resnext101_64x4d": 1808,
    "resnet152": 2348,
}

_KUANGLIU = {"resnext29_32x4d": 94.73, "resnext29_2x64d": 94.82}


def published(name: str, quantity: str | None = None, data: str | None = None) -> list[Figure]:
    """What is published about the network of this name; empty if nothing is.

    Args:
        name: As `resnext.ResNeXtSpec.name` gives it.
        quantity: One of `Figure`'s, or all.
        data: Only figures on these images.
    """
    return [
        figure
        for figure in figures()
        if figure.name == name
        and quantity in (None, figure.quantity)
        and data in (None, figure.data)
    ]


def figures() -> list[Figure]:
    """All published figures."""
    return [*_from_paper(), *_from_torchvision(), *_from_others()]


def imagenet_name(depth: int, cardinality: int, width: int) -> str:
    """The name of an ImageNet network of the tables."""
    plain = (cardinality, width) == (1, 64)
    return f"resnet{depth}" if plain else f"resnext{depth}_{cardinality}x{width}d"


def _from_paper() -> list[Figure]:
    found = []
    for name, params, macs in _TABLE_1:
        source = f"{PAPER}, table 1"
        found.append(Figure(name, "params", params, source, stated=f"{params / 1e6:.1f} M"))
        found.append(Figure(name, "macs", macs, source, stated=f"{macs / 1e9:.1f} G FLOPs"))
    for row in TABLE_3:
        for depth, error in ((50, row.error_50), (101, row.error_101)):
            name = imagenet_name(depth, row.cardinality, row.width)
            found.append(_error(name, error, "table 3", IMAGENET))
    in_table_3 = {figure.name for figure in found if figure.quantity == "top1_accuracy"}
    for name, top1, top5 in TABLE_4:
        if name not in in_table_3:
            found.append(_error(name, top1, "table 4", IMAGENET))
        found.append(_error(name, top5, "table 4", IMAGENET, "top5_accuracy"))
    for name, params, cifar10, cifar100 in TABLE_7:
        source = f"{PAPER}, table 7"
        found.append(Figure(name, "params", params, source, stated=f"{params / 1e6:.1f} M"))
        found.append(_error(name, cifar10, "table 7", CIFAR10))
        found.append(_error(name, cifar100, "table 7", CIFAR100))
    return found


def _error(
    name: str, error: float, table: str, data: str, quantity: str = "top1_accuracy"
) -> Figure:
    """The paper states errors; accuracy is the rest to 100 %."""
    value = round(100 - error, 2)
    return Figure(name, quantity, value, f"{PAPER}, {table}", data, stated=f"error {error} %")


def _from_torchvision() -> list[Figure]:
    found = []
    for name, params, macs, v1, v2 in _TORCHVISION:
        found.append(Figure(name, "params", params, TORCHVISION))
        found.append(Figure(name, "macs", macs, TORCHVISION, stated=f"{macs / 1e9:g} GFLOPS"))
        for version, value in (("V1", v1), ("V2", v2)):
            found.append(
                Figure(name, "top1_accuracy", value, TORCHVISION, IMAGENET, f"{version} weights")
            )
    found.append(Figure("resnext101_64x4d", "top1_accuracy", 83.246, TORCHVISION, IMAGENET))
    return found


def _from_others() -> list[Figure]:
    found = [Figure("resnext152_32x4d", "top1_accuracy", 78.88, "mmclassification", IMAGENET)]
    found += [Figure(name, "images_per_second", value, TIMM) for name, value in _TIMM.items()]
    found += [
        Figure(name, "top1_accuracy", value, "kuangliu/pytorch-cifar", CIFAR10)
        for name, value in _KUANGLIU.items()
    ]
    return found

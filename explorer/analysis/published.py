"""What others published about these networks, with the source of each figure.

Only figures that a source states are here; what it does not state is absent, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

PAPER = "Xie et al. 2017, arXiv 1611.05431"
TORCHVISION = "torchvision's model table"
TIMM = (
    "timm, benchmark-infer-amp-nhwc-pt240-cu124-rtx4090.csv at 7479d45: inference at 224x224, "
    "RTX 4090, amp, channels last"
)
PYCLS = "facebookresearch/pycls, MODEL_ZOO.md at 1caf15b"
MMPRETRAIN = "open-mmlab/mmpretrain, READMEs of configs/resnet at 13db819 and resnext at 159b38d"
SENET = "hujie-frank/SENet, README at 0262d43, table 1"
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
        series: A key of `explorer.analysis.series.SERIES`; empty if it belongs to none.
    """

    name: str
    quantity: str
    value: float
    source: str
    data: str = ""
    note: str = ""
    stated: str = ""
    series: str = ""


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

# Name, parameters, multiply-adds, top-1 accuracy of V1 and V2 weights, series of the latter.
_TORCHVISION = (
    ("resnext50_32x4d", 25_028_904, 4.23e9, 77.618, 81.198, "torchvision-v2"),
    ("resnext101_32x8d", 88_791_336, 16.414e9, 79.312, 82.834, "torchvision-v2-fixres"),
    ("resnet50", 25_557_032, 4.089e9, 76.130, 80.858, "torchvision-v2-50"),
    ("resnet101", 44_549_160, 7.801e9, 77.374, 81.886, "torchvision-v2"),
    ("resnet152", 60_192_808, 11.514e9, 78.312, 82.284, "torchvision-v2"),
)

# Name, top-1 error, milliseconds for 64 images.
_PYCLS = (
    ("resnet50", 23.2, 53),
    ("resnet101", 21.4, 90),
    ("resnet152", 20.9, 130),
    ("resnext50_32x4d", 21.9, 78),
    ("resnext101_32x4d", 20.7, 137),
    ("resnext152_32x4d", 20.4, 197),
)

_MMPRETRAIN = {
    "resnet50": 76.55,
    "resnet101": 77.97,
    "resnet152": 78.48,
    "resnext50_32x4d": 77.90,
    "resnext101_32x4d": 78.61,
    "resnext101_32x8d": 79.27,
    "resnext152_32x4d": 78.88,
}

_TIMM = {
    "resnet50": 5088,
    "resnext50_32x4d": 4220,
    "resnet101": 3321,
    "resnext101_32x4d": 2747,
    "resnext101_32x8d": 1793,
    "resnext101_64x4d": 1808,
    "resnet152": 2348,
}

# Name, parameters, top-1 and top-5 error on ImageNet-1K.
_SENET = (
    ("seresnext50_32x4d", 27_559_896, 20.97, 5.54),
    ("seresnext101_32x4d", 48_955_416, 19.81, 4.96),
)

_KUANGLIU = {"resnext29_32x4d": 94.73, "resnext29_2x64d": 94.82}


@cache
def figures() -> tuple[Figure, ...]:
    """All published figures."""
    return (*_from_paper(), *_from_torchvision(), *_from_zoos(), *_from_others())


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
            found.append(_error(name, error, f"{PAPER}, table 3", IMAGENET, series="paper"))
    in_table_3 = {figure.name for figure in found if figure.quantity == "top1_accuracy"}
    for name, top1, top5 in TABLE_4:
        if name not in in_table_3:
            found.append(_error(name, top1, f"{PAPER}, table 4", IMAGENET, series="paper"))
        found.append(_error(name, top5, f"{PAPER}, table 4", IMAGENET, "top5_accuracy", "paper"))
    for name, params, cifar10, cifar100 in TABLE_7:
        source = f"{PAPER}, table 7"
        found.append(Figure(name, "params", params, source, stated=f"{params / 1e6:.1f} M"))
        found.append(_error(name, cifar10, source, CIFAR10))
        found.append(_error(name, cifar100, source, CIFAR100))
    return found


def _error(
    name: str, error: float, source: str, data: str, quantity: str = "top1_accuracy",
    series: str = "",
) -> Figure:  # fmt: skip
    """Papers state errors; accuracy is the rest to 100 %."""
    value = round(100 - error, 2)
    return Figure(name, quantity, value, source, data, stated=f"error {error} %", series=series)


def _from_torchvision() -> list[Figure]:
    found = [Figure("resnext101_64x4d", "params", 83_455_272, TORCHVISION)]
    found.append(_top1("resnext101_64x4d", 83.246, TORCHVISION, "torchvision-64x4d"))
    for name, params, macs, v1, v2, series in _TORCHVISION:
        found.append(Figure(name, "params", params, TORCHVISION))
        found.append(Figure(name, "macs", macs, TORCHVISION, stated=f"{macs / 1e9:g} GFLOPS"))
        found.append(_top1(name, v1, TORCHVISION, "torchvision-v1", "V1 weights"))
        found.append(_top1(name, v2, TORCHVISION, series, "V2 weights"))
    return found


def _top1(name: str, value: float, source: str, series: str, note: str = "") -> Figure:
    return Figure(name, "top1_accuracy", value, source, IMAGENET, note, series=series)


def _from_zoos() -> list[Figure]:
    found = [_top1(name, value, MMPRETRAIN, "mmpretrain") for name, value in _MMPRETRAIN.items()]
    for name, error, ms in _PYCLS:
        found.append(_error(name, error, PYCLS, IMAGENET, series="pycls"))
        found.append(
            _speed(name, round(64_000 / ms), PYCLS, f"{ms} ms for 64 images", "pycls-v100")
        )
    for name, params, top1, top5 in _SENET:
        found.append(Figure(name, "params", params, "timm 1.0.31"))
        found.append(_error(name, top1, SENET, IMAGENET, series="senet"))
        found.append(_error(name, top5, SENET, IMAGENET, "top5_accuracy", "senet"))
    return found


def _speed(name: str, value: float, source: str, stated: str, series: str) -> Figure:
    return Figure(name, "images_per_second", value, source, stated=stated, series=series)


def _from_others() -> list[Figure]:
    found = [_speed(name, value, TIMM, "", "timm-4090") for name, value in _TIMM.items()]
    found += [
        Figure(name, "top1_accuracy", value, "kuangliu/pytorch-cifar", CIFAR10)
        for name, value in _KUANGLIU.items()
    ]
    return found

"""What others published about these networks, with the source of each figure.

Only figures that a source states are here; what it does not state is absent, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from explorer.analysis.family import members, number

PAPER = "Xie et al. 2017, arXiv 1611.05431"
TIMM = (
    "timm, benchmark-infer-amp-nhwc-pt240-cu124-rtx4090.csv at 7479d45: inference at 224x224, "
    "RTX 4090, amp, channels last"
)
TIMM_5090 = (
    "timm, benchmark-infer-amp-nchw-pt291-cu130-5090.csv at 90cae8c: inference at 224x224 on 1,024 "
    "images, RTX 5090, amp"
)
TIMM_I9 = (
    "timm, benchmark-infer-fp32-nchw-pt240-cpu-i9_10940x-dynamo.csv at 7479d45: inference at "
    "224x224 on one image, Core i9-10940X, float32, torch.compile"
)
PYCLS = "facebookresearch/pycls, MODEL_ZOO.md at 1caf15b"
SENET = "hujie-frank/SENet, README at 0262d43, table 1"
# Where CIFAR figures of the paper are shown; README of facebookresearch/ResNeXt at 2206526, and
# issue 9 there (six runs of 29 8x64d by a reader, on three GPUs, the best of each).
CIFAR_NOTE = (
    "The paper's CIFAR networks have pre-activated blocks and were trained with batches of 256; "
    "the authors' code has neither. A reader's six runs of that code with 29 layers, 8x64d, on "
    "CIFAR-10 ended at errors from 3.68 to 3.90 %, the paper states 3.65 % "
    "(facebookresearch/ResNeXt, README at 2206526 and issue 9)."
)
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
        stated: As the source has it, such as an error where we give the accuracy.
        series: A key of `explorer.analysis.series.SERIES`; empty if it belongs to none.
    """

    name: str
    quantity: str
    value: float
    source: str
    data: str = ""
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

# Name, top-5 error on ImageNet-1K; the top-1 errors are in ``family.csv``.
TABLE_4 = (
    ("resnet101", 6.0),
    ("resnext101_32x4d", 5.6),
    ("resnet200", 5.8),
    ("resnext101_1x100d", 5.7),
    ("resnext101_2x64d", 5.5),
    ("resnext101_64x4d", 5.3),
)

# Name, parameters, error on CIFAR-10 and on CIFAR-100.
TABLE_7 = (
    ("Wide ResNet", 36.5e6, 4.17, 20.50),
    ("resnext29_8x64d", 34.4e6, 3.65, 17.77),
    ("resnext29_16x64d", 68.1e6, 3.58, 17.31),
)

# Name, parameters, multiply-adds.
_TABLE_1 = (("resnet50", 25.5e6, 4.1e9), ("resnext50_32x4d", 25.0e6, 4.2e9))

# Name, milliseconds for 64 images.
_PYCLS = {
    "resnet50": 53,
    "resnet101": 90,
    "resnet152": 130,
    "resnext50_32x4d": 78,
    "resnext101_32x4d": 137,
    "resnext152_32x4d": 197,
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

_TIMM_5090 = {
    "resnet50": 6356.02,
    "resnext50_32x4d": 4821.12,
    "resnet101": 4150.63,
    "resnext101_32x4d": 3117.39,
    "resnext101_32x8d": 1994.31,
    "resnext101_64x4d": 2013.62,
    "resnet152": 2945.65,
}

_TIMM_I9 = {
    "resnet50": 67.2,
    "resnext50_32x4d": 76.91,
    "resnet101": 37.96,
    "resnext101_32x4d": 42.71,
    "resnext101_32x8d": 25.15,
    "resnext101_64x4d": 26.53,
    "resnet152": 27.96,
}

# Name, parameters, top-5 error on ImageNet-1K.
_SENET = (
    ("seresnext50_32x4d", 27_559_896, 5.54),
    ("seresnext101_32x4d", 48_955_416, 4.96),
)

_KUANGLIU = {"resnext29_32x4d": 94.73, "resnext29_2x64d": 94.82}


@cache
def figures() -> tuple[Figure, ...]:
    """All published figures."""
    return (*_from_paper(), *_from_family(), *_from_others())


@cache
def table_3() -> tuple[Table3Row, ...]:
    """The paper's table 3, its errors from ``family.csv``."""
    errors = {row.spec: float(row.error) for row in members() if row.recipe == "paper"}
    return tuple(
        Table3Row(
            row.cardinality,
            row.width,
            *(errors[imagenet_name(depth, row.cardinality, row.width)] for depth in (50, 101)),
        )
        for row in TABLE_2
    )


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
    for name, top5 in TABLE_4:
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


def _from_family() -> list[Figure]:
    """The accuracies of our networks, and the costs that a source states to the last digit."""
    found = []
    for row in members():
        if not row.spec:
            continue
        stated = f"error {row.error} %" if row.error else ""
        accuracy = Figure(
            row.spec, "top1_accuracy", row.accuracy, row.source, IMAGENET, stated, row.recipe
        )
        found.append(accuracy)
        if row.params.isdigit():
            for name in ("params", "macs"):
                text = getattr(row, name)
                stated = "" if text.isdigit() else text
                found.append(Figure(row.spec, name, number(text), row.source, stated=stated))
    return list(dict.fromkeys(found))  # a source that has two recipes states a cost with each


def _speed(name: str, value: float, source: str, stated: str, series: str) -> Figure:
    return Figure(name, "images_per_second", value, source, stated=stated, series=series)


def _from_others() -> list[Figure]:
    found = [
        _speed(name, round(64_000 / ms), PYCLS, f"{ms} ms for 64 images", "pycls-v100")
        for name, ms in _PYCLS.items()
    ]
    for speeds, source, series in (
        (_TIMM, TIMM, "timm-4090"),
        (_TIMM_5090, TIMM_5090, "timm-5090"),
        (_TIMM_I9, TIMM_I9, "timm-i9"),
    ):
        found += [_speed(name, value, source, "", series) for name, value in speeds.items()]
    for name, params, top5 in _SENET:
        found.append(Figure(name, "params", params, "timm 1.0.31"))
        found.append(_error(name, top5, SENET, IMAGENET, "top5_accuracy", "senet"))
    found += [
        Figure(name, "top1_accuracy", value, "kuangliu/pytorch-cifar", CIFAR10)
        for name, value in _KUANGLIU.items()
    ]
    return found

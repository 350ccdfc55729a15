"""Published figures that may be compared with each other, and those of given networks.

Accuracy depends on the recipe more than on the network, and speed on the machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from explorer.analysis.family import members
from explorer.analysis.published import PYCLS, TIMM, TIMM_5090, TIMM_I9, figures

# How networks are trained: with crops and flips, or a little more, as before 2021; with longer
# schedules and stronger augmentation, as since then; with images beyond ImageNet-1K.
PLAIN, MODERN, MORE_DATA = "plain", "modern", "more data"


class Series(NamedTuple):
    """Figures that may be compared: of one source, and of one recipe or one machine.

    Attributes:
        label: Its name.
        text: What the recipe or the measurement is.
        kind: Of a recipe: `PLAIN`, `MODERN` or `MORE_DATA`; empty for a speed.
        group: Recipes that their source gives one name, though they differ; by default its own.
    """

    label: str
    text: str
    kind: str = ""
    group: str = ""


_A = "ResNet strikes back (arXiv 2110.00476)"
_H = "stronger dropout, stochastic depth and RandAugment"
_NEW = "issue 3995 of pytorch/vision"
_V1, _V2 = "torchvision V1", "torchvision V2"
_YALNIZ = "Billion-scale semi-supervised learning (arXiv 1905.00546)"
# Of accuracies on ImageNet-1K and of speeds, by their names in addresses.
SERIES = {
    "pycls": Series("pycls", "100 epochs, plain augmentation, mean of 5 runs", PLAIN),
    "mmpretrain": Series("mmpretrain", "100 epochs, batch size 256", PLAIN),
    "paper": Series("the paper", "As fb.resnet.torch: 8 GPUs, batch size 256", PLAIN),
    "torchvision-v1": Series(_V1, "Simple recipe, 90 epochs (ResNet) or 100 (ResNeXt)", PLAIN),
    "torchvision-v1-wide": Series(
        "torchvision V1 (wide)", "Of pull request 912 of pytorch/vision", PLAIN, _V1
    ),
    "torchvision-v2": Series(_V2, f"New recipe ({_NEW})", MODERN),
    "torchvision-v2-50": Series(
        "torchvision V2 (ResNet-50)",
        f"New recipe as changed for ResNet-50 ({_NEW}, comment 1013906621)",
        MODERN,
        _V2,
    ),
    "torchvision-v2-fixres": Series(
        "torchvision V2 (FixRes)", f"New recipe with FixRes ({_NEW})", MODERN, _V2
    ),
    "torchvision-64x4d": Series(
        "torchvision (64x4d)", "New recipe as changed in pull request 5935", MODERN, _V2
    ),
    "timm-gluon": Series(
        "GluonCV (timm)",
        "Weights of GluonCV, tested by timm: ResNet 120 epochs, the others 200 with mixup",
        PLAIN,
    ),
    "timm-tv": Series("torchvision V1 (timm)", "Weights of torchvision, tested by timm", PLAIN),
    "timm-a1": Series("timm A1", f"{_A}, 600 epochs", MODERN),
    "timm-a1-288": Series("timm A1, 288 px", f"{_A}, 600 epochs, tested at 288 pixels", MODERN),
    "timm-a2": Series("timm A2", f"{_A}, 300 epochs", MODERN),
    "timm-a2-288": Series("timm A2, 288 px", f"{_A}, 300 epochs, tested at 288 pixels", MODERN),
    "timm-a3": Series("timm A3", f"{_A}, 100 epochs at 160 pixels", MODERN),
    "timm-a1h": Series("timm A1h", f"A1 with {_H}", MODERN),
    "timm-a1h-288": Series("timm A1h, 288 px", f"A1 with {_H}, tested at 288 pixels", MODERN),
    # By timm's own words for its ResNets; its table of tags puts RA with RMSProp (RA2).
    "timm-ra": Series("timm RA", "RandAugment, SGD", MODERN),
    "timm-ra-288": Series("timm RA, 288 px", "RandAugment, SGD, tested at 288 pixels", MODERN),
    "timm-c1": Series("timm C1", f"Based on the C recipes of {_A}", MODERN),
    "timm-c1-288": Series(
        "timm C1, 288 px", f"Based on the C recipes of {_A}, tested at 288 pixels", MODERN
    ),
    "timm-racm": Series("timm RACM", "Roughly: RandAugment, RMSProp", MODERN),
    "timm-racm-288": Series(
        "timm RACM, 288 px", "Roughly: RandAugment, RMSProp, tested at 288 pixels", MODERN
    ),
    "timm-ah": Series("timm AH", "A1h without CutMix", MODERN),
    "timm-ah-288": Series("timm AH, 288 px", "A1h without CutMix, tested at 288 pixels", MODERN),
    "senet": Series("SENet", "The authors' weights, trained longer than in their paper", PLAIN),
    "resnest": Series("ResNeSt", "The authors' recipe; resolution grows with depth", MODERN),
    "convnext": Series("ConvNeXt", "The authors' recipe on ImageNet-1K", MODERN),
    "wsl": Series("WSL", "940 million images with hashtags, then ImageNet-1K; CC-BY-NC", MORE_DATA),
    "swsl": Series(
        "SWSL", f"{_YALNIZ}, a teacher that saw hashtags, then ImageNet-1K; CC-BY-NC", MORE_DATA
    ),
    "ssl": Series(
        "SSL",
        f"{_YALNIZ}, a part of YFCC100M without labels, then ImageNet-1K; CC-BY-NC",
        MORE_DATA,
    ),
    "timm-4090": Series("timm, RTX 4090", TIMM),
    "timm-5090": Series("timm, RTX 5090", TIMM_5090),
    "timm-i9": Series("timm, Core i9", TIMM_I9),
    "pycls-v100": Series("pycls, V100", f"Inference on 64 images, V100, PyTorch 1.6: {PYCLS}"),
}


def about(key: str) -> str:
    """What a series is, with its sources."""
    sources = dict.fromkeys(row.source for row in members() if row.recipe == key)
    return ": ".join(filter(None, (SERIES[key].text, "; ".join(sources))))


def groups() -> dict[str, list[str]]:
    """The recipes by the name that their source gives them, in the order of `SERIES`."""
    found: dict[str, list[str]] = {}
    for key, series in SERIES.items():
        if series.kind:
            found.setdefault(series.group or series.label, []).append(key)
    return found


def series_of(names: Iterable[str], quantity: str) -> list[str]:
    """The series with such figures of these networks, those of most networks first."""
    wanted = set(names)
    count = Counter(f.series for f in figures() if f.name in wanted and f.quantity == quantity)
    order = list(SERIES)
    return sorted(count.keys() - {""}, key=lambda key: (-count[key], order.index(key)))


def in_series(series: str, quantity: str) -> dict[str, float]:
    """The figures of a series by network."""
    found = (f for f in figures() if f.series == series and f.quantity == quantity)
    return {figure.name: figure.value for figure in found}

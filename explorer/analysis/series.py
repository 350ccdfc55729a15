"""Published figures that may be compared with each other, and those of given networks.

Accuracy depends on the recipe more than on the network, and speed on the machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from explorer.analysis.published import (
    MMPRETRAIN,
    PAPER,
    PYCLS,
    SENET,
    TIMM,
    TORCHVISION,
    figures,
)


class Series(NamedTuple):
    """Figures that may be compared: of one source, and of one recipe or one machine."""

    label: str
    text: str


# Of accuracies on ImageNet-1K and of speeds, by their names in addresses.
SERIES = {
    "pycls": Series("pycls", f"100 epochs, plain augmentation, mean of 5 runs: {PYCLS}"),
    "mmpretrain": Series("mmpretrain", f"100 epochs, batch size 256: {MMPRETRAIN}"),
    "paper": Series("the paper", f"One 224x224 crop: {PAPER}, tables 3 and 4"),
    "torchvision-v1": Series(
        "torchvision V1", f"Simple recipe, 90 epochs (ResNet) or 100 (ResNeXt): {TORCHVISION}"
    ),
    "torchvision-v2": Series(
        "torchvision V2", f"New recipe (pytorch/vision issue 3995): {TORCHVISION}"
    ),
    "torchvision-v2-50": Series(
        "torchvision V2 (ResNet-50)",
        f"New recipe as changed for ResNet-50 (issue 3995, comment 1013906621): {TORCHVISION}",
    ),
    "torchvision-v2-fixres": Series(
        "torchvision V2 (FixRes)", f"New recipe with FixRes (issue 3995): {TORCHVISION}"
    ),
    "torchvision-64x4d": Series(
        "torchvision (64x4d)", f"New recipe as changed in pull request 5935: {TORCHVISION}"
    ),
    "senet": Series("SENet", f"The authors' weights, trained longer than in their paper: {SENET}"),
    "timm-4090": Series("timm, RTX 4090", TIMM),
    "pycls-v100": Series("pycls, V100", f"Inference on 64 images, V100, PyTorch 1.6: {PYCLS}"),
}


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

"""Count networks with other people's programs: the figures that `explorer verify` is held to.

    pip install torch torchvision timm fvcore torchinfo ptflops calflops
    python benchmarks/count_independently.py > explorer/analysis/counted.csv

It imports nothing of ours. The networks are torchvision's and timm's; those for CIFAR-10 are
written here in PyTorch from section 5.3 of the paper. Each row has the program that counted it.
"""

from __future__ import annotations

import csv
import io
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from importlib.metadata import version

import timm
import torch
from torch import nn
from torchvision.models.resnet import Bottleneck, ResNet

STAGES = {"layer1": "stage1", "layer2": "stage2", "layer3": "stage3", "layer4": "stage4"}
DEPTHS = {50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
# Cardinality and width of the paper's table 3, and of torchvision's and mmpretrain's models.
TABLE_3 = ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4))
OTHERS = ((50, 32, 8), (101, 32, 8), (101, 64, 4), (152, 1, 64), (152, 32, 4), (152, 32, 8))


class CifarBlock(nn.Module):
    """Grouped bottleneck block with a projection where the shape changes."""

    def __init__(self, inputs: int, width: int, outputs: int, stride: int, groups: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, groups=groups, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.path(x) + self.shortcut(x))


class CifarResNeXt(nn.Module):
    """ResNeXt-29 for images of 32x32: three stages of three blocks."""

    def __init__(self, cardinality: int, width: int, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.bn1, self.relu = nn.BatchNorm2d(64), nn.ReLU()
        inputs = 64
        for stage in range(3):
            blocks = []
            for block in range(3):
                stride = 2 if stage and not block else 1
                inner, outputs = cardinality * width << stage, 256 << stage
                blocks.append(CifarBlock(inputs, inner, outputs, stride, cardinality))
                inputs = outputs
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(1024, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(self.avgpool(x).flatten(1))


def networks() -> Iterator[tuple[str, str, Callable[[], nn.Module], int]]:
    """Our name, whose model, how it is made, side of its image."""
    rows = [(depth, *row) for depth in (50, 101) for row in TABLE_3] + list(OTHERS)
    for depth, cardinality, width in rows:
        plain = (cardinality, width) == (1, 64)
        name = f"resnet{depth}" if plain else f"resnext{depth}_{cardinality}x{width}d"
        make = partial(ResNet, Bottleneck, DEPTHS[depth], groups=cardinality, width_per_group=width)
        yield name, "torchvision", make, 224
    for name in ("seresnext50_32x4d", "seresnext101_32x4d", "seresnext101_32x8d"):
        yield name, "timm", partial(timm.create_model, name, pretrained=False), 224
    for cardinality, width in ((1, 64), (8, 64), (16, 64), (32, 4), (2, 64)):
        name = f"resnext29_{cardinality}x{width}d"
        yield name, "PyTorch", partial(CifarResNeXt, cardinality, width), 32


def by_stage(model: nn.Module, image: torch.Tensor) -> dict[tuple[str, str], int]:
    """Parameters, and multiply-adds of convolutions and dense layers, by stage and in all."""
    found: dict[tuple[str, str], int] = defaultdict(int)

    def stage(name: str) -> str:
        first = name.split(".", maxsplit=1)[0]
        return STAGES.get(first, "classifier" if first == "fc" else "stem")

    for name, weights in model.named_parameters():
        found["params", stage(name)] += weights.numel()
    hooks = []
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):

            def count(layer: nn.Module, _: object, out: torch.Tensor, name: str = name) -> None:
                positions = out.shape[2] * out.shape[3] if out.dim() == 4 else 1
                found["macs", stage(name)] += layer.weight.numel() * positions

            hooks.append(layer.register_forward_hook(count))
    with torch.no_grad():
        model(image)
    for hook in hooks:
        hook.remove()
    for figure in ("params", "macs"):
        found[figure, ""] = sum(v for (one, at), v in found.items() if one == figure and at)
    return found


def by_programs(model: nn.Module, side: int) -> Iterator[tuple[str, str, int, str]]:
    """Figure, our name of its convention, value, program."""
    from calflops import calculate_flops
    from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis
    from ptflops import get_model_complexity_info
    from torchinfo import summary

    image = torch.zeros(1, 3, side, side)
    operations = FlopCountAnalysis(model, image).unsupported_ops_warnings(False)
    yield "macs", "timm", int(operations.total()), "fvcore"
    activations = ActivationCountAnalysis(model, image).unsupported_ops_warnings(False)
    yield "activations", "timm", int(activations.total()), "fvcore"
    counted = summary(model, input_data=image, verbose=0).total_mult_adds
    yield "macs", "torchinfo", int(counted), "torchinfo"
    macs, _ = get_model_complexity_info(
        model, (3, side, side), as_strings=False, print_per_layer_stat=False, backend="pytorch"
    )
    yield "macs", "mmcls", int(macs), "ptflops"
    with redirect_stdout(io.StringIO()):
        flops, _, _ = calculate_flops(
            model, (1, 3, side, side), output_as_string=False, print_results=False
        )
    yield "flops", "calflops", int(flops), "calflops"


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("network", "figure", "place", "convention", "value", "source"))
    torch_version = f"torch {version('torch')}"
    for name, whose, make, side in networks():
        model = make().eval()
        made_by = whose if whose == "PyTorch" else f"{whose} {version(whose)}"
        hooks = f"{made_by}, weights and hooks of {torch_version}"
        for (figure, place), value in by_stage(model, torch.zeros(1, 3, side, side)).items():
            convention = "torchvision" if figure == "macs" else ""
            table.writerow((name, figure, place, convention, value, hooks))
        moving = sum(
            b.numel() for n, b in model.named_buffers() if n.split(".")[-1][:7] == "running"
        )
        table.writerow((name, "moving_statistics", "", "", moving, hooks))
        for figure, convention, value, program in by_programs(model, side):
            source = f"{program} {version(program)} on {made_by}"
            table.writerow((name, figure, "", convention, value, source))
        sys.stdout.flush()


if __name__ == "__main__":
    main()

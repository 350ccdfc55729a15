"""The residual branch of a block in four forms, which all compute the same function (figure 3).

Each takes the features x, (h, w, c), and a `Branch`. It returns what the block's last
normalisation reads: (h / strides, w / strides, filters), rounded up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from resnext.layers import Add, BatchNormalization, ChannelSlice, Concatenate, Conv2D, ReLU


class Branch(NamedTuple):
    """What all forms of a branch have in common.

    Attributes:
        name: The block's place, such as ``stage2/block1``.
        width: Channels of the 3x3 convolution over all paths.
        filters: Channels of the output.
        cardinality: Number of paths.
        strides: Of the 3x3 convolution.
        padding: Of the 3x3 convolution, one of `resnext.layer.PADDINGS`.
    """

    name: str
    width: int
    filters: int
    cardinality: int
    strides: int
    padding: str

    @property
    def path_width(self) -> int:
        """Channels of one path."""
        return self.width // self.cardinality

    @property
    def window(self) -> dict[str, Any]:
        """Arguments of the 3x3 convolution."""
        return {"kernel_size": 3, "strides": self.strides, "padding": self.padding}


def conv_bn_relu(x: Any, filters: int, prefix: str, *, number: str = "", **conv: Any) -> Any:
    """Convolution, normalisation, ReLU; ``prefix`` is that of the three places."""
    x = Conv2D(f"{prefix}conv{number}", filters, **conv)(x)
    x = BatchNormalization(f"{prefix}bn{number}")(x)
    return ReLU(f"{prefix}relu{number}")(x)


def grouped(x: Any, branch: Branch) -> Any:
    """Figure 3c: 1x1, grouped 3x3, 1x1."""
    prefix = f"{branch.name}/"
    x = conv_bn_relu(x, branch.width, prefix, number="1")
    x = conv_bn_relu(
        x, branch.width, prefix, number="2", groups=branch.cardinality, **branch.window
    )
    return Conv2D(f"{prefix}conv3", branch.filters)(x)


def split(x: Any, branch: Branch) -> Any:
    """The zoo's form: 1x1, slices, a 3x3 convolution of each, concatenation, 1x1."""
    name, d = branch.name, branch.path_width
    x = conv_bn_relu(x, branch.width, f"{name}/", number="1")
    paths = []
    for i in range(branch.cardinality):
        path = f"{name}/path{i + 1}"
        part = ChannelSlice(f"{path}/slice", i * d, (i + 1) * d)(x)
        paths.append(Conv2D(f"{path}/conv2", d, **branch.window)(part))
    x = Concatenate(f"{name}/concat")(*paths)
    x = ReLU(f"{name}/relu2")(BatchNormalization(f"{name}/bn2")(x))
    return Conv2D(f"{name}/conv3", branch.filters)(x)


def concatenated(x: Any, branch: Branch) -> Any:
    """Figure 3b: C paths of 1x1 and 3x3, concatenation, 1x1."""
    paths = Concatenate(f"{branch.name}/concat")(*[path for _, path in _paths(x, branch)])
    return Conv2D(f"{branch.name}/conv3", branch.filters)(paths)


def aggregated(x: Any, branch: Branch) -> Any:
    """Figure 3a: C paths of 1x1, 3x3 and 1x1, summed; normalised after the sum (section 4)."""
    return Add(f"{branch.name}/merge")(
        *[Conv2D(f"{prefix}conv3", branch.filters)(y) for prefix, y in _paths(x, branch)]
    )


def _paths(x: Any, branch: Branch) -> Iterator[tuple[str, Any]]:
    """Each path's prefix, and its features after the 1x1 and the 3x3 convolution."""
    for number in range(1, branch.cardinality + 1):
        prefix = f"{branch.name}/path{number}/"
        y = conv_bn_relu(x, branch.path_width, prefix, number="1")
        yield prefix, conv_bn_relu(y, branch.path_width, prefix, number="2", **branch.window)


BRANCHES: Mapping[str, Callable[[Any, Branch], Any]] = MappingProxyType(
    {"grouped": grouped, "split": split, "concatenated": concatenated, "aggregated": aggregated}
)
FORMS = tuple(BRANCHES)
# Layers that a form repeats for each path.
LAYERS_PER_PATH = {"grouped": 0, "split": 2, "concatenated": 6, "aggregated": 7}

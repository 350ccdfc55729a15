"""The residual branch of a block in four forms, which all compute the same function (figure 3).

Each takes the features x, (h, w, c), the channels of the 3x3 convolution over all paths, those of
the output, the cardinality, the strides, the block's place and its padding. It returns what the
block's last normalisation reads: (h / strides, w / strides, filters), rounded up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from resnext.layers import Add, BatchNormalization, ChannelSlice, Concatenate, Conv2D, ReLU


def conv_bn_relu(x: Any, filters: int, prefix: str, *, number: str = "", **conv: Any) -> Any:
    """Convolution, normalisation, ReLU; ``prefix`` is that of the three places."""
    x = Conv2D(f"{prefix}conv{number}", filters, **conv)(x)
    x = BatchNormalization(f"{prefix}bn{number}")(x)
    return ReLU(f"{prefix}relu{number}")(x)


def grouped(
    x: Any,
    width: int,
    filters: int,
    cardinality: int,
    strides: int,
    name: str,
    padding: str = "same",
) -> Any:
    """Figure 3c: 1x1, grouped 3x3, 1x1."""
    x = conv_bn_relu(x, width, f"{name}/", number="1")
    window = {"kernel_size": 3, "strides": strides, "padding": padding}
    x = conv_bn_relu(x, width, f"{name}/", number="2", **window, groups=cardinality)
    return Conv2D(f"{name}/conv3", filters)(x)


def split(
    x: Any,
    width: int,
    filters: int,
    cardinality: int,
    strides: int,
    name: str,
    padding: str = "same",
) -> Any:
    """The zoo's form: 1x1, slices, a 3x3 convolution of each, concatenation, 1x1."""
    x = conv_bn_relu(x, width, f"{name}/", number="1")
    d = width // cardinality
    paths = []
    for i in range(cardinality):
        path = f"{name}/path{i + 1}"
        part = ChannelSlice(f"{path}/slice", i * d, (i + 1) * d)(x)
        paths.append(Conv2D(f"{path}/conv2", d, 3, strides, padding)(part))
    x = Concatenate(f"{name}/concat")(*paths)
    x = ReLU(f"{name}/relu2")(BatchNormalization(f"{name}/bn2")(x))
    return Conv2D(f"{name}/conv3", filters)(x)


def concatenated(
    x: Any,
    width: int,
    filters: int,
    cardinality: int,
    strides: int,
    name: str,
    padding: str = "same",
) -> Any:
    """Figure 3b: C paths of 1x1 and 3x3, concatenation, 1x1."""
    paths = [path for _, path in _paths(x, width, cardinality, strides, name, padding)]
    return Conv2D(f"{name}/conv3", filters)(Concatenate(f"{name}/concat")(*paths))


def aggregated(
    x: Any,
    width: int,
    filters: int,
    cardinality: int,
    strides: int,
    name: str,
    padding: str = "same",
) -> Any:
    """Figure 3a: C paths of 1x1, 3x3 and 1x1, summed; normalised after the sum (section 4)."""
    paths = _paths(x, width, cardinality, strides, name, padding)
    return Add(f"{name}/merge")(*[Conv2D(f"{place}conv3", filters)(y) for place, y in paths])


def _paths(
    x: Any, width: int, cardinality: int, strides: int, name: str, padding: str
) -> Iterator[tuple[str, Any]]:
    """Each path's prefix, and its features after the 1x1 and the 3x3 convolution."""
    d = width // cardinality
    for number in range(1, cardinality + 1):
        prefix = f"{name}/path{number}/"
        y = conv_bn_relu(x, d, prefix, number="1")
        window = {"kernel_size": 3, "strides": strides, "padding": padding}
        yield prefix, conv_bn_relu(y, d, prefix, number="2", **window)


BRANCHES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"grouped": grouped, "split": split, "concatenated": concatenated, "aggregated": aggregated}
)
FORMS = tuple(BRANCHES)
# Layers that a form repeats for each path.
LAYERS_PER_PATH = {"grouped": 0, "split": 2, "concatenated": 6, "aggregated": 7}

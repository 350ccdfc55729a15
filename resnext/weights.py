"""Weights as plain arrays, and the map between the forms that one block can be written in.

All four forms compute one function (paper, section 3.3 and figure 3), because each path's
kernels are slices of the grouped form's. Weights are a dict from ``place/weight``, such as
``stage2/block1/conv2/kernel``, to an array.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from resnext.checks import one_of
from resnext.errors import SpecError
from resnext.forms import FORMS
from resnext.graph import Graph
from resnext.layer import keras_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[np.floating[Any]]]

# The layers that each form repeats for each path; the paths share the rest of a block.
PER_PATH = {
    "grouped": frozenset[str](),
    "split": frozenset({"conv2"}),
    "concatenated": frozenset({"conv1", "bn1", "conv2", "bn2"}),
    "aggregated": frozenset({"conv1", "bn1", "conv2", "bn2", "conv3"}),
}
_PATH = re.compile(r"(?P<block>.+)/path(?P<number>\d+)/(?P<layer>[^/]+)/(?P<weight>[^/]+)")


def convert(weights: Weights, source: str, target: str) -> dict[str, NDArray[np.floating[Any]]]:
    """The same network's weights, written in another form.

    Args:
        weights: All weights of a network in the form ``source``.
        source: One of `resnext.FORMS`.
        target: One of `resnext.FORMS`.

    Returns:
        Weights of the network in the form ``target``: the same numbers, sliced or joined,
        so that ``convert(convert(w, a, b), b, a)`` equals ``w`` exactly.

    Raises:
        SpecError: A form is unknown, or the weights are not in the form ``source``.
    """
    for form in (source, target):
        one_of(form, "form", FORMS, SpecError)
    return _spread(_gather(weights, source), PER_PATH[target])


def _gather(weights: Weights, form: str) -> dict[str, NDArray[np.floating[Any]]]:
    """Any form to the grouped one: the weights of single paths are joined."""
    import numpy as np

    gathered = {}
    paths: dict[str, list[tuple[int, NDArray[np.floating[Any]]]]] = {}
    for key, value in weights.items():
        match = _PATH.fullmatch(key)
        if match is None:
            gathered[key] = value
            continue
        layer = match["layer"]
        if layer not in PER_PATH[form]:
            raise SpecError(f"Weights of the form {form!r} have no {key!r}.")
        place = f"{match['block']}/{layer}/{match['weight']}"
        paths.setdefault(place, []).append((int(match["number"]), value))
    for place, parts in paths.items():
        ordered = [value for _, value in sorted(parts, key=lambda part: part[0])]
        gathered[place] = np.concatenate(ordered, axis=_axis(place))
    return gathered


def _spread(weights: Weights, layers: frozenset[str]) -> dict[str, NDArray[np.floating[Any]]]:
    """The grouped form to one in which each path has its own ``layers``."""
    import numpy as np

    spread = {}
    for key, value in weights.items():
        block, _, layer = key.rpartition("/")[0].rpartition("/")
        paths = _cardinality(weights, block)
        if layer not in layers or paths == 1:
            spread[key] = value
            continue
        weight = key.rpartition("/")[2]
        for i, part in enumerate(np.split(value, paths, axis=_axis(key)), start=1):
            spread[f"{block}/path{i}/{layer}/{weight}"] = part
    return spread


def _axis(place: str) -> int:
    """The axis of a weight that the paths divide: channels in for conv3, else channels out."""
    return 2 if place.endswith("/conv3/kernel") else -1


def _cardinality(weights: Weights, block: str) -> int:
    """Number of paths of a block, from its grouped kernel, (k, k, width / C, width)."""
    kernel = weights.get(f"{block}/conv2/kernel")
    return 1 if kernel is None else kernel.shape[-1] // kernel.shape[-2]


def read_weights(model: Any, graph: Graph) -> dict[str, NDArray[np.floating[Any]]]:
    """The weights by ``place/weight`` of a Keras model whose layers are the graph's."""
    import numpy as np

    return {
        f"{node.name}/{weight.name}": np.asarray(variable)
        for node in graph
        for weight, variable in zip(
            node.weights, model.get_layer(keras_name(node.name)).get_weights(), strict=True
        )
    }


def write_weights(model: Any, graph: Graph, weights: Weights) -> None:
    """Put weights into a Keras model whose layers are the graph's.

    Raises:
        KeyError: A weight of the graph is missing.
    """
    for node in graph:
        if node.weights:
            model.get_layer(keras_name(node.name)).set_weights(
                [weights[f"{node.name}/{weight.name}"] for weight in node.weights]
            )

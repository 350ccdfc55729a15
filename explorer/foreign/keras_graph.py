"""Any functional or sequential Keras model as a graph, from its JSON config alone."""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from explorer.foreign.keras_file import read_config
from explorer.foreign.keras_kinds import read_layer
from explorer.foreign.keras_layer import MOST, UNKNOWN_SHAPE, KerasConfigError, KerasLayer
from explorer.jobs.text import printable
from resnext.attention import ATTENTIONS
from resnext.graph import Graph, Node
from resnext.layer import Shape

MAX_LAYERS = 25_000  # as many as a spec may have; a layer is counted each time that it is used
MAX_EDGES = 50_000
MAX_DEPTH = 8
MODELS = ("Functional", "Model", "Sequential")

_OURS = re.compile(
    r"(stem|classifier|(?:stage|group)\d+|block\d+)(?:_(block\d+))?(?:_(path\d+))?"
    rf"(?:_(shortcut|{'|'.join(ATTENTIONS)}))?_(.+)"
)
_BLOCK = re.compile(r"([^_].*?)_(block\d+)_(.+)")


class SharedNode(Node):
    """A further use of a layer: its weights are counted where it is used first."""

    params = non_trainable_params = total_params = 0


_Use = tuple[str, int]
_Key = tuple[str, int, int]


class _Tensor(NamedTuple):
    source: str
    shape: Shape


def graph_of_keras(model: Any) -> Graph:
    """The graph of a Keras model.

    Args:
        model: A Keras model, its JSON config (a dict, as in ``json.loads(model.to_json())``)
            or the path of a ``.keras`` file.

    Returns:
        Nodes named by place where the Keras names tell it (``stage1_block1_conv1`` is
        ``stage1/block1/conv1``); layers of an inner model follow its name and a slash.

    Raises:
        KerasConfigError: This is not a functional or sequential model, its input has no
            fixed size, or its config contradicts itself.
    """
    config = _config_of(model)
    try:
        reader = _Reader()
        name = printable(str(config["config"].get("name", "model")))
        reader.model(config, None, "", 0)
    except KerasConfigError:
        raise
    except (
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as error:
        raise KerasConfigError(
            "A Keras config must describe a functional or sequential model. "
            f"Received one that breaks off at {str(error)[:80]!r}."
        ) from None
    if not reader.nodes:
        raise KerasConfigError("A Keras model must have layers. Received none.")
    return Graph(name, tuple(reader.nodes.values()))


def place(keras_name: str) -> str:
    """A Keras layer's name as a place, if it tells one."""
    if match := _OURS.fullmatch(keras_name):
        return "/".join(part for part in match.groups() if part)
    if match := _BLOCK.fullmatch(keras_name):
        return "/".join(match.groups())
    return keras_name


def _config_of(model: Any) -> Mapping[str, Any]:
    if isinstance(model, (str, Path)):
        model = read_config(model)
    elif hasattr(model, "to_json"):
        model = json.loads(model.to_json())
    if not isinstance(model, Mapping) or not isinstance(model.get("config"), Mapping):
        raise KerasConfigError(
            "A network must be a spec, a graph, a functional Keras model, its config or a "
            f".keras file. Received {type(model).__name__}."
        )
    return model


class _Reader:
    """Collects nodes while it walks through a model and the models inside it."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.uses = self.edges = 0

    def model(
        self, config: Mapping[str, Any], inputs: list[_Tensor] | None, prefix: str, depth: int
    ) -> list[_Tensor]:
        """Add a model's layers; without ``inputs`` its own input layers give them."""
        if config.get("class_name") not in MODELS or "layers" not in config["config"]:
            raise KerasConfigError(
                f"A Keras model must be one of {', '.join(MODELS)}. "
                f"Received {str(config.get('class_name'))[:80]!r}."
            )
        if depth > MAX_DEPTH:
            raise KerasConfigError(f"Models may stand {MAX_DEPTH} deep in one another at most.")
        if config["class_name"] == "Sequential":
            return self._sequential(config["config"], inputs, prefix, depth)
        return self._functional(config["config"], inputs, prefix, depth)

    def _sequential(
        self, config: Mapping[str, Any], inputs: list[_Tensor] | None, prefix: str, depth: int
    ) -> list[_Tensor]:
        layers = list(config["layers"])
        if inputs is None and layers and layers[0]["class_name"] != "InputLayer":
            shape = layers[0]["config"].get("batch_input_shape") or config.get("build_input_shape")
            entry = {"name": "input", "batch_shape": shape}
            layers.insert(0, {"class_name": "InputLayer", "config": entry})
        tensors = inputs or []
        for layer in layers:
            if layer["class_name"] == "InputLayer" and tensors:
                continue
            tensors = self._apply(layer, tensors, UNKNOWN_SHAPE, prefix, 0, depth)
        return tensors

    def _functional(
        self, config: Mapping[str, Any], inputs: list[_Tensor] | None, prefix: str, depth: int
    ) -> list[_Tensor]:
        made: dict[_Use, list[_Tensor]] = {}
        if inputs is not None:
            for key, tensor in zip(_keys(config["input_layers"]), inputs):
                made[key[:2]] = [tensor]
        calls: list[tuple[Mapping[str, Any], int, list[_Key]]] = []
        recorded: dict[_Key, Shape] = {}
        for layer in config["layers"]:
            for number, call in enumerate(layer.get("inbound_nodes") or [None]):
                sources = list(_sources(call))
                self.edges += len(sources)
                if len(calls) > MAX_LAYERS or self.edges > MAX_EDGES:
                    raise KerasConfigError(
                        f"A model may use layers {MAX_LAYERS:,} times, with {MAX_EDGES:,} inputs "
                        "in all. Received more."
                    )
                recorded.update(sources)
                if (_name(layer), number) not in made:
                    calls.append((layer, number, [key for key, _ in sources]))
        for index in _order(
            [(_name(layer), number) for layer, number, _ in calls],
            [{key[:2] for key in keys} - made.keys() for _, _, keys in calls],
        ):
            layer, number, keys = calls[index]
            tensors = [_take(made[key[:2]], key[2], recorded.get(key)) for key in keys]
            use = (_name(layer), number)
            shape = recorded.get((*use, 0), UNKNOWN_SHAPE)
            made[use] = self._apply(layer, tensors, shape, prefix, number, depth)
        return [_take(made[key[:2]], key[2], None) for key in _keys(config["output_layers"])]

    def _apply(
        self,
        layer: Mapping[str, Any],
        inputs: list[_Tensor],
        recorded: Shape,
        prefix: str,
        use: int,
        depth: int,
    ) -> list[_Tensor]:
        """Add one use of a layer, or of a model that is used as one."""
        self.uses += 1
        if self.uses > MAX_LAYERS:
            raise KerasConfigError(f"A model may use layers {MAX_LAYERS:,} times. Received more.")
        kind, config = printable(str(layer["class_name"])), layer["config"]
        suffix = f"@{use + 1}" if use else ""
        if kind in MODELS and "layers" in config:
            return self.model(
                layer, inputs, f"{prefix}{printable(_name(layer))}{suffix}/", depth + 1
            )
        name = f"{prefix}{place(printable(_name(layer)))}{suffix}"
        if name in self.nodes:
            raise KerasConfigError(
                f"Layers of a model must have different names. Received {name[:80]!r} twice."
            )
        shapes = tuple(tensor.shape for tensor in inputs)
        if kind == "InputLayer":
            shape = _input_shape(config)
            described = KerasLayer(name, kind, shape=shape)
        else:
            described = read_layer(name, kind, config, shapes, recorded)
        make = SharedNode if use or "@" in prefix else Node
        self.nodes[name] = make(
            described, tuple(tensor.source for tensor in inputs), shapes, described.shape
        )
        return [_Tensor(name, described.shape)]


def _order(uses: list[_Use], needs: list[set[_Use]]) -> Iterator[int]:
    """Indices of the uses, each after those that it needs, else in the file's order."""
    readers: dict[_Use, list[int]] = {}
    missing = [len(need) for need in needs]
    for index, need in enumerate(needs):
        for use in need:
            readers.setdefault(use, []).append(index)
    ready = [index for index, count in enumerate(missing) if not count]
    left = len(uses)
    while ready:
        index = heapq.heappop(ready)
        left -= 1
        yield index
        for reader in readers.pop(uses[index], ()):
            missing[reader] -= 1
            if not missing[reader]:
                heapq.heappush(ready, reader)
    if left:
        stuck = next(use[0] for use, count in zip(uses, missing) if count)
        raise KerasConfigError(
            f"Layers must follow from the inputs. Received {stuck[:80]!r}, which does not."
        )


def _name(layer: Mapping[str, Any]) -> str:
    return str(layer.get("name") or layer["config"]["name"])


def _take(tensors: list[_Tensor], index: int, recorded: Shape | None) -> _Tensor:
    """One output of a call; of a layer with several, with the shape that the file records."""
    if index < len(tensors):
        tensor = tensors[index]
        return tensor if tensor.shape else _Tensor(tensor.source, recorded or UNKNOWN_SHAPE)
    return _Tensor(tensors[0].source, recorded or UNKNOWN_SHAPE)


def _keys(layers: Any) -> list[_Key]:
    """``input_layers`` and ``output_layers``: one [name, node, tensor], or a list of them."""
    if layers and isinstance(layers[0], str):
        layers = [layers]
    return [(str(name), int(node), int(tensor)) for name, node, tensor in layers]


def _sources(call: Any) -> Iterator[tuple[_Key, Shape]]:
    """Tensors that one use of a layer reads, with their shapes if recorded (Keras 3)."""
    if isinstance(call, Mapping):
        if call.get("class_name") == "__keras_tensor__":
            name, node, tensor = call["config"]["keras_history"]
            yield (str(name), int(node), int(tensor)), _recorded(call["config"].get("shape"))
            return
        for value in call.values():
            yield from _sources(value)
    elif isinstance(call, list):
        if len(call) in (3, 4) and isinstance(call[0], str) and isinstance(call[1], int):
            yield (call[0], call[1], int(call[2])), UNKNOWN_SHAPE  # Keras 2
            return
        for value in call:
            yield from _sources(value)


def _recorded(shape: Any) -> Shape:
    """A shape without its batch; empty if any length is open."""
    lengths = tuple(shape[1:]) if isinstance(shape, list) else ()
    return lengths if all(isinstance(n, int) and 0 < n < MOST for n in lengths) else UNKNOWN_SHAPE


def _input_shape(config: Mapping[str, Any]) -> Shape:
    given = config.get("batch_shape") or config.get("batch_input_shape")
    shape = _recorded(given)
    if not shape:
        raise KerasConfigError(
            f"A model's input must have a fixed size to be counted. Received {str(given)[:80]}."
        )
    return shape

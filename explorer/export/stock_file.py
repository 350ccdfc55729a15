"""The ``.keras`` file of an earlier version with Keras's own layers where it holds ours.

These layers compute what Keras's do from the same weights, so only their names in the config
change, and the names of their groups in the file of weights. Nothing here imports TensorFlow.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from explorer.foreign.keras_file import read_config

_OURS = "resnext>"  # begins the names under which Keras registered our layers
# Keras names the weights of a layer by its class and a number for each class.
_GROUPS = {
    "Conv2D": "conv2d",
    "GroupedConv2D": "grouped_conv2d",
    "Cropping2D": "cropping2d",
    "ChannelSlice": "channel_slice",
}


def stock_file(path: Path) -> bytes:
    """The content of a ``.keras`` file as any Keras 3 opens it, with the optimizer's state if any.

    Args:
        path: The file of a network of ours, of any version. It is only read.

    Raises:
        KerasConfigError: It is not a ``.keras`` file, or is damaged.
        OSError: It cannot be read.
    """
    config, content = read_config(path), path.read_bytes()
    layers = config["config"]["layers"]
    ours = [layer for layer in layers if (layer.get("registered_name") or "").startswith(_OURS)]
    if not ours:
        return content
    before = [layer["class_name"] for layer in layers]
    for layer in ours:
        _make_stock(layer)
    moves = dict(zip(_groups(before), _groups(layer["class_name"] for layer in layers)))
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "config.json":
                data = json.dumps(config).encode()
            elif name == "model.weights.h5":
                data = _renamed(data, moves)
            target.writestr(name, data)
    return changed.getvalue()


def _make_stock(layer: dict[str, Any]) -> None:
    """Let a layer's config name the layer of Keras that computes the same."""
    kind, config = layer["class_name"], layer["config"]
    if kind == "ChannelSlice":  # as `resnext.keras.layers.channel_slice` does it
        channels = layer["build_config"]["input_shape"][-1]
        start, stop = config.pop("start"), config.pop("stop")
        config["cropping"] = [[0, 0], [start, channels - stop]]
        config["data_format"] = "channels_first"
    stock = {"GroupedConv2D": "Conv2D", "ChannelSlice": "Cropping2D"}.get(kind, kind)
    layer.update(module="keras.layers", class_name=stock, registered_name=None)


def _groups(kinds: Iterable[str]) -> Iterator[str]:
    """The groups of weights of layers of these kinds, of those that may change."""
    seen: Counter[str] = Counter()
    for kind in kinds:
        if group := _GROUPS.get(kind):
            yield f"{group}_{seen[group]}" if seen[group] else group
            seen[group] += 1


def _renamed(data: bytes, moves: dict[str, str]) -> bytes:
    """The file of weights with the layers' groups moved; values stay where they are in it."""
    import h5py

    content = BytesIO(data)
    with h5py.File(content, "r+") as file:
        groups = file["layers"]
        for old, new in moves.items():
            groups.move(old, f"to {new}")
        for new in moves.values():
            groups.move(f"to {new}", new)
    return content.getvalue()

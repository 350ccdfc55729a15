"""The map's words: what its search understands, and the labels of its menus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_KEYS = ("name", "kind", "in", "out", "channels", "receptive field")
_MEASURES = ("params", "total_params", "macs", "activations", "memory")
# Other names of settings and measures.
_ALIASES = {
    "cardinality": "groups",
    "group": "groups",
    "kernel size": "kernel",
    "size": "kernel",
    "window": "kernel",
    "strides": "stride",
    "classes": "units",
    "parameters": "params",
    "trainable params": "params",
    "total params": "total_params",
    "multiply-adds": "macs",
    "feature maps": "memory",
    "output memory": "memory",
    "output shape": "out",
    "input shape": "in",
    "field": "receptive field",
    "receptive_field": "receptive field",
    "rf": "receptive field",
}
# Other words for what labels of layers and blocks say.
_SYNONYMS = {
    "convolution": "conv",
    "convolutions": "conv",
    "batch normalization": "batch norm",
    "batch normalisation": "batch norm",
    "fully connected": "dense",
    "fully-connected": "dense",
    "fc": "dense",
    "linear": "dense",
    "pooling": "pool",
    "maxpool": "max pool",
    "avgpool": "average pool",
    "identity shortcut": "identity",
    "skip connection": "shortcut",
    "skip": "shortcut",
    "residual": "shortcut",
    "downsampling": "stride>1",
    "sum": "add",
}
_EXAMPLES = (
    "3x3 conv",
    "projection",
    "conv2 stage4",
    "groups = 32",
    "stride = 2",
    "params > 1M",
    "conv stride > 1",
    "kind = Dense",
)
# A metric's label, and what follows its values where there is little room.
_METRICS = {
    "params": ("parameters", "params"),
    "macs": ("{unit}", "{unit}"),
    "activations": ("activations", "activ."),
    "memory": ("memory", ""),
    "field": ("receptive field", ""),
}
# The label of what only networks have that were measured.
_TIME = ("time of one image, each layer alone", "")
# Labels of the colours and heights that show no metric.
_CHOICES = {"kind": "kind of layer", "even": "equal"}
FORM_LABELS = {
    "grouped": "Grouped convolution (3c)",
    "concatenated": "Early concatenation (3b)",
    "aggregated": "Summed paths (3a)",
    "split": "Split and concatenate (Keras zoo)",
}


def vocabulary(templates: Iterable[dict[str, Any]], unit: str) -> dict[str, Any]:
    """The words for networks of these descriptions.

    Args:
        templates: The descriptions.
        unit: What the counting convention counts, such as MACs.

    Returns:
        ``keys``: name of a setting or measure, by each word for it; ``synonyms``: words of the
        labels, by other words; ``examples``: queries that find something in most networks;
        ``metrics``: label and unit of each, of ``time`` only where a layer has one; ``choices``:
        labels of the colours and heights that show no metric; ``forms``: label of each
        implementation of the paths.
    """
    templates = list(templates)
    settings = {key for template in templates for key in template.get("tags", ())}
    names = {*settings, *_KEYS, *_MEASURES}
    keys = {name: name for name in sorted(names)}
    keys |= {word: name for word, name in _ALIASES.items() if name in names}
    known = dict(_METRICS)
    if any("time" in template for template in templates):
        known["time"] = _TIME
    metrics = {
        name: {"label": label.format(unit=unit), "unit": short.format(unit=unit)}
        for name, (label, short) in known.items()
    }
    return {
        "keys": keys,
        "synonyms": _SYNONYMS,
        "examples": _EXAMPLES,
        "metrics": metrics,
        "choices": _CHOICES,
        "forms": FORM_LABELS,
    }

"""All colours: of families of layers, of networks, of paths, and of the map's themes.

Fills are light enough for dark text, and borders are visible on white and on near-black pages.
"""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Iterable, Mapping, MutableMapping
from types import MappingProxyType
from typing import NamedTuple

from resnext.kinds import KINDS


class Colour(NamedTuple):
    """Fill, border and text of a box in a drawing."""

    fill: str
    border: str
    text: str = "#14202e"


# Readable on white and on near-black alike (contrast 4.2 or more on both).
LINE = "#75808f"

FAMILIES: Mapping[str, Colour] = MappingProxyType(
    {
        "input": Colour("#e2e8f0", "#64748b"),
        "conv": Colour("#bfdbfe", "#2563eb"),
        "grouped": Colour("#fed7aa", "#ea580c"),
        "norm": Colour("#e9e5f5", "#8b7fc7"),
        "activation": Colour("#d1fae5", "#10a37a"),
        "pool": Colour("#fbcfe8", "#db2777"),
        "merge": Colour("#fde68a", "#ca8a04"),
        "dense": Colour("#a7e8e0", "#0d9488"),
        "other": Colour("#e2e8f0", "#64748b"),
        "stage": Colour("#c7d7fe", "#4f6bed"),
        "projection block": Colour("#fed7aa", "#ea580c"),
        "identity block": Colour("#bfdbfe", "#2563eb"),
    }
)

# What a legend calls the families, in its order.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "input": "input",
        "conv": "convolution",
        "grouped": "grouped convolution, paths",
        "norm": "batch norm",
        "activation": "activation",
        "pool": "pooling",
        "merge": "add, concatenate, slice",
        "dense": "dense",
        "other": "other layer",
        "stage": "stage",
        "projection block": "projection block",
        "identity block": "identity block",
    }
)

# Of the map in the light and the dark theme: page and controls, wires and outlines, text on fills.
_INKS = {
    "page": ("#f7f9fc", "#0e131b"),
    "dots": ("#e1e7f0", "#1d2633"),
    "panel": ("#ffffff", "#161d28"),
    "hover": ("#eef3fb", "#202a39"),
    "ink": ("#14202e", "#e9eff8"),
    "soft": ("#5b6878", "#9aa8bb"),
    "faint": ("#d4dce8", "#2b3646"),
    "wire": ("#8b98ab", "#66758a"),
    "identity": ("#2563eb", "#6ea2ff"),
    "projection": ("#ea580c", "#ff9a52"),
    "focus": ("#111827", "#ffffff"),
    "glow": ("#2563eb", "#6ea2ff"),
    "mark": ("#b4235f", "#ff7ab0"),
    "found": ("#e0a100", "#e0a100"),
    "edge": ("#3b3f5c", "#aab4c5"),
    "black": ("#10151d", "#10151d"),
    "white": ("#ffffff", "#ffffff"),
}
INKS = {
    mode: {name: pair[i] for name, pair in _INKS.items()}
    for i, mode in enumerate(("light", "dark"))
}

# Viridis, which colour-blind people can read and which prints in grey.
HEAT = (
    *("#440154", "#482878", "#3e4a89", "#31688e", "#26828e"),
    *("#1f9e89", "#35b779", "#6dcd59", "#b4de2c", "#fde725"),
)

# Of networks in charts: after Okabe and Ito, who chose for colour-blind readers; each has a
# contrast of 3 or more on white and on the dark theme's background.
NETWORKS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#C97F00",
    "#3F97D0",
    "#7E57C2",
    "#9C5B2E",
    "#8A9A00",
    "#C43D7F",
    "#64748B",
    "#4F9A3A",
)

# From shallow to deep, distinguishable by lightness alone; stem and classifier are different.
STAGE_COLOURS = ("#7dd3fc", "#38bdf8", "#0284c7", "#075985", "#0c4a6e", "#082f49")
STEM_COLOUR, CLASSIFIER_COLOUR, ROOT_COLOUR = "#94a3b8", "#f59e0b", "#64748b"

# Where Plotly draws the legend of a chart: above it, from the left.
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}

# Family of a box that holds layers, by its role.
_ROLES = {
    "paths": "grouped",
    "path": "grouped",
    "bundle": "grouped",
    "shortcut": "projection block",
    "run": "identity block",
}


def family(kind: str) -> str:
    """The family of a layer's kind, or of a box's role; ``other`` if it has none."""
    if kind in FAMILIES:
        return kind
    return KINDS[kind].family if kind in KINDS else _ROLES.get(kind, "other")


def colour(kind: str) -> Colour:
    """The colour of a layer's kind, or of a stage or block."""
    return FAMILIES[family(kind)]


def stage_colour(stage: str) -> str:
    """The colour of a stage in all charts."""
    if stage.startswith("stage") and stage[5:].isdigit():
        return STAGE_COLOURS[min(int(stage[5:]), len(STAGE_COLOURS)) - 1]
    return {"stem": STEM_COLOUR, "classifier": CLASSIFIER_COLOUR}.get(stage, ROOT_COLOUR)


def path_colour(number: int, cardinality: int, shade: float = 0.5) -> str:
    """The colour of a path, counted from 0; ``shade`` is 0 to 1 over its channels."""
    # Not the full circle of hues, or the last path would look like the first.
    return _hex(0.85 * number / max(1, cardinality), 0.42 + 0.2 * shade, 0.62)


def channel_colour(number: int, channels: int) -> str:
    """The colour of a channel of a block, counted from 0: grey to deep blue."""
    share = number / max(1, channels - 1)
    return _hex(0.57, 0.74 - 0.36 * share, 0.05 + 0.8 * share)


def network_colours(
    names: Iterable[str], taken: MutableMapping[str, str] | None = None
) -> dict[str, str]:
    """A different colour for each network.

    Args:
        names: Names of the networks.
        taken: Colours that names already have, which stay; the new ones are added.
    """
    taken = {} if taken is None else taken
    chosen = {}
    for name in names:
        if name not in taken:
            taken[name] = _free_colour(name, set(taken.values()), len(taken))
        chosen[name] = taken[name]
    return chosen


def _free_colour(name: str, used: set[str], count: int) -> str:
    """The same for a name if it is free, so that a page looks the same when it is reloaded."""
    first = zlib.crc32(name.encode()) % len(NETWORKS)
    for colour in (*NETWORKS[first:], *NETWORKS[:first]):
        if colour not in used:
            return colour
    while True:  # hues a golden section apart
        colour = _hex(count * 0.618034 % 1, 0.36 + 0.08 * (count % 3), 0.6).upper()
        if colour not in used:
            return colour
        count += 1


def _hex(hue: float, lightness: float, saturation: float) -> str:
    rgb = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)

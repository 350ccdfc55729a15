"""The seven pictures of ResNeXt that the Keras zoo's page shows, drawn from the graph.

Each is a function from a graph to SVG, so that any ResNeXt can be drawn; the files in ``assets``
show ResNeXt-50. ``python -m explorer.charts.pictures [FOLDER]`` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from explorer.charts.pictures.blocks import identity_block, projection_block
from explorer.charts.pictures.ends import classifier, stem
from explorer.charts.pictures.paths import cardinality
from explorer.charts.pictures.whole import macro, micro
from resnext import Graph, ResNeXtSpec, trace

PICTURES: Mapping[str, Callable[[Graph], str]] = MappingProxyType(
    {
        "macro": macro,
        "micro": micro,
        "stem": stem,
        "identity-block": identity_block,
        "projection-block": projection_block,
        "cardinality": cardinality,
        "classifier": classifier,
    }
)


def pictures() -> dict[str, str]:
    """Content of each file by its name, of ResNeXt-50 32x4d."""
    spec = ResNeXtSpec()
    # Cardinality needs the paths spelled out; the other pictures show the grouped form.
    graphs = {"cardinality": trace(spec.replace(form="aggregated"))}
    grouped = trace(spec)
    return {f"{name}.svg": draw(graphs.get(name, grouped)) for name, draw in PICTURES.items()}


def write(folder: Path) -> list[Path]:
    """Make all pictures in a folder, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in pictures().items():
        path = folder / name
        path.write_text(content, encoding="utf-8")
        paths.append(path)
    return paths

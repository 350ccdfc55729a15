"""Names as they are written in prose."""

from __future__ import annotations

import re


def proper_name(name: str) -> str:
    """A network's name as it is written in prose: ResNeXt-50 32×4d, SE-ResNeXt-50 32×4d."""

    def proper(match: re.Match[str]) -> str:
        attention, depth, cardinality, width = match.groups(default="")
        prefix = f"{attention.upper()}-" if attention else ""
        return f"{prefix}ResNeXt-{depth} {cardinality}×{width}d"

    return re.sub(r"(se)?resnext(\d+)_(\d+)x(\d+)d", proper, name)

"""Names as they are written in prose."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_LISTED = 3


def proper_name(name: str) -> str:
    """A network's name as it is written in prose: ResNeXt-50 32×4d, SE-ResNeXt-50 32×4d."""

    def proper(match: re.Match[str]) -> str:
        attention, depth, cardinality, width = match.groups(default="")
        prefix = f"{attention.upper()}-" if attention else ""
        return f"{prefix}ResNeXt-{depth} {cardinality}×{width}d"

    return re.sub(r"([a-z]+)?resnext(\d+)_(\d+)x(\d+)d", proper, name)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first of many: ``a``, ``a and b``, ``a, b, c and 4 more``."""
    shown = [*names[:MOST_LISTED]]
    if more := len(names) - len(shown):
        shown.append(f"{more} more")
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)

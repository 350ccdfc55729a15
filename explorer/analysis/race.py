"""Networks of nearly equal cost, to race against each other."""

from __future__ import annotations

from explorer.analysis.published import TABLE_2


def equal_cost_names(depth: int = 20) -> tuple[str, ...]:
    """The paper's five points of Table 2 on a CIFAR network of this depth (9n + 2)."""
    return tuple(f"resnext{depth}_{row.cardinality}x{row.width}d" for row in TABLE_2)


def cost_spread(macs: list[int]) -> float:
    """How much the dearest costs more than the cheapest: 0.02 is 2 %."""
    return max(macs) / min(macs) - 1 if macs else 0.0

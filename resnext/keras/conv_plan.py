"""Which way to compute a grouped convolution is fastest: a measured table, without TensorFlow.

The figures behind it are in ``benchmarks/grouped_conv.md``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from resnext.errors import InputError

STRATEGIES = ("native", "supergroups", "split")
VARIABLE = "RESNEXT_GROUPED_CONV"

# Zeros in a block-diagonal kernel cost less than vectors that are not full, to a point.
# By strategy: (channels of one group up to this, channels of one merged group at most).
# The native operation has a separate kernel for a single channel, which is left alone; a
# matrix unit for half precision works on wider tiles.
_MERGE = {
    "native": ((1, 1), (4, 8)),
    "native in half precision": ((1, 1), (8, 16)),
    "supergroups": ((8, 16), (16, 32)),
}


@dataclass(frozen=True)
class Plan:
    """How one grouped convolution is computed.

    Attributes:
        strategy: ``native``: one grouped operation; ``supergroups``: a dense convolution for
            each merged group; ``split``: one for each group.
        groups: Groups that are left after neighbours have been merged, each with a
            block-diagonal kernel.
    """

    strategy: str
    groups: int


def forced_strategy() -> str | None:
    """The strategy that the environment variable RESNEXT_GROUPED_CONV asks for, if any.

    Raises:
        ValueError: It holds something else.
    """
    value = os.environ.get(VARIABLE, "").strip()
    if value and value not in STRATEGIES:
        raise InputError(f"{VARIABLE} must be one of {', '.join(STRATEGIES)}. Received {value!r}.")
    return value or None


def make_plan(groups: int, group_channels: int, strategy: str, dtype: str = "float32") -> Plan:
    """How to compute a grouped convolution in the given way.

    Args:
        groups: Cardinality.
        group_channels: Input channels of one group.
        strategy: One of `STRATEGIES`. Supergroups of one group each are a split.
        dtype: Of what is convolved.
    """
    if strategy == "split":
        return Plan("split", groups)
    half = strategy == "native" and dtype in ("bfloat16", "float16")
    table = "native in half precision" if half else strategy
    merged = merged_groups(groups, group_channels, table)
    if strategy == "supergroups" and merged == groups:
        return Plan("split", groups)
    return Plan(strategy, merged)


def merged_groups(groups: int, group_channels: int, table: str) -> int:
    """Groups that are left when as many neighbours are merged as the table advises."""
    for limit, most in _MERGE[table]:
        if group_channels <= limit:
            sizes = [m for m in range(1, groups + 1) if groups % m == 0]
            return groups // max(m for m in sizes if m == 1 or m * group_channels <= most)
    return groups

"""Peak and memory bandwidth of well-known devices, as others repeat them from their vendors.

The figures are in ``devices.csv``, a table to read and to edit. ``source`` is the vendor's page,
which could not be opened; ``read_at`` is the address where the figures were read instead. What was
computed, read elsewhere or not checked is said in ``note``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer.cost.roofline import Ceilings

FILE = Path(__file__).with_name("devices.csv")
KINDS = ("processor", "graphics")


@dataclass(frozen=True)
class Device:
    """One device.

    Attributes:
        name: As its vendor calls it.
        kind: One of `KINDS`.
        peak_gflops: Floating-point operations a second in float32, in 10^9.
        bandwidth_gb_s: Bytes a second to and from memory, in 10^9.
        source: The vendor's page.
        read_at: Where the figures were read.
        note: How they were computed, and what was not checked.
    """

    name: str
    kind: str
    peak_gflops: float
    bandwidth_gb_s: float
    source: str
    read_at: str
    note: str

    @property
    def ceilings(self) -> Ceilings:
        """For a roofline."""
        return Ceilings(self.name, 1e9 * self.peak_gflops, 1e9 * self.bandwidth_gb_s)


@cache
def devices(path: Path = FILE) -> tuple[Device, ...]:
    """The devices, the smaller ones first as in the file.

    Raises:
        ValueError: A row lacks a source, or a figure is not a number above 0.
    """
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            device = Device(
                row["device"],
                row["kind"],
                float(row["peak_gflops"]),
                float(row["bandwidth_gb_s"]),
                row["source"],
                row["read_at"],
                row["note"],
            )
            for name in ("source", "read_at"):
                if not getattr(device, name).startswith("https://"):
                    raise ValueError(f"{path.name}: {device.name} needs an address in {name}")
            if device.kind not in KINDS or min(device.peak_gflops, device.bandwidth_gb_s) <= 0:
                raise ValueError(f"{path.name}: {device.name} is not a device with its figures")
            found.append(device)
    return tuple(found)

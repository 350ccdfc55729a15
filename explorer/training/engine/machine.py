"""What a run computes on: only speeds on equal machines are comparable."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from explorer.training.engine.device import Card


def threads() -> int:
    """Return how many threads a run takes: RESNEXT_THREADS, or one for each core."""
    given = os.environ.get("RESNEXT_THREADS", "")
    return int(given) if given.isdecimal() and int(given) else os.cpu_count() or 1


def machine(card: Card | None = None) -> str:
    """Return the name of the processor, the threads of a run, and the GPU if it has one."""
    return f"{_processor()}, {threads()} threads{f', {card.name}' if card else ''}"


def _processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    # psutil does not know it, and `platform` does not on Linux.
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()

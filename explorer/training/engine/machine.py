"""What a run computes on: only speeds on equal machines are comparable."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def threads() -> int:
    """Return how many threads a run takes: RESNEXT_THREADS, or one for each core."""
    given = os.environ.get("RESNEXT_THREADS", "")
    return int(given) if given.isdecimal() and int(given) else os.cpu_count() or 1


def machine() -> str:
    """Return the name of the processor and the threads of a run."""
    return f"{_processor()}, {threads()} threads"


def _processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    # psutil does not know it, and `platform` does not on Linux.
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()

"""This machine: what times that were measured on it are filed under, and which processor it has."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explorer.jobs.processes import processors

# Numbers of 32 bits in a vector register, by a flag of /proc/cpuinfo; the widest first.
_VECTORS = (("avx512f", 16), ("avx2", 8), ("avx", 8), ("asimd", 4), ("sse2", 4))


@dataclass(frozen=True)
class Machine:
    """A machine as far as its speed depends on it.

    Attributes:
        name: Its name in the network.
        processor: The processor's name, as the system gives it.
        processors: How many of them a program may use (hardware threads).
        system: Operating system and architecture.
        vector: Numbers of 32 bits in a vector register; None if that is not known.
    """

    name: str
    processor: str
    processors: int
    system: str
    vector: int | None = None

    @property
    def key(self) -> str:
        """A name for a folder: equal only for machines of one name, processor and size."""
        words = f"{self.name}|{self.processor}|{self.processors}|{self.system}"
        slug = re.sub(r"[^a-z0-9]+", "-", self.name.lower())[:40].strip("-")
        return f"{slug or 'machine'}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"

    @property
    def text(self) -> str:
        """Such as ``node7: 2 processors of AMD EPYC 7763``."""
        count = "1 processor" if self.processors == 1 else f"{self.processors} processors"
        return f"{self.name}: {count}, {self.processor}"

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Machine:
        """What `dataclasses.asdict` gave."""
        return cls(**plain)


@cache
def this_machine() -> Machine:
    """The machine that this program runs on."""
    info = ""
    with contextlib.suppress(OSError):
        info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    return Machine(
        name=platform.node() or "unnamed",
        processor=_processor(info),
        processors=processors(),
        system=f"{platform.system()} {platform.machine()}",
        vector=vector_width(info),
    )


def vector_width(info: str) -> int | None:
    """Numbers of 32 bits in a vector register, read in the text of /proc/cpuinfo."""
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", info, re.MULTILINE)
    flags = set(found[1].split()) if found else set()
    return next((width for flag, width in _VECTORS if flag in flags), None)


def _processor(info: str) -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    if found:
        return " ".join(found[1].split())
    if platform.system() == "Darwin":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            asked = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
            return asked.stdout.strip()
    return platform.processor() or platform.machine() or "unknown processor"

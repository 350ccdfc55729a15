"""This host, and the time of a folder that several hosts share.

Clocks of hosts differ, so no host's clock is compared with another's: every time here was set by
the file system that holds the folder, which on a network file system is the server.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TRUST_SECONDS = 10.0  # how long a reading of a folder's time is continued by our own clock


@dataclass(frozen=True)
class Host:
    """A place where process numbers mean the same process.

    Attributes:
        name: For people, and for a queue: it stays the same after a restart.
        space: The boot, a colon, and the space of process numbers (a container has its own).
            Processes of the same space can be looked up by number. "" if unknown.
        machine: What stays the same after a restart and is no other machine's, or "".
    """

    name: str
    space: str = ""
    machine: str = ""

    def is_restart_of(self, space: str, machine: str) -> bool:
        """Return whether this is that machine after it was started again."""
        boots = self.space.partition(":")[0], space.partition(":")[0]
        return all(boots) and boots[0] != boots[1] and self.machine == machine != ""


@lru_cache(maxsize=1)
def this_host() -> Host:
    """Return the host of this process."""
    name = platform.node() or "this host"
    if not sys.platform.startswith("linux"):
        return Host(name, f"{_started()}:{name}", name)
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = f"{boot}:{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return Host(name)
    try:
        machine = Path("/etc/machine-id").read_text().strip()
    except OSError:
        machine = ""
    # Copies of a virtual machine or a container may share their machine-id.
    return Host(name, space, f"{machine}:{name}" if machine else "")


def _started() -> int:
    import psutil  # type: ignore[import-untyped]

    return int(psutil.boot_time() / 60)


class FolderClock:
    """The time of a folder, in seconds, as its file system sets the times of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[float, float] | None = None  # the folder's time, ours at that moment

    def now(self) -> float | None:
        """Return the time, read from the folder; None where nothing can be written."""
        ours = time.monotonic()
        try:
            with tempfile.TemporaryFile(dir=self._folder) as probe:
                probe.write(b".")
                probe.flush()
                # Without a time given the server sets it, and its answer brings it here.
                os.utime(probe.fileno() if os.utime in os.supports_fd else probe.name)
                now = os.fstat(probe.fileno()).st_mtime
        except OSError:
            return None
        self._read = (now, ours)
        return now

    def about(self) -> float | None:
        """Return the time as `now`, for `TRUST_SECONDS` by our own monotonic clock."""
        if self._read is not None:
            passed = time.monotonic() - self._read[1]
            if passed < TRUST_SECONDS:
                return self._read[0] + passed
        return self.now()

    def beat(self, path: Path) -> None:
        """Set a file's time of change to the folder's time.

        Raises:
            OSError: It is gone.
        """
        os.utime(path)

    def time_of(self, path: Path) -> float:
        """Return a file's time of change.

        Raises:
            OSError: It is gone.
        """
        # A network file system asks the server when a file is opened; `stat` may be a minute old.
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_mtime

"""Processes that outlive the one that started them, known by more than a number."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TUNABLES, LARGE_PAGES = "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"


def identity(pid: int) -> str | None:
    """Return what tells this process from an earlier one of the same number; None if it is gone.

    On Linux that is the boot and the clock tick of its start, neither of which moves when
    somebody sets the clock.
    """
    if not sys.platform.startswith("linux"):
        return _identity_elsewhere(pid)
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # The name, in parentheses, may hold spaces.
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if values[0] in "ZX" else f"{boot}:{values[19]}"


def is_alive(pid: int | None, known: str | None) -> bool:
    """Tell whether the process that had this identity still runs."""
    return pid is not None and known is not None and identity(pid) == known


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment() -> dict[str, str]:
    """This process's environment for a new one.

    Our packages are found in it from any folder. The C library asks Linux for large pages, if it is
    glibc 2.35 or newer: TensorFlow then takes 1 to 8 % less time, and up to 5 % more memory,
    see ``benchmarks/README.md``. It reads that at a program's start only.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        TUNABLES: with_large_pages(os.environ.get(TUNABLES, "")),
        "PYTHONUNBUFFERED": "1",
    }


def with_large_pages(tunables: str) -> str:
    """Settings of glibc with large pages; what is set already about them stays."""
    if LARGE_PAGES.partition("=")[0] in tunables:
        return tunables
    return ":".join(filter(None, [tunables, LARGE_PAGES]))


def has_large_pages() -> bool:
    """Whether this process was started with the setting of `with_large_pages`."""
    return LARGE_PAGES in os.environ.get(TUNABLES, "").split(":")


def spawn(
    module: str, folder: Path, log: Path, detached: bool, *more: str
) -> subprocess.Popen[bytes]:
    """Start `python -m module folder ...` with its output appended to `log`.

    Args:
        module: Full name of the module.
        folder: Its first argument.
        log: File for what it prints.
        detached: In its own session, so that closing a terminal does not end it.
        more: Its other arguments.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(folder), *more],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(),
            start_new_session=detached,
        )


def bound_to_us(command: list[str]) -> list[str]:
    """The command of a foreign program, changed so that Linux ends it when our thread is gone.

    A program that only computes notices nothing when the one that reads its output was killed.
    """
    if not sys.platform.startswith("linux"):
        return command
    return [sys.executable, "-I", "-S", "-c", _BOUND, str(os.getpid()), *command]


_BOUND = """
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def collect_later(process: subprocess.Popen[bytes]) -> None:
    """Wait for a child in the background, so that its end leaves no zombie."""
    threading.Thread(target=process.wait, daemon=True, name="collect").start()


def kill(pid: int | None, known: str | None) -> None:
    """End a process at once, if it is still the one that was known."""
    if pid is not None and is_alive(pid, known):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _identity_elsewhere(pid: int) -> str | None:
    import psutil  # type: ignore[import-untyped]

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return str(process.create_time())
    except psutil.Error:
        return None

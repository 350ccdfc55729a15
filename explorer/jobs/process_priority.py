"""Work that steps back behind the page that asked for it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LOWEST = 19
OOM_SCORE = 500  # of -1000 to 1000: who goes first when memory runs out


def step_back() -> None:
    """Give the processor to whoever else wants it, and be the first to go without memory.

    Linux shares a desktop's processor among sessions before it looks at a process's own niceness
    (sched(7), "The autogroup feature"), so a process with a session of its own lowers that, too.
    """
    if not hasattr(os, "nice"):
        return  # Windows
    os.nice(LOWEST)
    with contextlib.suppress(OSError):
        if os.getsid(0) == os.getpid():
            Path("/proc/self/autogroup").write_text(str(LOWEST))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))

"""Work in the background has a low priority, so that the page that asked for it stays quick."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LOWEST = 19
VARIABLE = "RESNEXT_NICENESS"  # the most by which work steps back; 0 to 19
OOM_SCORE = 500  # of -1000 to 1000: who goes first when memory runs out


def lower_priority(niceness: int = LOWEST) -> None:
    """Let others have the processor first, and be the first to end when memory runs out.

    RESNEXT_NICENESS is the most by which it steps back, also where ``niceness`` is more.

    Linux shares a desktop's processor among sessions before it looks at a process's own niceness
    (sched(7), "The autogroup feature"), so a process with its own session lowers that, too.
    """
    if not hasattr(os, "nice"):
        return  # Windows
    most = os.environ.get(VARIABLE, "")
    niceness = min(niceness, int(most)) if most.isdecimal() else niceness
    os.nice(niceness)
    with contextlib.suppress(OSError):
        if os.getsid(0) == os.getpid():
            Path("/proc/self/autogroup").write_text(str(niceness))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))

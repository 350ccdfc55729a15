"""Termination signals end a command as Ctrl-C does, with its processes and temporary files."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import NoReturn

# Signals of a closed terminal and of kill, in addition to Ctrl-C; Windows has no SIGHUP.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Ended(KeyboardInterrupt):
    """One of `SIGNALS` arrived; its number is the argument."""


@contextlib.contextmanager
def signals_interrupt() -> Iterator[None]:
    """Let each of `SIGNALS` raise `Ended`, unless it is ignored, as nohup does."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    caught = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, _end) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_status(interrupt: KeyboardInterrupt) -> int:
    """The exit status that shells expect after a signal."""
    return 128 + int(interrupt.args[0] if isinstance(interrupt, Ended) else signal.SIGINT)


def _end(number: int, frame: object) -> NoReturn:
    raise Ended(number)

"""A process that imports Keras, with TensorFlow, for a while: how it starts and ends sooner."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, NoReturn


def import_keras() -> Any:
    """Import Keras and its backend, in four fifths of the time that the statement takes.

    Six hundred thousand objects are made that stay. Python does not search them for what can be
    freed, neither while it imports them nor later.

    Returns:
        The module `keras`.
    """
    first = "keras" not in sys.modules and gc.isenabled()
    if first:
        gc.disable()
    try:
        import keras
    finally:
        if first:
            gc.freeze()
            gc.enable()
    return keras


def leave(code: int) -> NoReturn:
    """End this process at once, with this exit code, after what it printed is written out.

    Python would take thousands of modules of TensorFlow apart first, half a second of a processor.
    Nothing that is registered with `atexit` is called: the caller has closed its files and
    ended its threads. AutoGraph, which removes its files there, is off in what we compile.

    Raises:
        OSError: What it printed cannot be written.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

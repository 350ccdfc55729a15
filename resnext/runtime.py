"""Settings that TensorFlow reads once, when it is imported."""

from __future__ import annotations

import os
import sys

from resnext.errors import InputError


def configure_environment(threads: int | None = None) -> bool:
    """Set the environment of this process for fast and quiet training on a CPU.

    Call it before TensorFlow is imported. Variables that are already set are kept.

    Args:
        threads: Number of processor threads; by default TensorFlow takes them all.

    Returns:
        True if the settings take effect; False, with nothing changed, if TensorFlow was
        already imported.

    Raises:
        ValueError: ``threads`` is not a positive whole number.
    """
    if threads is not None and (type(threads) is not int or threads < 1):
        raise InputError(f"threads must be a positive whole number. Received {threads!r}.")
    if "tensorflow" in sys.modules:
        return False
    # Without oneDNN the gradient of a grouped convolution does not run on a CPU.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if threads is not None:
        for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(name, str(threads))
        # Blocks are chains: more than two operations are seldom ready at once.
        os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(min(2, threads)))
    return True

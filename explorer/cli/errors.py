"""Errors of commands: wrong input, limits of the machine, or a bug."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
import traceback
from pathlib import Path

from explorer.jobs.text import printable
from resnext import __version__
from resnext.errors import UserError

# Limits of the machine: disk space, permissions, memory, open files.
MACHINE = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
    }
)


class UsageError(UserError):
    """Arguments that cannot be combined; the message states the rule."""


def write_output(path: Path, content: str | bytes) -> None:
    """Write the file that a person asked for.

    Raises:
        UsageError: It cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{str(path)[:200]} cannot be written: {error.strerror}.") from error


def sentence(error: BaseException) -> str | None:
    """The error in one line if input or machine caused it; None if it is a bug."""
    if isinstance(error, UserError):
        return printable(" ".join(str(error).split()), 600) or type(error).__name__
    if isinstance(error, OSError) and error.errno in MACHINE:
        where = "" if error.filename is None else f": {printable(str(error.filename), 200)}"
        return f"{error.strerror}{where}"
    return None


def report_bug(error: BaseException) -> str:
    """Write the traceback to a new file and return the message for the terminal."""
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    lines = [
        f"resnext-explorer {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n",
        f"arguments: {sys.argv[1:]}\n\n",
        *traceback.format_exception(error),
    ]
    where = ""
    with contextlib.suppress(OSError):
        handle, path = tempfile.mkstemp(prefix="resnext-explorer-bug-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as log:
            log.writelines(lines)
        where = f"\nThe details are in {path}; please report it with this file."
    return f"This is a bug in the explorer, not in your input. {what}{where}"

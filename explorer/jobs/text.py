"""Text that other people wrote, made fit to be shown anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePath

# Controls, surrogates and separators of lines; and what reverses or isolates the text around it.
_UNFIT = ("Cc", "Cs", "Zl", "Zp")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
# From the root down, but for the last part: /a/b/ of /a/b/c, C:\a\ of C:\a\b.
_FOLDERS = re.compile(r"""(?<![\w:/.~\\-])(?:[A-Za-z]:)?[\\/](?:[^\s\\/'"<>|:]+[\\/])+""")


def is_one_line(text: str) -> bool:
    """Tell whether a text is one line that steers neither a terminal nor the text around it."""
    return text.isprintable() or not any(_is_unfit(sign) for sign in text)


def printable(text: str, most: int | None = None, instead: str = " ") -> str:
    """Return text as one line that is safe in terminals, pages and file names.

    Args:
        text: Whatever came in.
        most: Length of the longest result; what is cut ends in "…".
        instead: Replaces each sign that cannot be shown.
    """
    if most is not None:
        text = text[: most + 1]  # first: the text may be huge
    if not is_one_line(text):
        text = "".join(instead if _is_unfit(sign) else sign for sign in text)
    if most is not None and len(text) > most:
        return f"{text[: most - 1]}…"
    return text


def sentence(error: BaseException) -> str:
    """Return what an error says; of a path only the last part, as folders are the host's."""
    if isinstance(error, OSError) and error.strerror:
        name = error.filename
        shown = f": {PurePath(name).name}" if isinstance(name, str) else ""
        return f"{error.strerror}{shown}"
    return str(error)


def without_folders(text: str, roots: Iterable[Path] = ()) -> str:
    """Return a text in which paths are only their last parts.

    Args:
        text: Such as a message or a log.
        roots: Folders that are taken out even if their names hold spaces.
    """
    for root in (root for root in roots if root.name):
        text = re.sub(re.escape(str(root)) + r"[\\/]?", "", text)
    return _FOLDERS.sub("", text)


def _is_unfit(sign: str) -> bool:
    return unicodedata.category(sign) in _UNFIT or bool(_DIRECTION.match(sign))

"""Names that other people gave to classes and files, as they can be shown anywhere."""

from __future__ import annotations

from explorer.jobs.text import printable

MOST = 100  # characters


def shown(name: str) -> str:
    """Return a name as one short line: what cannot be printed becomes a question mark."""
    return printable(name, MOST, "?")

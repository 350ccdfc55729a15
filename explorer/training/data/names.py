"""Names that other people gave to classes and files, as they can be shown anywhere."""

from __future__ import annotations

MOST = 100  # characters


def shown(name: str) -> str:
    """Return a name as one short line: what cannot be printed becomes a question mark."""
    line = "".join(sign if sign.isprintable() else "?" for sign in name[: MOST + 1])
    return line if len(line) <= MOST else f"{line[: MOST - 1]}…"

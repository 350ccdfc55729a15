"""The lesson's own style and script files."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).parents[1] / "lesson" / "static"


def static(name: str) -> str:
    """The text of one file."""
    return (STATIC / name).read_text(encoding="utf-8")

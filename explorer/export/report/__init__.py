"""Reports of networks and runs as one file: HTML, Markdown or LaTeX.

`content` makes a tree of the parts in `parts`, without thinking of a format. `html`, `markdown`
and `latex` lower that tree to text and escape every name in it, each in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from explorer.export.report.content import MOST_NETWORKS, MOST_RUNS, document
from explorer.export.report.html import to_html
from explorer.export.report.latex import to_latex
from explorer.export.report.markdown import to_markdown
from explorer.export.report.parts import Document

__all__ = ["MOST_NETWORKS", "MOST_RUNS", "REPORT_FORMATS", "Format", "document", "file_stem"]


class Format(NamedTuple):
    """How a report is written: its label, MIME type, and the function that lowers the tree."""

    label: str
    mime: str
    write: Callable[[Document], str]


# By the file's ending.
REPORT_FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "html": Format("HTML", "text/html", to_html),
        "md": Format("Markdown", "text/markdown", to_markdown),
        "tex": Format("LaTeX", "application/x-tex", to_latex),
    }
)


def file_stem(names: Sequence[str]) -> str:
    """A file's name without its ending, of at most three networks' names."""
    shown = [re.sub(r"[^\w.-]+", "_", name)[:40] for name in names[:3]]
    more = [f"{len(names) - 3}-more"] if len(names) > 3 else []
    return "-".join(["report", *shown, *more])

"""A report as Markdown, in GitHub's flavour; pictures become lists and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explorer.charts.curves import thin
from explorer.export.report.chart_svg import finite
from explorer.export.report.parts import (
    Cell,
    Chart,
    Document,
    Facts,
    Frame,
    Items,
    Outline,
    Paragraph,
    Part,
    Section,
    Table,
)

MOST_POINTS = 20  # rows of a chart's table
# Signs that begin markup anywhere, and an underscore that could begin emphasis.
_SIGNS = re.compile(r"[\\`*\[\]<>|~$#!&]|(?<![^\W_])_|_(?![^\W_])")
_LINK = re.compile(r"(://|(?<=www)\.|@)")


def to_markdown(document: Document) -> str:
    """The file."""
    head = [f"# {plain(document.title)}", plain(document.subtitle), plain(document.made)]
    return "\n\n".join([*head, *map(_section, document.printed())]) + "\n"


def plain(text: str) -> str:
    """Text in one line in which nothing is markup, HTML, a link or a mention."""
    text = _SIGNS.sub(lambda match: "\\" + match[0], " ".join(text.split()))
    return _LINK.sub("\u200b\\1", text)


def _section(section: Section) -> str:
    return "\n\n".join([f"## {plain(section.title)}", *filter(None, map(_part, section.parts))])


def _part(part: Part) -> str:
    match part:
        case Paragraph(text):
            return plain(text)
        case Items(texts):
            return "\n".join(f"- {plain(text)}" for text in texts)
        case Facts(facts):
            title = f"**{plain(part.title)}**\n\n" if part.title else ""
            return title + "\n".join(
                f"- {plain(fact.label)}: **{plain(fact.value)}**"
                + (f" ({plain(fact.note)})" if fact.note else "")
                for fact in facts
            )
        case Table():
            return _table(part)
        case Outline():
            return _outline(part)
        case Chart():
            return _chart(part)
        case Frame():
            return ""


def _table(table: Table) -> str:
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    if table.total and rows:
        rows[-1] = [f"**{text}**" if text else "" for text in rows[-1]]
    return f"**{plain(table.caption)}**\n\n" + _grid(
        [_cell(cell) for cell in table.header], rows, table.words
    )


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> str:
    rule = ["---" if column < words else "---:" for column in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, rule, *rows])


def _cell(cell: Cell) -> str:
    return plain(cell.text) + (f" ({plain(cell.note)})" if cell.note else "")


def _outline(outline: Outline) -> str:
    lines = []
    for row in outline.rows:
        boxes = ", ".join(
            plain(box.label) + (f" ({plain(box.detail)})" if box.detail else "")
            for box in row.boxes
        )
        lines.append(f"1. **{plain(row.name)}**: {boxes} → {plain(row.shape)}")
    if outline.rest:
        lines.append(f"\nand {outline.rest} more stages.")
    return "\n".join(lines)


def _chart(chart: Chart) -> str:
    """The lines that are not faint as a table, thinned."""
    lines = [(line.name, dict(finite(line))) for line in chart.lines if not line.faint]
    places = sorted({x for _, points in lines for x in points})
    shown = [places[i] for i in thin(len(places), MOST_POINTS)]

    def value(y: float | None) -> str:
        if y is None:
            return ""
        return f"{100 * y:.2f} %" if chart.percent else f"{y:.4f}"

    rows = [[f"{x:g}", *(value(points.get(x)) for _, points in lines)] for x in shown]
    header = [plain(chart.x_title), *(plain(name) for name, _ in lines)]
    caption = chart.caption.partition(",")[0]
    return f"**{plain(caption)}**\n\n{_grid(header, rows, 0)}"

"""A report as one HTML file: no other file, no network, light and dark, and fit to be printed."""

from __future__ import annotations

import re
from html import escape
from importlib.resources import files

from explorer.export.report.chart_svg import chart_svg
from explorer.export.report.outline_svg import outline_svg
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

SMALL = 12  # rows of a table that is kept on one page


def to_html(document: Document) -> str:
    """The page."""
    title = escape(document.title)
    links = "".join(
        f'<li{_screen(section)}><a href="#s{number}">{escape(section.title)}</a></li>'
        for number, section in enumerate(document.sections, 1)
    )
    sections = "".join(
        _section(section, number) for number, section in enumerate(document.sections, 1)
    )
    style = files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<meta name="generator" content="{escape(document.made)}">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'<header><h1>{_breakable(document.title)}</h1><p class="subtitle">'
        f'{escape(document.subtitle)}</p><p class="made">{escape(document.made)}</p></header>\n'
        f'<nav aria-label="Contents"><ol>{links}</ol></nav>\n'
        f"{sections}</main>\n</body>\n</html>\n"
    )


def _screen(section: Section) -> str:
    return ' class="screen"' if section.screen else ""


def _section(section: Section, number: int) -> str:
    classes = " ".join(
        name for name, on in (("new-page", section.new_page), ("screen", section.screen)) if on
    )
    parts = "\n".join(_part(part) for part in section.parts)
    return (
        f'<section id="s{number}" class="{classes}">\n<h2>{_breakable(section.title)}</h2>\n'
        f"{parts}\n</section>\n"
    )


def _part(part: Part) -> str:
    match part:
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Items(texts):
            return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"
        case Facts():
            return _facts(part)
        case Table():
            return _table(part)
        case Outline():
            return f'<figure class="outline">{outline_svg(part)}</figure>'
        case Chart():
            return _chart(part)
        case Frame(title, page):
            return (
                f'<iframe title="{escape(title)}" sandbox="allow-scripts allow-downloads" '
                f'loading="lazy" srcdoc="{escape(page)}"></iframe>'
            )


def _facts(facts: Facts) -> str:
    rows = "".join(
        f"<div><dt>{escape(fact.label)}</dt><dd>{_breakable(fact.value)}"
        f"{f'<small>{escape(fact.note)}</small>' if fact.note else ''}</dd></div>"
        for fact in facts.facts
    )
    title = f"<h3>{escape(facts.title)}</h3>" if facts.title else ""
    kind = "headline" if facts.main else "facts"
    return f'<div class="block">{title}<dl class="{kind}">{rows}</dl></div>'


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col"{_side(column, table)}>{_cell(cell)}</th>'
        for column, cell in enumerate(table.header)
    )
    last = len(table.rows) - 1
    body = "".join(
        f"<tr{' class=total' if table.total and number == last else ''}>"
        + "".join(_body_cell(cell, column, table) for column, cell in enumerate(row))
        + "</tr>"
        for number, row in enumerate(table.rows)
    )
    small = " small" if len(table.rows) <= SMALL else ""
    caption = escape(table.caption)
    return (
        f'<div class="scroll{small}" tabindex="0" role="group" aria-label="{caption}">'
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _body_cell(cell: Cell, column: int, table: Table) -> str:
    tag = 'th scope="row"' if not column else "td"
    return f"<{tag}{_side(column, table)}>{_cell(cell)}</{tag[:2]}>"


def _side(column: int, table: Table) -> str:
    return ' class="text"' if column < table.words else ""


def _cell(cell: Cell) -> str:
    note = f"<small>{escape(cell.note)}</small>" if cell.note else ""
    return _breakable(cell.text) + note


def _breakable(text: str) -> str:
    """Escaped text that may break after the signs that join names."""
    return re.sub(r"([_/])(?=\w)", r"\1<wbr>", escape(text))


def _chart(chart: Chart) -> str:
    keys = "".join(
        f'<span><i style="background:{line.colour}"></i>{escape(line.name)}</span>'
        for line in chart.lines
        if not line.faint
    )
    return (
        f'<figure class="chart"><figcaption>{escape(chart.caption)}</figcaption>'
        f'<div class="keys">{keys}</div>{chart_svg(chart)}</figure>'
    )

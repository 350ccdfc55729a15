"""A report as LaTeX: tables with booktabs, the outline and charts with TikZ and pgfplots.

It compiles with pdfLaTeX, XeLaTeX and LuaLaTeX. A sign that pdfLaTeX has no glyph for becomes its
code point there, and stays what it is in the others.
"""

from __future__ import annotations

from explorer.analysis.palette import colour
from explorer.export.report.chart_svg import finite
from explorer.export.report.parts import (
    Box,
    Cell,
    Chart,
    Document,
    Facts,
    Frame,
    Items,
    Line,
    Outline,
    Paragraph,
    Part,
    Section,
    Table,
)

MOST_SIGNS = 36  # of a column of text that is set in one line
PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[utf8]{inputenc}
  \usepackage[T1]{fontenc}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
  \newcommand{\sign}[2]{U+#1}
\else
  \usepackage{fontspec}
  \newcommand{\sign}[2]{#2}
\fi
\usepackage[margin=18mm]{geometry}
\usepackage{booktabs,longtable,array,graphicx,xcolor}
\usepackage{tikz,pgfplots}
\pgfplotsset{compat=1.16}
\usepackage[hidelinks]{hyperref}
\setlength{\parindent}{0pt}
\setlength{\parskip}{5pt}
\setlength{\tabcolsep}{4pt}
\setlength{\LTleft}{0pt}
\setlength{\LTpre}{3pt}
\setlength{\emergencystretch}{3em}
"""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_\allowbreak{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": "'",
    "-": "-{}",  # two or three would be a dash
    "/": r"/\allowbreak{}",
    "×": r"\ensuremath{\times}",
    "−": r"\ensuremath{-}",
    "≥": r"\ensuremath{\ge}",
    "–": r"\textendash{}",
    "…": r"\ldots{}",
    "→": r"\ensuremath{\to}",
    "\u00a0": "~",
}


def to_latex(document: Document) -> str:
    """The file, a whole document."""
    colours = {line.colour for s in document.sections for p in s.parts if isinstance(p, Chart)
               for line in p.lines}  # fmt: skip
    kinds = {box.kind for s in document.sections for p in s.parts if isinstance(p, Outline)
             for row in p.rows for box in row.boxes}  # fmt: skip
    for kind in kinds:
        colours |= {colour(kind).fill, colour(kind).border}
    defined = "".join(
        f"\\definecolor{{{_name(one)}}}{{HTML}}{{{one[1:].upper()}}}\n" for one in sorted(colours)
    )
    head = (
        f"% {_comment(document.made)}\n{PREAMBLE}{defined}\\begin{{document}}\n\n"
        f"{{\\LARGE\\bfseries\\raggedright {plain(document.title)}\\par}}\n"
        f"{{\\large {plain(document.subtitle)}\\par}}\n{{\\small {plain(document.made)}\\par}}\n\n"
    )
    return head + "\n".join(map(_section, document.printed())) + "\n\\end{document}\n"


def plain(text: str) -> str:
    """Text in which nothing is a command."""
    return "".join(map(_sign, " ".join(text.split())))


def _sign(sign: str) -> str:
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if sign.isascii() or (sign.isalpha() and ord(sign) < 0x180):  # the fonts have these
        return sign
    return f"\\sign{{{ord(sign):04X}}}{{{sign}}}"


def _comment(text: str) -> str:
    return " ".join(text.split())


def _name(one: str) -> str:
    return f"c{one[1:].lower()}"


def _section(section: Section) -> str:
    page = "\\clearpage\n" if section.new_page else ""
    parts = "\n\n".join(filter(None, map(_part, section.parts)))
    return f"{page}\\section*{{{plain(section.title)}}}\n\n{parts}\n"


def _part(part: Part) -> str:
    match part:
        case Paragraph(text):
            return plain(text)
        case Items(texts):
            items = "\n".join(f"  \\item {{}}{plain(text)}" for text in texts)
            return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"
        case Facts():
            return _facts(part)
        case Table():
            return _table(part)
        case Outline():
            return _outline(part)
        case Chart():
            return _chart(part)
        case Frame():
            return ""


def _facts(facts: Facts) -> str:
    rows = "\n".join(
        f"{plain(fact.label)} & {plain(fact.value)}"
        + (f" ({plain(fact.note)})" if fact.note else "")
        + r" \\"
        for fact in facts.facts
    )
    columns = r"@{}p{0.24\linewidth}>{\raggedright\arraybackslash}p{0.72\linewidth}@{}"
    title = f"\\textbf{{{plain(facts.title)}}}\n\n" if facts.title else ""
    return title + (
        f"{{\\small\n\\begin{{longtable}}{{{columns}}}\n\\toprule\n{rows}\n\\bottomrule\n"
        "\\end{longtable}}"
    )


def _table(table: Table) -> str:
    """A table that goes on over pages, with its header on each."""
    columns = _columns(table)
    sides = "l" * table.words + "r" * (len(table.header) - table.words)
    head, *rows = (
        " & ".join(map(_cell, row, sides)) + r" \\" for row in (table.header, *table.rows)
    )
    if table.total and len(rows) > 1:
        rows.insert(-1, r"\midrule")
    body = "\n".join(rows)
    size = r"\scriptsize" if len(table.header) > 8 else r"\footnotesize"
    return (
        f"\\textbf{{{plain(table.caption)}}}\\nopagebreak\n\n"
        f"{{{size}\n\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n"
        f"\\toprule\n{head}\n\\midrule\n\\endfirsthead\n"
        f"\\toprule\n{head}\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n"
        f"{body}\n\\end{{longtable}}}}"
    )


def _columns(table: Table) -> str:
    """Numbers to the right; text to the left, in lines of a fixed width where it is long."""
    columns = list(zip(*([cell.text for cell in row] for row in table.rows)))[: table.words]
    long = [max(map(len, texts)) > MOST_SIGNS for texts in columns]
    share = (0.45 if len(table.header) <= 6 else 0.3) / max(1, sum(long))
    wide = f">{{\\raggedright\\arraybackslash}}p{{{share:.2f}\\linewidth}}"
    rest = len(table.header) - len(long)
    return "".join(wide if is_long else "l" for is_long in long) + "r" * rest


def _cell(cell: Cell, side: str) -> str:
    """A text, and a note under it; it never begins with a bracket, which LaTeX would read.

    Args:
        cell: The cell.
        side: Alignment of its column: ``l`` or ``r``.
    """
    text, note = plain(cell.text), plain(cell.note)
    if not note:
        return f"{{}}{text}"
    stacked = f"{text}\\\\{{\\tiny {note}}}"
    return f"\\begin{{tabular}}[t]{{@{{}}{side}@{{}}}}{stacked}\\end{{tabular}}"


def _outline(outline: Outline) -> str:
    rows = []
    for number, row in enumerate(outline.rows):
        y = f"{-0.95 * number:.2f}"
        name = f"{{\\bfseries {plain(row.name)}}}\\\\[-1pt]{{\\tiny {plain(row.shape)}}}"
        rows.append(
            f"\\node[anchor=west,align=left,font=\\small] (r{number}) at (0,{y}) {{{name}}};"
        )
        after = f"(2.7,{y})"
        for place, box in enumerate(row.boxes):
            rows.append(_box(box, f"b{number}x{place}", after, bool(place)))
            after = f"(b{number}x{place}.east)"
    more = f"\n\nand {outline.rest} more stages" if outline.rest else ""
    return (
        "\\begin{center}\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n"
        "\\begin{tikzpicture}\n"
        + "\n".join(rows)
        + f"\n\\end{{tikzpicture}}}}\\end{{center}}{more}"
    )


def _box(box: Box, name: str, after: str, joined: bool) -> str:
    fill, border, _ = colour(box.kind)
    label = plain(box.label)
    if box.detail:
        label += f"\\\\[-2pt]{{\\tiny {plain(box.detail)}}}"
    shift = "xshift=3mm," if joined else ""
    node = (
        f"\\node[draw={_name(border)},fill={_name(fill)},rounded corners=2pt,align=center,"
        f"font=\\scriptsize,anchor=west,{shift}minimum height=7mm] ({name}) at {after} {{{label}}};"
    )
    return node + (f"\n\\draw[gray] {after} -- ({name}.west);" if joined else "")


def _chart(chart: Chart) -> str:
    scale = 100 if chart.percent else 1
    unit = r" (\%)" if chart.percent else ""
    lines = "\n".join(_line(line, scale) for line in chart.lines if finite(line))
    return (
        f"\\textbf{{{plain(chart.caption)}}}\n\n\\begin{{tikzpicture}}\n\\begin{{axis}}["
        f"width=\\linewidth,height=62mm,xmin=0,ymin=0,grid=major,grid style={{gray!25}},"
        f"xlabel={{{plain(chart.x_title)}}},ylabel={{{plain(chart.y_title)}{unit}}},"
        "legend style={font=\\scriptsize,at={(0.5,-0.28)},anchor=north,draw=none},"
        f"legend columns=2,legend cell align=left]\n{lines}\n"
        "\\end{axis}\n\\end{tikzpicture}"
    )


def _line(line: Line, scale: int) -> str:
    points = " ".join(f"({x:.4g},{scale * y:.5g})" for x, y in finite(line))
    style = "opacity=0.45,forget plot" if line.faint else "thick,mark=*,mark size=1.3pt"
    legend = "" if line.faint else f"\n\\addlegendentry{{{plain(line.name)}}}"
    return f"\\addplot[{_name(line.colour)},{style}] coordinates {{{points}}};{legend}"

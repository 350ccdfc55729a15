"""The parts of a report: plain data. All text in them is raw; what lowers it escapes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """One paragraph."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """A value with its label; the note says what it means, or is empty."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """Labels and values under a title; ``main`` are the few that a reader looks for first."""

    facts: tuple[Fact, ...]
    title: str = ""
    main: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of a table: a value, and a smaller note such as a difference."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells.

    Attributes:
        caption: What it shows.
        header: A cell for each column; the note is the unit or the source.
        rows: Cells, as many as in the header.
        words: The first so many columns are text, the others numbers, aligned right.
        total: The last row is the sum of the others.
    """

    caption: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int = 1
    total: bool = False


@dataclass(frozen=True)
class Box:
    """Some equal parts that follow each other: their kind, which gives the colour, and label."""

    kind: str
    label: str
    detail: str = ""


@dataclass(frozen=True)
class Row:
    """A stage of the outline: its name, output and parts, and its shares of the whole."""

    name: str
    shape: str
    boxes: tuple[Box, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Outline:
    """The network from input to output, a row for each stage.

    Attributes:
        alt: What it shows, in a sentence.
        shares: What the rows' shares are shares of.
        rows: In the network's order.
        rest: How many stages more there are, which are not shown.
    """

    alt: str
    shares: tuple[str, ...]
    rows: tuple[Row, ...]
    rest: int = 0


@dataclass(frozen=True)
class Line:
    """A line of a chart, with (x, y) points; a faint one is drawn behind the others."""

    name: str
    colour: str
    points: tuple[tuple[float, float], ...]
    faint: bool = False


@dataclass(frozen=True)
class Chart:
    """Lines over a common axis; with ``percent``, values from 0 to 1 are written as percentages."""

    caption: str
    x_title: str
    y_title: str
    lines: tuple[Line, ...]
    percent: bool = False


@dataclass(frozen=True)
class Frame:
    """A separate page inside the report, such as the interactive map; only HTML has it."""

    title: str
    page: str


Part = Paragraph | Items | Facts | Table | Outline | Chart | Frame


@dataclass(frozen=True)
class Section:
    """Parts under a heading.

    Attributes:
        title: The heading.
        parts: In order.
        new_page: In print it begins a page.
        screen: It is for the screen only: not printed, and only in HTML.
    """

    title: str
    parts: tuple[Part, ...]
    new_page: bool = False
    screen: bool = False


@dataclass(frozen=True)
class Document:
    """A whole report; ``made`` says what made it."""

    title: str
    subtitle: str
    made: str
    sections: tuple[Section, ...]

    def printed(self) -> Iterator[Section]:
        """The sections that a file without scripts can hold."""
        return (section for section in self.sections if not section.screen)


def cells(*texts: str) -> tuple[Cell, ...]:
    """Cells without notes."""
    return tuple(map(Cell, texts))

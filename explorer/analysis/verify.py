"""Our figures next to those that others published or counted: what agrees, what differs, and why.

Three tables hold the figures of others. ``counted.csv`` is written by
``benchmarks/count_independently.py``, which runs the programs of others and imports nothing of
ours. ``stated.csv`` is typed from publications, and ``family.csv`` has the costs that are stated
with accuracies. Figures that a network's page quotes too come from `explorer.analysis.published`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from explorer.analysis.conventions import DEFAULT
from explorer.analysis.family import SCALES, members
from explorer.analysis.formats import Answer, Block, Grid
from explorer.analysis.published import PAPER, TABLE_2, figures
from explorer.analysis.report import Report, Row, analyse
from explorer.formatting.numbers import signed
from resnext import ResNeXtSpec

VERDICTS = EQUAL, ROUNDED, DIFFERS = "equal", "equal when rounded", "differs"
# Why a source differs, by source and figure, where its row gives no reason.
REASONS = {
    ("ptflops", "MACs"): "ptflops counts each ReLU and each pooling twice: as a module, and as "
    "the function that it calls.",
    ("Xie", "parameters"): "The paper cuts the digits off; it does not round.",
    ("facebookresearch/pycls", "parameters"): "Rounded twice: 44.55 M, then 44.6 M.",
    ("osmr/imgclsmob", "MACs"): "Half of the source's FLOPs, which count batch norms, ReLUs, "
    "sigmoids and poolings, too (its gluon/model_stats.py).",
}
# By the word of the tables: what it is called, field of `Row`.
FIGURES = {
    "params": ("parameters", "params"),
    "total_params": ("parameters and moving statistics", "total_params"),
    "moving_statistics": ("moving statistics", "non_trainable_params"),
    "macs": ("MACs", "macs"),
    "flops": ("FLOPs", "flops"),
    "activations": ("activations", "activations"),
}


@dataclass(frozen=True)
class Check:
    """One figure of others, and ours.

    Attributes:
        figure: What it is, with the part of the network and the input where they matter, such
            as ``parameters of stage1`` or ``MACs at 288x288``.
        network: As `resnext.ResNeXtSpec.from_name` takes it.
        ours: Computed now.
        theirs: As the source has it.
        convention: Counting convention of MACs and FLOPs; empty for other figures.
        source: Who published or counted it, and where.
        verdict: ``equal``, ``equal when rounded`` (to the digits of the source) or ``differs``.
        reason: Why it differs, where that is known.
    """

    figure: str
    network: str
    ours: int
    theirs: str
    convention: str
    source: str
    verdict: str
    reason: str

    @property
    def difference(self) -> int:
        """Ours less theirs, as far as the digits of the source go."""
        number, _, scale = self.theirs.partition(" ")
        return self.ours - round(Decimal(number) * SCALES[scale])


def verify() -> list[Check]:
    """Every figure of others that can be computed here, in the order of the networks."""
    checks = [
        *_table_2(), *_published(), *_family(), *_from("stated.csv"), *_from("counted.csv")
    ]  # fmt: skip
    # A source that has a network under several recipes states its costs with each.
    return sorted(dict.fromkeys(checks), key=lambda check: check.network)


def summary(checks: Sequence[Check]) -> str:
    """How many there are and how many agree, in a sentence."""
    count = {verdict: sum(c.verdict == verdict for c in checks) for verdict in VERDICTS}
    sources = len({source_name(check.source) for check in checks})
    return (
        f"{len(checks):,} figures of {sources} sources: {count[EQUAL]:,} equal, {count[ROUNDED]:,} "
        f"equal when rounded as the source rounds, {count[DIFFERS]:,} differ."
    )


def source_name(source: str) -> str:
    """Who a source is, without the place and the version."""
    return re.split(r",| [0-9]| on |'s", source)[0]


def _table_2() -> Iterator[Check]:
    """Parameters of a block of conv2, convolutions only (paper, table 2)."""
    for row in TABLE_2:
        plain = row.cardinality == 1
        name = "resnet50" if plain else f"resnext50_{row.cardinality}x{row.width}d"
        block = [
            layer
            for layer in _report(name, None, DEFAULT).rows
            if layer.block == "stage1/block2" and layer.macs
        ]
        ours = sum(layer.params or 0 for layer in block)
        words = "parameters of a block of conv2, convolutions only"
        source = f"{PAPER}, table 2, its formula"
        yield _check(words, name, ours, str(row.params), "", source, "")


def _published() -> Iterator[Check]:
    for figure in figures():
        if figure.quantity in ("params", "macs") and figure.name.startswith("res"):
            stated = re.sub(" ?(G?)FLOPS?", r" \1", figure.stated, flags=re.I).strip()
            convention = DEFAULT if figure.quantity == "macs" else ""
            yield _checked(figure.name, None, figure.quantity, "", convention,
                           stated or f"{figure.value:.0f}", figure.source, "")  # fmt: skip


def _family() -> Iterator[Check]:
    """The costs that sources of accuracies state for networks of ours."""
    for row in members():
        for figure in ("params", "macs") if row.spec else ():
            if stated := getattr(row, figure):
                by_image = figure == "macs"
                side = row.side if by_image and row.side != 224 else None
                convention = row.count if by_image else ""
                yield _checked(
                    row.spec, side, figure, "", convention, stated, row.source, row.reason
                )


def _from(table: str) -> Iterator[Check]:
    content = files(__package__).joinpath(table).read_text(encoding="utf-8")
    for row in csv.DictReader(content.splitlines()):
        yield _checked(
            row["network"],
            int(row["side"]) if row.get("side") else None,
            row["figure"],
            row["place"],
            row["convention"],
            row["value"],
            row["source"],
            row.get("reason", ""),
        )


def _checked(network: str, side: int | None, figure: str, place: str, convention: str,
             theirs: str, source: str, reason: str) -> Check:  # fmt: skip
    report = _report(network, side, convention or DEFAULT)
    row: Row = report.places[place] if place else report.totals
    words, field = FIGURES[figure]
    words += f" of {place}" if place else ""
    words += f" at {side}x{side}" if side else ""
    return _check(words, network, getattr(row, field), theirs, convention, source, reason)


def _check(figure: str, network: str, ours: int, theirs: str, convention: str, source: str,
           reason: str) -> Check:  # fmt: skip
    number, _, scale = theirs.partition(" ")
    unit = Decimal(1).scaleb(int(Decimal(number).as_tuple().exponent)) * SCALES[scale]
    distance = abs(Decimal(number) * SCALES[scale] - ours)
    verdict = EQUAL if not distance else ROUNDED if unit > 1 and distance * 2 <= unit else DIFFERS
    if verdict == DIFFERS:
        reason = reason or REASONS.get(
            (source.split(maxsplit=1)[0].rstrip(","), figure.split(maxsplit=1)[0]), "Not known."
        )
    else:
        reason = ""
    return Check(figure, network, ours, theirs, convention, source, verdict, reason)


@cache
def _report(name: str, side: int | None, convention: str) -> Report:
    spec = ResNeXtSpec.from_name(name)
    if side:
        spec = spec.replace(input_shape=(side, side, 3))
    return analyse(spec, convention)


def answer(checks: Sequence[Check]) -> Answer:
    """The figures for `explorer.analysis.formats`: rows with the fields of `Check`."""

    def blocks(wide: bool) -> list[Block]:
        header, rows = _cells(checks)
        if wide:
            return [Grid(header, rows, words=3), summary(checks)]
        reasons = [
            f"  {c.network}, {c.figure} ({source_name(c.source)}): {c.reason}"
            for c in checks
            if c.verdict == DIFFERS
        ]
        why = ["What differs, and why:", *reasons] if reasons else []
        narrow = Grid(header[:-1], [row[:-1] for row in rows], words=2)
        return [narrow, "\n".join([summary(checks), *why])]

    def rows() -> list[dict[str, Any]]:
        return [asdict(check) for check in checks]

    names = tuple(Check.__dataclass_fields__)
    return Answer(blocks, lambda: (names, map(dict.values, rows())), rows)


def _cells(checks: Sequence[Check]) -> tuple[list[str], list[list[str]]]:
    header = ["network", "figure", "ours", "theirs", "difference", "convention", "verdict",
              "source", "reason"]  # fmt: skip
    rows = [
        [c.network, c.figure, f"{c.ours:,}", grouped(c.theirs), signed(c.difference), c.convention,
         c.verdict, c.source, c.reason]
        for c in checks
    ]  # fmt: skip
    return header, rows


def grouped(theirs: str) -> str:
    """A whole number with separators of thousands; others as the source has them."""
    return f"{int(theirs):,}" if theirs.isdigit() else theirs

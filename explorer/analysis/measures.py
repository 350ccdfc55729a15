"""What a choice between networks rests on: one measure a column, differences to the baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from explorer.analysis.compare import Comparison
from explorer.analysis.conventions import CONVENTIONS
from explorer.analysis.series import SERIES, in_series
from explorer.formatting import numbers


@dataclass(frozen=True)
class Measure:
    """One measure of each network; the first network is the baseline.

    Attributes:
        title: What is measured.
        basis: Its convention, recipe or machine.
        values: In the networks' order; None where it is not known or not published.
        write: A value as text.
        words: Of a larger and of a smaller value.
        points: The values are percentages, so their differences are percentage points.
        missing: What is written where there is no value.
    """

    title: str
    basis: str
    values: tuple[float | None, ...]
    write: Callable[[float], str]
    words: tuple[str, str]
    points: bool = False
    missing: str = "not in this source"

    def text(self, index: int) -> str:
        """A network's value."""
        value = self.values[index]
        return self.missing if value is None else self.write(value)

    def difference(self, index: int) -> str:
        """A network's difference to the baseline in words; empty if one of both is not known."""
        value, first = self.values[index], self.values[0]
        if value is None or first is None or not index:
            return ""
        if not self.points:
            return numbers.changed(100 * (value / first - 1), self.words) if first else ""
        points = round(value - first, 2)
        return f"{abs(points):g} points {self.words[points < 0]}" if points else "same"


def measures(comparison: Comparison, accuracy: str, speed: str) -> list[Measure]:
    """The columns of a comparison, published ones only if any of its networks has one.

    Args:
        comparison: The networks, the baseline first.
        accuracy: Key of `SERIES` for the accuracies, so that recipes are never mixed; or "".
        speed: Key of `SERIES` for the speeds, so that machines are never mixed; or "".
    """
    names = [report.name for report in comparison.reports]
    totals = [report.totals for report in comparison.reports]
    rule = CONVENTIONS[comparison.count]
    counted = [
        Measure(rule.unit, rule.title, tuple(t.macs for t in totals), numbers.short, MORE),
        Measure("Parameters", "trainable", tuple(t.params for t in totals), numbers.short, MORE),
        Measure(
            "Weights in memory",
            "float32",
            tuple(t.weight_bytes for t in totals),
            lambda value: numbers.size(int(value)),
            ("more", "less"),
        ),
    ]
    right = _published(names, accuracy, "top1_accuracy")
    quick = _published(names, speed, "images_per_second")
    digits = max((len(f"{v:g}".partition(".")[2]) for v in right if v is not None), default=0)
    return [
        *([Measure("Top-1 accuracy", SERIES[accuracy].label, right,
                   lambda value: f"{value:.{digits}f} %", ("higher", "lower"), True)]
          if accuracy else []),
        *counted,
        *([Measure("Images per second", SERIES[speed].label, quick,
                   numbers.rate, ("faster", "slower"))] if speed else []),
    ]  # fmt: skip


MORE = ("more", "fewer")


def _published(names: Sequence[str], series: str, quantity: str) -> tuple[float | None, ...]:
    known = in_series(series, quantity)
    return tuple(known.get(name) for name in names)

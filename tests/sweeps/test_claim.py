"""The plan in docs/claim.md is what its commands plan."""

import re
from pathlib import Path

import pytest

from explorer.sweeps.design import Design, designed
from explorer.sweeps.widths import Costs

TEXT = (Path(__file__).parents[2] / "docs" / "claim.md").read_text(encoding="utf-8")
SIX = {"depth": (20,), "cardinality": (1, 2, 4, 8, 16, 32)}
ROW = re.compile(
    r"^\| ([^|]*[0-9]d[^|]*) \| ([0-9-]+) \| ([0-9,]+) \| ([^|]+) \| ([0-9,]+) \|$", re.M
)


@pytest.mark.parametrize(
    ("sweep", "at", "rivals"), [("A", "equal-macs", True), ("B", "equal-params", False)]
)
def test_its_tables_are_the_designs(sweep, at, rivals):
    part = TEXT.partition(f"| sweep {sweep} | widths |")[2].partition("\n\n")[0]
    rows = ROW.findall(part)
    design = Design(SIX, at=at, channels=64, widths="per-stage", rivals=rivals)
    trials = designed(design, Costs(at)).trials
    assert len(rows) == len(trials)
    for (label, widths, first, deviation, second), trial in zip(rows, trials):
        assert label.partition(" (")[0] == trial.label
        assert widths == "-".join(map(str, trial.widths))
        figures = [int(text.replace(",", "")) for text in (first, second)]
        expected = [trial.macs, trial.params]
        assert figures == (expected if at == "equal-macs" else expected[::-1])
        share = float(deviation.partition(" %")[0].replace("−", "-"))
        assert share == pytest.approx(100 * trial.deviation, abs=0.06)
        assert abs(share) <= 3


def test_the_doubled_widths_miss_as_it_says():
    trials = designed(Design(SIX, at="equal-macs", channels=64), Costs("equal-macs")).trials
    line = re.search(r"^\| MACs \| (.*) \|$", TEXT, re.M)[1]
    said = [float(cell.partition(" %")[0].replace("−", "-")) for cell in line.split(" | ")]
    assert said == [pytest.approx(100 * trial.deviation, abs=0.06) for trial in trials]
    line = re.search(r"^\| d, doubled \| (.*) \|$", TEXT, re.M)[1]
    assert [int(cell) for cell in line.split(" | ")] == [trial.widths[0] for trial in trials]

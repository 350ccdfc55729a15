"""docs/claim.md: its plan is what its commands plan, its results are those of the data file."""

import re
from pathlib import Path

import pytest

from explorer.sweeps import claim
from explorer.sweeps.charts import claim_figure
from explorer.sweeps.claim import Network
from explorer.sweeps.design import Design, designed
from explorer.sweeps.widths import Costs

TEXT = (Path(__file__).parents[2] / "docs" / "claim.md").read_text(encoding="utf-8")
SIX = {"depth": (20,), "cardinality": (1, 2, 4, 8, 16, 32)}
ROW = re.compile(
    r"^\| ([^|]*[0-9]d[^|]*) \| ([0-9-]+) \| ([0-9,]+) \| ([^|]+) \| ([0-9,]+) \|$", re.M
)


both = pytest.mark.parametrize(
    ("sweep", "at", "rivals"), [("A", "equal-macs", True), ("B", "equal-params", False)]
)


def planned(at, rivals):
    design = Design(SIX, at=at, channels=64, widths="per-stage", rivals=rivals)
    return designed(design, Costs(at)).trials


@both
def test_its_tables_are_the_designs(sweep, at, rivals):
    part = TEXT.partition(f"| sweep {sweep} | widths |")[2].partition("\n\n")[0]
    rows = ROW.findall(part)
    trials = planned(at, rivals)
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


@both
def test_the_data_file_has_every_run_of_the_plan(sweep, at, rivals):
    trials = {trial.label: trial for trial in planned(at, rivals)}
    found = {network.label: network for network in claim.networks(sweep)}
    assert found.keys() == trials.keys()
    for label, network in found.items():
        trial = trials[label]
        assert (network.macs, network.params) == (trial.macs, trial.params)
        assert network.widths == "-".join(map(str, trial.widths))
        assert network.role == trial.role
        assert len(network.errors) == 3
    for row in claim.rows():
        assert row["state"] == "finished"
        assert row["epochs_done"] == "10"
        assert row["data"] == "cifar10-images.zip, 5,000 images"


@both
def test_the_page_says_what_the_data_file_says(sweep, at, rivals):
    part = TEXT.partition("## What came out")[2].partition("\n## ")[0]
    plain = " ".join(part.split())
    for difference in claim.differences(sweep):
        assert difference.text in plain
    for row in claim.table(sweep):
        assert f"| {' | '.join(row.values())} |" in plain


def test_the_verdict_is_that_of_one_path_at_the_same_cost(monkeypatch):
    assert claim.verdict() == "At this size, 3 seeds show no effect of cardinality."
    far = claim.difference(network((20.0, 21.0)), network((30.0, 31.0)))
    monkeypatch.setattr(claim, "differences", lambda sweep: [far])
    assert "show an effect" in claim.verdict()


def network(errors, role=""):
    return Network("1x16d", role, 1, "16-32-64", 1, 1, tuple(errors))


def test_a_difference_is_shown_above_two_standard_errors():
    many, one = network((20.0, 21.0, 22.0)), network((20.9, 21.9, 22.9))
    found = claim.difference(many, one)
    assert found.points == pytest.approx(0.9)
    assert found.error == pytest.approx((2 / 3) ** 0.5)  # of each mean: 1 / root 3
    assert not found.is_shown
    assert found.seeds == 10  # 8 s² / d² = 9.9
    assert "0.90 ± 0.82 points lower" in found.text
    assert "no clear difference (about 10 seeds of each would be needed)" in found.text
    far = claim.difference(many, network((31.0, 32.0, 33.0), "wider"))
    assert far.is_shown
    assert far.text.endswith("the wider network of twice the cost: a clear difference.")
    assert "points higher" in claim.difference(one, many).text


def test_the_chart_has_both_sweeps_and_the_rivals():
    figure = claim_figure()
    drawn = {trace.name: trace for trace in figure.data if trace.name}
    assert list(drawn["Equal MACs"].x) == ["1", "2", "4", "8", "16", "32"]
    means = [network.mean.mean for network in claim.networks("B")]
    assert list(drawn["Equal parameters"].y) == means
    assert {"Wider, twice the cost", "Deeper, twice the cost"} < drawn.keys()

"""What a sweep shows of its runs, against sums by hand."""

import csv
import io
import json
import math
import re

import pytest
from run_folders import trained

from explorer.analysis.formats import to_text
from explorer.analysis.palette import network_colours
from explorer.sweeps import control
from explorer.sweeps.charts import (
    cardinality_figure,
    curves_figure,
    distribution_figure,
    parallel_figure,
)
from explorer.sweeps.html import to_html
from explorer.sweeps.results import Mean, empirical_distribution, expected, results
from explorer.sweeps.text import answer, plan_text, sweeps_text, to_csv, to_json

# Accuracy of trial and seed; trial 1 has one seed finished and one in the middle.
REACHED = {(0, 0): 0.70, (0, 1): 0.74, (1, 0): 0.80, (2, 0): 0.71, (2, 1): 0.71}


@pytest.fixture
def sweep(store, make):
    plan = control.start(store, make(seeds=2))
    for place, accuracy in REACHED.items():
        trained(store, plan.runs[place], accuracy)
    trained(store, plan.runs[1, 1], 0.6, epochs=2, state="stopped")
    return store, plan


def found_of(sweep):
    store, plan = sweep
    return results(plan, store.list())


def test_means_and_standard_errors():
    one = Mean.of([20.0, 22.0, 27.0])
    assert one.mean == 23
    assert one.error == pytest.approx(math.sqrt((9 + 1 + 16) / 2) / math.sqrt(3))
    assert one.text == "23.00 ± 2.08"
    assert Mean.of([5.0]) == Mean(5.0, None, 1)
    assert Mean.of([]) is None


def test_a_network_s_error_is_that_of_its_finished_runs(sweep):
    found = found_of(sweep)
    assert found.measure == "test"
    assert found.errors(0) == pytest.approx([30, 26])
    assert found.mean(0).mean == pytest.approx(28)
    assert found.mean(0).error == pytest.approx(2)  # their deviation is 2 root 2
    assert found.errors(1) == pytest.approx([20])  # the one in the middle is left out
    assert found.states == {"finished": 5, "stopped": 1}
    assert not found.is_busy


def test_time_and_cost_so_far_and_left(sweep):
    store, plan = sweep
    found = found_of(sweep)
    runs = [store.snapshot(run) for run in plan.runs.values()]
    assert found.seconds == pytest.approx(sum(run.duration for run in runs))
    half = plan.trials[1]
    learned = 1000 - 100  # of `limit`, without validation
    assert found.macs_left == pytest.approx(half.macs * learned * 4 * 0.5)
    whole = sum(trial.macs for trial in plan.trials) * 2 * learned * 4
    assert found.macs + found.macs_left == pytest.approx(whole)
    # Half of one run at the speed that the same network has shown: 400 images a second.
    assert found.left == pytest.approx(4 * (900 + 100 / 3) / 400 / 2)
    assert "measured" in found.reason


def test_curves_have_the_seeds_that_reached_each_epoch(sweep):
    found = found_of(sweep)
    assert found.curve(0).epochs == (1, 2, 3, 4)
    assert found.curve(0).mean[-1] == pytest.approx(28)
    assert found.curve(0).high[-1] - found.curve(0).low[-1] == pytest.approx(4)
    assert found.curve(1).seeds == (2, 2, 1, 1)
    assert found.curve(1).mean[1] == pytest.approx(
        (40 + 100 * (1 - 0.8 * (1 - math.exp(-2)) + 0.01)) / 2
    )


def test_before_a_run_has_finished_there_is_no_error(store, make):
    plan = control.start(store, make(seeds=1))
    found = results(plan, store.list())
    assert [found.mean(number) for number in range(3)] == [None] * 3
    assert found.states == {"queued": 3}
    assert found.is_busy
    assert found.macs == 0
    store.delete(plan.runs[0, 0])
    assert results(plan, store.list()).states == {"missing": 1, "queued": 2}
    assert "0/3" in sweeps_text([found])
    for figure in (cardinality_figure(found), curves_figure(found)):
        assert not [y for trace in figure.data for y in trace.y]


def test_validation_is_the_measure_where_a_test_set_is_missing(sweep):
    store, plan = sweep
    lines = (store.folder(plan.runs[0, 0]) / "metrics.jsonl").read_text().splitlines()
    kept = [line for line in lines if '"kind":"test"' not in line]
    (store.folder(plan.runs[0, 0]) / "metrics.jsonl").write_text("\n".join(kept) + "\n")
    found = found_of(sweep)
    assert found.measure == "validation"
    assert found.errors(0) == pytest.approx([30, 26])


def test_the_distribution_counts_the_runs_at_most_an_error():
    assert empirical_distribution([3.0, 1.0, 2.0, 2.0]) == (
        [1.0, 2.0, 2.0, 3.0],
        [0.25, 0.5, 0.75, 1.0],
    )


def test_csv_and_json_hold_every_run(sweep):
    found = found_of(sweep)
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert len(rows) == 6
    assert {row["run"] for row in rows} == set(found.plan.runs.values())
    tested = [row for row in rows if row["test_accuracy"]]
    assert sorted(float(row["test_accuracy"]) for row in tested) == sorted(REACHED.values())
    plain = json.loads(to_json(found))
    assert [network["errors"] for network in plain["networks"]] == [
        pytest.approx(found.errors(number)) for number in range(3)
    ]
    assert [len(run["epochs"]) for run in plain["runs"]] == [4, 4, 4, 2, 4, 4]
    assert plain["plan"]["version"] == 1


def test_tables_say_what_is_equal_and_what_is_not(sweep, make):
    store, plan = sweep
    text = to_text(answer(found_of(sweep)))
    assert "28.00 ± 2.00" in text
    assert "5 finished, 1 stopped" in text
    assert "test error" in text
    each, whole, reason = expected(plan, store.list())
    shown = plan_text(plan, each, whole, reason)
    assert "6 runs: 3 networks, 2 seeds, 4 epochs of 1,000 images." in shown
    assert f"{plan.budget:,.0f} MACs" in shown
    assert sum(each) * 2 == pytest.approx(whole)


@pytest.mark.slow
def test_figures_draw_the_numbers(sweep):
    found = found_of(sweep)
    points = [trace for trace in cardinality_figure(found).data if trace.error_y.array]
    assert list(points[0].x) == ["1", "8", "32"]
    assert list(points[0].y) == pytest.approx([28, 20, 29])
    assert list(points[0].error_y.array) == pytest.approx([2, 0, 0])
    lines = [trace for trace in curves_figure(found).data if trace.fill is None]
    assert [trace.name for trace in lines] == [trial.label for trial in found.plan.trials]
    # A network has the colour that it has on Compare and Train.
    colours = network_colours(trial.spec.name for trial in found.plan.trials)
    assert [trace.line.color for trace in lines] == list(colours.values())
    steps = {trace.name: trace for trace in distribution_figure(found).data}
    assert list(steps["all at one cost (5)"].x[1:]) == pytest.approx([20, 26, 29, 29, 30])
    axes = {axis.label: axis for axis in parallel_figure(found).data[0].dimensions}
    assert list(axes["Error, %"]["values"]) == pytest.approx([30, 26, 20, 29, 29])
    assert list(axes["Cardinality"]["values"]) == [0, 0, 3, 5, 5]


@pytest.mark.slow
def test_the_html_page_is_one_file(sweep):
    page = to_html(found_of(sweep))
    assert "28.00 ± 2.00" in page
    assert "arXiv 1905.13214" in page
    body = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", body)
    assert len(re.findall(r"Plotly\.newPlot", page)) >= 4

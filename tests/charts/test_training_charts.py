"""Figures of runs, from snapshots made by hand."""

import dataclasses

import numpy as np
import pytest
from run_snapshots import run_of

from explorer.charts.curves import MOST_POINTS, smooth, thin
from explorer.charts.training_charts import (
    confusion_figure,
    metric_figure,
    overlay_figure,
    plain,
    position,
    rate_figure,
    speed_figure,
)
from explorer.training.runs.pictures import EpochView


def test_smoothing_of_a_constant_is_that_constant():
    assert smooth([3.0] * 50) == pytest.approx([3.0] * 50)
    assert smooth([]) == []


def test_smoothing_by_hand():
    # weights 0.9 and 1, divided by their sum
    assert smooth([1.0, 2.0])[1] == pytest.approx((0.9 * 1 + 1 * 2) / 1.9)


@pytest.mark.parametrize("count", [0, 1, 2, MOST_POINTS, MOST_POINTS + 1, 100_000])
def test_thinning_keeps_first_and_last(count):
    kept = thin(count)
    assert len(kept) == min(count, MOST_POINTS)
    assert kept == sorted(set(kept))
    if count:
        assert (kept[0], kept[-1]) == (0, count - 1)


def test_curves_hold_what_was_measured():
    run = run_of()
    raw, soft, validation = metric_figure(run, "loss").data
    assert list(raw.y) == [point.loss for point in run.points]
    assert list(soft.x) == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert list(validation.y) == [1.5, 0.75]
    assert list(validation.x) == [1, 2]


def test_an_update_keeps_zoom():
    early, late = metric_figure(run_of(2, 0), "accuracy"), metric_figure(run_of(50, 4), "accuracy")
    assert early.layout.uirevision == late.layout.uirevision == run_of().id
    assert [trace.name for trace in early.data] == [trace.name for trace in late.data]


def test_rate_and_speed():
    assert set(rate_figure(run_of()).data[0].y) == {0.1}
    assert set(speed_figure(run_of()).data[0].y) == {100.0}


def test_overlay_compares_at_equal_amounts():
    run = run_of()
    assert position(run, run.points[2], "epochs") == 0.3
    assert position(run, run.points[2], "images") == 3 * 50 / 1000
    assert position(run, run.epochs[1], "seconds") == 20.0
    other = run_of(run="20260101-000000-000000", name="<b>other</b>")
    figure = overlay_figure([run, other], "accuracy", "images", {run.spec.name: "#0072B2"})
    assert [list(trace.y) for trace in figure.data][1] == pytest.approx([0.41, 0.42])
    assert {trace.line.color for trace in figure.data} == {"#0072B2"}  # one network
    assert len({figure.data[i].line.dash for i in (1, 3)}) == 2  # but two runs
    assert "<b>" not in figure.data[3].name


def test_confusion_is_shaded_by_row():
    view = EpochView(
        np.array([[3, 1], [0, 0]], np.int32),
        np.zeros((0, 4, 4, 3), np.uint8),
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        np.zeros(0, np.float32),
    )
    (heat,) = confusion_figure(view, ["cat", "<i>dog"]).data
    assert np.asarray(heat.z).tolist() == [[0.75, 0.25], [0, 0]]
    assert heat.x[1] == "&lt;i&gt;dog"


def test_labels_are_plain_text():
    assert plain("<script>&") == "&lt;script&gt;&amp;"
    assert len(plain("x" * 1000)) == 60


def test_a_loss_that_ran_away_leaves_the_axis_to_what_can_be_drawn():
    run = run_of(1, 0)
    run = dataclasses.replace(run, points=(dataclasses.replace(run.points[0], loss=float("nan")),))
    assert metric_figure(run, "loss").layout.yaxis.range == (0, 1)

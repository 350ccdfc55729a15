"""The axes of a run's charts as plotly.js draws them, from no point on."""

import dataclasses

import pytest
from plotly.offline import get_plotlyjs
from run_snapshots import run_of

from explorer.charts.training_charts import (
    AXES,
    metric_figure,
    overlay_figure,
    rate_figure,
    speed_figure,
)

pytestmark = pytest.mark.browser


BLUE = "#2563eb"


def same_as(run, **values):
    """The run with these values in all its points and epochs."""
    validation = {f"val_{name}": value for name, value in values.items() if name == "accuracy"}
    points = tuple(dataclasses.replace(point, **values) for point in run.points)
    epochs = tuple(dataclasses.replace(epoch, **validation) for epoch in run.epochs)
    return dataclasses.replace(run, points=points, epochs=epochs)


def charts():
    """Every chart of a run that starts, has one point, stays level or moves by a hair."""
    runs = {
        "none": run_of(0, 0),
        "one": run_of(1, 0),
        "one epoch": run_of(1, 1),
        "level": same_as(run_of(5, 2), accuracy=0.1),
        "right": same_as(run_of(5, 2), accuracy=1.0),
        "level at zero": same_as(run_of(5, 0), accuracy=0.0, loss=0.0, speed=0.0),
        "by a hair": run_of(5, 0),
    }
    for name, run in runs.items():
        for metric in ("loss", "accuracy"):
            yield f"{name}: {metric}", metric_figure(run, metric)
            for axis in AXES:
                yield (
                    f"{name}: {metric} by {axis}",
                    overlay_figure([run, run], metric, axis, {run.spec.name: BLUE}),
                )
        yield f"{name}: rate", rate_figure(run)
        yield f"{name}: speed", speed_figure(run)


def test_no_axis_falls_below_zero_and_no_tick_is_there_twice(page):
    page.set_content("<div id=chart style='width:600px;height:320px'></div>")
    page.add_script_tag(content=get_plotlyjs())
    for name, figure in charts():
        ticks, ranges = page.evaluate(
            """async (figure) => {
                const chart = document.getElementById("chart");
                await Plotly.newPlot(chart, figure.data, figure.layout);
                const texts = (kind) =>
                    [...chart.querySelectorAll(kind)].map((tick) => tick.textContent);
                const {xaxis, yaxis} = chart._fullLayout;
                return [[texts(".xtick"), texts(".ytick")], [xaxis.range, yaxis.range]];
            }""",
            figure.to_plotly_json() | {"data": [trace.to_plotly_json() for trace in figure.data]},
        )
        for texts in ticks:
            assert len(texts) > 1, name
            assert len(set(texts)) == len(texts), f"{name}: {texts}"
            assert not any(text.startswith(("-", "−")) for text in texts), f"{name}: {texts}"
        assert ranges[0][0] >= 0, f"{name}: {ranges}"
        if "accuracy" in name:
            assert ranges[1][1] < 1.1, f"{name}: {ranges}"

"""``explore`` in a notebook, and the example notebook from top to bottom."""

import sys
import tomllib
from pathlib import Path

import pytest

from explorer import explore
from resnext import ResNeXtSpec, SpecError, build_model, trace

pytestmark = pytest.mark.slow  # TensorFlow

ROOT = Path(__file__).parents[2]


def test_a_name_shows_summary_and_map():
    widget = explore("resnext50_32x4d")
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    for shown in (data["text/html"], widget._summary):
        assert "25,028,904 parameters, " in shown
        assert "<td>stage3</td>" in shown
        assert "4,230,479,872" in shown
    assert [network["name"] for network in widget._map["networks"]] == ["resnext50_32x4d"]
    assert "25,028,904" in repr(widget)


def test_what_is_selected_is_read_set_and_observed():
    widget = explore("resnext50_32x4d", height=400)
    heard = []
    widget.observe(lambda change: heard.append(change.new), "selected")
    widget.selected = "stage2/block1/conv2"
    widget.selected = "stage1/block1/path32"  # in another form of the split
    widget.selected = ""
    assert heard == ["stage2/block1/conv2", "stage1/block1/path32", ""]
    with pytest.raises(ValueError, match=r"such as classifier, or empty\. Received 'stage5'."):
        widget.selected = "stage5"
    assert (widget.selected, widget.height) == ("", 400)


def test_without_the_extra_there_is_a_summary_and_how_to_get_the_map(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)  # as if it were not installed
    shown = explore("resnext50_32x4d")
    assert "25,028,904" in repr(shown)
    assert "<td>stage3</td>" in shown._repr_html_()
    assert "| stage3" in shown._repr_markdown_()
    for text in (shown._repr_html_(), shown._repr_markdown_()):
        assert "needs the extra notebook: pip install '.[notebook]'" in text
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert metadata["project"]["optional-dependencies"]["notebook"][0].startswith("anywidget")


def test_a_spec_and_its_graph_and_its_model_are_one(tmp_path):
    spec = ResNeXtSpec.from_name("mini_resnext")
    model = build_model(spec)
    model.save(tmp_path / "mini.keras")
    for source in (spec, trace(spec), model, tmp_path / "mini.keras"):
        assert explore(source).report.totals.total_params == 461_450


def test_names_are_escaped():
    graph = trace(ResNeXtSpec.from_name("mini_resnext"))
    widget = explore(type(graph)('<img src="x">', graph.nodes))
    assert "<img" not in widget._summary
    assert "<img" not in widget._repr_mimebundle_()[0]["text/html"]


def test_what_is_no_network_is_refused():
    with pytest.raises(SpecError, match="alexnet"):
        explore("alexnet")


@pytest.mark.slow
def test_the_example_runs(monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    # The kernel must find our packages as they stand in the checkout.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "examples" / "explore.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=240, resources={"metadata": {"path": ROOT}}).execute()
    outputs = [cell.outputs[-1].data for cell in notebook.cells if cell.cell_type == "code"]
    assert "25,028,904 parameters" in outputs[0]["text/html"]
    assert "stage2/block1/conv2" in outputs[1]["text/plain"]
    assert outputs[2]["text/plain"].startswith("Solution(cardinality=16, width=8, params=74752")
    assert outputs[3]["text/plain"].endswith("True)")

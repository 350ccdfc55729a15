"""``explore`` in a notebook, and the example notebook from top to bottom."""

import html
import re
from pathlib import Path

import pytest

from explorer import explore
from resnext import ResNeXtSpec, SpecError, build_model, trace

ROOT = Path(__file__).parents[2]


def test_a_name_shows_summary_and_map():
    shown = explore("resnext50_32x4d")._repr_html_()
    assert "25,028,904 parameters, " in shown
    assert "<td>stage3</td>" in shown
    assert "4,230,479,872" in shown
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1])
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "resnext50_32x4d" in page
    assert not re.search(r'(src|href)="https?://', page)
    assert "25,028,904" in repr(explore("resnext50_32x4d"))
    assert "| stage3" in explore("resnext50_32x4d")._repr_markdown_()


def test_a_spec_and_its_graph_and_its_model_are_one(tmp_path):
    spec = ResNeXtSpec.from_name("mini_resnext")
    model = build_model(spec)
    model.save(tmp_path / "mini.keras")
    for source in (spec, trace(spec), model, tmp_path / "mini.keras"):
        assert explore(source).report.totals.params == 461_450


def test_names_are_escaped():
    graph = trace(ResNeXtSpec.from_name("mini_resnext"))
    shown = explore(type(graph)('<img src="x">', graph.nodes))._repr_html_()
    assert "<img" not in shown


def test_what_is_no_network_is_told():
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
    assert outputs[1]["text/plain"].startswith("Solution(cardinality=16, width=8, params=74752")
    assert outputs[2]["text/plain"].endswith("True)")

"""Wherever it says parameters, it means those that training changes, as the papers do."""

import csv
import io
import re

import pytest

from explorer.analysis import tables
from explorer.analysis.compare import compare
from explorer.analysis.report import analyse
from explorer.app.views.tables import display_frame
from explorer.charts import pictures
from explorer.graphviz.collapsed_graph import draw
from explorer.graphviz.dot import to_dot
from explorer.map.data import map_data
from explorer.map.model_explorer import to_node_data
from explorer.notebook.explore import table
from resnext import ResNeXtSpec, trace


def headline(spec):
    """What the map's title sums up: the layers below its root, each as often as it stands."""
    network = map_data([spec], forms=())["networks"][0]["forms"][spec.form]
    templates = network["templates"]

    def total(number):
        template = templates[number]
        if "kind" in template:
            return template["params"]
        return sum(total(child[1]) for child in template["children"])

    return total(network["root"])


def in_dot(spec):
    """The parameters that the boxes of the drawing tell when a person points at them."""
    text = to_dot(trace(spec), "model").to_string()
    return sum(int(n.replace(",", "")) for n in re.findall(r"([0-9,]+) parameters\"", text))


@pytest.mark.parametrize(
    ("spec", "parameters"),
    [
        (ResNeXtSpec(), 25_028_904),  # torchvision's count of resnext50_32x4d
        (ResNeXtSpec(form="split"), 25_028_904),
        (ResNeXtSpec.from_name("resnext101_32x8d"), 88_791_336),  # torchvision's, too
    ],
)
def test_all_places_agree(spec, parameters):
    report = analyse(spec)
    page = display_frame([report.totals], report.totals, "MACs")
    assert headline(spec) == parameters
    assert in_dot(spec) == parameters
    assert page["Parameters"].item() == parameters
    (total,) = (line for line in tables.to_text(report).splitlines() if line.startswith("total"))
    assert f"{parameters:,}" in total


def test_the_label_of_a_stage_rounds_the_same_number():
    (stage4,) = (row for row in analyse(ResNeXtSpec()).stages if row.name == "stage4")
    text = to_dot(trace(ResNeXtSpec()), "model").to_string()
    assert f"{stage4.params / 1e6:.1f} M parameters" in text


def test_files_and_drawings_count_as_the_page_does():
    spec = ResNeXtSpec()
    report = analyse(spec)
    total = 25_028_904
    rows = list(csv.DictReader(io.StringIO(tables.to_csv(report))))
    assert sum(int(row["params"]) for row in rows) == total
    assert sum(int(row["total_params"]) for row in rows) == 25_097_128  # count_params()
    assert tables.as_dict(report)["totals"]["params"] == total
    assert sum(node.params for node in trace(spec)) == total
    assert sum(box["params"] for box in draw(trace(spec)).as_dict()["nodes"]) == total
    values = to_node_data(report, "params")[report.name]["results"].values()
    assert sum(entry["value"] for entry in values) == total
    assert f"<td>{total:,}</td>" in table(report)
    networks = compare([spec]).as_dict()["networks"]
    assert networks[0]["totals"]["params"] == total


def test_the_pictures_count_as_the_tables_do():
    drawn = pictures.pictures()
    blocks = {row.name: row for row in analyse(ResNeXtSpec()).blocks}
    for file, block in (("identity", "stage1/block2"), ("projection", "stage2/block1")):
        words = f"{blocks[block].params:,} trainable parameters"
        assert words in drawn[f"{file}-block.svg"]

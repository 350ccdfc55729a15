"""Wherever it says parameters, it means those that training changes, as the papers do."""

import re

import pytest

from explorer import tables
from explorer.dot import to_dot
from explorer.map.data import map_data
from explorer.report import analyse
from explorer.views.tables import display_frame
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
    assert f"{stage4.trainable_params / 1e6:.1f} M parameters" in text

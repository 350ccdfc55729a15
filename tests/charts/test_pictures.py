"""The pictures in ``assets`` are those that the code draws, and show the graph's own numbers."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from explorer.charts.pictures import PICTURES, pictures
from explorer.charts.svg_canvas import Canvas
from resnext import ResNeXtSpec, trace

ASSETS = Path(__file__).parents[2] / "assets"
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = pictures()


def texts(name):
    return [element.text for element in ET.fromstring(DRAWN[name]).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", PICTURES)
def test_each_draws_squeeze_and_excitation_too(name):
    form = "aggregated" if name == "cardinality" else "grouped"
    graph = trace(ResNeXtSpec.from_name("seresnext50_32x4d", form=form))
    drawn = PICTURES[name](graph)
    assert "seResNeXt" not in drawn
    if name in ("macro", "micro"):
        assert "SE-ResNeXt-50 32×4d" in drawn
    if name.endswith("block"):
        assert "sigmoid" in drawn


@pytest.mark.parametrize("name", DRAWN)
def test_assets_are_up_to_date(name):
    assert (ASSETS / name).read_text(encoding="utf-8") == DRAWN[name], "run: make assets"


def test_there_are_seven():
    assert sorted(DRAWN) == sorted(f"{name}.svg" for name in PICTURES)
    assert len(DRAWN) == 7


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_drawn_outside_its_panel(name):
    root = ET.fromstring(DRAWN[name])
    width, height = float(root.get("width")), float(root.get("height"))
    for rect in root.iter(f"{SVG}rect"):
        x, y = float(rect.get("x")), float(rect.get("y"))
        assert 0 <= x <= x + float(rect.get("width")) <= width
        assert 0 <= y <= y + float(rect.get("height")) <= height
    for text in root.iter(f"{SVG}text"):
        # A generous guess of the text's width in a common font.
        half = 0.31 * float(text.get("font-size")) * len(text.text)
        x = float(text.get("x"))
        x += {"start": half, "middle": 0, "end": -half}[text.get("text-anchor")]
        assert 8 <= x - half <= x + half <= width - 8, text.text


def test_macro_shows_the_stages():
    shown = texts("macro.svg")
    for words in ("stem", "stage4", "classifier", "3 blocks", "6 blocks", "14×14×1024"):
        assert words in shown


def test_micro_shows_every_block():
    shown = texts("micro.svg")
    assert shown.count("projection") == 4
    assert shown.count("identity") == 12


def test_the_block_pictures_show_their_layers():
    for name, place in (("identity-block", "stage1/block2"), ("projection-block", "stage2/block1")):
        nodes = [node for node in trace(ResNeXtSpec()) if node.name.startswith(f"{place}/")]
        shown = texts(f"{name}.svg")
        assert shown.count("batch norm") == sum(n.kind == "BatchNormalization" for n in nodes)
        assert shown.count("ReLU") == sum(n.kind == "ReLU" for n in nodes)
        assert sum("conv" in (words or "") for words in shown) == sum(
            "Conv" in n.kind for n in nodes
        )


def test_cardinality_draws_32_paths():
    root = ET.fromstring(DRAWN["cardinality.svg"])
    boxes = [r for r in root.iter(f"{SVG}rect") if r.get("height") == "40" and r.get("rx") == "3"]
    assert len(boxes) == 3 * 32


def test_names_are_escaped():
    canvas = Canvas(100, 100, "<b>", "&", "<script>")
    canvas.text(10, 10, "</svg>")
    assert len(list(ET.fromstring(canvas.svg()).iter(f"{SVG}text"))) == 3


@pytest.mark.slow
def test_the_command_writes_them(tmp_path):
    command = [sys.executable, "-m", "explorer.charts.pictures", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(DRAWN)

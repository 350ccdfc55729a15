"""The JavaScript: its own unit tests, the direction of its imports, and the pinned tools."""

import json
import os
import posixpath
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from explorer.map.data import map_data
from resnext import ResNeXtSpec

SPEC = ResNeXtSpec.from_name("resnext50_32x4d")
ROOT = Path(__file__).parents[2]
FRONTEND = files("explorer.map") / "frontend"
FLOORS = {"model": 0, "layout": 1, "render": 2, "panels": 3, "input": 4, "": 5}
# A module that acts on the mounted map names its class in a type, and imports nothing of it.
MAP_TYPE = 'import("../netmap.js").NetMap'


@pytest.mark.slow
def test_unit_tests(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    data = tmp_path / "data.json"
    data.write_text(json.dumps(map_data([SPEC])))
    tests = sorted(map(str, (ROOT / "tests/map/js").glob("*.test.js")))
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", *tests],
        env=os.environ | {"MAP_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert int(re.findall(r"^# pass (\d+)", done.stdout, re.MULTILINE)[0]) >= len(tests)


def imported(pattern):
    """What each module imports by lines of this pattern."""
    found: dict[str, set[str]] = {}
    for path in sorted(FRONTEND.rglob("*.js")):
        name = path.relative_to(FRONTEND).as_posix()
        text = path.read_text(encoding="utf-8").replace(MAP_TYPE, "")
        others = re.findall(pattern, text, re.MULTILINE)
        folder = posixpath.dirname(name)
        found[name] = {posixpath.normpath(posixpath.join(folder, other)) for other in others}
    return found


def test_imports_and_types_point_down():
    for name, others in imported(r'(?:from |import\()"(\.[^"]+)"').items():
        for other in others:
            floors = [FLOORS[posixpath.dirname(module)] for module in (name, other)]
            assert floors[0] >= floors[1], f"{name} must not import {other}: it is higher up."


def test_imports_form_no_circle():
    left = imported(r'^import .* from "(\.[^"]+)"')
    while left:
        free = {name for name, others in left.items() if not others & left.keys()}
        assert free, f"These modules import each other in a circle: {sorted(left)}."
        left = {name: others for name, others in left.items() if name not in free}


@pytest.mark.slow
def test_colours_and_kinds_of_layers_come_from_python():
    kinds = set(map_data([SPEC])["palette"]["kinds"])
    kinds = {kind for kind in kinds if kind[0].isupper()}  # the others are roles of boxes
    assert {"Conv2D", "BatchNormalization"} <= kinds
    for path in FRONTEND.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r'["`]#[0-9a-fA-F]{3,8}["`]|\brgba?\(', text), path
        assert not kinds & set(re.findall(r'["`](\w+)["`]', text)), path


def test_the_lock_file_names_no_registry():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert packages["node_modules/typescript"]["version"].split(".") >= ["5"]

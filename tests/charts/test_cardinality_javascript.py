"""The picture's JavaScript: its own unit tests, and that it types no colours and no sentences."""

import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from explorer.charts import cardinality
from explorer.charts.cardinality.words import WORDS

ROOT = Path(__file__).parents[2]
FRONTEND = files("explorer.charts.cardinality") / "frontend"
NODE = shutil.which("node")


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_unit_tests():
    tests = sorted(map(str, (ROOT / "tests/charts/js").glob("*.test.js")))
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", *tests], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert int(re.findall(r"^# pass (\d+)", done.stdout, re.MULTILINE)[0]) >= 5


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_bundle_is_one_whole_module(tmp_path):
    text = cardinality.component_script()
    assert not re.search(r"^\s*import\b[^(]*from", text, re.MULTILINE)
    assert len(re.findall(r"^export default function", text, re.MULTILINE)) == 1
    path = tmp_path / "picture.mjs"
    path.write_text(text, encoding="utf-8")
    result = subprocess.run([NODE, "--check", path], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_colours_and_words_come_from_python():
    used = set()
    for path in FRONTEND.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r'["`]#[0-9a-fA-F]{3,8}["`]|\brgba?\(', text), path
        used |= set(re.findall(r"\bwords\.(\w+)", text))
    assert used == {*WORDS, "keep_help"}
    assert not re.search(r"#[0-9a-f]{3,8}\b|\brgba?\(", cardinality.asset("style.css"))

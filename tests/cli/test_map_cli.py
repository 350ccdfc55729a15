"""``python -m explorer map``: what it writes, and what it refuses."""

import argparse
import json

import pytest

from explorer.cli.errors import UsageError
from explorer.cli.map import add_commands


def run(*words):
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    arguments = parser.parse_args(["map", *map(str, words)])
    return arguments.handler(arguments)


@pytest.mark.slow
def test_a_page(tmp_path, capsys):
    path = tmp_path / "two.html"
    assert run("mini_resnext", "resnext29_8x64d", "-o", path) == 0
    assert capsys.readouterr().out.strip() == str(path)
    text = path.read_text(encoding="utf-8")
    assert "<title>mini_resnext, resnext29_8x64d</title>" in text


def test_model_explorer_in_another_form(tmp_path):
    path = tmp_path / "net.json"
    run("resnext29_8x64d", "--form", "aggregated", "-o", path)
    (graph,) = json.loads(path.read_text(encoding="utf-8"))["graphs"]
    ids = {node["id"] for node in graph["nodes"]}
    assert "stage3/block3/path8/conv3" in ids


def test_values(tmp_path):
    path = tmp_path / "values.json"
    run("resnext50_32x4d", "--values", "macs", "--count", "timm", "-o", path)
    (data,) = json.loads(path.read_text(encoding="utf-8")).values()
    assert sum(result["value"] for result in data["results"].values()) == 4_259_381_248


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mini_resnext", "-o", "x.svg"], "must end in .html or .json. Received 'x.svg'"),
        (["mini_resnext", "resnet50", "-o", "x.json"], "one network. Received 2"),
        (["mini_resnext", "--values", "macs", "-o", "x.html"], "writes a .json file"),
    ],
)
def test_what_does_not_go_together(words, message):
    with pytest.raises(UsageError, match=message):
        run(*words)

"""The lesson's commands, called as the program calls them."""

import argparse
import json
import subprocess
import sys

import pytest

from explorer.cli.lesson import add_commands, equivalence_table
from explorer.lesson.equivalence import Equivalence, FormCost
from resnext import FORMS, ResNeXtSpec, trace


def call(*words):
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    arguments = parser.parse_args(words)
    return arguments.handler(arguments)


def test_width_as_json(capsys):
    assert call("width", "--cardinality", "4", "--format", "json") == 0
    expected = {"cardinality": 4, "width": 24, "params": 69_888, "budget": 69_632}
    assert json.loads(capsys.readouterr().out) == expected


def test_width_with_a_budget_in_words(capsys):
    call("width", "--cardinality", "8", "--budget", "71456")
    assert (
        capsys.readouterr().out == "8x14d: 71,456 weights in its convolutions (+0.0% of 71,456)\n"
    )


def test_wrong_values_raise_a_sentence():
    with pytest.raises(ValueError, match="cardinality must be a whole number"):
        call("width", "--cardinality", "0")
    with pytest.raises(ValueError, match="Received 'alexnet'"):
        call("equivalence", "alexnet")
    with pytest.raises(ValueError, match="stage must be from 1 to 3"):
        call("equivalence", "mini_resnext", "--stage", "4", "--padding", "symmetric")
    with pytest.raises(ValueError, match="stage must be from 1 to 3"):
        call("equivalence", "mini_resnext", "--stage", "4")


def test_the_table_holds_the_figures():
    cost = FormCost(layers=12, params=70_144, ms=3.25, activation_bytes=2_500_000)
    found = Equivalence("mini_resnext", 1, "float32", {"grouped": cost}, 2e-7, 3e-6, 1.5)
    table = equivalence_table(found)
    for text in ("mini_resnext, stage 1", "70,144", "3.2", "2.5 MB", "2.0e-07", "3.0e-06"):
        assert text in table


@pytest.mark.slow(10)
def test_equivalence_from_the_command_line():
    command = ["-m", "explorer", "equivalence", "mini_resnext", "--stage", "2", "--format", "json"]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert set(found) == {"forms", "max_abs_diff", "max_grad_diff", "dtype"}
    assert set(found["forms"]) == set(FORMS)
    graphs = {form: trace(ResNeXtSpec.from_name("mini_resnext", form=form)) for form in FORMS}
    for form, cost in found["forms"].items():
        assert set(cost) == {"layers", "params", "ms"}
        nodes = [node for node in graphs[form] if node.place[0] == "stage2"]
        assert cost["layers"] == len(nodes)
        assert cost["params"] == sum(node.params for node in nodes)
        assert cost["ms"] > 0
    assert found["dtype"] == "float32"
    assert 0 < found["max_abs_diff"] < 1e-4
    assert 0 < found["max_grad_diff"] < 1e-4


def test_width_from_the_command_line():
    command = ["-m", "explorer", "width", "--cardinality", "16", "--format", "json"]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert list(found) == ["cardinality", "width", "params", "budget"]
    assert found["params"] == 16 * (256 * found["width"] + 9 * found["width"] ** 2) + (
        256 * 16 * found["width"]
    )

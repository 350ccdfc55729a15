"""Generated code: it keeps to a formatter and a linter, runs, and computes the same."""

import ast
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from sources import CASES, SOME
from specs import valid_specs

from explorer.export.code import TARGETS, code
from resnext import PRESETS, ResNeXtSpec, Stage, trace
from resnext.attention import ATTENTIONS
from resnext.errors import InputError
from resnext.layer import keras_name, pad_name
from resnext.spec import CHOICES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WRITERS = ("keras", "torch")
LARGE = ResNeXtSpec(
    groups=(Stage(36, 65536, 65536), Stage(1, 65536, 65536, 3), Stage(2, 65536, 65536, 1, False)),
    input_shape=(4096, 4096, 1024),
    classes=1_000_000,
)


def imported(text):
    """First parts of what a source imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every kind of file that can be printed."""
    folder = tmp_path_factory.mktemp("code")
    specs = {**CASES, "large": LARGE} | {name: ResNeXtSpec.from_name(name) for name in PRESETS}
    for name, spec in specs.items():
        for target in TARGETS:
            try:
                text = code(spec, target)
            except InputError:
                assert target not in WRITERS
            else:
                (folder / f"{target}_{name}.py").write_text(text)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("width", [88, 100, 120])
def test_the_formatter_changes_nothing(folder, width):
    """At the usual lengths of a line: what is broken into lines ends in a comma."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff"]
    done = subprocess.run(
        [*command, "--line-length", str(width), folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[:4000]
    assert len(list(folder.glob("*.py"))) > 150


@pytest.mark.slow
def test_the_linter_finds_nothing(folder):
    rules = "E,F,W,I,B,UP,SIM,RUF,C4,PT,PL,N,D1,D4,PERF,RET,ARG,ERA"
    ignored = "D100,D107,D413,PLR0913,PLR0917,PLR2004"
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "88"]
    done = subprocess.run(
        [*command, "--select", rules, "--ignore", ignored, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(spec=valid_specs())
def test_every_network_can_be_written(spec):
    keras, torch = (code(spec, target) for target in WRITERS)
    assert set(imported(keras)) == {"keras"}
    assert set(imported(torch)) == {"torch"}


@pytest.mark.parametrize(
    ("name", "papers"),
    [
        ("resnet50", {"1512.03385"}),
        ("resnext50_32x4d", {"1611.05431"}),
        ("seresnext50_32x4d", {"1611.05431", "1709.01507"}),
        ("seresnet50", {"1512.03385", "1709.01507"}),
    ],
)
def test_the_docstring_names_the_papers_of_the_blocks(name, papers):
    text = ast.get_docstring(ast.parse(code(ResNeXtSpec.from_name(name), "torch")))
    assert set(re.findall(r"arXiv\s+(\d+\.\d+)", text)) == papers


def test_the_docstring_states_the_counts():
    text = code(ResNeXtSpec.from_name("resnext50_32x4d"), "keras")
    assert "25,028,904 trainable parameters; 4,230,479,872" in ast.get_docstring(ast.parse(text))


def test_a_target_is_one_of_four():
    with pytest.raises(InputError, match="keras, torch, timm, torchvision"):
        code(ResNeXtSpec(), "tensorflow")


@pytest.fixture(scope="module")
def keras_facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras")
    for case in SOME:
        (folder / f"{case}.py").write_text(code(CASES[case], "keras"))
    paths = os.pathsep.join(map(str, (ROOT, HERE)))
    subprocess.run(
        [sys.executable, HERE / "keras_code.py", folder],
        check=True,
        timeout=800,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return json.loads((folder / "facts.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("case", SOME)
def test_the_keras_file_is_our_keras_model(keras_facts, case):
    """The same layers by name and shape, of Keras alone, and the same output."""
    facts, graph = keras_facts[case], trace(CASES[case])
    expected = {
        keras_name(node.name): list(node.output_shape)
        for node in graph
        if node.kind != "ChannelSlice"  # here one split for all paths
    }
    pads = {pad_name(node.name) for node in graph if node.layer.keras_zeros}
    layers = dict(facts["layers"])
    assert {name: layers[name] for name in layers.keys() - pads} == expected
    assert pads <= layers.keys()
    assert facts["own"] == ["keras"]
    assert facts["params"] == sum(node.total_params for node in graph)
    assert facts["difference"] < 1e-5
    assert facts["spread"] > 1e-4  # the output depends on the image


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("keras", r"must be one of none, se\. Received 'new'"),
        ("torch", r"must be one of none, se\. Received 'new'"),
        ("timm", r"timm's ResNeXt has no new gate\. Received attention='new'\.$"),
        ("torchvision", r"torchvision's ResNeXt has no new gate\. Received attention='new'\.$"),
    ],
)
def test_an_attention_that_is_not_written_is_refused(target, reason, monkeypatch):
    fake = {**ATTENTIONS, "new": replace(ATTENTIONS["se"], words="new gate")}
    monkeypatch.setattr("resnext.network.ATTENTIONS", fake)
    monkeypatch.setattr("resnext.spec.ATTENTIONS", fake)
    monkeypatch.setattr("explorer.export.calls.ATTENTIONS", fake)
    monkeypatch.setitem(CHOICES, "attention", tuple(fake))
    spec = ResNeXtSpec.from_name("resnext50_32x4d", attention="new")
    with pytest.raises(InputError, match=reason):
        code(spec, target)

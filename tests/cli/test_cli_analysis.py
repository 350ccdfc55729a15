"""The contract of ``summary``, ``compare`` and ``graph``, and how they meet wrong input."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pydot
import pytest

from explorer.analysis.formats import FORMATS
from explorer.cli import main
from resnext import PRESETS

# Trainable, moving statistics, MACs, fvcore's total and activations, torchinfo's mult-adds.
FIGURES = {
    "resnext50_32x4d": (
        25_028_904,
        68_224,
        4_230_479_872,
        4_259_381_248,
        14_401_512,
        4_230_549_096,
    ),
    "resnext101_32x4d": (
        44_177_704,
        137_856,
        7_969_996_800,
        8_012_546_048,
        21_225_448,
        7_970_135_656,
    ),
    "resnext152_32x4d": (
        59_951_400,
        199_296,
        11_709_513_728,
        11_768_922_112,
        29_655_016,
        11_709_714_024,
    ),
    "resnext101_32x8d": (88_791_336, 202_880, 16_414_015_488, None, None, None),
    "resnet50": (25_557_032, 53_120, 4_089_184_256, 4_111_512_576, 11_114_984, 4_089_238_376),
    "resnext29_8x64d": (34_426_698, 57_472, 5_387_266_048, 5_404_502_016, 8_585_226, 5_387_323_530),
    "resnext29_16x64d": (68_155_210, 100_480, 10_688_866_304, None, None, None),
    "mini_resnext": (456_586, 4_864, None, None, None, None),
}


def run(capsys, *arguments):
    """Exit status, stdout and stderr of a command, in this process."""
    try:
        status = main(list(arguments))
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    return status, out, err


def summary(capsys, *arguments):
    status, out, err = run(capsys, "summary", *arguments, "--format", "json")
    assert (status, err) == (0, "")
    return json.loads(out)


@pytest.mark.parametrize("name", FIGURES)
def test_summary_reproduces_every_figure(capsys, name):
    trainable, statistics, macs, fvcore, activations, torchinfo = FIGURES[name]
    totals = summary(capsys, name)["totals"]
    assert totals["params"] == totals["trainable_params"] == trainable
    assert totals["non_trainable_params"] == statistics
    assert totals["total_params"] == trainable + statistics
    if macs:
        assert totals["macs"] == macs
        assert totals["flops"] == 2 * macs
    if fvcore:
        assert summary(capsys, name, "--count", "timm")["totals"]["macs"] == fvcore
        assert totals["activations"] == activations
        assert summary(capsys, name, "--count", "torchinfo")["totals"]["macs"] == torchinfo


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("by", ["stage", "block", "layer"])
def test_rows_sum_to_the_totals(capsys, name, by):
    plain = summary(capsys, name, "--by", by)
    for column in ("params", "total_params", "macs", "activations"):
        assert sum(row[column] for row in plain["rows"]) == plain["totals"][column]


def test_summary_takes_changes(capsys):
    deeper = summary(capsys, "resnext50_32x4d", "--blocks", "3,8,36,3")
    assert deeper["name"] == "resnext152_32x4d"
    wider = summary(capsys, "resnext101_32x4d", "--width", "8", "--cardinality", "32")
    assert wider["totals"]["macs"] == 16_414_015_488
    other = summary(
        capsys, "resnext50_32x4d", "--input", "64x96x1", "--classes", "7", "--form", "split"
    )
    assert other["input_shape"] == [64, 96, 1]
    assert other["rows"][-1]["output_shape"] == [7]
    assert other["totals"]["layers"] > 1000


def test_summary_formats(capsys):
    for format, sign in (("table", "4,230,479,872"), ("markdown", "| 4,230,479,872 |")):
        status, out, _ = run(capsys, "summary", "resnext50_32x4d", "--format", format)
        assert status == 0
        assert sign in out
    _, out, _ = run(capsys, "summary", "resnext50_32x4d", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0]["name"] == "stem"
    assert sum(int(row["macs"]) for row in rows) == 4_230_479_872


def test_compare(capsys):
    names = ["resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d"]
    status, out, _ = run(capsys, "compare", *names, "--format", "json")
    plain = json.loads(out)
    assert status == 0
    assert plain["names"] == names
    assert plain["rows"][-1]["networks"][1]["difference"]["macs"] == 7_969_996_800 - 4_230_479_872
    for format in ("table", "csv", "markdown"):
        status, out, _ = run(capsys, "compare", *names, "--format", format)
        assert status == 0
        assert "resnext152_32x4d" in out


def test_graph_to_files(capsys, tmp_path):
    plain = tmp_path / "graph.json"
    assert run(capsys, "graph", "resnext50_32x4d", "-o", str(plain))[0] == 0
    assert len(json.loads(plain.read_text())["nodes"]) == 19
    dot = tmp_path / "graph.dot"
    assert run(capsys, "graph", "mini_resnext", "--level", "full", "-o", str(dot))[0] == 0
    assert dot.read_text().startswith("digraph")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*deprecated - use:DeprecationWarning")
def test_graph_prints_dot(capsys):
    _, out, _ = run(capsys, "graph", "resnext50_32x4d", "--level", "model")
    (dot,) = pydot.graph_from_dot_data(out)
    assert len(dot.get_edges()) == 6


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is missing")
@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_graph_draws(capsys, tmp_path, suffix, start):
    path = tmp_path / f"g.{suffix}"
    assert run(capsys, "graph", "resnext50_32x4d", "--level", "model", "-o", str(path))[0] == 0
    assert path.read_bytes().startswith(start)


def keras_file(folder, content=None):
    path = folder / "net.keras"
    layers = [
        {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, 8, 8, 3]}},
        {"class_name": "Conv2D", "config": {"name": "c", "filters": 4, "kernel_size": 3}},
    ]
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": layers}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", content or json.dumps(config))
    return path


def test_a_keras_file_in_all_three(capsys, tmp_path):
    path = str(keras_file(tmp_path))
    assert summary(capsys, path)["totals"]["params"] == 9 * 3 * 4 + 4
    assert run(capsys, "compare", path, "resnext29_8x64d")[0] == 0
    assert "digraph" in run(capsys, "graph", path)[1]


WRONG = [
    ("summary", "nope"),
    ("summary", "resnext51_32x4d"),
    ("summary", "missing.keras"),
    ("summary", "resnext50_32x4d", "--blocks", "3,4,x"),
    ("summary", "resnext50_32x4d", "--blocks", ""),
    ("summary", "resnext50_32x4d", "--blocks", "9" * 5000),
    ("summary", "resnext50_32x4d", "--blocks", "0,1"),
    ("summary", "resnext50_32x4d", "--cardinality", "-3"),
    ("summary", "resnext50_32x4d", "--cardinality", "999999999"),
    ("summary", "resnext50_32x4d", "--input", "8x8x3"),
    ("summary", "resnext50_32x4d", "--input", "224"),
    ("summary", "resnext50_32x4d", "--classes", "0"),
    ("summary", "resnext50_32x4d", "--count", "caffe"),
    ("summary", "resnext50_32x4d", "--by", "group"),
    ("summary", "resnext50_32x4d", "--format", "yaml"),
    ("summary", "mini_resnext", "--blocks", "3,3"),
    ("summary", "mini_resnext", "--cardinality", "7"),
    ("summary",),
    ("summary", "\x1b[31mred\n\n\n"),
    ("compare", "resnext50_32x4d", "nope"),
    ("graph", "resnext50_32x4d", "--level", "layers"),
    ("graph", "resnext50_32x4d", "--focus", "stage9"),
    ("graph", "resnext50_32x4d", "-o", "graph.gif"),
    ("graph", "resnext50_32x4d", "-o", "/nowhere/graph.json"),
    ("frobnicate",),
    ("width", "--cardinality", "0"),
]


@pytest.mark.parametrize("arguments", WRONG, ids=lambda a: " ".join(a)[:50])
def test_wrong_input_is_two_lines_and_status_2(capsys, arguments):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert 1 <= len(err.splitlines()) <= 2
    assert "\x1b" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("content", ["{", "[]", '{"class_name": "Functional", "config": {}}'])
def test_a_damaged_keras_file(capsys, tmp_path, content):
    status, _, err = run(capsys, "summary", str(keras_file(tmp_path, content)))
    assert status == 2
    assert len(err.splitlines()) == 1


def test_options_cannot_change_a_file(capsys, tmp_path):
    status, _, err = run(capsys, "summary", str(keras_file(tmp_path)), "--width", "3")
    assert status == 2
    assert "--width cannot change it" in err


def test_writing_where_a_folder_is(capsys, tmp_path):
    folder = tmp_path / "x.json"
    folder.mkdir()
    status, _, err = run(capsys, "graph", "mini_resnext", "-o", str(folder))
    assert status == 2
    assert "directory" in err.lower()


def test_without_graphviz(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, err = run(capsys, "graph", "mini_resnext", "-o", str(tmp_path / "g.svg"))
    assert status == 2
    assert "needs Graphviz" in err


def test_help_teaches_by_examples(capsys):
    for command in ("summary", "compare", "accuracy", "verify", "graph", "train", "runs"):
        status, out, _ = run(capsys, command, "--help")
        assert status == 0
        assert out.count("python -m explorer") >= 3
    status, out, _ = run(capsys)
    assert status == 0
    assert "examples:" in out


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_reader_that_leaves_early():
    command = f"{sys.executable} -m explorer summary resnext152_32x4d --by layer | head -1"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.startswith("resnext152_32x4d")
    assert done.stderr == ""


@pytest.mark.slow
def test_a_terminal_that_lacks_signs():
    done = subprocess.run(
        [sys.executable, "-m", "explorer", "summary", "mini_resnext"],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0
    assert b"456,586" in done.stdout  # 461,450 less 4,864 moving statistics


@pytest.mark.slow
def test_summary_needs_no_tensorflow():
    code = (
        "import sys; from explorer.cli import main; main(['summary', 'resnext50_32x4d']);"
        "print(sorted({'keras', 'tensorflow', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_lone_number_of_blocks_that_may_be_a_depth_is_noted(capsys):
    assert main(["summary", "resnext50_32x4d", "--blocks", "101"]) == 0
    captured = capsys.readouterr()
    assert "one stage of 101 blocks" in captured.err
    assert "--blocks 3,4,23,3" in captured.err
    assert "Note" not in captured.out
    for blocks in ("3", "3,4,23,3"):
        assert main(["summary", "resnext50_32x4d", "--blocks", blocks]) == 0
        assert capsys.readouterr().err == ""


def test_a_level_that_draws_nothing_more_is_noted(capsys):
    for form, note in (("grouped", "Note: this network has no separate paths"), ("split", "")):
        assert main(["graph", "mini_resnext", "--level", "full", "--form", form]) == 0
        captured = capsys.readouterr()
        assert captured.err.startswith(note)
        assert bool(captured.err) == bool(note)
        assert "Note" not in captured.out


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [["--version"], ["--help"], ["summary", "resnext50_32x4d"], ["graph", "mini_resnext"]],
)
def test_looking_imports_nothing_large(command):
    """NumPy alone was more than half of the time until the first line."""
    program = (
        "import sys; from explorer.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "large = {'numpy', 'pandas', 'plotly', 'tensorflow', 'streamlit'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(large)}' if large else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr


@pytest.mark.parametrize("command", ["summary", "compare", "graph"])
def test_padding_changes_no_figure(capsys, command):
    status, out, _ = run(capsys, command, "resnext50_32x4d", "--padding", "symmetric")
    assert (status, out) == run(capsys, command, "resnext50_32x4d", "--padding", "same")[:2]
    status, _, err = run(capsys, command, "resnext50_32x4d", "--padding", "torch")
    assert status == 2
    assert "'torch'" in err
    assert "symmetric" in err


@pytest.mark.parametrize(
    "command",
    [
        ["summary", "resnext50_32x4d"],
        ["summary", "resnext50_32x4d", "--memory"],
        ["compare", "resnet50", "resnext50_32x4d"],
        ["compare", "resnet50", "resnext50_32x4d", "--memory"],
        ["search", "--macs", "4.3G", "--grid", "depth=50", "cardinality=32", "width=4"],
        ["accuracy", "--recipe", "paper"],
        ["verify", "--memory"],
        ["verify", "--time"],
        ["runs", "list"],
    ],
    ids=" ".join,
)
def test_every_command_writes_every_format(command, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path))
    written = {}
    for word in FORMATS:
        status, written[word], err = run(capsys, *command, "--format", word)
        assert (status, "Error" in err) == (0, False)
    assert len(set(written.values())) == len(FORMATS)
    rows = list(csv.reader(io.StringIO(written["csv"])))
    assert {len(row) for row in rows} == {len(rows[0])}
    json.loads(written["json"])

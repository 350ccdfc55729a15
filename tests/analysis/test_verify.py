"""Our figures next to those of others: nothing is left out, and a difference is called one."""

import csv
import io
import json
import math
import re

import pytest

from explorer.analysis import verify as module
from explorer.analysis.verify import DIFFERS, EQUAL, ROUNDED, source_name, verify
from explorer.cli import main
from resnext import ResNeXtSpec, trace

KEYS = ["figure", "network", "ours", "theirs", "convention", "source", "verdict", "reason"]


@pytest.fixture(scope="module")
def checks():
    return verify()


@pytest.mark.slow
def test_there_are_many_figures_of_many_sources(checks):
    assert len(checks) >= 150
    assert len({source_name(check.source) for check in checks}) >= 6
    for table in ("stated.csv", "counted.csv"):
        rows = module.files("explorer.analysis").joinpath(table).read_text().splitlines()
        assert all(row for row in rows)
        assert len(checks) > len(rows) - 1


def test_every_figure_says_whose_it_is(checks):
    assert all(check.source and check.figure and check.network for check in checks)
    assert all(check.convention for check in checks if check.figure.split()[0] in ("MACs", "FLOPs"))
    assert all(check.reason for check in checks if check.verdict == DIFFERS)
    assert not any(check.reason for check in checks if check.verdict != DIFFERS)


def test_programs_that_count_as_a_convention_says_agree_to_the_last_digit(checks):
    """All but ptflops, whose version of today counts ReLU and pooling twice."""
    programs = ("torchvision ", "timm 1", "PyTorch", "fvcore", "torchinfo", "calflops")
    counted = [check for check in checks if check.source.startswith(programs)]
    assert len(counted) > 100
    assert {check.verdict for check in counted} == {EQUAL}


def test_what_ptflops_counts_twice_is_the_whole_difference(checks):
    """Its total less ours is each ReLU and each pooling of the network once more."""
    from explorer.analysis.conventions import CONVENTIONS

    once_more = ("ReLU", "MaxPooling2D", "GlobalAveragePooling2D")
    found = [c for c in checks if c.source.startswith("ptflops") and "se" not in c.network]
    assert found
    for check in found:
        graph = trace(ResNeXtSpec.from_name(check.network))
        count = CONVENTIONS["mmcls"].count
        twice = sum(count(node) or 0 for node in graph if node.kind in once_more)
        assert int(check.theirs) - check.ours == twice, check


def imgclsmob_flops(node):
    """What gluon/model_stats.py of osmr/imgclsmob counts for a layer, typed from that file."""
    size = math.prod(node.output_shape)
    window, _ = node.layer.window
    if node.kind in ("Conv2D", "GroupedConv2D"):
        kernel, *bias = (math.prod(weight.shape) for weight in node.weights)
        positions = size // node.output_shape[-1]
        return 2 * positions * kernel - (0 if bias else kernel // math.prod(window))
    if node.kind == "Dense":
        return 2 * math.prod(node.input_shapes[0]) * size
    if node.kind == "GlobalAveragePooling2D":
        return math.prod(node.input_shapes[0])
    outputs = {"BatchNormalization": 4, "ReLU": 1, "Activation": 4}  # the activation: a sigmoid
    return size * (math.prod(window) if node.kind == "MaxPooling2D" else outputs.get(node.kind, 0))


def test_half_of_imgclsmob_s_flops_is_the_whole_difference(checks):
    found = [c for c in checks if c.source.startswith("osmr") and c.figure == "MACs"]
    assert len(found) == 8
    for check in found:
        graph = trace(ResNeXtSpec.from_name(check.network))
        theirs = sum(map(imgclsmob_flops, graph)) / 2
        assert f"{theirs / 1e6:.2f} M" == check.theirs
        assert "Half of the source's FLOPs" in check.reason


def counts_of_parameters(name):
    """Parameters in all the ways that a table may have counted: what is left out or added."""
    graph = trace(ResNeXtSpec.from_name(name))
    params = sum(node.params for node in graph)
    norms = sum(node.params for node in graph if node.kind == "BatchNormalization")
    dense = sum(node.params for node in graph if node.kind == "Dense")
    assert sum(node.total_params for node in graph) == params + norms  # as many statistics
    return {
        f"{first} {second}".strip(): params - less + more
        for first, less in {"": 0, "Without the classifier": dense}.items()
        for second, more in {
            "": 0,
            "Without batch norms": -norms,
            "With the moving statistics of batch norms": norms,
        }.items()
    }


@pytest.mark.parametrize("source", ["facebookresearch/WSL", "facebookresearch/semi-supervised"])
def test_no_one_way_of_counting_gives_all_figures_of_a_table_that_differs(checks, source):
    """Which is why the reason is not known; the nearest count that it names is right."""
    rows = [c for c in checks if c.source.startswith(source) and c.figure == "parameters"]
    ways = {check: counts_of_parameters(check.network) for check in rows}
    assert len(rows) >= 4
    for way in ways[rows[0]]:
        for digits in (math.floor, round):
            said = [f"{digits(ways[check][way] / 1e6)} M" == check.theirs for check in rows]
            assert not all(said), (way, digits)
    for check in rows:
        if check.reason.startswith("Not known"):
            way, count = re.match(r"Not known\. (.*) there are ([\d.]+) M", check.reason).groups()
            assert f"{ways[check][way] / 1e6:.1f}" == count
            nearest = ways[check][way] / 1e6
            assert check.theirs in (f"{math.floor(nearest)} M", f"{round(nearest)} M")


def test_known_slips_are_shown_as_differing(checks):
    slip = next(c for c in checks if c.network == "resnet50" and c.theirs == "22.6 M")
    assert slip.verdict == DIFFERS
    assert "25.6 M" in slip.reason
    assert slip.difference == 25_557_032 - 22_600_000
    paper = next(c for c in checks if c.theirs == "68.1 M")
    assert (paper.ours, paper.verdict) == (68_155_210, DIFFERS)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (25_028_904, "25028904", EQUAL),
        (25_028_905, "25028904", DIFFERS),
        (25_028_904, "25.0 M", ROUNDED),
        (25_028_904, "25.03 M", ROUNDED),
        (25_028_904, "25.1 M", DIFFERS),
        (25_050_000, "25.1 M", ROUNDED),
        (4_230_479_872, "4.23 G", ROUNDED),
        (4_230_479_872, "4.2 G", ROUNDED),
        (4_230_479_872, "4.1 G", DIFFERS),
        (4_000_000_000, "4.00 G", EQUAL),
        (70_144, "70 k", ROUNDED),
    ],
)
def test_a_figure_is_compared_to_the_digits_of_its_source(ours, theirs, verdict):
    assert module._check("parameters", "net", ours, theirs, "", "somebody", "").verdict == verdict


def test_the_summary_counts_the_verdicts(checks):
    some = [next(c for c in checks if c.verdict == verdict) for verdict in (EQUAL, DIFFERS)]
    some += [c for c in checks if c.verdict == ROUNDED][:3]
    words = module.summary(some)
    assert words.startswith("5 figures of ")
    assert words.endswith("1 equal, 3 equal when rounded as the source rounds, 1 differ.")


def test_the_command_prints_every_format(capsys):
    assert main(["verify", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [list(row) for row in rows] == [KEYS] * len(rows)
    assert main(["verify", "--format", "csv"]) == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == len(rows)
    assert main(["verify", "--differing"]) == 0
    table = capsys.readouterr().out
    differing = [row for row in rows if row["verdict"] == DIFFERS]
    assert f"{len(differing)} figures of" in table
    assert "A slip of the source" in table
    assert main(["verify", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("| network | figure |")


def test_the_command_prints_peaks_of_memory(capsys):
    assert main(["verify", "--memory"]) == 0
    assert "of the measured one" in capsys.readouterr().out
    assert main(["verify", "--memory", "--differing"]) == 2
    assert "--memory shows every step" in capsys.readouterr().err

"""``search``, and ``--memory`` of ``summary`` and ``compare``."""

import csv
import io
import json

import pytest

from explorer.analysis.report import analyse
from explorer.cli import main
from explorer.cost.memory import memory
from explorer.cost.settings import Settings

GRID = ["--grid", "depth=26,50,101", "cardinality=1,2,4,8,16,32", "width=4,8,16,32,64"]


def test_search_puts_the_largest_within_the_budget_first(capsys):
    assert main(["search", "--macs", "4.3G", *GRID, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert {"name", "params", "macs", "memory_bytes", "ms"} <= rows[0].keys()
    assert [row["macs"] for row in rows] == sorted((r["macs"] for r in rows), reverse=True)
    assert 4_000_000_000 < rows[0]["macs"] <= 4_300_000_000
    assert rows[0]["macs"] == analyse(rows[0]["name"]).totals.macs
    assert f"{len(rows)} of 90 networks" in err


@pytest.mark.slow
def test_search_with_a_step_and_further_limits(capsys):
    step = ["--train", "--batch", "8", "--precision", "bfloat16", "--optimizer", "adam"]
    limits = ["--params", "30M", "--memory", "2GiB"]
    assert main(["search", *limits, *GRID, *step, "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert all(int(row["memory_bytes"]) <= 2**31 for row in rows)
    assert all(int(row["params"]) <= 30_000_000 for row in rows)
    first = memory(rows[0]["name"], Settings(8, True, "bfloat16", "adam"))
    assert int(rows[0]["memory_bytes"]) == first.peak_bytes


def test_search_says_what_was_not_measured(capsys):
    assert main(["search", "--ms", "50", *GRID]) == 0
    assert "not measured on this machine" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--macs", "much"], "a number such as 4.3G"),
        (["--memory", "2 lots"], "a size such as 2GiB"),
        (["--grid", "depth=51"], "depth must be"),
        (["--grid", "colour=1"], "is written like"),
        (["--batch", "0"], "from 1 to"),
        (["--optimizer", "adam"], "needs --train"),
    ],
)
def test_search_refuses_with_a_rule(capsys, arguments, words):
    try:
        status = main(["search", *arguments])
    except SystemExit as end:
        status = end.code
    assert status == 2
    assert words in capsys.readouterr().err


def test_summary_has_the_memory_of_a_step(capsys):
    step = ["--memory", "--batch", "64", "--train", "--precision", "bfloat16", "--format", "json"]
    assert main(["summary", "resnext50_32x4d", *step]) == 0
    found = json.loads(capsys.readouterr().out)["memory"]
    parts = ("weights", "optimizer", "gradients", "activations", "working", "overhead")
    assert sum(found[f"{part}_bytes"] for part in parts) == found["peak_bytes"]
    assert found["peak_at"].startswith(("stage", "classifier"))
    assert found["optimizer"] == "sgd"
    assert found["peak_bytes"] == memory(
        "resnext50_32x4d", Settings(64, True, "bfloat16")
    ).peak_bytes  # fmt: skip


def test_summary_in_the_other_formats(capsys):
    assert main(["summary", "mini_resnext", "--memory"]) == 0
    text = capsys.readouterr().out
    assert "Peak memory" in text
    assert "Largest batch in 2 GiB" in text
    assert main(["summary", "mini_resnext", "--memory", "--train", "--format", "markdown"]) == 0
    assert "| memory at the peak |" in capsys.readouterr().out
    assert main(["summary", "mini_resnext", "--memory", "--train", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    found = memory("mini_resnext", Settings(train=True))
    assert max(int(row["total_bytes"]) for row in rows) == found.peak_bytes
    assert {row["phase"] for row in rows} == {"forward", "backward"}


def test_options_of_a_step_need_the_memory(capsys):
    assert main(["summary", "mini_resnext", "--train"]) == 2
    assert "needs --memory" in capsys.readouterr().err


def test_compare_has_a_column_of_memory(capsys):
    names = ["resnext50_32x4d", "resnext101_32x4d"]
    assert main(["compare", *names, "--memory", "--train", "--format", "json"]) == 0
    networks = json.loads(capsys.readouterr().out)["networks"]
    peaks = [memory(name, Settings(train=True)).peak_bytes for name in names]
    assert [network["memory"]["peak_bytes"] for network in networks] == peaks
    assert main(["compare", *names, "--memory"]) == 0
    assert "peak memory" in capsys.readouterr().out
    assert main(["compare", *names, "--memory", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    totals = [row["peak_memory_bytes"] for row in rows if row["stage"] == "total"]
    assert [int(size) for size in totals] == [memory(name).peak_bytes for name in names]

"""``sweep`` and ``sweeps``: a plan, and a small sweep on real processes."""

import csv
import importlib.util
import io
import json
import re

import pytest
from waiting import until

from explorer.analysis.report import analyse
from explorer.cli import main
from explorer.sweeps.plan import read_plans
from explorer.training.runs.scheduler import tick
from explorer.training.runs.store import RunStore

GRID = ["--grid", "cardinality=1,2,4,8,16,32", "--at", "equal-macs", "--depth", "29"]
CONTRACT = ["sweep", *GRID, "--seeds", "3", "--data", "synthetic", "--epochs", "10"]


def test_a_dry_run_shows_the_plan_and_starts_nothing(tmp_path, capsys):
    assert main([*CONTRACT, "--dry-run", "--runs", str(tmp_path / "runs")]) == 0
    out = capsys.readouterr().out
    for name in ("1x64d", "2x40d", "4x24d", "32x4d"):
        totals = analyse(f"resnext29_{name}").totals
        row = next(line for line in out.splitlines() if line.startswith(name))
        assert f"{totals.macs:,}" in row
        assert f"{totals.params:,}" in row
    assert "+1.7 %" in out
    assert "18 runs: 6 networks, 3 seeds, 10 epochs" in out
    assert "differ from the budget by more than 3 %" in out
    assert not (tmp_path / "runs").exists()


def test_one_of_a_thing_is_not_several(tmp_path, capsys):
    one = "sweep --grid cardinality=1 --at equal-macs --depth 20 --epochs 1 --limit 200 --dry-run"
    assert main([*one.split(), "--runs", str(tmp_path)]) == 0
    assert "1 run: 1 network, 1 seed, 1 epoch of 200 images." in capsys.readouterr().out


def test_a_sample_larger_than_the_grid_says_so(tmp_path, capsys):
    more = "sweep --grid cardinality=1,32 --at equal-macs --depth 20 --dry-run --sample"
    assert main([*more.split(), "400", "--rivals", "--runs", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "400 networks were to be drawn; the grid has only 2, and all of them are taken." in out
    assert main([*more.split(), "2", "--runs", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "to be drawn" not in out
    assert "1 of 2 networks differs from the budget" in out


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["--at", "equal-macs"], "at least one depth"),
        (["--depth", "29", "--grid", "depth=20"], "Received both"),
        (["--depth", "29", "--grid", "cardinality=x"], "is written like"),
        (["--depth", "29", "--grid", "cardinality=1"], "at least one width"),
        ([*CONTRACT[1:], "--on", "pigeon"], "must be local, ray, ray"),
        ([*CONTRACT[1:], "--at", "equal-step-time"], "explorer time resnext29_1x64d resnext29_2x"),
        ([*CONTRACT[1:], "--seeds", "0"], "1 to 100 different seeds"),
        ([*CONTRACT[1:], "--seeds", "100", "--sample", "6", "--data", "nowhere"], "nowhere"),
        ([*CONTRACT[1:], "--within", "0"], "above 0"),
        ([*CONTRACT[1:], "--label", "x" * 61], "1 to 60 characters"),
    ],
)
def test_a_broken_rule_is_a_sentence(tmp_path, capsys, arguments, rule):
    assert main(["sweep", *arguments, "--runs", str(tmp_path / "runs")]) == 2
    assert re.search(rule, capsys.readouterr().err)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_without_ray_the_extra_is_named_and_nothing_is_written(tmp_path, capsys, monkeypatch, more):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *rest: None if name == "ray" else find_spec(name, *rest),
    )
    runs = ["--runs", str(tmp_path / "runs")]
    assert main([*CONTRACT, "--on", "ray", *more, *runs]) == 2
    found = capsys.readouterr()
    assert "Ray is not installed: pip install" in found.err
    assert found.out == ""
    assert not (tmp_path / "runs").exists()


def test_resume_says_how_many_and_what_stood_in_the_way(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *rest: None if name == "ray" else find_spec(name, *rest),
    )
    runs = ["--runs", str(tmp_path / "runs")]
    assert main([*CONTRACT, "--label", "six", *runs]) == 0
    assert main(["sweeps", "stop", "six", *runs]) == 0
    capsys.readouterr()
    assert main(["sweeps", "resume", "six", "--on", "ray", *runs]) == 2
    found = capsys.readouterr()
    assert "Ray is not installed" in found.err
    assert "Resumed" not in found.out
    assert main(["sweeps", "resume", "six", "--on", "local", *runs]) == 0
    assert ": 18 runs." in capsys.readouterr().out
    assert main(["sweeps", "resume", "six", *runs]) == 0
    assert ": 0 runs." in capsys.readouterr().out


def test_the_launcher_of_a_resume_is_by_default_the_sweeps(capsys):
    with pytest.raises(SystemExit):
        main(["sweeps", "resume", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "default: the launcher that the sweep was started or last resumed with" in shown


def test_sweeps_of_an_empty_store(tmp_path, capsys):
    assert main(["sweeps", "list", "--runs", str(tmp_path)]) == 0
    assert "no sweeps yet" in capsys.readouterr().out
    for action in ("show", "stop", "resume", "delete"):
        assert main(["sweeps", action, "zz", "--runs", str(tmp_path)]) == 2
        assert "There is no sweep 'zz'" in capsys.readouterr().err


@pytest.mark.slow(10)
def test_a_sweep_trains_stops_resumes_gets_seeds_and_is_exported(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("RESNEXT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RESNEXT_MAX_RUNS", "2")
    here = ["--runs", str(tmp_path / "runs")]
    store = RunStore(tmp_path / "runs")
    small = "sweep --grid cardinality=1,4 resolution=8 --depth 11 --channels 16 --at equal-params"
    assert main([*small.split(), "--epochs", "1", "--limit", "200", "--label", "tiny", *here]) == 0
    try:
        [plan], _ = read_plans(store.root)
        assert len(store.ids()) == 2
        assert main(["sweeps", "stop", "tiny", *here]) == 0
        until(lambda: {store.snapshot(run).state for run in store.ids()} == {"stopped"})
        assert main(["sweeps", "resume", plan.id, *here]) == 0

        def all_finished():
            tick(store)
            return {store.snapshot(run).state for run in store.ids()} == {"finished"}

        until(all_finished, 240)
        monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
        assert main(["sweeps", "seeds", plan.id, "2", *here]) == 0  # they only wait
        assert len(store.ids()) == 4
        capsys.readouterr()
        assert main(["sweeps", "show", plan.id, *here]) == 0
        shown = capsys.readouterr().out
        assert "2 finished, 2 queued" in shown
        assert "test error" in shown
        accuracies = {store.snapshot(run).test_accuracy for run in plan_runs(store, plan.id)}
        for ending in ("csv", "json", "html"):
            path = tmp_path / f"sweep.{ending}"
            assert main(["sweeps", "export", plan.id, "-o", str(path), *here]) == 0
        rows = list(csv.DictReader(io.StringIO((tmp_path / "sweep.csv").read_text())))
        assert {float(r["test_accuracy"]) for r in rows if r["test_accuracy"]} <= accuracies
        assert len(json.loads((tmp_path / "sweep.json").read_text())["runs"]) == 4
        assert main(["sweeps", "export", plan.id, "-o", str(tmp_path / "sweep.txt"), *here]) == 2
        assert main(["sweeps", "delete", plan.id, "--runs-too", *here]) == 0
        assert store.ids() == []
    finally:
        for run in store.ids():
            store.delete(run)


def plan_runs(store, sweep):
    """The runs of a sweep."""
    return [run for plan in read_plans(store.root)[0] if plan.id == sweep
            for run in plan.runs.values()]  # fmt: skip

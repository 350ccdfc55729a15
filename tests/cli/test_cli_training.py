"""``train`` and ``runs`` on real processes: a run, a Ctrl-C, a resume."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from waiting import until

from explorer.analysis.formats import to_text
from explorer.cli import main, progress
from explorer.cli.progress import bar_line, epoch_line, follow, resume_command
from explorer.cli.run_tables import listing
from explorer.cli.training import add_commands, add_recipe_options, find, recipe_of
from explorer.formatting.numbers import duration
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.history import Epoch
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

TICK = "explorer.training.runs.scheduler.tick"
MINI = ResNeXtSpec.from_name("mini_resnext")


def test_short_trainings_warm_up_in_proportion():
    given = dict.fromkeys(("limit", "batch_size", "learning_rate", "seed"))
    one = recipe_of(argparse.Namespace(recipe="short", epochs=1, **given))
    assert (one.epochs, one.warmup_epochs) == (1, 0.25)
    full = recipe_of(argparse.Namespace(recipe="short", epochs=20, **given))
    assert full.warmup_epochs == Recipe().warmup_epochs


def test_the_test_images_can_be_more_than_a_fifth():
    parser = argparse.ArgumentParser()
    add_recipe_options(parser)
    given = parser.parse_args(["--limit", "2500", "--test-limit", "10000"])
    recipe = recipe_of(given)
    assert (recipe.limit, recipe.test_limit) == (2500, 10000)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (125, "2 min 5 s"),
        (3840, "1 h 4 min"),
        (7200, "2 h"),
        (-3, "0 s"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


def test_runs_of_an_empty_store(tmp_path, capsys):
    assert main(["runs", "list", "--runs", str(tmp_path)]) == 0
    assert "no runs yet" in capsys.readouterr().out
    assert main(["runs", "list", "--runs", str(tmp_path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_run_that_is_not_there(tmp_path, capsys):
    for action in ("show", "stop", "pause", "resume", "delete", "export"):
        assert main(["runs", action, "zz", "--runs", str(tmp_path)]) == 2
        assert "there is no run 'zz'" in capsys.readouterr().err


def test_ids_may_be_short_if_clear(tmp_path):
    store = RunStore(tmp_path)
    first = store.create(MINI, Recipe(), "synthetic")
    second = store.create(MINI, Recipe(), "synthetic")
    assert find(store, second[-6:]) == second
    with pytest.raises(RunError, match="several runs match"):
        find(store, first[:8])
    shutil.copytree(store.folder(first), store.root / f"{first} copy")
    assert find(store, first) == first  # a whole id is clear, even if a copy's contains it


def test_names_cannot_steer_the_terminal(tmp_path):
    store = RunStore(tmp_path)
    store.create(MINI, Recipe(), "synthetic\x1b[31m", "x" * 90)
    shown = to_text(listing(store.list()))
    assert "\x1b" not in shown
    assert "…" in shown


def test_a_queued_run_waits_and_can_be_deleted(tmp_path, capsys, monkeypatch):
    store = RunStore(tmp_path)
    run = store.create(MINI, Recipe(), "synthetic")
    assert "waiting for a free training slot" in bar_line(store.snapshot(run))
    monkeypatch.setattr(TICK, lambda store: None)
    assert main(["runs", "stop", run, "--runs", str(tmp_path)]) == 0
    assert "is stopped" in capsys.readouterr().out
    assert main(["runs", "show", run, "--runs", str(tmp_path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["spec"]["cardinality"] == 32
    assert main(["runs", "delete", run, "--runs", str(tmp_path)]) == 0
    assert store.ids() == []


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_signals_stop_the_run_and_say_how_to_resume(tmp_path, capsys, monkeypatch, name, status):
    store = RunStore(tmp_path)
    run = store.create(MINI, Recipe(), "synthetic")
    number = getattr(signal, name)
    # Tests may run under nohup or in the background, where these signals are ignored.
    usual = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
    before = signal.signal(number, usual)
    monkeypatch.setattr(TICK, lambda store: signal.raise_signal(number))
    try:
        assert follow(store, run) == status
        assert signal.getsignal(number) == usual
    finally:
        signal.signal(number, before)
    assert store.snapshot(run).state == "stopped"
    assert f"runs resume {run}" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_nohup_is_respected(tmp_path, monkeypatch):
    monkeypatch.setattr(TICK, lambda store: signal.raise_signal(signal.SIGHUP))
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    store = RunStore(tmp_path)
    run = store.create(MINI, Recipe(), "synthetic")
    store.request(run, "pause")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert follow(store, run) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_terminal_that_is_gone_does_not_keep_the_run(tmp_path):
    store = RunStore(tmp_path)
    run = store.create(MINI, Recipe(), "synthetic")
    code = (
        "import os, signal, sys; from explorer.cli import progress;"
        "from explorer.training.runs import scheduler;"
        "from explorer.training.runs.store import RunStore;"
        "scheduler.tick = lambda store: signal.raise_signal(signal.SIGHUP);"
        f"sys.exit(progress.follow(RunStore({str(tmp_path)!r}), {run!r}))"
    )
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, stdout=write, stderr=subprocess.PIPE
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (129, b"")
    assert store.snapshot(run).state == "stopped"


def test_runs_are_where_the_environment_says(tmp_path, capsys, monkeypatch):
    run = RunStore(tmp_path / "there").create(MINI, Recipe(), "synthetic")
    monkeypatch.setattr(TICK, lambda store: None)
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "there"))
    assert main(["runs", "show", run]) == 0
    assert main(["runs", "show", run, "--runs", str(tmp_path / "here")]) == 2
    # The command holds in a shell without the variable, too.
    assert resume_command(RunStore("runs"), "ID").endswith("--runs runs")
    monkeypatch.setenv("RESNEXT_RUNS", "")
    monkeypatch.chdir(tmp_path)
    assert main(["runs", "list", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []


def test_how_to_resume_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("RESNEXT_RUNS", raising=False)
    assert resume_command(RunStore("runs"), "ID") == "python -m explorer runs resume ID"
    assert resume_command(RunStore("my runs"), "ID").endswith("--runs 'my runs'")


def test_epoch_lines_align():
    epoch = Epoch(3, 30, 1.5, 0.4, 1.6, 0.35, 0.1, 2.0, 65.0)
    assert epoch_line(epoch, 10).startswith("epoch  3/10  loss 1.5000  accuracy 0.4000")
    assert epoch_line(epoch, 10).endswith("1 min 5 s")


def test_wrong_input(tmp_path, capsys):
    for changes in (["--epochs", "0"], ["--data", "/nowhere"], ["--recipe", "magic"]):
        assert main(["train", "mini_resnext", "--runs", str(tmp_path), *changes]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["train", "resnext50_32x4d", "--runs", str(tmp_path)]) == 2
    assert "10 classes" in capsys.readouterr().err
    assert RunStore(tmp_path).ids() == []


def command(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "explorer", *arguments, "--runs", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_train_stop_by_ctrl_c_and_resume(tmp_path):
    train = command(
        tmp_path,
        *("train", "mini_resnext", "--epochs", "3", "--limit", "256", "--batch-size", "32"),
    )
    store = RunStore(tmp_path)
    until(lambda: store.ids() and store.snapshot(store.ids()[0]).epochs, seconds=300)
    train.send_signal(signal.SIGINT)
    out, err = train.communicate(timeout=240)
    (run,) = store.ids()
    assert train.returncode == 130
    assert err == ""
    assert f"runs resume {run}" in out
    assert store.snapshot(run).state in ("stopped", "finished")
    if store.snapshot(run).state == "stopped":
        out, err = command(tmp_path, "runs", "resume", run[-6:]).communicate(timeout=240)
        assert err == ""
        assert "epoch 3/3" in out
        assert "Finished" in out
    assert (
        main(["runs", "export", run, "-o", str(tmp_path / "c.csv"), "--runs", str(tmp_path)]) == 0
    )
    assert (tmp_path / "c.csv").read_text().count("\n") > 3


def test_event_files_are_asked_for_by_a_flag():
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    plain = parser.parse_args(["train", "mini_resnext"])
    flagged = parser.parse_args(["train", "mini_resnext", "--tensorboard"])
    assert not recipe_of(plain).tensorboard
    assert recipe_of(flagged) == replace(recipe_of(plain), tensorboard=True)

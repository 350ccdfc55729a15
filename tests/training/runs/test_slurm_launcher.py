"""Runs as jobs of Slurm: what is asked of it, and what its answers mean."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.jobs.processes import ROOT
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import launchers, slurm_launcher
from explorer.training.runs.scheduler import halt, start, tick
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

SUBMITIT = importlib.util.find_spec("submitit") is not None
Tool = Callable[[str, str], None]
# Leaves out its options and runs the rest, as a node of this name does.
SRUN = 'while [ "${1#--}" != "$1" ]; do shift; done; SLURMD_NODENAME=node7 exec "$@"'


class Executor:
    """What submitit is asked."""

    jobs: list[dict[str, Any]]

    def __init__(self, folder: Path, max_num_timeout: int) -> None:
        self.asked: dict[str, Any] = {"folder": folder}

    def update_parameters(self, **parameters: Any) -> None:
        self.asked |= parameters

    def submit(self, task: Callable[..., Any], *arguments: Any) -> None:
        Executor.jobs.append({**self.asked, "task": task, "arguments": arguments})


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Put a program of Slurm's on the path; each writes down what it was asked in `asked`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def make(name: str, script: str) -> None:
        path = folder / name
        path.write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/asked\n{script}\n')
        path.chmod(path.stat().st_mode | stat.S_IEXEC)

    return make


@pytest.fixture
def slurm(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster with one free node and an empty queue."""
    tool("srun", SRUN)
    tool("squeue", "")
    tool("scancel", "")
    Executor.jobs = []
    monkeypatch.setitem(sys.modules, "submitit", SimpleNamespace(SlurmExecutor=Executor))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())


def test_without_submitit_the_extra_is_named_and_nothing_is_created(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"pip install \.\[slurm\]"):
        start(store, tiny, quick, "synthetic", on="slurm")
    assert store.ids() == []


@pytest.mark.usefixtures("slurm")
def test_a_run_is_one_job_by_its_own_name_with_what_the_variables_ask(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESNEXT_SLURM_CPUS", "3")
    monkeypatch.setenv("RESNEXT_SLURM_GPUS", "1")
    run = start(store, tiny, quick, "synthetic", on="slurm")
    tick(store)
    state = store.state(run)
    assert (state.state, state.launcher, state.host) == ("queued", "slurm", "")
    [job] = Executor.jobs
    assert (job["job_name"], job["folder"]) == (run, store.folder(run).resolve() / "slurm")
    assert (job["cpus_per_task"], job["gpus_per_node"]) == (3, 1)
    assert "export RESNEXT_THREADS=3" in job["setup"]
    assert job["additional_parameters"]["requeue"] is True
    assert job["arguments"] == (str(store.folder(run).resolve()),)
    monkeypatch.setenv("RESNEXT_SLURM_CPUS", "many; rm")
    with pytest.raises(RunError, match="RESNEXT_SLURM_CPUS must be a whole number"):
        start(store, tiny, quick, "synthetic", on="slurm")


@pytest.mark.usefixtures("slurm")
def test_a_run_that_waits_is_cancelled_by_any_process_that_stops_it(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, tmp_path: Path
) -> None:
    """The job is found by its name, also without RESNEXT_LAUNCHER."""
    run = start(store, tiny, quick, "synthetic", on="slurm")
    halt(store, run, "stop")
    assert store.state(run).state == "stopped"
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-1] == f"scancel --state=PENDING --name={run}"


@pytest.mark.usefixtures("slurm")
def test_the_queue_says_whether_a_run_s_job_lives(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, tool: Tool
) -> None:
    run = start(store, tiny, quick, "synthetic", on="slurm")
    launcher = slurm_launcher.SlurmLauncher()
    assert not launcher.alive(store, run)
    tool("squeue", f'case "$*" in *--name={run}) echo 17;; esac')
    assert launcher.alive(store, run)
    tool("squeue", "echo 'Unable to contact slurm controller' >&2; exit 1")
    with pytest.raises(RunError, match="does not answer: Unable to contact"):
        launcher.alive(store, run)


@pytest.mark.parametrize(
    ("srun", "sentence"),
    [
        (SRUN, ""),
        ("echo 'srun: error: Unable to allocate resources: nodes are busy' >&2; exit 1", ""),
        ('rm -f "$RUNS"/.seen-*; ' + SRUN, "node7 does not see .*runs: the runs' folder and"),
        (SRUN.replace("exec", "PATH=/none exec"), "starts no job here"),
        ("echo 'srun: error: invalid partition specified' >&2; exit 1", "invalid partition"),
    ],
    ids=["sees it", "is busy", "other storage", "no shell", "refused"],
)
@pytest.mark.usefixtures("slurm")
def test_a_node_that_sees_another_folder_is_named_before_anything_is_created(
    store: RunStore,
    tiny: ResNeXtSpec,
    quick: Recipe,
    tool: Tool,
    monkeypatch: pytest.MonkeyPatch,
    srun: str,
    sentence: str,
) -> None:
    monkeypatch.setenv("RUNS", str(store.root))
    tool("srun", srun)
    if sentence:
        with pytest.raises(RunError, match=sentence):
            start(store, tiny, quick, "synthetic", on="slurm")
        assert list(store.root.iterdir()) == []
    else:
        start(store, tiny, quick, "synthetic", on="slurm")
        assert len(Executor.jobs) == len(store.ids()) == 1


def test_without_slurm_the_missing_program_is_named(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match="no Slurm on this machine: srun is missing"):
        slurm_launcher.SlurmLauncher().check(store)


def test_what_variables_set_for_sbatch_holds_for_the_check_too() -> None:
    inside = {"SBATCH_PARTITION": "gpu", "SLURM_JOB_ID": "7", "SLURM_CONF": "/c", "HOME": "/h"}
    asked = slurm_launcher._for_srun(inside)
    assert asked == {**{n: inside[n] for n in ("SBATCH_PARTITION", "SLURM_CONF", "HOME")},
                     "SLURM_PARTITION": "gpu"}  # fmt: skip


def test_a_job_starts_a_killed_supervisor_again_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[int] = []

    def killed(folder: str) -> int:
        ends.append(len(ends))
        if len(ends) % 3:
            raise launchers.SupervisorDied("the supervisor was killed")
        return 0

    monkeypatch.setattr(slurm_launcher, "run_supervisor", killed)
    assert slurm_launcher.Task()(str(tmp_path)) == 0
    assert len(ends) == 3
    monkeypatch.setattr(slurm_launcher, "RETRIES", 2)
    with pytest.raises(launchers.SupervisorDied, match="too often"):
        slurm_launcher.Task()(str(tmp_path))


@pytest.mark.slow
@pytest.mark.skipif(not SUBMITIT, reason="submitit is not installed")
def test_a_job_of_submitit_trains_a_run(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    import submitit

    run = store.create_all([(tiny, None)], quick, "synthetic", launcher="slurm")[0]
    folder = store.folder(run).resolve()
    job = submitit.LocalExecutor(folder / "slurm").submit(slurm_launcher.Task(), str(folder))
    assert job.result() == 0
    assert store.snapshot(run).state == "finished"


@pytest.mark.skipif(not SUBMITIT, reason="submitit is not installed")
def test_when_time_is_up_the_same_is_submitted_again(tmp_path: Path) -> None:
    task = slurm_launcher.Task()
    again = task.checkpoint(str(tmp_path))
    assert (again.function, again.args) == (task, (str(tmp_path),))
    text = slurm_launcher._executor(tmp_path)._make_submission_file_text("true", "1")
    assert f"#SBATCH --job-name={tmp_path.name}" in text
    assert "#SBATCH --requeue" in text.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(
    not SUBMITIT or shutil.which("slurmd") is None or os.geteuid() != 0,
    reason="submitit or Slurm is not installed, or we are not root",
)
def test_on_slurm_runs_that_are_killed_and_moved_end_with_the_same_curve(tmp_path: Path) -> None:
    script, report = ROOT / "benchmarks" / "slurm_nodes.py", tmp_path / "report.md"
    command = [sys.executable, str(script), "--epochs", "20", "-o", str(report)]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert report.read_text().count("equal to the bit") == 8

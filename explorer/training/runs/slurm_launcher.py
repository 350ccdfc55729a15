"""Runs on the nodes of a Slurm cluster: each is one job, submitted by submitit.

A job is named by its run's id, so that any process finds it again. It runs our supervisor. When its
node dies Slurm queues the job again; before a time limit or a preemption ends it, submitit does. A
supervisor there waits until the run's lease is late, takes it over and resumes from the checkpoint.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from explorer.jobs import processes
from explorer.jobs.text import sentence
from explorer.training.engine.errors import RunError
from explorer.training.runs.launchers import (
    CORES_PER_RUN,
    RETRIES,
    SLURM,
    SupervisorDied,
    run_supervisor,
)
from explorer.training.runs.quotas import whole_number
from explorer.training.runs.store import RunStore

FOLDER = "slurm"  # of a run: what submitit writes
MINUTES = 60  # after which a job makes room for others, and is queued again
MOST_LIMITS = 10_000  # how often that may happen
ANSWER_SECONDS = 30.0
CHECK_SECONDS = 5  # a node must be free so soon, else none is asked
REMEMBER_SECONDS = 60  # a sweep starts its runs seed by seed
MISSING = (
    "submitit is not installed: pip install 'resnext-explorer[slurm]' (in a checkout: "
    "pip install .[slurm])"
)
LOOK = 'for path; do [ -e "$path" ] || echo "$path"; done; echo "seen by ${SLURMD_NODENAME}"'


class SlurmLauncher:
    """The Slurm cluster that this machine submits to.

    Raises:
        RunError: submitit is not installed.
    """

    name = SLURM

    def __init__(self) -> None:
        if importlib.util.find_spec("submitit") is None:
            raise RunError(MISSING)

    def check(self, store: RunStore) -> None:
        """Raise `RunError` if a node does not see the runs' folder and this program.

        One node is asked, if one is free.
        """
        _look(store.root.resolve(), int(time.monotonic() / REMEMBER_SECONDS))

    def start(self, store: RunStore, runs: Sequence[str]) -> None:
        """Submit a job for each run."""
        for run in runs:
            folder = store.folder(run).resolve()
            try:
                _executor(folder).submit(Task(), str(folder))
            except (RuntimeError, OSError) as error:
                raise RunError(f"Slurm could not start the run: {sentence(error)}") from None

    def cancel(self, store: RunStore, run: str) -> None:
        """Cancel a run's job if it has not begun; one at work obeys its folder."""
        _ask(["scancel", "--state=PENDING", f"--name={run}"])

    def alive(self, store: RunStore, run: str) -> bool:
        """Return whether a run's job waits, runs, or is queued again after its node died."""
        found = _ask(["squeue", "--noheader", "--format=%i", f"--name={run}"])
        if found.returncode:
            raise RunError(f"Slurm does not answer: {found.stderr.strip()[:300]}")
        return bool(found.stdout.strip())


class Task:
    """The body of a job."""

    def __call__(self, folder: str) -> int:
        """Run a supervisor, again if it is killed alone.

        Raises:
            SupervisorDied: It was killed too often.
        """
        for _ in range(RETRIES):
            try:
                return run_supervisor(folder)
            except SupervisorDied as error:
                print(error)
        raise SupervisorDied(f"the supervisor of {Path(folder).name} was killed too often")

    def checkpoint(self, folder: str) -> Any:
        """Return what to submit again when time is up: the same, as the run's folder knows more."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, folder)


@lru_cache(maxsize=16)
def _look(root: Path, moment: int) -> None:
    """Ask a free node what it sees, once for all that starts in one moment."""
    root.mkdir(parents=True, exist_ok=True)
    sign = root / f".seen-{secrets.token_hex(4)}"
    sign.touch()
    paths = [str(sign), str(processes.ROOT / "explorer"), sys.executable]
    try:
        command = ["srun", f"--immediate={CHECK_SECONDS}", "--ntasks=1", "--chdir=/"]
        found = _ask([*command, "sh", "-c", LOOK, "sh", *paths], _for_srun(os.environ))
    finally:
        sign.unlink(missing_ok=True)
    *lost, last = found.stdout.splitlines() or [""]
    if not last.startswith("seen by "):
        if "busy" in found.stderr:
            return
        raise RunError(f"Slurm starts no job here: {found.stderr.strip()[:300]}")
    if lost:
        node, what = last.removeprefix("seen by "), root if lost[0] == str(sign) else lost[0]
        raise RunError(
            f"Slurm's node {node} does not see {what}: the runs' folder and this program must be "
            "on storage that all nodes share, under the same path; see RESNEXT_RUNS"
        )


def _executor(folder: Path) -> Any:
    import submitit

    cpus = whole_number("RESNEXT_SLURM_CPUS") or CORES_PER_RUN
    variables = {
        "PYTHONPATH": processes.environment()["PYTHONPATH"],
        "RESNEXT_THREADS": str(cpus),
    }
    executor = submitit.SlurmExecutor(folder / FOLDER, max_num_timeout=MOST_LIMITS)
    executor.update_parameters(
        job_name=folder.name,
        time=MINUTES,
        cpus_per_task=cpus,
        gpus_per_node=whole_number("RESNEXT_SLURM_GPUS"),
        srun_args=[f"--cpus-per-task={cpus}"],  # from Slurm 22.05 a step does not inherit it
        setup=[f"export {name}={shlex.quote(value)}" for name, value in variables.items()],
        stderr_to_stdout=True,
        additional_parameters={"requeue": True},  # when a node dies, also where it is not usual
    )
    return executor


def _for_srun(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment in which srun asks for what sbatch would ask for, as its own job."""
    outside = {
        name: value
        for name, value in variables.items()
        if not name.startswith("SLURM_") or name == "SLURM_CONF"
    }
    asked = {
        name.replace("SBATCH_", "SLURM_", 1): value
        for name, value in variables.items()
        if name.startswith("SBATCH_")
    }
    return {**outside, **asked}


def _ask(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
            env=environment,
        )
    except FileNotFoundError:
        raise RunError(f"there is no Slurm on this machine: {command[0]} is missing") from None
    except subprocess.TimeoutExpired:
        raise RunError(f"Slurm did not answer {command[0]} in {ANSWER_SECONDS:.0f} s") from None

"""Slurm: runs are started, cancelled, killed and moved; do they end with the same curve?

    apt-get install slurmctld slurmd slurm-client; pip install '.[slurm]'      (as root)
    python benchmarks/slurm_nodes.py --epochs 30 -o benchmarks/results/slurm_nodes.md

A Slurm cluster of its own on this machine: a controller and three nodes with one core each, without
cgroups and without munge. Five runs are started as `train --on slurm` does. One that waits is
stopped before it begins. Of the others, when each has shown some points, one loses its supervisor,
one gets the signal that Slurm sends before a time limit, and one loses its node with all its
processes. The same runs, each never interrupted, are the reference: every point and epoch and all
weights must be equal to the bit. Exit status 1 if not.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from ray_nodes import POINTS, compared, kill_at_once, small_runs, undisturbed, wait

NODES = ("node1", "node2", "node3")
PORT = 17100
CONFIG = """
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=10
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=5
SlurmdTimeout=15
KillWait=5
MpiDefault=none
SwitchType=switch/none
AccountingStorageType=accounting_storage/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
{nodes}
PartitionName=all Nodes={names} Default=YES MaxTime=INFINITE State=UP
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        text, good = measure(Path(folder), arguments.epochs)
    print(text)
    if arguments.output is not None:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    return 0 if good else 1


class Cluster:
    """A controller and nodes of Slurm on this machine."""

    def __init__(self, folder: Path) -> None:
        host = socket.gethostname()
        nodes = "\n".join(
            f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={PORT + number} CPUs=1"
            for number, name in enumerate(NODES, start=1)
        )
        names = ",".join(NODES)
        folder.mkdir()
        (folder / "state").mkdir()
        path = folder / "slurm.conf"
        path.write_text(CONFIG.format(**locals(), port=PORT))
        os.environ["SLURM_CONF"] = str(path)
        self.started = [subprocess.Popen(["slurmctld", "-D"], stderr=subprocess.DEVNULL)]
        self.nodes = {
            name: subprocess.Popen(["slurmd", "-D", "-N", name], stderr=subprocess.DEVNULL)
            for name in NODES
        }
        wait(lambda: asked("sinfo", "-h", "-t", "idle", "-o", "%D") == str(len(NODES)))

    def kill(self, name: str, job: str) -> int:
        """End a node and its job's processes at once, as a machine that loses power does."""
        return kill_at_once([psutil.Process(self.nodes[name].pid), *processes_of(job)])

    def close(self) -> None:
        """End what is left."""
        asked("scancel", f"--user={os.getuid()}")
        wait(lambda: not asked("squeue", "-h"))
        for process in [*self.nodes.values(), *self.started]:
            process.terminate()
        for process in [*self.nodes.values(), *self.started]:
            process.wait()


def measure(folder: Path, epochs: int) -> tuple[str, bool]:
    """Train on the cluster and without; the report, and whether all is equal."""
    os.environ.update(
        {
            "RESNEXT_CACHE": str(folder / "cache"),
            "RESNEXT_THREADS": "1",
            "RESNEXT_SLURM_CPUS": "1",
            "RESNEXT_MAX_RUNS": "4",
        }
    )
    from explorer.training.runs.scheduler import halt, start
    from explorer.training.runs.slurm_launcher import SlurmLauncher
    from explorer.training.runs.store import RunStore

    spec, recipes = small_runs(4, epochs)
    store, launcher = RunStore(folder / "runs"), SlurmLauncher()
    cluster = Cluster(folder / "slurm")
    try:
        runs = [start(store, spec, one, "synthetic", on="slurm") for one in recipes]
        waits = start(store, spec, recipes[0], "synthetic", on="slurm")
        known = launcher.alive(store, waits)
        halt(store, waits, "stop")
        gone = (known, launcher.alive(store, waits), store.snapshot(waits).state)
        begun = time.monotonic()
        first = wait(lambda: ready(store, runs, 3))
        supervisor, limit, node = first
        said = [
            f"{number}: {what}"
            for number, what in (
                (runs.index(supervisor) + 1, killed_supervisor(store, supervisor)),
                (runs.index(limit) + 1, time_up(limit)),
                (runs.index(node) + 1, killed_node(cluster, node)),
            )
        ]
        wait(lambda: all(store.snapshot(run).state in ("finished", "failed") for run in runs))
        wait(lambda: not asked("squeue", "-h"))
        seconds = time.monotonic() - begun
    finally:
        cluster.close()
    plain, references = undisturbed(folder, spec, recipes)
    version = asked("sinfo", "--version")
    head = [
        "# Slurm jobs that are cancelled, killed and moved",
        "",
        f"`python benchmarks/slurm_nodes.py --epochs {epochs}`, {version}, submitit "
        f"{_submitit()}, a controller and three nodes on one machine.",
        "A run that waited was stopped: its job was in Slurm's queue before and "
        f"{'still is' if gone[1] else 'not after'}; the run is {gone[2]}. "
        f"All others had ended after {seconds:.0f} s. Run " + "; run ".join(said) + ".",
        "",
    ]
    table, good = compared(store, runs, plain, references)
    again = all(store.snapshot(run).attempts > 1 for run in first)
    return "\n".join([*head, *table]), good and again and gone == (True, False, "stopped")


def ready(store, runs: list[str], count: int) -> list[str] | None:
    """So many runs that are at work and have some points."""
    found = [
        run
        for run in runs
        if store.snapshot(run).state == "running" and len(store.snapshot(run).points) > POINTS
    ]
    return found[:count] if len(found) >= count else None


def killed_supervisor(store, run: str) -> str:
    os.kill(store.state(run).worker, signal.SIGKILL)
    return f"its supervisor was killed after {len(store.snapshot(run).points)} points"


def time_up(run: str) -> str:
    asked("scancel", "--signal=USR2", job_of(run))
    return "it got the signal that a time limit comes"


def killed_node(cluster: Cluster, run: str) -> str:
    name = asked("squeue", "-h", "-n", run, "-o", "%N")
    killed = cluster.kill(name, job_of(run))
    return f"its node was killed with {killed} processes"


def job_of(run: str) -> str:
    return asked("squeue", "-h", "-n", run, "-o", "%i")


def processes_of(job: str) -> list[psutil.Process]:
    """What a job has started, with the processes of Slurm that watch it."""
    steps = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"slurmstepd: [{job}." in " ".join(process.info["cmdline"] or [])
    ]
    return [*steps, *(child for step in steps for child in step.children(recursive=True))]


def asked(*command: str) -> str:
    """What a program of Slurm's says."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _submitit() -> str:
    from importlib.metadata import version

    return version("submitit")


if __name__ == "__main__":
    sys.exit(main())

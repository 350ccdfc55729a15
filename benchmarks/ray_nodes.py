"""A node of a Ray cluster dies while it trains: do its runs end with the same curve elsewhere?

    pip install '.[ray]'
    python benchmarks/ray_nodes.py --runs 3 --epochs 30 -o benchmarks/results/ray_nodes.md

Three Ray nodes on this machine, on loopback, each with one core. The runs are started as
`train --on ray` does. When each has shown some points, a node that is at work on one is killed with
all its processes. The same runs, each never interrupted, are the reference: every point and
epoch and all weights must be equal to the bit. Exit status 1 if not.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

LIMIT = 1500.0  # seconds for each wait
LOOPBACK = "127.0.0.2"  # Ray replaces 127.0.0.1 by the machine's address in a network
POINTS = 100  # of a run before its node is killed: more than an epoch, so that it has a checkpoint


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        text, good = measure(Path(folder), arguments.runs, arguments.epochs)
    print(text)
    if arguments.output is not None:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    return 0 if good else 1


def measure(folder: Path, count: int, epochs: int) -> tuple[str, bool]:
    """Train on the cluster and without; the report, and whether all is equal."""
    (folder / "token").write_text(secrets.token_hex(32))
    own = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(folder / "token"),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RESNEXT_CACHE": str(folder / "cache"),
        "RESNEXT_THREADS": "1",
        "RESNEXT_RAY_CPUS": "1",
        "RESNEXT_MAX_RUNS": str(count),
        "RAY_agent_register_timeout_ms": "200000",  # a busy machine starts slowly
        "RAY_raylet_start_wait_time_s": "200",
    }
    os.environ.update(own)
    import ray
    from ray.cluster_utils import Cluster

    from explorer.training.runs.scheduler import start
    from explorer.training.runs.store import RunStore

    spec, recipes = small_runs(count, epochs)
    store = RunStore(folder / "runs")
    node = {"num_cpus": 1, "node_ip_address": LOOPBACK, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=node)
    node.pop("include_dashboard")
    for _ in range(2):
        cluster.add_node(**node)
    os.environ["RAY_ADDRESS"] = cluster.address
    try:
        runs = [start(store, spec, one, "synthetic", on="ray") for one in recipes]
        begun = time.monotonic()
        doomed = wait(lambda: _at_work(cluster, store, runs))
        lost, machine = doomed
        before = {run: len(store.snapshot(run).points) for run in runs}
        killed = kill_at_once(_processes(machine))
        cluster.remove_node(machine, allow_graceful=False)
        died = time.monotonic()
        wait(lambda: store.snapshot(lost).attempts > 1)
        again = time.monotonic() - died
        wait(lambda: all(store.snapshot(run).state == "finished" for run in runs))
        seconds = time.monotonic() - begun
    finally:
        ray.shutdown()
        cluster.shutdown()

    plain, references = undisturbed(folder, spec, recipes)
    head = [
        "# A node that dies",
        "",
        f"`python benchmarks/ray_nodes.py --runs {count} --epochs {epochs}`, Ray "
        f"{ray.__version__}, three nodes on one machine.",
        f"Killed: a node with {killed} processes, at work on run {runs.index(lost) + 1}, which had "
        f"shown {before[lost]} points. It trained again on another node {again:.0f} s later; all "
        f"runs were finished after {seconds:.0f} s. A node trains one run at a time, so a run may "
        "have to wait until another has ended.",
        "",
    ]
    table, good = compared(store, runs, plain, references)
    return "\n".join([*head, *table]), good and store.snapshot(lost).attempts > 1


def small_runs(count: int, epochs: int):
    """A network that trains in minutes on one core, and a recipe for each run."""
    from explorer.training.engine.recipe import Recipe
    from resnext import ResNeXtSpec

    spec = ResNeXtSpec(blocks=(1,), cardinality=4, width=1, stem="cifar", input_shape=(8, 8, 3))
    recipe = Recipe.from_name("short", epochs=epochs, limit=1000, batch_size=20)
    return spec.replace(classes=10), [replace(recipe, seed=seed) for seed in range(count)]


def undisturbed(folder: Path, spec, recipes):
    """The same runs in this machine's queue: their store, and their ids."""
    from explorer.training.runs.scheduler import start
    from explorer.training.runs.store import RunStore

    plain = RunStore(folder / "plain")
    references = [start(plain, spec, one, "synthetic", on="local") for one in recipes]
    wait(lambda: _over(plain, references))
    return plain, references


def compared(store, runs, plain, references):
    """A table of all runs, and whether each is as its reference."""
    lines = ["| run | attempts | points and epochs | curve | weights |", "|---|---|---|---|---|"]
    good = True
    for number, (run, reference) in enumerate(zip(runs, references), start=1):
        curve, other = _curve(store, run), _curve(plain, reference)
        weights = _weights(store, run), _weights(plain, reference)
        same = curve == other, _equal(*weights)
        good = good and all(same)
        words = ["equal to the bit" if one else "DIFFERENT" for one in same]
        attempts = store.snapshot(run).attempts
        lines.append(f"| {number} | {attempts} | {len(curve)} | {words[0]} | {words[1]} |")
    return lines, good


def wait(condition):
    end = time.monotonic() + LIMIT
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError("it did not happen in time")
        time.sleep(0.2)
    return found


def _at_work(cluster, store, runs):
    """A run with some points, not near its end, and the node it is on, which is not the head."""
    for run in runs:
        points = len(store.snapshot(run).points)
        if points > POINTS:
            for node in cluster.worker_nodes:
                if store.state(run).worker in {process.pid for process in _processes(node)}:
                    return run, node
    return None


def _processes(node):
    raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
    return [raylet, *raylet.children(recursive=True)]


def kill_at_once(processes) -> int:
    """End the processes of a node, as a machine that loses power does."""
    for signal in ("suspend", "kill"):  # nobody may notice that another is gone, and say so
        for process in processes:
            try:
                getattr(process, signal)()
            except psutil.NoSuchProcess:
                continue
    return len(processes)


def _over(store, runs) -> bool:
    from explorer.training.runs.scheduler import tick

    tick(store)
    return all(store.snapshot(run).state in ("finished", "failed") for run in runs)


def _curve(store, run):
    snapshot = store.snapshot(run)
    points = [replace(point, speed=0, elapsed=0) for point in snapshot.points]
    return [*points, *(replace(epoch, seconds=0, elapsed=0) for epoch in snapshot.epochs)]


def _weights(store, run):
    from explorer.training.engine.checkpoint import load_checkpoint

    return load_checkpoint(store.folder(run) / "checkpoint.npz")[1]


def _equal(first, second) -> bool:
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name]) for name in first
    )


if __name__ == "__main__":
    sys.exit(main())

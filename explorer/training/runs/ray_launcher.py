"""Runs on the nodes of a Ray cluster: each is one Ray task that runs our supervisor.

Ray Core only: Ray Tune and Ray Train want to own checkpoints, and a run's folder already is one. A
task dies with the process that submitted it, so a detached actor on the head node submits all of
them. When a node dies Ray starts its tasks again on other nodes; a supervisor there waits until the
run's lease is late, takes it over and resumes from the checkpoint.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.jobs import processes
from explorer.jobs.text import sentence
from explorer.training.engine.errors import RunError
from explorer.training.runs.launchers import (
    CORES_PER_RUN,
    RAY,
    RETRIES,
    SupervisorDied,
    run_supervisor,
)
from explorer.training.runs.quotas import whole_number
from explorer.training.runs.store import RunStore

NAME = "resnext-explorer"
CHECK_SECONDS = 60.0
MISSING = (
    "Ray is not installed: pip install 'resnext-explorer[ray]' (in a checkout: pip install .[ray])"
)


class RayLauncher:
    """A Ray cluster whose nodes all see the folder of the runs.

    Args:
        address: `ray` for the cluster that RAY_ADDRESS or this machine's `ray start` names, or
            `ray://HOST:PORT` of a cluster's client server.

    Raises:
        RunError: Ray is not installed.
    """

    name = RAY

    def __init__(self, address: str) -> None:
        if importlib.util.find_spec("ray") is None:
            raise RunError(MISSING)
        self._address = "auto" if address == RAY else address

    def check(self, store: RunStore) -> None:
        """Raise `RunError` if a node does not see the runs' folder, or is open to anybody."""
        _connect(self._address)
        _check_nodes(store.root)

    def start(self, store: RunStore, runs: Sequence[str]) -> None:
        """Submit a task for each run; it waits for a node with room."""
        import ray

        _connect(self._address)
        options: dict[str, Any] = {"num_cpus": _cpus()}
        gpus = whole_number("RESNEXT_RAY_GPUS")
        if gpus:
            options["num_gpus"] = gpus
        try:
            keeper = _keeper()
            folders = [str(store.folder(run).resolve()) for run in runs]
            ray.get([keeper.start.remote(folder, options) for folder in folders])
        except ray.exceptions.RayError as error:
            raise RunError(f"Ray could not start the run: {sentence(error)}") from None

    def cancel(self, store: RunStore, run: str) -> None:
        """Remove the task of a run that waits for a node."""
        import ray

        _connect(self._address)
        ray.get(_keeper().cancel.remote(str(store.folder(run).resolve())))

    def alive(self, store: RunStore, run: str) -> bool:
        """Return whether a run's task waits, runs, or is started again after a node died."""
        import ray

        _connect(self._address)
        return bool(ray.get(_keeper().alive.remote(str(store.folder(run).resolve()))))


class Keeper:
    """Submits the tasks and knows them; an actor that outlives its callers."""

    def __init__(self) -> None:
        self._tasks: dict[str, Any] = {}

    def start(self, folder: str, options: dict[str, Any]) -> None:
        """Submit a task for a run, if it has none."""
        import ray

        if not self.alive(folder):
            task = ray.remote(max_retries=RETRIES, retry_exceptions=[SupervisorDied])(
                run_supervisor
            )
            environment = {"RESNEXT_THREADS": str(int(options["num_cpus"]))}
            runtime = {"env_vars": {**_paths(), **environment}}
            self._tasks[folder] = task.options(**options, runtime_env=runtime).remote(folder)

    def alive(self, folder: str) -> bool:
        """Return whether a run has a task that has not ended."""
        import ray

        task = self._tasks.get(folder)
        if task is None:
            return False
        done, _ = ray.wait([task], timeout=0)
        return not done

    def cancel(self, folder: str) -> None:
        """Cancel a run's task if it has not begun; one at work obeys its folder."""
        import ray

        if self.alive(folder):
            ray.cancel(self._tasks[folder], force=False, recursive=False)


def _connect(address: str) -> None:
    mode = os.environ.setdefault("RAY_AUTH_MODE", "token")
    if mode != "token":
        raise RunError(
            "RAY_AUTH_MODE must be token: without it anyone who reaches a port of the cluster "
            f"runs programs on it; received {mode!r}"
        )
    # Else `uv run` makes Ray copy this folder, runs and images included, to every node and build
    # an environment there. Read when Ray is imported.
    os.environ.setdefault("RAY_ENABLE_UV_RUN_RUNTIME_ENV", "0")
    import ray

    if ray.is_initialized():
        return
    try:
        ray.init(
            address,
            namespace=NAME,
            runtime_env={"env_vars": _paths()},
            log_to_driver=False,
            logging_level="error",
        )
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise RunError(
            f"no Ray cluster answers at {address}: {sentence(error)[:300]}. Start one with "
            "RAY_AUTH_MODE=token ray start --head, with the token of ray get-auth-token --generate "
            "on every node"
        ) from None


def _paths() -> dict[str, str]:
    """Where nodes find this program if it is not installed there, but its folder is shared."""
    return {"PYTHONPATH": processes.environment()["PYTHONPATH"]}


def _keeper() -> Any:
    import ray

    return (
        ray.remote(Keeper)
        .options(
            name=NAME,
            namespace=NAME,
            get_if_exists=True,
            lifetime="detached",
            max_restarts=-1,
            num_cpus=0,
            resources={"node:__internal_head__": 0.001},  # it does not die with another node
        )
        .remote()
    )


def _cpus() -> int:
    """How many cores a run reserves: RESNEXT_RAY_CPUS, or four, or all of the largest node."""
    import ray

    largest = max((int(node["Resources"].get("CPU", 0)) for node in _nodes(ray)), default=1)
    return whole_number("RESNEXT_RAY_CPUS") or max(1, min(CORES_PER_RUN, largest))


def _nodes(ray: Any) -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def _check_nodes(root: Path) -> None:
    """Write a file here and see whether every node finds it.

    Raises:
        RunError: A node does not, or does not answer, or asks nobody for a token, or lacks this
            program.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    def look(path: str) -> dict[str, Any]:
        # Defined in here it travels as code, so that it runs where our packages are missing.
        import importlib.util
        import os

        try:
            with open(path) as file:
                seen = file.read()
        except OSError:
            seen = ""
        return {
            "seen": seen,
            "mode": os.environ.get("RAY_AUTH_MODE", "disabled"),
            "installed": importlib.util.find_spec("explorer") is not None,
        }

    root.mkdir(parents=True, exist_ok=True)
    folder, token = root.resolve(), secrets.token_hex(16)
    sign = folder / f".seen-{token[:8]}"
    sign.write_text(token)
    try:
        asked = {
            ray.remote(look)
            .options(
                num_cpus=0,
                max_retries=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
            )
            .remote(str(sign)): node["NodeManagerAddress"]
            for node in _nodes(ray)
        }
        end = time.monotonic() + CHECK_SECONDS
        for task, address in asked.items():
            try:
                found = ray.get(task, timeout=max(0.1, end - time.monotonic()))
            except ray.exceptions.RayError as error:
                raise RunError(f"Ray's node {address} does not work: {sentence(error)}") from None
            if found["seen"] != token:
                raise RunError(
                    f"Ray's node {address} does not see the runs' folder {folder}: it must be on "
                    "storage that all nodes share, under the same path; see RESNEXT_RUNS"
                )
            if found["mode"] != "token":
                raise RunError(
                    f"Ray's node {address} was started without RAY_AUTH_MODE=token: anyone who "
                    "reaches its ports runs programs on it. Start the cluster again with it"
                )
            if not found["installed"]:
                raise RunError(f"Ray's node {address} lacks this program: pip install it there")
    finally:
        sign.unlink(missing_ok=True)

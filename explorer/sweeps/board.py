"""The sweeps of one folder of runs, as a page sees and steers them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from explorer.jobs.files import file_stamp
from explorer.sweeps import control
from explorer.sweeps.errors import SweepError
from explorer.sweeps.plan import Plan, plan_path, read_plan, sweep_ids
from explorer.sweeps.results import Results, results
from explorer.training.runs.scheduler import max_runs, tick
from explorer.training.runs.store import RunStore


class SweepBoard:
    """Sweeps are for the person at the machine; a host offers its visitors none."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    def plans(self) -> tuple[list[Plan], dict[str, str]]:
        """All plans, newest first, and by id the reason why another cannot be read."""
        plans, damaged = [], {}
        for sweep in sweep_ids(self._store.root):
            try:
                plans.append(self.plan(sweep))
            except SweepError as error:
                damaged[sweep] = str(error)
        return plans, damaged

    def plan(self, sweep: str) -> Plan:
        """The plan of a sweep, read again only when its file has changed.

        Raises:
            SweepError: There is none, or its file is damaged.
        """
        try:
            stamp = file_stamp(plan_path(self._store.root, sweep))
        except OSError:
            raise SweepError(f"There is no sweep {sweep[:80]!r}.") from None
        return _plan(self._store.root, sweep, stamp)

    def results(self, sweep: str) -> Results:
        """What has come out of a sweep so far."""
        return results(self.plan(sweep), self._store.list(), together=max_runs())

    def start(self, plan: Plan) -> Plan:
        """Write a plan and start its runs, as `explorer.sweeps.control.start` does."""
        return control.start(self._store, plan)

    def stop(self, sweep: str) -> int:
        """Stop every run of a sweep that trains or waits."""
        return control.stop(self._store, sweep)

    def resume(self, sweep: str) -> int:
        """Continue every run of a sweep, and start what it lacks; how many these were."""
        return control.resume(self._store, sweep)[1]

    def set_seeds(self, sweep: str, seeds: int) -> Plan:
        """Train every network with so many seeds in all."""
        return control.set_seeds(self._store, sweep, seeds)

    def delete(self, sweep: str, runs: bool = False) -> None:
        """Forget a sweep; ``runs`` deletes its runs too."""
        control.delete(self._store, sweep, runs)

    def tick(self) -> None:
        """Advance the queue."""
        tick(self._store)


@lru_cache(maxsize=128)
def _plan(root: Path, sweep: str, stamp: str) -> Plan:
    return read_plan(root, sweep)

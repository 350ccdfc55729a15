"""Training runs as folders: created, queued, supervised, capped for visitors, read as snapshots.

A run is one folder and, while it trains, two processes: a supervisor and the trainer. What knows
folders of runs belongs here; what one run does inside belongs in `explorer.training.engine`.
`README.md` in this folder says how a run survives. Importing this imports no TensorFlow.

>>> from explorer import runs
>>> store = runs.RunStore("runs")
>>> run = runs.start(store, spec, runs.Recipe(epochs=2), "synthetic")  # doctest: +SKIP
>>> store.snapshot(run).best_accuracy  # doctest: +SKIP
"""

from explorer.training.engine.recipe import Recipe
from explorer.training.runs.scheduler import resume, start, start_all, tick
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.store import RunStore, default_runs

__all__ = [
    "Recipe",
    "RunSnapshot",
    "RunStore",
    "default_runs",
    "resume",
    "start",
    "start_all",
    "tick",
]

import pytest

from explorer.sweeps import control
from explorer.sweeps.design import Design
from explorer.sweeps.widths import Costs
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunStore

COSTS = Costs("equal-macs")  # keeps the parts that it has counted
CHOICES = {"depth": (20,), "cardinality": (1, 8, 32)}


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store whose queue nobody moves along, so that no process starts."""
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make():
    """A plan of three networks, not written."""

    def plan(seeds=2, launcher=None, **changes):
        recipe = Recipe.from_name("short", epochs=4, limit=1000)
        design = Design(CHOICES, at="equal-macs", channels=64, widths="per-stage", **changes)
        return control.planned(design, recipe, "synthetic", seeds, "three", launcher, COSTS)

    return plan

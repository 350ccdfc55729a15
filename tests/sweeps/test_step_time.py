"""A budget of step time: only training steps that were measured count, and it says which lack."""

import dataclasses
import re

import pytest
from timed_networks import made_up

from explorer.cli.main import build_parser
from explorer.cli.networks import spec_of
from explorer.cost.settings import Settings
from explorer.cost.timed import Times
from explorer.cost.timings import Kept, keep
from explorer.sweeps import control
from explorer.sweeps.design import Design, designed
from explorer.sweeps.errors import SweepError
from explorer.sweeps.text import plan_notes
from explorer.sweeps.widths import Costs
from explorer.training.engine.recipe import Recipe
from resnext import ResNeXtSpec

STEP = Settings(32, train=True)
DESIGN = Design({"depth": (29,), "cardinality": (1, 8)}, at="equal-step-time")


def timed(name, ms, settings=STEP, **changes):
    """A network whose step took so many milliseconds."""
    timing = made_up(name, settings, spec=ResNeXtSpec.from_name(name, **changes))
    return dataclasses.replace(timing, whole=Times((ms,)))


def costs(*timings):
    return Costs("equal-step-time", STEP, Kept(timings))


def test_the_nearest_measured_step_is_taken_and_no_other_time_counts():
    known = [
        timed("resnext29_1x64d", 100.0),
        timed("resnext29_8x14d", 140.0),
        timed("resnext29_8x10d", 105.0),
        timed("resnext29_8x9d", 100.0, Settings()),  # inference
        timed("resnext29_8x8d", 100.0, Settings(64, train=True)),  # another batch
        timed("resnext29_8x7d", 100.0, classes=3),  # another network
        timed("resnext20_8x7d", 100.0),  # of another family
        timed("resnext29_4x20d", 100.0),
    ]
    found = designed(DESIGN, costs(*known))
    assert [trial.label for trial in found.trials] == ["1x64d", "8x10d"]
    assert [trial.cost for trial in found.trials] == [100.0, 105.0]
    assert found.budget == 100.0
    assert found.trials[1].deviation == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("changes", "known", "names"),
    [
        ({}, [], ["resnext29_1x64d", "resnext29_8x13d"]),
        ({"classes": 3}, ["resnext29_1x64d"], ["resnext29_8x13d"]),
        ({"padding": "symmetric", "classes": 7}, ["resnext29_8x14d"], ["resnext29_1x64d"]),
    ],
)
def test_what_was_not_measured_is_named_with_the_command_that_does(changes, known, names):
    design = dataclasses.replace(DESIGN, changes=tuple(changes.items()))
    with pytest.raises(SweepError) as error:
        designed(design, costs(*(timed(name, 1.0, **changes) for name in known)))
    command = re.search(r"python -m explorer (time .*)", str(error.value))[1]
    arguments = build_parser().parse_args(command.split())
    assert (arguments.names, arguments.train, arguments.batch) == (names, True, [32])
    specs = [spec_of(name, arguments) for name in arguments.names]
    assert specs == [ResNeXtSpec.from_name(name, **changes) for name in names]


def test_the_plan_says_which_step_it_is_of_the_recipe_s_batch(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_CACHE", str(tmp_path))
    keep(timed("resnext29_1x64d", 100.0))
    keep(timed("resnext29_8x14d", 140.0))
    recipe = Recipe.from_name("short", batch_size=32)
    plan = control.planned(DESIGN, recipe, "synthetic", 1)
    said = " ".join(plan_notes(plan))
    assert "Equal measured step time: 100.0 ms, that of 1x64d at depth 29." in said
    assert "training, batch 32, float32, SGD with momentum" in said
    assert "8x14d by +40.0 %. Other widths may come nearer" in said
    with pytest.raises(SweepError, match="--train --batch 16"):
        control.planned(DESIGN, dataclasses.replace(recipe, batch_size=16), "synthetic", 1)

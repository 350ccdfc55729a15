"""The race's networks cost nearly the same, as Table 2 promises."""

import dataclasses

import pytest
from run_snapshots import run_of

from explorer.analysis.race import cost_spread, equal_cost_names
from explorer.analysis.report import analyse
from explorer.training.runs.ranking import by_data, ranked
from resnext import ResNeXtSpec


def test_the_five_points_cost_nearly_the_same():
    macs = [analyse(ResNeXtSpec.from_name(name)).totals.macs for name in equal_cost_names()]
    assert len(macs) == 5
    assert 0 < cost_spread(macs) < 0.06


def test_spread_by_hand():
    assert cost_spread([100, 110, 105]) == pytest.approx(0.1)
    assert cost_spread([]) == 0.0


def run_on(source="synthetic", best=None, **recipe):
    run = run_of(0, 0)
    recipe = dataclasses.replace(run.recipe, **recipe)
    return dataclasses.replace(run, source=source, best_accuracy=best, recipe=recipe)


@pytest.mark.parametrize(
    "other",
    [{"source": "cifar10"}, {"limit": 4000}, {"validation": 0.2}],
    ids=["source", "limit", "validation"],
)
def test_runs_on_different_images_are_never_ranked(other):
    runs = [run_on(best=0.9), run_on(best=0.2, **other), run_on(best=0.8, seed=1, epochs=20)]
    groups = by_data(runs)
    assert [[run.best_accuracy for run in group] for group in groups] == [[0.9, 0.8], [0.2]]
    assert groups[0][0].data_name != groups[1][0].data_name
    with pytest.raises(ValueError, match="same images"):
        ranked(runs)


def test_places_are_by_accuracy_and_equal_ones_are_shared():
    runs = [run_on(best=best) for best in (0.2, None, 0.9, 0.2)]
    found = [(place, run.best_accuracy) for place, run in ranked(runs)]
    assert found == [(1, 0.9), (2, 0.2), (2, 0.2), (None, None)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("synthetic", "synthetic shapes"),
        ("cifar10", "CIFAR-10"),
        ("/home/someone/images.zip", "images.zip"),
        ("/srv/runs/.uploads/alice/0123456789abcdef.zip", "upload 012345"),
    ],
)
def test_data_have_a_name_without_a_path(source, name):
    assert run_on(source).data_name == name
    assert run_on(source, limit=4000).data_name == f"{name}, 4,000 images"

"""How long a training will take, against sums by hand."""

import dataclasses

import pytest
from run_snapshots import run_of

from explorer.analysis.report import analyse
from explorer.training.engine import precision
from explorer.training.engine.device import Card
from explorer.training.engine.machine import machine
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.forecast import CORE_RATE, Forecast, forecast, images_in_time, images_of
from explorer.training.runs.hosts import this_host
from explorer.training.runs.state import RunState
from resnext import ResNeXtSpec

MINI = ResNeXtSpec.from_name("mini_resnext")
SMALL = ResNeXtSpec.from_name("resnext20_32x4d")
RECIPE = Recipe(precision="float32", epochs=10)
# 900 of 1,000 images are learned from and 100 looked at, a third of the work each.
WORK = 10 * (900 + 100 / 3)


def earlier(**changes):
    """A run of mini_resnext that trained at 100 images per second here."""
    return dataclasses.replace(run_of(), machine=machine(), precision="float32", **changes)


def fast(points):
    return tuple(dataclasses.replace(point, speed=10_000.0) for point in points)


@pytest.fixture(autouse=True)
def _two_threads(monkeypatch):
    monkeypatch.setenv("RESNEXT_THREADS", "2")


def test_a_run_of_the_same_network_is_what_it_will_take():
    found = forecast([MINI], RECIPE, 1000, [earlier()])
    assert found.seconds == pytest.approx(WORK / 100)
    assert "measured: mini_resnext trained at 100 images per second" in found.reason
    other_classes = MINI.replace(classes=3)
    assert forecast([other_classes], RECIPE, 1000, [earlier()]).seconds == found.seconds


def test_a_run_knows_the_host_that_trained_it(store, tiny, quick):
    run = store.create(tiny, quick, "synthetic")
    assert store.snapshot(run).host == ""  # it waits here, and has trained nowhere
    with store.locked():
        store.set_state(run, RunState("finished", host="another"))
    assert store.snapshot(run).host == "another"


def test_a_gpu_is_known_from_the_newest_run_on_it(monkeypatch):
    """The page does not import TensorFlow, which alone could tell."""
    # With a matrix unit "auto" would be bfloat16 on the processor, too.
    monkeypatch.setattr(precision, "has_matrix_unit", lambda: False)
    card = Card("NVIDIA H200", (9, 0))
    cpu = earlier(created=1.0, recipe=dataclasses.replace(RECIPE, precision="auto"))
    gpu = dataclasses.replace(
        cpu, created=2.0, machine=machine(card), precision="bfloat16", points=fast(cpu.points)
    )
    auto = dataclasses.replace(RECIPE, precision="auto")
    for runs in ([cpu, gpu], [gpu, cpu]):
        found = forecast([MINI], auto, 1000, runs)
        assert found.seconds == pytest.approx(WORK / 10_000)
        assert "measured" in found.reason
    # A GPU of another host with the same processor, which shares the folder of runs.
    elsewhere = dataclasses.replace(gpu, host="another")
    found = forecast(
        [MINI], auto, 1000, [dataclasses.replace(cpu, host=this_host().name), elsewhere]
    )
    assert found.seconds == pytest.approx(WORK / 100)
    here = dataclasses.replace(gpu, host=this_host().name)
    assert forecast([MINI], auto, 1000, [cpu, here]).seconds == pytest.approx(WORK / 10_000)
    # A run in another precision shows nothing of this one.
    assert "cautious" in forecast([MINI], RECIPE, 1000, [cpu, gpu]).reason
    # After the GPU was taken out.
    since = dataclasses.replace(cpu, created=3.0)
    assert forecast([MINI], RECIPE, 1000, [since, gpu]).seconds == pytest.approx(WORK / 100)


def test_another_network_is_estimated_by_macs():
    found = forecast([SMALL], RECIPE, 1000, [earlier()])
    ratio = analyse(SMALL).totals.macs / analyse(MINI).totals.macs
    assert found.seconds == pytest.approx(WORK / 100 * ratio)
    assert "estimated from mini_resnext" in found.reason


@pytest.mark.parametrize(
    "run",
    [
        earlier(points=()),
        dataclasses.replace(earlier(), machine="another, 64 threads"),
        dataclasses.replace(earlier(), precision="bfloat16"),
    ],
    ids=["no point", "another machine", "another precision"],
)
def test_without_a_run_that_compares_the_estimate_is_cautious_and_says_so(run):
    found = forecast([SMALL], RECIPE, 1000, [run])
    assert found.seconds == pytest.approx(WORK * analyse(SMALL).totals.macs / (2 * CORE_RATE))
    assert "cautious" in found.reason


def test_a_race_takes_all_of_its_networks():
    runs = [earlier(), earlier(spec=SMALL, points=run_of(1).points)]
    one, other = (forecast([spec], RECIPE, 1000, runs).seconds for spec in (MINI, SMALL))
    assert forecast([MINI, SMALL], RECIPE, 1000, runs).seconds == one + other
    assert forecast([MINI, SMALL], RECIPE, 1000, runs, 2).seconds == (one + other) / 2
    assert forecast([MINI], RECIPE, 1000, runs, 2).seconds == one


def test_a_cluster_is_taken_for_machines_like_this_one(monkeypatch):
    here = forecast([MINI, SMALL], RECIPE, 1000, [earlier()], 2)
    there = forecast([MINI, SMALL], RECIPE, 1000, [earlier()], 2, on="slurm")
    assert there.seconds == here.seconds
    said = "The cluster's nodes are taken to be as fast as this machine"
    assert said not in here.text
    assert there.text.endswith(f"{said}, and to train 2 at a time.")
    monkeypatch.setenv("RESNEXT_LAUNCHER", "ray://head:10001")
    one = forecast([MINI], RECIPE, 1000, [earlier()])
    assert one.text.endswith(f"{said}.")
    assert "cluster" not in forecast([MINI], RECIPE, 1000, [earlier()], on="local").text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(7.4, "7 s"), (94, "1 min 30 s"), (1234, "21 min"), (7000, "2 h"), (63_960, "18 h")],
)
def test_a_forecast_promises_about_two_digits(seconds, words):
    assert Forecast(seconds, "measured").text == f"About {words}, measured."


def test_a_limit_bounds_the_images():
    limited = dataclasses.replace(RECIPE, limit=100)
    whole = forecast([MINI], RECIPE, 1000, [earlier()]).seconds
    assert forecast([MINI], limited, 1000, [earlier()]).seconds == pytest.approx(whole / 10)
    assert forecast([MINI], limited, 50, [earlier()]).seconds == pytest.approx(whole / 20, rel=0.01)


def test_images_are_counted_without_a_download():
    assert images_of("cifar10") == 50_000
    assert images_of("synthetic") == 10_000


def test_as_many_images_as_take_half_an_hour():
    # At 100 images per second: 1,800 s are 10 epochs of 0.9 + 0.1 / 3 of the images.
    most = 1800 * 100 / 10 / (0.9 + 0.1 / 3)
    found = images_in_time([MINI], RECIPE, 50_000, [earlier()])
    assert found == int(most) // 50 * 50
    assert (
        forecast([MINI], dataclasses.replace(RECIPE, limit=found), 50_000, [earlier()]).seconds
        <= 1800
    )
    assert images_in_time([MINI], RECIPE, found, [earlier()]) is None  # all of them
    limited = dataclasses.replace(RECIPE, limit=25_000)  # half of them take too long as well
    assert images_in_time([MINI], limited, 50_000, [earlier()]) == found
    assert (
        images_in_time([MINI], dataclasses.replace(RECIPE, epochs=9999), 50_000, [earlier()])
        is None
    )

"""How long a training will take: by the speed of earlier runs, or a cautious estimate."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from explorer.formatting import numbers
from explorer.training.data import open_source
from explorer.training.data.sources import CIFAR10
from explorer.training.engine.machine import machine, threads
from explorer.training.engine.precision import resolve
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.hosts import this_host
from explorer.training.runs.launchers import VARIABLE
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.state import LOCAL
from resnext import ResNeXtSpec, trace

ASK_SECONDS = 1800.0  # above which a page asks before it starts
CIFAR10_IMAGES = 50_000
ROUND_IMAGES = 50  # a preset is a multiple of this
FEWEST_IMAGES = 200  # from fewer a network learns nothing
# MACs of the forward pass per second and core of training, whose time includes the backward
# pass. Less than half of what mini_resnext, the slowest of benchmarks/README.md, reaches: 33.8 M
# in 2.57 ms on two cores.
CORE_RATE = 3e9
MOST_CORES = 8  # more do not help small networks much
FORWARD = 1 / 3  # cost of validating an image, relative to a training step


@dataclass(frozen=True)
class Forecast:
    """The expected duration of a training.

    Attributes:
        seconds: From the first step to the end.
        reason: Where the figure comes from, without its last full stop.
        runs: How many there are; the reason is that of the slowest.
    """

    seconds: float
    reason: str
    runs: int = 1

    @property
    def duration(self) -> str:
        """The time in words, to about two digits, as it is not known more exactly."""
        steps = ((36_000, 3600), (3600, 600), (600, 60), (60, 10))
        step = next((step for least, step in steps if self.seconds >= least), 1)
        return numbers.duration(step * round(self.seconds / step))

    @property
    def text(self) -> str:
        """Duration and reason as a sentence."""
        all_of_them = f" for {self.runs} runs" if self.runs > 1 else ""
        return f"About {self.duration}{all_of_them}, {self.reason}."


def forecast(
    specs: Sequence[ResNeXtSpec],
    recipe: Recipe,
    images: int,
    runs: Sequence[RunSnapshot],
    together: int = 1,
    on: str | None = None,
) -> Forecast:
    """Return how long it takes to train these networks with one recipe.

    Args:
        specs: The networks, at least one.
        recipe: How each is trained.
        images: How many images the source has for training and validation.
        runs: Earlier runs and those that train now, newest first.
        together: How many train at once.
        on: Who starts them, as in `explorer.training.runs.scheduler.start_all`.
    """
    used = min(images, recipe.limit or images)
    validation = max(1, round(used * recipe.validation))
    work = recipe.epochs * (used - validation + FORWARD * validation)
    each = [(work / speed, reason) for speed, reason in (_speed(s, recipe, runs) for s in specs)]
    longest, reason = max(each)
    total = max(longest, sum(seconds for seconds, _ in each) / together)
    if (on or os.environ.get(VARIABLE) or LOCAL) != LOCAL:
        number = "one" if together == 1 else together
        many = f", and to train {number} at a time" if len(each) > 1 else ""
        reason += f". The cluster's nodes are taken to be as fast as this machine{many}"
    return Forecast(total, reason, len(each))


def images_in_time(
    specs: Sequence[ResNeXtSpec],
    recipe: Recipe,
    images: int,
    runs: Sequence[RunSnapshot],
    together: int = 1,
) -> int | None:
    """Return how many images fit into `ASK_SECONDS`, for arguments as of `forecast`.

    Returns:
        None if all that the recipe uses fit, or too few would be left to learn from.
    """
    whole = forecast(specs, recipe, images, runs, together).seconds
    used = min(images, recipe.limit or images)
    most = math.floor(used * ASK_SECONDS / whole / ROUND_IMAGES) * ROUND_IMAGES
    return most if whole > ASK_SECONDS and most >= FEWEST_IMAGES else None


def images_of(source: str) -> int:
    """Return how many images a source has for training and validation; downloads nothing.

    For CIFAR-10's files, which are not read here, it is the published number.

    Raises:
        DataError: The source is not there.
    """
    known = None if source == CIFAR10 else open_source(source).train_images
    return known or CIFAR10_IMAGES


def _speed(spec: ResNeXtSpec, recipe: Recipe, runs: Sequence[RunSnapshot]) -> tuple[float, str]:
    """Images per second, and the reason to expect them."""
    here = _here(runs)
    precision = _precision(recipe, runs, here)
    known = [
        (run, speed)
        for run in runs
        if run.machine == here and run.precision == precision and (speed := _typical(run))
    ]
    macs = _macs(spec)
    same = [pair for pair in known if _alike(pair[0].spec, spec)]
    if same:
        run, speed = max(same, key=lambda pair: pair[0].batch_size == recipe.batch_size)
        return speed, f"measured: {run.spec.name} trained at {_rate(speed)} on this machine"
    if known:
        run, speed = min(known, key=lambda pair: abs(math.log(_macs(pair[0].spec) / macs)))
        theirs = _macs(run.spec)
        return speed * theirs / macs, (
            f"estimated from {run.spec.name}, which trained at {_rate(speed)} on this machine, "
            f"by MACs per image ({numbers.short(macs)} for {spec.name}, "
            f"{numbers.short(theirs)} for that)"
        )
    rate = CORE_RATE * min(threads(), MOST_CORES)
    return rate / macs, (
        f"a cautious estimate, as no {precision} run on this machine has shown its speed yet. It "
        f"takes {numbers.short(macs)} MACs per image at {numbers.short(rate)} MACs per second"
    )


def _here(runs: Sequence[RunSnapshot]) -> str:
    """This machine's name, with its GPU if the newest run here had one: only TensorFlow sees it.

    Hosts with the same processor may share a folder of runs, and one may have a GPU. So a run was
    trained here if its host is this one; by its machine alone only where its host is not known.
    """
    alone, host = machine(), this_host().name
    ours = [
        run
        for run in runs
        if run.host in ("", host) and (run.machine == alone or run.machine.startswith(f"{alone}, "))
    ]
    return max(ours, key=lambda run: run.created).machine if ours else alone


def _precision(recipe: Recipe, runs: Sequence[RunSnapshot], here: str) -> str:
    """What the recipe's precision means here: on a GPU, what it meant for a run of before."""
    before = [] if here == machine() else [run for run in runs if run.machine == here]
    meant = (run.precision for run in before if run.recipe.precision == recipe.precision)
    return next(meant, resolve(recipe.precision))


def _alike(one: ResNeXtSpec, other: ResNeXtSpec) -> bool:
    """Whether they are equal but for their classes."""
    if one.classes == other.classes:  # of most; to make a spec takes longer than to compare two
        return one == other
    return one.replace(classes=other.classes) == other


def _typical(run: RunSnapshot) -> float:
    """Median images per second of the last points, or 0 before the first."""
    return statistics.median([point.speed for point in run.points[-10:] if point.speed > 0] or [0])


def _rate(speed: float) -> str:
    return f"{speed:,.0f} images per second" if speed >= 10 else f"{speed:.2g} images per second"


@lru_cache(maxsize=256)
def _macs(spec: ResNeXtSpec) -> int:
    """MACs of a forward pass over one image."""
    return max(1, sum(node.multiply_adds for node in trace(spec)))

"""The loop with a network that only counts: what is started, fetched and kept, and when."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from explorer.training.engine.batches import ahead, augmented, epoch_order
from explorer.training.engine.checkpoint import Position
from explorer.training.engine.errors import NotANumber, TimeUp
from explorer.training.engine.loop import Halted, Loop
from explorer.training.engine.recipe import Recipe

STEPS, BATCH, CLASSES = 100, 4, 3
RECIPE = Recipe(batch_size=BATCH, epochs=2, crop_padding=1, flip=True)


class Network:
    """Has no weights; its loss is the step's number, or NaN at one step."""

    def __init__(self, broken: int | None = None) -> None:
        self.broken = broken
        self.events: list[tuple[str, int]] = []
        self.batches: list[np.ndarray] = []
        self.settled = 0

    def start(
        self, images: np.ndarray, labels: np.ndarray, rate: float, number: int
    ) -> Callable[[], tuple[float, np.ndarray]]:
        self.events.append(("start", number))
        self.batches.append(images)

        def result() -> tuple[float, np.ndarray]:
            self.events.append(("fetch", number))
            loss = float("nan") if number == self.broken else float(number)
            return loss, np.eye(CLASSES, dtype=np.float32)[labels]

        return result

    def logits(self, images: np.ndarray) -> np.ndarray:
        return np.zeros((len(images), CLASSES), np.float32)

    def state(self) -> dict[str, np.ndarray]:
        return {}


class Recorder:
    def __init__(self) -> None:
        self.rows: list[tuple[str, dict[str, Any]]] = []
        self.kept: list[int] = []

    def record(self, kind: str, values: dict[str, Any]) -> None:
        self.rows.append((kind, values))

    def batch(self, step: int, *arrays: np.ndarray) -> None:
        self.rows.append(("batch", {"step": step, "images": arrays[0]}))

    def epoch(self, number: int, arrays: dict[str, np.ndarray]) -> None: ...

    def checkpoint(self, position: Position, arrays: dict[str, np.ndarray]) -> None:
        self.kept.append(position.step)

    def steps(self, kind: str) -> list[int]:
        return [values["step"] for one, values in self.rows if one == kind]


def some_data() -> Any:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (STEPS * BATCH, 6, 6, 3)).astype(np.uint8)
    labels = rng.integers(0, CLASSES, len(images))
    test = SimpleNamespace(images=images[:0], labels=labels[:0], notes=())
    return SimpleNamespace(
        x_train=images, y_train=labels, x_val=images[:8], y_val=labels[:8], test=test
    )


def loop(network: Network, position: Position | None = None, **given: Any) -> Loop:
    given = {"halt": lambda: False, **given}
    return Loop(network, RECIPE, some_data(), position or Position(), Recorder(), **given)  # type: ignore[arg-type]


def test_a_step_starts_before_the_last_one_s_result_is_fetched_except_at_points() -> None:
    network = Network()
    running = loop(network)
    running.run()
    points = running.recorder.steps("point")  # type: ignore[attr-defined]
    for number in range(2 * STEPS - 1):
        fetched, next_started = map(
            network.events.index, [("fetch", number), ("start", number + 1)]
        )
        assert (fetched < next_started) == (number + 1 in points)
    assert len(points) < 2 * STEPS
    assert running.position.step == 2 * STEPS


def test_every_figure_is_of_the_steps_up_to_it() -> None:
    running = loop(Network())
    running.run()
    rows = running.recorder.rows  # type: ignore[attr-defined]
    points = [values for kind, values in rows if kind == "point"]
    last = 0
    for point in points:
        assert point["loss"] == pytest.approx(np.mean(range(last, point["step"])))
        last = point["step"]
    epochs = [values["loss"] for kind, values in rows if kind == "epoch"]
    assert epochs == pytest.approx([np.mean(range(STEPS)), np.mean(range(STEPS, 2 * STEPS))])


def test_the_batches_are_those_of_the_seed_and_what_is_recorded_is_the_step_s_own() -> None:
    network, data = Network(), some_data()
    running = loop(network)
    running.run()
    for number, images in enumerate(network.batches):
        epoch, inside = divmod(number, STEPS)
        rows = epoch_order(RECIPE, epoch, len(data.y_train))[inside * BATCH : (inside + 1) * BATCH]
        assert np.array_equal(images, augmented(data.x_train[rows], RECIPE, number))
    for kind, values in running.recorder.rows:  # type: ignore[attr-defined]
        if kind == "batch":
            assert np.array_equal(values["images"], network.batches[values["step"] - 1])


@pytest.mark.parametrize("broken", [0, 1, 50, 98, 99])
def test_the_step_whose_loss_is_no_number_is_named_and_nothing_is_kept_after_it(
    broken: int,
) -> None:
    running = loop(Network(broken))
    with pytest.raises(NotANumber, match=f"in epoch 1, step {broken + 1} of {STEPS}"):
        running.run()
    assert running.recorder.kept == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("asked", [0, 1, 2, 51, 99, 100, 150])
def test_a_run_that_is_halted_keeps_the_steps_it_took_and_goes_on_from_there(asked: int) -> None:
    whole, first = Network(), Network()
    loop(whole).run()
    position = Position()
    halted = loop(first, position, halt=lambda: len(first.batches) >= asked)
    with pytest.raises(Halted):
        halted.run()
    assert position.step == len(first.batches) == halted.recorder.kept[-1]  # type: ignore[attr-defined]
    second = Network()
    loop(second, position).run()
    both = [*first.batches, *second.batches]
    assert all(map(np.array_equal, both, whole.batches))
    assert len(both) == len(whole.batches)


def test_a_run_whose_time_is_up_keeps_the_steps_it_took() -> None:
    network, position = Network(), Position()

    def check(elapsed: float) -> None:
        if len(network.batches) == 37:
            raise TimeUp("enough")

    running = loop(network, position, check_time=check)
    with pytest.raises(TimeUp):
        running.run()
    assert (position.step, running.recorder.kept) == (37, [37])  # type: ignore[attr-defined]


def test_what_is_made_ahead_comes_in_order_and_a_failure_comes_in_its_turn() -> None:
    assert list(ahead(lambda number: number**2, range(5))) == [0, 1, 4, 9, 16]
    assert list(ahead(lambda number: number, range(0))) == []
    coming = ahead(lambda number: 6 // (2 - number), range(5))
    assert [next(coming), next(coming)] == [3, 6]
    with pytest.raises(ZeroDivisionError):
        next(coming)

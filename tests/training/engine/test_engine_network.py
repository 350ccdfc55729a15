"""One step of the network against the textbook, computed by Keras's own loss and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.training.engine.batches import normalised
from explorer.training.engine.recipe import Recipe
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (16, 8, 8, 3)).astype(np.uint8), rng.integers(0, 10, 16)


def gradients(network: object, images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    import keras
    import tensorflow as tf

    model = network.model  # type: ignore[attr-defined]
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    with tf.GradientTape() as tape:
        value = loss(np.eye(10)[labels], model(normalised(images), training=True))
    return [g.numpy() for g in tape.gradient(value, [v.value for v in model.trainable_variables])]


@pytest.mark.parametrize(
    ("head", "decay_all"), [("average", False), ("flatten", False), ("average", True)]
)
def test_a_step_is_nesterov_with_decay_on_kernels_or_on_all(
    tiny: ResNeXtSpec, batch: tuple[np.ndarray, np.ndarray], head: str, decay_all: bool
) -> None:
    from explorer.training.engine.network import Network

    recipe = Recipe(
        precision="float32",
        label_smoothing=0.1,
        weight_decay=0.01,
        decay_all=decay_all,
        momentum=0.9,
        calm_head=True,
    )
    network = Network(replace(tiny, head=head), recipe, 16)
    variables = network.model.trainable_variables
    for variable in variables:  # a head of zeros would hide its decay
        variable.assign(variable + 0.01)
    before = [variable.numpy() for variable in variables]
    slopes = gradients(network, *batch)
    network.step(*batch, 0.5, 0)
    positions = 64 if head == "flatten" else 1
    for variable, old, slope in zip(variables, before, slopes):
        scale = 1 / positions if variable is network.model.layers[-1].kernel else 1
        decay = 0.01 * old / scale if decay_all or old.ndim > 1 else 0
        expected = old - 0.5 * scale * (slope + decay) * 1.9
        assert np.abs(variable.numpy() - expected).max() < 1e-4, variable.path


def test_adam_takes_its_first_step_of_the_length_of_the_rate(
    tiny: ResNeXtSpec, batch: tuple[np.ndarray, np.ndarray]
) -> None:
    from explorer.training.engine.network import Network

    network = Network(tiny, Recipe.from_name("zoo"), 16)
    kernel = network.model.layers[-1].kernel
    before = kernel.numpy()
    network.step(*batch, 0.001, 0)
    moves = np.abs(kernel.numpy() - before)
    assert np.median(moves) == pytest.approx(0.001, rel=0.001)
    assert moves.max() < 0.00101


def test_state_restored_goes_on_bit_for_bit(
    tiny: ResNeXtSpec, batch: tuple[np.ndarray, np.ndarray]
) -> None:
    from explorer.training.engine.network import Network

    first, second = (Network(tiny, Recipe(precision="float32", seed=seed), 16) for seed in (1, 2))
    first.step(*batch, 0.1, 0)
    second.restore(first.state())
    losses = [network.step(*batch, 0.1, 1)[0] for network in (first, second)]
    assert losses[0] == losses[1]
    states = [network.state() for network in (first, second)]
    assert all((states[0][name] == states[1][name]).all() for name in states[0])


def test_logits_are_those_of_the_model(
    tiny: ResNeXtSpec, batch: tuple[np.ndarray, np.ndarray]
) -> None:
    from explorer.training.engine.metrics import softmax
    from explorer.training.engine.network import Network

    network = Network(tiny, Recipe(precision="float32", calm_head=False), 16)
    expected = network.model.predict(normalised(batch[0]), verbose=0)
    assert np.abs(softmax(network.logits(batch[0])) - expected).max() < 1e-5


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_step_that_xla_compiles_is_near_one_without_it(
    tiny: ResNeXtSpec,
    batch: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    precision: str,
    optimizer: str,
) -> None:
    """What a GPU takes: grouped convolutions, half precision and updates can all be compiled."""
    from explorer.training.engine.network import Network

    recipe = Recipe(precision=precision, optimizer=optimizer)
    found = []
    for xla in "01":
        monkeypatch.setenv("RESNEXT_XLA", xla)
        network = Network(tiny, recipe, 16)
        network.trace()
        assert network.configuration.xla == (xla == "1")
        losses = [network.step(*batch, 0.001, number)[0] for number in range(3)]
        found.append((losses, network.state()))
    (plain, before), (compiled, after) = found
    assert compiled == pytest.approx(plain, rel=1e-5 if precision == "float32" else 3e-3)
    assert compiled[2] != compiled[0]
    for name, array in before.items():
        assert np.allclose(after[name], array, rtol=0.05, atol=0.02), name


def test_a_step_that_xla_does_not_compile_is_taken_without_it(
    tiny: ResNeXtSpec,
    batch: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import tensorflow as tf

    from explorer.training.engine.network import Network

    monkeypatch.setenv("RESNEXT_XLA", "1")
    network, other = (Network(tiny, Recipe(precision="float32"), 16) for _ in range(2))
    before = network.state()

    def fails(*_: object) -> None:
        network.model.layers[2].trainable_variables[0].assign_add([1.0])  # half of a step
        raise tf.errors.UnimplementedError(None, None, "no such kernel")

    monkeypatch.setattr(network, "_step", fails)
    network.trace()
    assert not network.configuration.xla
    assert "no such kernel" in capsys.readouterr().out
    assert all(np.array_equal(array, before[name]) for name, array in network.state().items())
    other.trace()
    assert network.step(*batch, 0.1, 0)[0] == pytest.approx(other.step(*batch, 0.1, 0)[0])

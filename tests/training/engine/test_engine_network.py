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

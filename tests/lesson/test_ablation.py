"""Paths switched off, and looked into, on a small network with random weights."""

import numpy as np
import pytest

from explorer.lesson.ablation import Ablation, change_of_logits, one_by_one, switch_off
from explorer.lesson.activations import look_inside, path_strength
from explorer.lesson.forms import random_weights
from explorer.lesson.saved_models import read_trained
from explorer.training.engine.batches import normalised
from resnext import ResNeXtSpec, build_model, trace
from resnext.weights import convert, write_weights

BLOCK = "stage2/block2"


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A saved ResNeXt-20 4x2d, written path by path: (trained, its weights in the grouped form)."""
    spec = ResNeXtSpec.from_name("resnext20_4x2d", form="aggregated", input_shape=(12, 12, 3))
    grouped = random_weights(trace(spec.replace(form="grouped")), seed=4)
    model = build_model(spec)
    write_weights(model, trace(spec), convert(grouped, "grouped", "aggregated"))
    path = tmp_path_factory.mktemp("trained") / "small.keras"
    model.save(path)
    return read_trained(path), grouped


def images(count):
    return np.random.default_rng(8).integers(0, 256, (count, 12, 12, 3), dtype=np.uint8)


def predict(spec, weights, given):
    """By another road: the grouped network with other weights."""
    model = build_model(spec.replace(form="grouped"))
    write_weights(model, trace(spec.replace(form="grouped")), weights)
    return model.predict(normalised(given), verbose=0)


@pytest.mark.slow
def test_the_file_says_which_network_it_is(network):
    trained, _ = network
    assert trained.spec.name == "resnext20_4x2d"
    assert trained.spec.form == "aggregated"
    assert trained.spec.input_shape == (12, 12, 3)
    assert trained.blocks[-1] == "stage3/block2"
    assert len(trained.blocks) == 6


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "text.keras"
    path.write_text("no")
    with pytest.raises(ValueError, match=r"Received 'text\.keras'"):
        read_trained(path)


@pytest.mark.slow
def test_off_is_a_term_less_in_the_sum(network):
    trained, weights = network
    given = images(3)
    sets = [frozenset(), {2}, {1, 3, 4}, {1, 2, 3, 4}]
    found = switch_off(trained, BLOCK, sets, given, np.zeros(3, int))
    for paths, got in zip(sets, found.probabilities, strict=True):
        changed = dict(weights)
        kernel = changed[f"{BLOCK}/conv3/kernel"].copy()
        width = kernel.shape[2] // 4
        for path in paths:
            kernel[:, :, (path - 1) * width : path * width] = 0
        changed[f"{BLOCK}/conv3/kernel"] = kernel
        np.testing.assert_allclose(got, predict(trained.spec, changed, given), atol=2e-5)
    assert found.accuracy[0] == (found.probabilities[0].argmax(-1) == 0).mean()
    assert found.unchanged[0] == 1.0


@pytest.mark.slow
def test_activations_are_the_layers_own(network):
    import keras

    trained, weights = network
    image = images(1)[0]
    found = look_inside(trained, BLOCK, image)
    spec = trained.spec.replace(form="grouped")
    model = build_model(spec)
    write_weights(model, trace(spec), weights)
    names = ["relu1", "relu2", "conv3"]
    outputs = [model.get_layer(f"stage2_block2_{name}").output for name in names]
    values = keras.Model(model.input, outputs)(normalised(image[None]), training=False)
    before, after, merged = (np.asarray(value)[0] for value in values)
    np.testing.assert_allclose(found.before.reshape(before.shape), before, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.after.reshape(after.shape), after, rtol=1e-4, atol=1e-5)
    assert found.before.shape == (6, 6, 4, 4)
    np.testing.assert_allclose(found.probabilities.sum(), 1, rtol=1e-5)
    # One path's share of the sum, from its own kernel slice.
    kernel = weights[f"{BLOCK}/conv3/kernel"][0, 0]
    parts = [found.after[:, :, i] @ kernel[4 * i : 4 * i + 4] for i in range(4)]
    np.testing.assert_allclose(sum(parts), merged, rtol=1e-3, atol=1e-4)
    scale = weights[f"{BLOCK}/bn3/gamma"] / np.sqrt(weights[f"{BLOCK}/bn3/moving_variance"] + 1e-5)
    expected = [np.sqrt(np.mean((part * scale) ** 2)) for part in parts]
    np.testing.assert_allclose(found.strength, expected, rtol=1e-3)


def test_a_path_without_weights_has_no_strength():
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(6, 10))
    kernel[2:4] = 0
    strength = path_strength(rng.random((3, 3, 6)), kernel, 3)
    assert strength[1] == 0
    assert (strength[[0, 2]] > 0).all()


def test_the_change_of_logits_forgets_what_softmax_forgets():
    logits = np.array([[[3.0, -1.0, -2.0]], [[3.0, -1.0, 1.0]], [[7.0, 3.0, 2.0]]])
    sets = (frozenset(), frozenset({1}), frozenset({2}))
    none = np.zeros(3)
    found = Ablation("stage1/block1", sets, logits, none, none)
    # Of (0, 0, 3), (-1, -1, 2) is left about the mean; 4 more for all is no change.
    expected = [0, np.sqrt(6 / 14), 0]
    np.testing.assert_allclose(change_of_logits(found), expected, atol=1e-12)


@pytest.mark.slow
def test_the_change_of_logits_counts_answers_that_are_all_but_certain(tmp_path):
    """Softmax in float32 rounds what lies 104 or more below the largest logit to zero."""
    spec = ResNeXtSpec.from_name("resnext20_4x2d", input_shape=(12, 12, 3), classes=3)
    weights = random_weights(trace(spec), seed=4)
    weights["classifier/dense/kernel"] *= 1e4 / np.abs(weights["classifier/dense/kernel"]).max()
    model = build_model(spec)
    write_weights(model, trace(spec), weights)
    path = tmp_path / "certain.keras"
    model.save(path)
    found = switch_off(read_trained(path), BLOCK, [frozenset(), {2}], images(4))
    assert np.ptp(found.logits[0], axis=-1).min() > 104
    change = change_of_logits(found)
    assert change[0] == 0
    assert 0 < change[1] < 2


def test_sets():
    assert one_by_one(2) == [frozenset(), {1}, {2}]


@pytest.mark.slow
def test_wrong_requests_are_refused_at_once(network):
    trained, _ = network
    with pytest.raises(ValueError, match="block must be one of stage1/block1"):
        switch_off(trained, "stage9", [{1}], images(1))
    with pytest.raises(ValueError, match=r"from 1 to 4\. Received 5"):
        switch_off(trained, BLOCK, [{5}], images(1))
    with pytest.raises(ValueError, match="Received 0 and 1"):
        switch_off(trained, BLOCK, [], images(1))
    with pytest.raises(ValueError, match=r"image must be \(12, 12, 3\)"):
        look_inside(trained, BLOCK, np.zeros((4, 4, 3), np.uint8))

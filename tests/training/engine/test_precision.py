"""Steps in bfloat16: close to float32's, with everything else left as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.training.engine.errors import RecipeError
from explorer.training.engine.precision import has_matrix_unit, resolve
from explorer.training.engine.recipe import Recipe
from resnext import ResNeXtSpec


def test_auto_means_what_the_processor_can(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("processor\t: 0\nflags\t\t: fpu avx2 avx512f amx_bf16 amx_tile\n")
    assert has_matrix_unit(info)
    info.write_text("processor\t: 0\nflags\t\t: fpu avx2 avx512_bf16\nbugs\t\t: amx_bf16\n")
    assert not has_matrix_unit(info)
    assert not has_matrix_unit(tmp_path / "none")
    assert resolve("float32") == "float32"
    assert resolve("bfloat16") == "bfloat16"
    assert resolve("auto") == ("bfloat16" if has_matrix_unit() else "float32")


def test_a_precision_that_is_unknown_is_refused() -> None:
    with pytest.raises(RecipeError, match="precision must be one of auto, float32, bfloat16"):
        Recipe(precision="float8")


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (16, 8, 8, 3)).astype(np.uint8), rng.integers(0, 10, 16)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["grouped", "split"])
def test_a_step_in_bfloat16_is_near_one_in_float32(
    tiny: ResNeXtSpec, batch: tuple[np.ndarray, np.ndarray], form: str
) -> None:
    from explorer.training.engine.network import Network

    changes, losses, logits = [], [], []
    for precision in ("float32", "bfloat16"):
        recipe = Recipe(precision=precision, calm_head=False)
        network = Network(replace(tiny, form=form), recipe, 16)
        before = [variable.numpy() for variable in network.model.trainable_variables]
        loss, said = network.step(*batch, 0.1, 0)
        after = [variable.numpy() for variable in network.model.trainable_variables]
        changes.append(np.concatenate([(b - a).ravel() for a, b in zip(before, after)]))
        losses.append(loss)
        logits.append(said)
    one, other = changes
    assert losses[1] == pytest.approx(losses[0], rel=0.02)
    assert not np.array_equal(*logits)  # it was another precision
    # The two steps point the same way: bfloat16 has 8 bits, so a percent or two is lost.
    assert one @ other / np.sqrt((one @ one) * (other @ other)) > 0.98


@pytest.mark.slow
def test_the_model_itself_stays_float32(
    tiny: ResNeXtSpec, batch: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    import keras

    from explorer.training.engine.batches import normalised
    from explorer.training.engine.network import Network

    network = Network(tiny, Recipe(precision="bfloat16"), 16)
    network.step(*batch, 0.1, 0)
    assert {layer.compute_dtype for layer in network.model.layers} == {"float32"}
    assert {variable.dtype for variable in network.model.variables} == {"float32"}
    images = batch[0]
    expected = keras.ops.softmax(network.logits(images)).numpy()
    assert np.abs(network.model(normalised(images)).numpy() - expected).max() < 1e-5
    network.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert "bfloat16" not in again.to_json()
    assert np.abs(again(normalised(images)).numpy() - expected).max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("side", [7, 8])
def test_the_pointwise_kernel_gradient_is_the_convolution_s(strides: int, side: int) -> None:
    import keras
    import tensorflow as tf

    from explorer.training.engine.precision import computing_in

    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, side, side, 5)).astype(np.float32)
    kernel = rng.uniform(-0.7, 0.7, size=(5, 6)).astype(np.float32)
    inputs = keras.Input((side, side, 5))
    layer = keras.layers.Conv2D(6, 1, strides, "same", name="conv")
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([kernel[None, None], np.zeros(6, np.float32)])

    @tf.function  # type: ignore[untyped-decorator]
    def slopes(x: tf.Tensor) -> list[tf.Tensor]:
        with computing_in(model, "bfloat16"), tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(tf.cast(model(x), tf.float32) ** 2)
            variables = [x, layer.kernel.value, layer.bias.value]
            return list(tape.gradient(loss, variables))

    half = [slope.numpy() for slope in slopes(tf.constant(images))]
    assert "convolution_op" not in vars(layer)

    # The sum of squares of a 1x1 convolution, and its slopes, as matrix products in float64: a
    # reference that shares no kernel of TensorFlow's.
    read = images[:, ::strides, ::strides].reshape(-1, 5).astype(np.float64)
    down = 2 * read @ kernel
    to_images = np.zeros(images.shape)
    read_shape = to_images[:, ::strides, ::strides].shape
    to_images[:, ::strides, ::strides] = (down @ kernel.T).reshape(read_shape)
    exactly = [to_images, (read.T @ down)[None, None], down.sum(axis=0)]
    for exact, rounded in zip(exactly, half, strict=True):
        assert not np.allclose(exact, rounded, rtol=1e-4)
        assert np.abs(exact - rounded).max() < 0.03 * np.abs(exact).max()

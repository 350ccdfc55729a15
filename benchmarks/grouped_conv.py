"""Time the ways to compute a grouped convolution, and fused against Keras's batch norm.

    python benchmarks/grouped_conv.py [--rounds 40] [--only layers|norm|model]
                                      [--precision bfloat16]

One training step of a layer is its output and both gradients. The ways take turns, so that a
busy machine is busy for all of them; the lower quartile is printed, in milliseconds. Set
TF_ENABLE_ONEDNN_OPTS=0 to see the fallbacks alone, ONEDNN_MAX_CPU_ISA=AVX2 for older CPUs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from resnext import ResNeXtSpec
from resnext.keras import conv_plan
from resnext.keras.conv_plan import STRATEGIES, VARIABLE, Plan, make_plan
from resnext.runtime import configure_environment

# batch, side, channels, cardinality, strides: what the presets and the paper's table 2 hold.
LAYERS = [
    (32, 16, 64, 64, 1),
    (32, 32, 64, 32, 2),
    (32, 16, 64, 32, 1),
    (32, 16, 128, 32, 2),
    (32, 8, 256, 32, 1),
    (32, 32, 128, 32, 1),
    (32, 16, 256, 32, 1),
    (8, 56, 128, 32, 1),
    (8, 28, 256, 32, 1),
    (8, 14, 512, 32, 1),
    (8, 7, 1024, 32, 1),
    (8, 56, 112, 8, 1),
    (8, 56, 96, 4, 1),
    (8, 56, 80, 2, 1),
]
NORMS = [(32, 32, 32, 64), (32, 16, 16, 128), (32, 8, 8, 256), (8, 56, 56, 256)]


def take_turns(steps: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Lower quartile of each step's time, in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
        step()
    for _ in range(rounds):
        for name, step in steps.items():
            begin = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - begin)
    return {name: sorted(values)[len(values) // 4] * 1e3 for name, values in times.items()}


def print_row(head: str, times: dict[str, float]) -> None:
    cells = "; ".join(f"{name} {value:.2f}" for name, value in times.items())
    print(f"| {head} | {cells} | {min(times, key=lambda name: times[name])} |", flush=True)


def training_step(layer: Callable[[Any], Any], x: Any, variables: list[Any]) -> Any:
    """A compiled function of no arguments: output and gradients."""
    import tensorflow as tf

    upstream = tf.cast(tf.random.normal(layer(x).shape), x.dtype)

    @tf.function
    def step(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return y, tape.gradient(y, [x, *variables], upstream)

    return lambda: step(x)


def plans(groups: int, group_channels: int, native: bool) -> dict[str, Plan]:
    """What is worth trying, by a label such as ``native x8``: channels of a merged group."""
    found = {}
    for strategy in ("native", "supergroups") if native else ("supergroups",):
        for merged in range(1, groups + 1):
            width = group_channels * groups // merged
            if groups % merged or width > max(64, group_channels):
                continue
            if strategy == "native" or merged < min(groups, 65):
                found[f"{strategy} x{width}"] = Plan(strategy, merged)
    found[f"split x{group_channels}"] = Plan("split", groups)
    return found


def convolve_variable(layer: Callable[..., Any], kernel: Any, x: Any) -> Any:
    return layer(x, kernel.value(), padding="same")


def time_layers(rounds: int, precision: str) -> None:
    """Every plan of each layer, and how far the table's choice is from the best of them."""
    import tensorflow as tf

    from resnext.keras.grouped_conv import convolve, native_trains

    native = native_trains(precision)
    slower = []
    for batch, side, channels, groups, stride in LAYERS:
        width = channels // groups
        x = tf.cast(tf.random.normal((batch, side, side, channels)), precision)
        kernel = tf.Variable(tf.cast(tf.random.normal((3, 3, width, channels)), precision))
        steps = {}
        for label, plan in plans(groups, width, native).items():
            layer = partial(convolve, groups=groups, plan=plan, strides=(stride, stride))
            steps[label] = training_step(partial(convolve_variable, layer, kernel), x, [kernel])
        chosen = make_plan(groups, width, "native" if native else "supergroups", precision)
        label = f"{chosen.strategy} x{channels // chosen.groups}"
        times = take_turns(steps, rounds)
        slower.append(times[label] / min(times.values()))
        head = f"{batch}x{side}x{side}x{channels}, C={groups}, d={width}, /{stride}"
        print_row(f"{head} ({label})", times)
    best = sum(ratio == 1 for ratio in slower)
    print(
        f"\n{precision}: the table's choice is the best in {best} of {len(slower)} layers; all "
        f"times of it, divided by the best's: {', '.join(f'{ratio:.2f}' for ratio in slower)}."
    )


def time_norm(rounds: int) -> None:
    import keras
    import tensorflow as tf

    from resnext.keras.batch_norm import BatchNormalization

    for shape in NORMS:
        x, steps = tf.random.normal(shape), {}
        for name, kind in (
            ("fused", BatchNormalization),
            ("keras", keras.layers.BatchNormalization),
        ):
            layer = kind()
            layer.build(shape)
            weights = [w.value for w in layer.trainable_variables]
            steps[name] = training_step(lambda x, layer=layer: layer(x, training=True), x, weights)
        print_row("batch norm, training, " + "x".join(map(str, shape)), take_turns(steps, rounds))


def time_model(rounds: int, name: str = "mini_resnext", batch: int = 32) -> None:
    """A whole training step with SGD, by strategy: `merge nothing` is the plain operation."""
    import keras
    import tensorflow as tf

    from resnext import build_model
    from resnext.keras.grouped_conv import native_trains

    def step_of(strategy: str, keras_norm: bool = False, merge: bool = True) -> Any:
        os.environ[VARIABLE] = strategy
        table = conv_plan._MERGE["native"]
        if not merge:
            conv_plan._MERGE["native"] = ()
        spec = ResNeXtSpec.from_name(name)
        model = build_model(spec)
        for layer in model.layers if keras_norm else ():
            vars(layer).pop("call", None)  # Keras's own again
        optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
        optimizer.build(model.trainable_variables)
        loss_of = keras.losses.SparseCategoricalCrossentropy()
        x, y = tf.random.normal((batch, *spec.input_shape)), tf.range(batch) % spec.classes

        @tf.function
        def step() -> Any:
            with tf.GradientTape() as tape:
                loss = loss_of(y, model(x, training=True))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            return loss

        step()  # traced now, under the settings above
        conv_plan._MERGE["native"] = table
        return lambda: step().numpy()

    native = native_trains("float32")
    steps = {s: step_of(s) for s in STRATEGIES if native or s != "native"}
    best = "native" if native else "supergroups"
    steps[f"{best}, Keras's batch norm"] = step_of(best, keras_norm=True)
    if native:
        steps["native, merge nothing"] = step_of("native", merge=False)
    print_row(f"{name}, step of {batch} images", take_turns(steps, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", choices=["layers", "norm", "model"])
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    asked = parser.parse_args()
    configure_environment()
    print("| what (chosen) | ms | best |\n|---|---|---|")
    parts = {
        "layers": partial(time_layers, precision=asked.precision),
        "norm": time_norm,
        "model": time_model,
    }
    for part, run in parts.items():
        if asked.only in (None, part):
            run(asked.rounds)


if __name__ == "__main__":
    main()

"""What the tests of exports share: networks that meet every branch, and weights of any values."""

import numpy as np

from resnext import FORMS, ResNeXtSpec, Stage

SMALL = {"blocks": (1, 2), "cardinality": 4, "width": 3, "classes": 5}
# Input sides that are odd or even, so that "same" adds zeros on both sides or on one.
NETWORKS = {
    "mini": ResNeXtSpec.from_name("mini_resnext"),
    "cifar": ResNeXtSpec(**SMALL, stem="cifar", input_shape=(9, 8, 3)),
    "imagenet": ResNeXtSpec(**SMALL, input_shape=(34, 47, 2)),
    "squeeze": ResNeXtSpec(**SMALL, stem="cifar", input_shape=(8, 9, 3), attention="se"),
    "flatten": ResNeXtSpec(**SMALL, stem="mini", input_shape=(6, 5, 1), head="flatten"),
    "headless": ResNeXtSpec(**SMALL, input_shape=(32, 32, 3), include_top=False),
    "biased": ResNeXtSpec(**SMALL, input_shape=(40, 33, 3), shortcut_bias=True),
    "stages": ResNeXtSpec(
        groups=(Stage(1, 8, 12, 3), Stage(2, 8, 12, 1, projection=False), Stage(1, 4, 12)),
        cardinality=2,
        stem="cifar",
        input_shape=(13, 11, 3),
        classes=3,
    ),
    "single": ResNeXtSpec(**{**SMALL, "cardinality": 1}, input_shape=(32, 32, 3)),
}
CASES = {
    f"{name}-{form}-{padding}": spec.replace(form=form, padding=padding)
    for name, spec in NETWORKS.items()
    for form in FORMS
    for padding in ("same", "symmetric")
}
# Fewer, in which each network, each form and each padding is.
SOME = [f"imagenet-{form}-{padding}" for form in FORMS for padding in ("same", "symmetric")] + [
    f"{name}-{FORMS[i % 4]}-{('same', 'symmetric')[i % 2]}" for i, name in enumerate(NETWORKS)
]


def random_weights(graph, seed=0):
    """Weights with which every layer matters: batch norms have statistics, gains and offsets."""
    rng = np.random.default_rng(seed)
    weights = {}
    for node in graph:
        for weight in node.weights:
            if weight.name == "kernel":
                spread = np.sqrt(2 / np.prod(weight.shape[:-1]))
                # Small logits: no class gets all of the probability.
                spread *= 0.1 if node.kind == "Dense" else 1.0
                value = rng.normal(size=weight.shape) * spread
            elif weight.name in ("gamma", "moving_variance"):
                value = rng.uniform(0.5, 1.5, weight.shape)
            else:
                value = rng.normal(size=weight.shape) * 0.1
            weights[f"{node.name}/{weight.name}"] = value.astype("float32")
    return weights


def run_onnx(model, given):
    """The output of an ONNX model for images with their channels last."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    (output,) = session.run(["output"], {"input": given.transpose(0, 3, 1, 2)})
    return output


def images(spec, count=3):
    """Some images, channels last."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(count, *spec.input_shape)).astype("float32")

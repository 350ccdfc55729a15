"""Weights among the forms: exact, both ways, with the shapes that each form's graph has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnext import FORMS, ResNeXtSpec, SpecError, trace
from resnext.weights import convert


def random_weights(spec, seed=0):
    rng = np.random.default_rng(seed)
    return {
        f"{node.name}/{weight.name}": rng.normal(size=weight.shape)
        for node in trace(spec)
        for weight in node.weights
    }


specs = st.builds(
    ResNeXtSpec,
    blocks=st.lists(st.integers(1, 2), min_size=1, max_size=2).map(tuple),
    cardinality=st.integers(1, 12),
    width=st.integers(1, 3),
    input_shape=st.just((8, 8, 3)),
    classes=st.just(10),
    stem=st.just("cifar"),
    shortcut_bias=st.booleans(),
)


@settings(max_examples=15, deadline=None)
@given(specs, st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_there_and_back_is_exact(spec, source, target):
    weights = random_weights(spec.replace(form=source))
    there = convert(weights, source, target)
    expected = random_weights(spec.replace(form=target))
    assert {key: value.shape for key, value in there.items()} == {
        key: value.shape for key, value in expected.items()
    }
    back = convert(there, target, source)
    assert back.keys() == weights.keys()
    assert all(np.array_equal(back[key], weights[key]) for key in weights)


def test_a_path_is_a_slice_of_the_grouped_kernel():
    grouped = random_weights(ResNeXtSpec(blocks=(1,)))
    paths = convert(grouped, "grouped", "aggregated")
    kernel = grouped["stage1/block1/conv2/kernel"]
    assert np.array_equal(paths["stage1/block1/path3/conv2/kernel"], kernel[:, :, :, 8:12])
    last = grouped["stage1/block1/conv3/kernel"]
    assert np.array_equal(paths["stage1/block1/path3/conv3/kernel"], last[:, :, 8:12, :])
    assert np.array_equal(paths["stage1/block1/bn3/gamma"], grouped["stage1/block1/bn3/gamma"])


def test_wrong_forms_are_refused():
    weights = random_weights(ResNeXtSpec(blocks=(1,), form="aggregated"))
    with pytest.raises(SpecError, match="'dense'"):
        convert(weights, "aggregated", "dense")
    with pytest.raises(SpecError, match="have no"):
        convert(weights, "split", "grouped")

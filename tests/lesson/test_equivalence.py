"""The measurement of the four forms: its costs, its differences, and that it can fail."""

import numpy as np
import pytest

from explorer.lesson import equivalence_run
from explorer.lesson.equivalence import measure
from explorer.lesson.forms import Part, make_input, random_weights, relative_difference
from resnext import FORMS, ResNeXtSpec, trace

SMALL = ResNeXtSpec(
    blocks=(1, 2), cardinality=3, width=2, input_shape=(9, 8, 3), classes=4, stem="cifar"
)


@pytest.mark.slow
def test_a_stage_is_one_function_in_a_process_of_its_own():
    found = measure(SMALL, 2, blocks=1)
    assert tuple(found.forms) == FORMS
    assert found.max_abs_diff < 1e-5 * found.max_output
    assert found.max_grad_diff < 1e-4
    assert {cost.params for cost in found.forms.values()} == {
        sum(node.params for node in trace(SMALL) if node.name.startswith("stage2/block1"))
    }
    layers = {form: cost.layers for form, cost in found.forms.items()}
    assert layers["grouped"] < layers["split"] < layers["concatenated"] < layers["aggregated"]
    assert all(cost.ms > 0 for cost in found.forms.values())
    assert set(found.to_json()) == {"forms", "max_abs_diff", "max_grad_diff", "dtype"}
    assert set(found.to_json()["forms"]["split"]) == {"layers", "params", "ms"}


@pytest.mark.slow
def test_the_whole_network_agrees_to_ten_digits_in_float64():
    found = measure(SMALL, dtype="float64", kind="gradient", seed=5)
    assert found.max_abs_diff < 1e-12
    assert found.max_grad_diff < 1e-10


@pytest.mark.slow
def test_a_wrong_weight_is_seen(monkeypatch):
    """The measurement reports a difference where there is one."""
    from resnext.weights import convert

    def spoilt(weights, source, target):
        converted = convert(weights, source, target)
        if (source, target) == ("grouped", "aggregated"):
            key = next(key for key in converted if key.endswith("path2/conv3/kernel"))
            converted[key] = converted[key] * 1.5
        return converted

    monkeypatch.setattr(equivalence_run, "convert", spoilt)
    part = Part(SMALL, 1)
    weights = random_weights(part.graph("grouped"))
    forms = [equivalence_run._Form(part, form, weights) for form in ("grouped", "aggregated")]
    given = make_input("noise", part.input_shape).astype("float32")
    assert equivalence_run._compare_at_best(forms, [given, -given]).outputs > 0.01


def test_parts_have_the_shapes_of_the_network():
    part = Part(ResNeXtSpec.from_name("resnext50_32x4d"), 2)
    assert part.input_shape == (56, 56, 256)
    assert part.graph("grouped").output_shape == (28, 28, 512)
    whole = trace(part.spec)
    assert sum(node.params for node in part.graph("split")) == sum(
        node.params for node in whole if node.place[0] == "stage2"
    )
    weights = {key: np.zeros(1) for key in ("stage1/block1/conv1/kernel", "stage2/block1/x/y")}
    assert list(part.cut(weights)) == ["stage1/block1/x/y"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stage": 3}, r"from 1 to 2 .* Received 3"),
        ({"stage": 0}, "Received 0"),
        ({"blocks": 1}, "of one stage"),
        ({"dtype": "float16"}, "float32, float64. Received 'float16'"),
        ({"kind": "cat"}, "Received 'cat'"),
        ({"image": np.zeros((2, 2, 3))}, r"\(9, 8, 3\). Received \(2, 2, 3\)"),
    ],
)
def test_wrong_requests_are_refused_at_once(arguments, message):
    with pytest.raises(ValueError, match=message):
        measure(SMALL, **arguments)


def test_inputs():
    assert make_input("impulse", (5, 4, 3)).sum() == 3
    ramp = make_input("gradient", (5, 4, 3))[0]
    assert (ramp[0, 0, 0], ramp[-1, -1, 0], ramp[-1, -1, 1]) == (-1, 1, -1)
    assert not np.array_equal(make_input("noise", (5, 4, 3), 0), make_input("noise", (5, 4, 3), 1))


def test_relative_difference():
    one = {"a": np.array([1.0, -4.0]), "b": np.array([0.5])}
    assert relative_difference(one, one) == 0
    assert relative_difference(one, {"a": np.array([1.0, -3.0]), "b": np.array([0.5])}) == 0.25

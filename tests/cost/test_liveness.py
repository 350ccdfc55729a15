"""Memory of a step against calculations by hand, and against rules that any network keeps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specs import valid_specs

from explorer.cost.liveness import BACKWARD, FORWARD, moments
from explorer.cost.memory import memory
from explorer.cost.settings import Settings
from resnext import ResNeXtSpec, trace
from resnext.errors import InputError
from resnext.graph import Graph, GraphTracer, Node
from resnext.layers import (
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    ReLU,
)

STEPS = st.builds(
    Settings,
    batch=st.integers(1, 70),
    train=st.booleans(),
    precision=st.sampled_from(("float32", "bfloat16", "float16")),
    optimizer=st.sampled_from(("sgd", "adam")),
)


def small():
    """Convolution, normalisation, ReLU, mean and classifier on 4x4x3: maps of 512 bytes."""
    tracer = GraphTracer()
    x = tracer.add(Input("input", (4, 4, 3)), ())
    x = Conv2D("conv", 8, 3)(x)
    x = ReLU("relu")(BatchNormalization("bn")(x))
    Dense("dense", 10)(GlobalAveragePooling2D("pool")(x))
    return tracer.graph("small")


IMAGE, MAP = 4 * 4 * 3 * 4, 4 * 4 * 8 * 4  # bytes
KERNEL, HEAD, NORM = 3 * 3 * 3 * 8, 8 * 10 + 10, 4 * 8  # weights


def by_place(found, phase):
    return {m.place: m for m in found if m.phase == phase}


def test_inference_holds_what_a_layer_reads_and_writes():
    found = by_place(moments(small().nodes, Settings()), FORWARD)
    assert found["conv"].working == IMAGE + MAP
    # Convolution, normalisation and ReLU are one operation with one output.
    assert found["bn"].working == found["relu"].working == MAP
    assert found["pool"].working == MAP + 8 * 4
    assert found["dense"].working == 8 * 4 + 10 * 4
    assert all(m.fixed == m.kept == 0 for m in found.values())


def test_in_half_precision_normalisation_has_its_own_output():
    found = by_place(moments(small().nodes, Settings(precision="bfloat16")), FORWARD)
    assert found["bn"].working == 2 * MAP // 2
    assert found["conv"].fixed == 2 * KERNEL  # the copy of the kernel, which then goes
    assert found["bn"].fixed == 0


def test_training_keeps_what_the_backward_pass_reads():
    found = moments(small().nodes, Settings(train=True))
    forward, backward = by_place(found, FORWARD), by_place(found, BACKWARD)
    mask = 4 * 4 * 8 // 8  # a bit for each value that ReLU lets pass
    # The image and the convolution's output; then ReLU's output, and the mean for the classifier.
    assert forward["conv"].kept == IMAGE + MAP
    assert forward["relu"].kept == IMAGE + 2 * MAP + mask
    assert forward["pool"].kept == IMAGE + 2 * MAP + mask + 8 * 4
    # The gradients of the pool's output and input; in place through ReLU; then through the norm.
    logits = 10 * 4
    assert backward["pool"].working == logits + 8 * 4 + MAP
    assert backward["relu"].working == logits + MAP
    assert backward["bn"].working == logits + 2 * MAP
    assert backward["bn"].kept == IMAGE + MAP + mask
    # Nobody wants the image's gradient.
    assert backward["conv"].working == logits + MAP
    assert backward["conv"].kept == IMAGE


def test_gradients_of_kernels_wait_for_their_layers():
    found = moments(small().nodes, Settings(train=True))
    forward, backward = by_place(found, FORWARD), by_place(found, BACKWARD)
    decay = 4 * (KERNEL + 8 * 10)  # of the two kernels, not of vectors
    assert {m.fixed for m in forward.values()} == {decay}
    assert backward["dense"].fixed == decay + 4 * HEAD
    assert backward["conv"].fixed == 4 * KERNEL + 4 * KERNEL


def test_parts_at_the_peak_by_hand():
    found = memory(small(), Settings(batch=3, train=True, optimizer="adam"))
    weights = KERNEL + HEAD + NORM
    peak = found.peak
    assert peak.weights == 4 * weights
    assert peak.optimizer == 2 * 4 * (weights - 2 * 8)  # moving statistics have no moments
    stays, goes = peak.gradients + peak.activations, peak.working
    assert peak.overhead == (stays + 3 * goes) // 8 + 6 * 600 * 2**10
    assert sum(peak) == peak.total == found.peak_bytes == found.as_dict()["peak_bytes"]
    assert found.peak_at.place in small()


def test_parts_of_inference_at_the_peak_by_hand():
    found = memory(small(), Settings(batch=3))
    weights = KERNEL + HEAD + NORM
    peak = found.peak
    assert (peak.weights, peak.gradients, peak.activations) == (4 * weights, 0, 0)
    assert peak.working == 3 * (IMAGE + MAP)
    assert peak.overhead == 7 * peak.working // 8 + weights + 6 * 150 * 2**10


def test_a_sum_takes_the_place_of_a_branch_and_shares_its_gradient():
    tracer = GraphTracer()
    x = tracer.add(Input("input", (4, 4, 8)), ())
    x = Conv2D("first", 8)(x)
    Add("add")(x, Conv2D("second", 8)(x))
    graph = tracer.graph("sum")
    assert by_place(moments(graph.nodes, Settings()), FORWARD)["add"].working == 2 * MAP
    backward = by_place(moments(graph.nodes, Settings(train=True)), BACKWARD)
    output = MAP
    assert backward["add"].working == output + MAP
    assert backward["second"].working == output + 2 * MAP  # of the sum, and of what it reads
    assert backward["first"].working == output + MAP  # both summed, in place


@pytest.mark.parametrize("form", ["split", "concatenated", "aggregated"])
def test_other_forms_of_a_network_need_more(form):
    grouped = ResNeXtSpec(blocks=(2, 2), cardinality=8, stem="cifar", input_shape=(32, 32, 3))
    step = Settings(batch=16, train=True)
    peaks = {f: memory(grouped.replace(form=f), step).tensor_bytes for f in ("grouped", form)}
    assert peaks[form] > peaks["grouped"]


def test_each_slice_has_a_gradient_as_wide_as_all_paths():
    paths, width, side = 8, 4, 32
    spec = ResNeXtSpec(
        blocks=(1,), cardinality=paths, width=width, stem="cifar", input_shape=(side, side, 3),
        form="split",
    )  # fmt: skip
    found = by_place(moments(trace(spec).nodes, Settings(train=True)), BACKWARD)
    whole = side * side * paths * width * 4
    # Paths run backward from the last: at the first path's slice the gradients of all are alive.
    last = found["stage1/block1/path1/slice"].working
    first = found[f"stage1/block1/path{paths}/slice"].working
    path = whole // paths
    assert last - first == (paths - 1) * whole - (paths - 1) * path


def test_moving_from_sgd_to_adam_costs_one_more_array():
    spec = ResNeXtSpec.from_name("resnext29_8x64d")
    params = sum(node.params for node in trace(spec))
    sgd, adam = (
        memory(spec, Settings(8, True, optimizer=name)).peak_bytes for name in ("sgd", "adam")
    )
    assert adam - sgd == 4 * params


@settings(max_examples=25, deadline=None)
@given(valid_specs(), STEPS, st.integers(0, 2**34))
def test_the_largest_batch_fits_and_one_more_does_not(spec, step, limit):
    found = memory(spec, step)
    batch = found.largest_batch(limit)
    if batch:
        assert found.of_batch(batch).peak_bytes <= limit
    assert found.of_batch(batch + 1).peak_bytes > limit or batch == 1_000_000


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(valid_specs(), STEPS)
def test_rules_that_every_step_keeps(spec, step):
    found = memory(spec, step)
    parts = [found.parts(moment) for moment in found.moments]
    assert max(part.total for part in parts) == found.peak_bytes
    assert min(min(part) for part in parts) >= 0
    assert max(found.parts(m).total for m in found.stages.values()) == found.peak_bytes
    names = [node.name for node in trace(spec)]
    assert [m.place for m in found.moments if m.phase == FORWARD] == names
    if step.train:
        # Backward frees all that forward kept, but for what the input's own layer reads.
        assert found.moments[-1].phase == BACKWARD
        assert found.moments[-1].kept <= found.moments[len(names) - 1].kept


def test_a_step_checks_itself():
    for wrong in ({"batch": 0}, {"batch": True}, {"precision": "int8"}, {"optimizer": "lion"}):
        with pytest.raises(InputError, match="must be"):
            Settings(**wrong)


def test_a_layer_of_unknown_shape_is_refused():
    graph = small()
    nodes = [*graph.nodes[:-1], Node(graph.nodes[-1].layer, ("pool",), ((8,),), ())]
    with pytest.raises(InputError, match="shape is known"):
        memory(Graph("broken", tuple(nodes)))

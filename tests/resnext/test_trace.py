"""The graph: counts against published figures, shapes by hand, forms among themselves."""

import subprocess
import sys
from dataclasses import replace

import pytest

import resnext
from resnext import FORMS, GraphTracer, ResNeXt, ResNeXtSpec, SpecError, trace
from resnext.layers import Conv2D, Dense, Flatten, Input, ReLU

# Trainable parameters and moving statistics, counted independently with PyTorch.
COUNTS = {
    "resnext50_32x4d": (25_028_904, 68_224),
    "resnext101_32x4d": (44_177_704, 137_856),
    "resnext152_32x4d": (59_951_400, 199_296),
    "resnext101_32x8d": (88_791_336, 202_880),
    "resnet50": (25_557_032, 53_120),
    "resnext29_8x64d": (34_426_698, 57_472),
    "resnext29_16x64d": (68_155_210, 100_480),
    "mini_resnext": (456_586, 4_864),
}


def params(graph):
    return (
        sum(node.params for node in graph),
        sum(node.non_trainable_params for node in graph),
    )


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("form", FORMS)
def test_parameters_are_the_published_ones_in_every_form(name, form):
    trainable, statistics = params(trace(ResNeXtSpec.from_name(name, form=form)))
    assert (trainable, statistics) == COUNTS[name]


def test_parameters_by_stage():
    graph = trace(ResNeXtSpec())
    by_stage = {}
    for node in graph:
        by_stage[node.place[0]] = by_stage.get(node.place[0], 0) + node.params
    assert by_stage == {
        "input": 0,
        "stem": 9_536,
        "stage1": 205_824,
        "stage2": 1_197_056,
        "stage3": 7_022_592,
        "stage4": 14_544_896,
        "classifier": 2_049_000,
    }


@pytest.mark.parametrize(
    ("cardinality", "width", "block_params"),
    [(1, 64, 69_632), (2, 40, 69_760), (4, 24, 69_888), (8, 14, 71_456), (32, 4, 70_144)],
)
def test_blocks_of_table_2(cardinality, width, block_params):
    graph = trace(ResNeXtSpec(cardinality=cardinality, width=width))
    convs = [graph[f"stage1/block2/conv{i}"] for i in (1, 2, 3)]
    assert sum(node.params for node in convs) == block_params


def test_shapes_of_table_1():
    graph = trace(ResNeXtSpec())
    assert graph["stem/conv"].output_shape == (112, 112, 64)
    assert graph["stem/pool"].output_shape == (56, 56, 64)
    assert graph["stage1/block3/relu"].output_shape == (56, 56, 256)
    assert graph["stage2/block1/conv1"].output_shape == (56, 56, 256)  # stride on the 3x3
    assert graph["stage2/block1/conv2"].output_shape == (28, 28, 256)
    assert graph["stage4/block3/relu"].output_shape == (7, 7, 2048)
    assert graph.output_shape == (1000,)


def test_odd_inputs_round_up():
    graph = trace(ResNeXtSpec(input_shape=(225, 97, 1)))
    assert graph["stem/pool"].output_shape == (57, 25, 64)
    assert graph["stage4/block3/relu"].output_shape == (8, 4, 2048)


def test_forms_of_figure_3_have_their_layers():
    def kinds(form):
        graph = trace(ResNeXtSpec(blocks=(1,), form=form))
        return [node.kind for node in graph if node.name.startswith("stage1/block1/")]

    assert kinds("grouped").count("GroupedConv2D") == 1
    assert kinds("split").count("ChannelSlice") == 32
    assert kinds("split").count("Conv2D") == 32 + 3  # paths, 1x1s and the shortcut
    assert kinds("concatenated").count("Conv2D") == 2 * 32 + 2
    assert kinds("concatenated").count("Concatenate") == 1
    assert kinds("aggregated").count("Conv2D") == 3 * 32 + 1
    assert kinds("aggregated").count("Add") == 2


@pytest.mark.slow
def test_sizes_of_the_forms():
    lengths = {
        form: len(trace(ResNeXtSpec.from_name("resnext152_32x4d", form=form))) for form in FORMS
    }
    assert lengths["grouped"] == 515
    assert lengths["split"] == 3_715
    assert lengths["aggregated"] > 11_000


def test_one_path_is_a_plain_bottleneck_in_every_form():
    graphs = [trace(ResNeXtSpec.from_name("resnet50", form=form)) for form in FORMS]
    assert all(graph.nodes == graphs[0].nodes for graph in graphs)


def test_every_layer_follows_what_it_reads():
    for form in FORMS:
        seen = set()
        for node in trace(ResNeXtSpec.from_name("mini_resnext", form=form)):
            assert seen.issuperset(node.inputs)
            assert node.name not in seen
            seen.add(node.name)


def test_the_zoo_readme_by_hand():
    """The mini-ResNeXt composed with a user's own layers: 461,450 / 456,586 / 4,864."""
    tracer = GraphTracer()
    x = tracer.add(Input("input", (32, 32, 3)), ())
    x = ReLU("relu")(Conv2D("conv", 32, 3, use_bias=True)(x))
    x = ResNeXt.group(x, n_blocks=2, filters_in=64, filters_out=128)
    x = ResNeXt.projection_block(x, filters_in=128, filters_out=256)
    x = ResNeXt.identity_block(x, filters_in=256, filters_out=256)
    x = Dense("dense", 10, "softmax")(Flatten("flatten")(x))
    graph = tracer.graph("mini")
    assert params(graph) == COUNTS["mini_resnext"]
    assert x.shape == (10,)
    assert "group1/block3/conv2" in graph
    assert "block1/shortcut/conv" in graph
    assert "block2/conv1" in graph


def test_learner_takes_the_zoo_groups_and_leaves_them_unchanged():
    tracer = GraphTracer()
    x = tracer.add(Input("input", (224, 224, 3)), ())
    groups = [(128, 256, 2), (256, 512, 3), (512, 1024, 5), (1024, 2048, 2)]
    before = list(groups)
    x = resnext.learner(resnext.stem(x), groups, cardinality=32, shortcut_bias=False)
    resnext.classifier(x, 1000)
    assert groups == before
    assert params(tracer.graph("by hand")) == COUNTS["resnext50_32x4d"]


def test_functions_state_their_rules():
    tracer = GraphTracer()
    x = tracer.add(Input("input", (32, 32, 3)), ())
    with pytest.raises(SpecError, match="filters_in=60, cardinality=32"):
        resnext.projection_block(x, 60, 128)
    with pytest.raises(SpecError, match="'dense'"):
        resnext.projection_block(x, 64, 128, form="dense")
    with pytest.raises(SpecError, match=r"\(2, 1\)"):
        resnext.projection_block(x, 64, 128, strides=(2, 1))
    with pytest.raises(SpecError, match="'vgg'"):
        resnext.stem(x, "vgg")
    with pytest.raises(SpecError, match="3 channels and filters_out=128"):
        resnext.identity_block(x, 64, 128)
    for cardinality in (0, -2, 1.5, True):
        with pytest.raises(SpecError, match="cardinality"):
            resnext.projection_block(x, 64, 128, cardinality=cardinality)
    with pytest.raises(SpecError, match="-4"):
        resnext.projection_block(x, -4, 128)
    with pytest.raises(SpecError, match="None"):
        resnext.projection_block(x, 64, 128, strides=None)
    with pytest.raises(SpecError, match="-5"):
        resnext.group(x, 64, 128, n_blocks=-5)
    with pytest.raises(SpecError, match="classes"):
        resnext.classifier(x, 0)


@pytest.mark.slow
def test_looking_needs_no_tensorflow():
    code = (
        "import sys, resnext; resnext.trace(resnext.ResNeXt(152).spec);"
        "assert not {'tensorflow', 'keras', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_layers_that_differ_only_in_place_are_alike():
    graph = trace(ResNeXtSpec.from_name("resnext50_32x4d", form="split"))
    for node, first in zip(graph, graph.alike):
        other = graph.nodes[first]
        assert replace(node.layer, name="") == replace(other.layer, name="")
        assert node.input_shapes == other.input_shapes
        assert node.output_shape == other.output_shape
    assert len(set(graph.alike)) < len(graph) / 3

"""Each convention lands on the figures that others published or counted independently."""

import dataclasses

import pytest

from explorer.analysis.conventions import CONVENTIONS, convention
from explorer.analysis.report import analyse
from resnext import FORMS, GraphTracer, ResNeXtSpec, trace
from resnext.layers import Conv2D, Input, Layer

# MACs of conv and dense, fvcore's total, fvcore's activations, torchinfo's mult-adds.
COUNTED = {
    "resnext50_32x4d": (4_230_479_872, 4_259_381_248, 14_401_512, 4_230_549_096),
    "resnext101_32x4d": (7_969_996_800, 8_012_546_048, 21_225_448, 7_970_135_656),
    "resnext152_32x4d": (11_709_513_728, 11_768_922_112, 29_655_016, 11_709_714_024),
    "resnet50": (4_089_184_256, 4_111_512_576, 11_114_984, 4_089_238_376),
    "resnext29_8x64d": (5_387_266_048, 5_404_502_016, 8_585_226, 5_387_323_530),
}


@pytest.mark.parametrize("name", COUNTED)
def test_totals_are_those_counted_independently(name):
    macs, fvcore, activations, torchinfo = COUNTED[name]
    spec = ResNeXtSpec.from_name(name)
    assert analyse(spec).totals.macs == macs
    assert analyse(spec).totals.flops == 2 * macs
    assert analyse(spec, "timm").totals.macs == fvcore
    assert analyse(spec, "timm").totals.activations == activations
    assert analyse(spec, "torchinfo").totals.macs == torchinfo


@pytest.mark.parametrize(
    ("name", "macs"),
    [("resnext101_32x8d", 16_414_015_488), ("resnext29_16x64d", 10_688_866_304)],
)
def test_macs_of_the_larger_ones(name, macs):
    assert analyse(ResNeXtSpec.from_name(name)).totals.macs == macs


@pytest.mark.parametrize(
    ("count", "billions"),
    [
        ("torchvision", "4.230"),
        ("timm", "4.259"),
        ("mmcls", "4.273"),
        ("calflops", "8.504"),
        ("torchinfo", "4.231"),
    ],
)
def test_published_totals_of_resnext50(count, billions):
    assert f"{analyse(ResNeXtSpec(), count).totals.macs / 1e9:.3f}" == billions


def test_calflops_counts_flops_already():
    totals = analyse(ResNeXtSpec(), "calflops").totals
    assert totals.flops == totals.macs


@pytest.mark.parametrize("count", CONVENTIONS)
def test_slices_and_concatenations_are_free(count):
    grouped = analyse(ResNeXtSpec.from_name("mini_resnext"), count).totals
    split = analyse(ResNeXtSpec.from_name("mini_resnext", form="split"), count).totals
    assert split.macs == grouped.macs


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_forms_of_one_function_cost_the_same_multiply_adds(form):
    spec = ResNeXtSpec(form=form)
    assert analyse(spec).totals.macs == 4_230_479_872


def test_grouped_convolution_by_hand():
    tracer = GraphTracer()
    x = tracer.add(Input("input", (5, 7, 12)), ())
    Conv2D("conv", 6, 3, strides=2, groups=3, use_bias=True)(x)
    node = tracer.graph("one")["conv"]
    macs, outputs = (3 * 4) * (3 * 3 * 4 * 6), 3 * 4 * 6
    counts = {name: rule.count(node) for name, rule in CONVENTIONS.items()}
    assert counts == {
        "torchvision": macs,
        "timm": macs,
        "mmcls": macs + outputs,
        "calflops": 2 * macs + outputs,
        "torchinfo": (3 * 4) * (3 * 3 * 4 * 6 + 6),
    }


def test_an_unknown_kind_is_not_counted_and_not_zero():
    @dataclasses.dataclass(frozen=True)
    class Mystery(Layer):
        pass

    tracer = GraphTracer()
    x = tracer.add(Input("input", (4, 4, 2)), ())
    Conv2D("stem/conv", 3)(Mystery("stem/mystery")(x))
    report = analyse(tracer.graph("mysterious"))
    assert [(row.name, row.kind, row.macs) for row in report.uncounted] == [
        ("stem/mystery", "Mystery", None)
    ]
    assert report.totals.macs == 4 * 4 * 2 * 3
    assert not report.totals.counted
    assert not report.by("stage")[0].counted


def test_a_name_that_is_none():
    with pytest.raises(ValueError, match=r"one of torchvision, timm.*Received 'caffe'"):
        convention("caffe")


@pytest.mark.slow
def test_every_layer_of_ours_is_counted():
    for form in FORMS:
        for node in trace(ResNeXtSpec(form=form)):
            for rule in CONVENTIONS.values():
                assert rule.count(node) is not None, (node.kind, rule.name)

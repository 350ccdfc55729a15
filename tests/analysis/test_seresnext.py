"""SE-ResNeXt: timm's parameters and MACs, names, forms; specs of before stay as they are."""

import json
import sys
from dataclasses import replace

import pytest

from explorer.analysis.compare import compare
from explorer.analysis.report import analyse
from explorer.app.state import url_params
from explorer.charts.cardinality import cardinality_data
from explorer.charts.cardinality.choices import offer
from explorer.foreign.own_spec import spec_of_graph
from explorer.map.data import map_data
from resnext import FORMS, ResNeXtSpec, SpecError, trace
from resnext.attention import ATTENTIONS
from resnext.layers import Activation, GlobalAveragePooling2D, Multiply
from resnext.spec import CHOICES

# Counted on timm 1.0.31's networks: parameters, and by hooks on nn.Conv2d and nn.Linear.
TIMM = {
    "seresnext50_32x4d": (27_559_896, 4_232_994_816, 14_417_560),
    "seresnext101_32x4d": (48_955_416, 7_974_739_968, 21_259_992),
}
SMALL = {"stem": "cifar", "input_shape": (16, 16, 3), "classes": 10, "attention": "se"}


@pytest.mark.parametrize("name", TIMM)
@pytest.mark.parametrize("form", FORMS)
def test_counts_are_those_of_timm(name, form):
    totals = analyse(ResNeXtSpec.from_name(name, form=form)).totals
    assert (totals.params, totals.macs) == TIMM[name][:2]
    if form == "grouped":
        assert totals.activations == TIMM[name][2]


@pytest.mark.parametrize(
    ("count", "total"),
    [
        ("timm", 4_261_896_192),  # fvcore 0.1.5 on timm's network
        ("calflops", 8_508_606_048),  # calflops 0.3.2 on it
        ("torchinfo", 4_233_080_088),  # torchinfo 1.8 on it
    ],
)
def test_conventions_land_on_their_tools(count, total):
    assert analyse(ResNeXtSpec.from_name("seresnext50_32x4d"), count).totals.macs == total


def test_a_gate_has_a_sixteenth_of_the_channels_rounded_to_8():
    graph = trace(ResNeXtSpec.from_name("seresnext50_32x4d"))
    squeezed = [graph[f"stage{i}/block1/se/reduce"].output_shape[-1] for i in (1, 2, 3, 4)]
    assert squeezed == [16, 32, 64, 128]
    groups = [(64, filters, 0) for filters in (32, 200, 328)]
    graph = trace(ResNeXtSpec(groups=groups, **SMALL))
    squeezed = [graph[f"stage{i}/block1/se/reduce"].output_shape[-1] for i in (1, 2, 3)]
    assert squeezed == [8, 16, 24]  # 2, 12.5 and 20.5 as timm's make_divisible rounds them


def test_it_follows_the_last_normalisation_and_scales_what_is_added():
    graph = trace(ResNeXtSpec.from_name("seresnext50_32x4d"))
    assert graph["stage1/block2/se/pool"].inputs == ("stage1/block2/bn3",)
    assert graph["stage1/block2/se/pool"].output_shape == (1, 1, 256)
    scale = graph["stage1/block2/se/scale"]
    assert scale.inputs == ("stage1/block2/bn3", "stage1/block2/se/gate")
    assert scale.output_shape == (56, 56, 256)
    assert graph["stage1/block2/add"].inputs == ("stage1/block1/relu", scale.name)


@pytest.mark.parametrize(
    "name",
    [*TIMM, "seresnet50", "seresnext29_8x64d", "seresnext20_2x40d", "seresnext152_64x4d"],
)
def test_names_lead_there_and_back(name):
    spec = ResNeXtSpec.from_name(name)
    assert spec.attention == "se"
    assert spec.name == name
    assert spec.replace(attention="none").name == name.removeprefix("se")
    assert ResNeXtSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec
    assert url_params.from_query(url_params.to_query(spec)) == (spec, [])


@pytest.mark.parametrize("name", ["mini_resnext", "zoo50"])
def test_networks_without_such_a_name_have_a_link(name):
    spec = ResNeXtSpec.from_name(name, attention="se")
    assert spec.name.startswith("seresnext_")
    assert url_params.from_query(url_params.to_query(spec)) == (spec, [])


def test_specs_of_before_keep_their_bytes():
    assert "attention" not in ResNeXtSpec().to_dict()
    assert url_params.to_query(ResNeXtSpec(blocks=(2, 2))) == {"blocks": "2-2"}
    with pytest.raises(SpecError, match="attention must be one of none, se"):
        ResNeXtSpec(attention="cbam")


def test_the_map_shows_it_as_a_group_in_every_form():
    (network,) = map_data([ResNeXtSpec.from_name("seresnext29_8x64d")])["networks"]
    for form in FORMS:
        templates = network["forms"][form]["templates"]
        (group, *_) = [
            t
            for t in templates
            if [c[0] for c in t.get("children", ())][:1] == ["pool"]
            and t["role"] == "group"
            and len(t["children"]) == 6
        ]
        kinds = [templates[child[1]]["label"] for child in group["children"]]
        assert kinds == [
            "global average pool",
            "1×1 conv, 16",
            "ReLU",
            "1×1 conv, 256",
            "sigmoid",
            "multiply",
        ]
        assert "identity block" in {t.get("label") for t in templates}


def test_the_field_is_that_of_what_is_scaled():
    plain, gated = (
        analyse(ResNeXtSpec.from_name(n)) for n in ("resnext50_32x4d", "seresnext50_32x4d")
    )
    for one, other in zip(plain.blocks, gated.blocks):
        assert (one.receptive_field, one.stride) == (other.receptive_field, other.stride)


def test_against_timm_itself():
    timm = pytest.importorskip("timm")
    for name, (params, *_) in TIMM.items():
        assert sum(p.numel() for p in timm.create_model(name).parameters()) == params


def test_compare_shows_what_it_costs():
    found = compare([ResNeXtSpec(), ResNeXtSpec(attention="se")])
    assert found.names == ("resnext50_32x4d", "seresnext50_32x4d")
    assert found.total.difference(1, "params") == 2_530_992
    assert found.total.difference(1, "macs") == 2_514_944


def test_another_attention_is_one_entry(monkeypatch):
    """Its files are recognised, and the first picture names it."""

    def gate(x, block):
        means = GlobalAveragePooling2D(f"{block}/mean/pool", keepdims=True)(x)
        gates = Activation(f"{block}/mean/gate", "sigmoid")(means)
        return Multiply(f"{block}/mean/scale")(x, gates)

    entry = replace(ATTENTIONS["se"], apply=gate, words="gates of means")
    both = {**ATTENTIONS, "mean": entry}
    for module in [*sys.modules.values()]:
        if getattr(module, "ATTENTIONS", None) is ATTENTIONS:
            monkeypatch.setattr(module, "ATTENTIONS", both)
    monkeypatch.setitem(CHOICES, "attention", tuple(both))
    spec = ResNeXtSpec(**{**SMALL, "attention": "mean"})
    assert spec_of_graph(trace(spec)) == spec
    assert {block["attention"] for block in blocks_of(cardinality_data(offer(spec)))} == {
        "gates of means"
    }


def blocks_of(data):
    """All blocks in the picture's data."""
    if isinstance(data, dict):
        found = [data] if "attention" in data else []
        return found + [block for value in data.values() for block in blocks_of(value)]
    return [block for value in data for block in blocks_of(value)] if isinstance(data, list) else []

"""Published figures against what our own counts say, and against their own tables."""

import pytest

from explorer.analysis.family import members
from explorer.analysis.published import TABLE_2, figures, imagenet_name, table_3
from explorer.analysis.report import analyse
from explorer.analysis.series import SERIES, about, in_series, series_of
from resnext import ResNeXtSpec


def specs_and_figures(quantity):
    return [
        pytest.param(figure, id=f"{figure.name}-{figure.source[:5]}")
        for figure in figures()
        if figure.quantity == quantity and figure.name.startswith(("res", "seres"))
    ]


@pytest.mark.parametrize("figure", specs_and_figures("params"))
def test_published_parameters_are_ours(figure):
    counted = analyse(ResNeXtSpec.from_name(figure.name)).totals.params
    # The paper rounds to 0.1 M, and it cut 68.16 M to 68.1.
    assert counted == pytest.approx(figure.value, abs=60_000 if figure.stated else 0)


@pytest.mark.parametrize("figure", specs_and_figures("macs"))
def test_published_multiply_adds_are_ours(figure):
    counted = analyse(ResNeXtSpec.from_name(figure.name)).totals.macs
    assert counted == pytest.approx(figure.value, rel=0.01)


@pytest.mark.parametrize("row", TABLE_2)
def test_table_2_by_its_own_formula(row):
    c, d = row.cardinality, row.width
    assert row.params == c * (256 * d + 9 * d * d + d * 256)
    assert row.group_width == c * d


def test_every_name_is_a_network_or_the_one_that_is_none():
    for name in {figure.name for figure in figures()} - {"Wide ResNet"}:
        assert ResNeXtSpec.from_name(name).name == name


def published(name, quantity):
    return [figure for figure in figures() if (figure.name, figure.quantity) == (name, quantity)]


def test_lookup():
    found = published("resnext50_32x4d", "top1_accuracy")
    assert {figure.series: figure.value for figure in found}.items() >= {
        ("paper", 77.8),
        ("torchvision-v1", 77.618),
        ("torchvision-v2", 81.198),
        ("mmpretrain", 77.9),
        ("pycls", 78.1),
        ("timm-a1", 80.526),
        ("timm-a1-288", 81.484),
    }
    assert found[0].stated == "error 22.2 %"
    on_cifar = published("resnext29_8x64d", "top1_accuracy")[0]
    assert (on_cifar.data, on_cifar.value) == ("CIFAR-10", 96.35)


def test_every_figure_names_its_source():
    for figure in figures():
        assert figure.source
        assert bool(figure.data) == figure.quantity.startswith("top")


def test_names_of_the_tables():
    assert imagenet_name(50, 1, 64) == "resnet50"
    assert imagenet_name(101, 32, 4) == "resnext101_32x4d"


DEPTHS = ["resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d"]


def test_a_series_has_one_figure_of_a_network():
    for figure in figures():
        on_imagenet = figure.quantity == "top1_accuracy" and figure.data == "ImageNet-1K"
        if on_imagenet or figure.quantity == "images_per_second":
            assert figure.series in SERIES
            same = [f for f in published(figure.name, figure.quantity) if f.series == figure.series]
            assert same == [figure]
    shown = {figure.series for figure in figures()} | {row.recipe for row in members()}
    assert shown == {*SERIES, ""}


def test_series_of_most_networks_come_first():
    assert series_of(DEPTHS, "top1_accuracy")[:3] == ["pycls", "mmpretrain", "paper"]
    assert series_of(["resnext101_64x4d"], "top1_accuracy") == [
        "paper", "torchvision-64x4d", "timm-gluon", "timm-c1", "timm-c1-288"
    ]  # fmt: skip
    assert series_of(DEPTHS, "images_per_second") == [
        "pycls-v100", "timm-4090", "timm-5090", "timm-i9"
    ]  # fmt: skip
    assert series_of(["zoo50"], "top1_accuracy") == []


@pytest.mark.parametrize(
    ("series", "gains"), [("pycls", [1.3, 0.7, 0.5]), ("mmpretrain", [1.35, 0.64, 0.4])]
)
def test_the_gain_of_cardinality_shrinks_with_depth(series, gains):
    known = in_series(series, "top1_accuracy")
    plain = ["resnet50", "resnet101", "resnet152"]
    assert [known[a] - known[b] for a, b in zip(DEPTHS, plain)] == pytest.approx(gains)


def test_recipes_that_torchvision_tells_apart_are_not_one_series():
    of_v2 = {row.spec: row.recipe for row in members() if row.recipe.startswith("torchvision-v2")}
    assert of_v2["resnext50_32x4d"] == of_v2["resnet152"] == of_v2["resnet101"]
    assert len({of_v2[n] for n in ("resnet50", "resnext50_32x4d", "resnext101_32x8d")}) == 3


def test_what_a_series_is_ends_with_its_sources():
    assert about("pycls").endswith("facebookresearch/pycls, MODEL_ZOO.md at 1caf15b")
    assert about("mmpretrain").count("open-mmlab/mmpretrain") == 2
    assert about("timm-4090") == SERIES["timm-4090"].text


def test_table_3_is_that_of_the_paper():
    first, *_, last = table_3()
    assert (first.cardinality, first.width, first.error_50, first.error_101) == (1, 64, 23.9, 22.0)
    assert (last.cardinality, last.width, last.error_50, last.error_101) == (32, 4, 22.2, 21.2)

"""Published figures against what our own counts say, and against their own tables."""

import pytest

from explorer.published import TABLE_2, figures, imagenet_name, published
from explorer.report import analyse
from resnext import ResNeXtSpec


def specs_and_figures(quantity):
    return [
        pytest.param(figure, id=f"{figure.name}-{figure.source[:5]}")
        for figure in figures()
        if figure.quantity == quantity and figure.name.startswith("res")
    ]


@pytest.mark.parametrize("figure", specs_and_figures("params"))
def test_published_parameters_are_ours(figure):
    counted = analyse(ResNeXtSpec.from_name(figure.name)).totals.trainable_params
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


def test_lookup():
    found = published("resnext50_32x4d", "top1_accuracy")
    assert [(figure.value, figure.note) for figure in found] == [
        (77.8, ""),
        (77.618, "V1 weights"),
        (81.198, "V2 weights"),
    ]
    assert found[0].stated == "error 22.2 %"
    assert published("resnext29_8x64d", "top1_accuracy", "CIFAR-10")[0].value == 96.35
    assert published("resnext50_3x7d") == []


def test_every_figure_names_its_source():
    for figure in figures():
        assert figure.source
        assert bool(figure.data) == figure.quantity.startswith("top")


def test_names_of_the_tables():
    assert imagenet_name(50, 1, 64) == "resnet50"
    assert imagenet_name(101, 32, 4) == "resnext101_32x4d"

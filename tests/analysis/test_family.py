"""The table of accuracies: nothing without a source, no line through two recipes, our own costs."""

import csv
import io
from datetime import date
from importlib.resources import files

import pytest

from explorer.analysis.family import RELATIONS, TABLE, members, number, read
from explorer.analysis.series import SERIES, groups
from explorer.analysis.verify import verify
from resnext import ResNeXtSpec
from resnext.errors import InputError

TEXT = files("explorer.analysis").joinpath(TABLE).read_text(encoding="utf-8")


def changed(network, recipe, /, **cells):
    """The table with some cells of one row changed."""
    rows = list(csv.DictReader(TEXT.splitlines()))
    (row,) = [r for r in rows if (r["network"], r["recipe"]) == (network, recipe)]
    row.update(cells)
    out = io.StringIO()
    table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def test_the_table_is_read_in_its_order():
    assert read(TEXT) == members()
    assert [row.network for row in members()] == [
        line["network"] for line in csv.DictReader(TEXT.splitlines())
    ]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"source": ""}, r"Line \d+ of family.csv \(ResNeXt-50 32x4d\) must have a source"),
        ({"source": "  "}, "must have a source"),
        ({"source": "?"}, r"who published it, and in which paper.*Received '\?'"),
        ({"source": "somewhere"}, "who published it, and in which paper"),
        ({"checked": "yesterday"}, "a day such as 2026-11-30"),
        ({"checked": "2026-13-01"}, "a day such as 2026-11-30"),
        ({"params": "-25 M"}, "costs such as 25.0 M"),
        ({"macs": "0 G"}, "costs such as 25.0 M"),
        ({"count": "mine"}, "a counting convention of .*Received 'mine'"),
        ({"network": "ResNet-50"}, "one row in a recipe. Received ResNet-50 twice"),
        ({"recipe": ""}, "must have a recipe"),
        ({"training": ""}, "must have a training"),
        ({"family": "VGG"}, "must have a family of ResNet, .*Received 'VGG'"),
        ({"top1": "", "error": ""}, "the top-1 accuracy or the error"),
        ({"top1": "77.8", "error": "22.2"}, "the top-1 accuracy or the error"),
        ({"top1": "778"}, "accuracy or error of 0 to 100"),
        ({"top1": "much"}, "accuracy or error of 0 to 100"),
        ({"resolution": "large"}, "a resolution in pixels"),
        ({"crop": "87.5"}, "a crop of 0 to 1"),
        ({"params": "25 X"}, "costs such as 25.0 M"),
        ({"count": ""}, "name the counting convention"),
        ({"spec": "resnext51_32x4d"}, r"Line \d+ .*The depth must be"),
        ({"spec": "", "params": ""}, "not one of our networks, so its costs must be given"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused(cells, words):
    with pytest.raises(InputError, match=words):
        read(changed("ResNeXt-50 32x4d", "torchvision-v1", **cells))


@pytest.mark.parametrize(
    ("name", "value"),
    [("recipe", "mmpretrain"), ("training", "another"), ("family", "ResNeXt"),
     ("resolution", "288")],
)  # fmt: skip
def test_a_line_that_joins_two_recipes_is_refused(name, value):
    with pytest.raises(InputError, match=f"A line must have one {name}.*'{value}' \\(ResNet-101"):
        read(changed("ResNet-101", "pycls", **{name: value}))


def test_the_resnet50_of_torchvision_v2_is_not_on_the_line_of_the_others():
    """Its recipe is another, though torchvision gives both one name."""
    with pytest.raises(InputError, match="A line must have one recipe"):
        read(changed("ResNet-50", "torchvision-v2-50", line="torchvision-v2 resnet"))


def test_other_columns_and_short_rows_are_refused():
    with pytest.raises(InputError, match=r"The columns of family\.csv must be network, spec"):
        read(TEXT.replace("network,spec", "network,name", 1))
    short = "\n".join([*TEXT.splitlines()[:2], "ResNet-50,resnet50"])
    with pytest.raises(InputError, match=r"Line 3 of family\.csv must have 16 cells"):
        read(short)


def test_the_whole_family_is_there():
    families = {row.family for row in members()}
    assert families == set(RELATIONS)
    assert all(row.relation for row in members())
    names = {(row.spec, row.recipe) for row in members()}
    for depth in (50, 101, 152):
        for recipe in ("pycls", "mmpretrain"):
            assert {(f"resnet{depth}", recipe), (f"resnext{depth}_32x4d", recipe)} <= names
    assert {"wsl", "swsl", "ssl", "timm-a1h", "timm-gluon", "timm-tv"} <= {r for _, r in names}


def test_every_recipe_is_described_and_in_one_group():
    recipes = [recipe for keys in groups().values() for recipe in keys]
    assert sorted(recipes) == sorted({row.recipe for row in members()})
    assert all(SERIES[recipe].kind for recipe in recipes)


def test_a_network_has_one_row_in_a_recipe():
    pairs = [(row.network, row.recipe) for row in members()]
    assert len(pairs) == len(set(pairs))


def test_every_row_has_the_day_on_which_it_was_looked_up():
    assert all(date.fromisoformat(row.checked) for row in members())


@pytest.mark.slow
def test_costs_are_ours_where_we_make_the_network():
    for row in members():
        counted = row.counted()
        assert (counted is None) == (row.made is None) == (not row.spec)
        if counted is None:
            assert row.cost("macs") == number(row.macs)
        else:
            assert row.made.name == row.spec
            assert row.cost("params") == counted.params


def test_macs_are_of_the_tested_resolution():
    (row,) = [
        r for r in members() if (r.spec, r.recipe) == ("resnext50_32x4d", "timm-a1-288")
    ]  # fmt: skip
    assert row.counted("timm").macs / 1e9 == pytest.approx(7.04, abs=0.005)  # as timm's benchmark
    assert row.made == ResNeXtSpec.from_name(row.spec, input_shape=(288, 288, 3))


@pytest.mark.slow
def test_every_stated_cost_is_verified():
    checked = {(c.network, c.theirs, c.source) for c in verify()}
    for row in members():
        for stated in filter(None, (row.params, row.macs) if row.spec else ()):
            assert (row.spec, stated, row.source) in checked


def test_figures_as_sources_write_them():
    assert number("25.0 M") == 25_000_000
    assert number("4.23 G") == 4_230_000_000
    assert number("83455272") == 83_455_272

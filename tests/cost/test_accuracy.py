"""Accuracies beside costs: counted, stated, or measured."""

import csv
import io
import json
from dataclasses import replace

import pytest

from explorer.analysis.formats import FORMATS
from explorer.analysis.report import analyse
from explorer.cost.accuracy import (
    NOT_ALIKE,
    answer,
    gain_table,
    points,
    recipe_names,
    summary,
    time_conditions,
)
from resnext import ResNeXtSpec
from resnext.errors import InputError


class Times:
    """Some networks were timed."""

    def ms(self, spec):
        return 31.5 if spec == ResNeXtSpec.from_name("resnext50_32x4d") else None

    def conditions(self, specs):
        timed = [spec.name for spec in specs if self.ms(spec)]
        return f"Times: measured of {', '.join(timed)}." if timed else ""


CONDITIONS = "Times: measured of resnext50_32x4d."


def test_points_of_some_recipes():
    found = points(["paper", "timm-a1-288"], Times())
    assert {point.row.recipe for point in found} == {"paper", "timm-a1-288"}
    at = {(p.row.spec, p.row.recipe): p for p in found}
    assert at["resnext50_32x4d", "paper"].ms == 31.5
    assert at["resnext50_32x4d", "timm-a1-288"].ms is None  # 288 pixels were not timed
    assert at["resnext101_32x4d", "paper"].macs == analyse("resnext101_32x4d").totals.macs


def test_a_group_has_all_recipes_of_its_name():
    assert {p.row.recipe for p in points(["torchvision-v2"])} == {
        "torchvision-v2", "torchvision-v2-50", "torchvision-v2-fixres", "torchvision-64x4d"
    }  # fmt: skip
    assert {p.row.recipe for p in points(["torchvision-v2-50"])} == {"torchvision-v2-50"}
    assert len(points()) == sum(len(points([name])) for name in recipe_names())


def test_an_unknown_recipe_states_the_rule():
    with pytest.raises(InputError, match=r"A recipe is one of pycls, .*Received 'a9'"):
        points(["a9"])


def test_json_and_csv_have_the_same_rows():
    found = points(["pycls"], Times())
    rows = json.loads(FORMATS["json"].write(answer(found, CONDITIONS)))
    assert [row["network"] for row in rows] == [p.row.network for p in found]
    regnet = next(row for row in rows if row["network"] == "RegNetX-4.0GF")
    assert (regnet["name"], regnet["counted_here"], regnet["macs"]) == (None, False, 4_000_000_000)
    assert next(row["ms"] for row in rows if row["name"] == "resnext50_32x4d") == 31.5
    table = list(csv.DictReader(io.StringIO(FORMATS["csv"].write(answer(found, CONDITIONS)))))
    assert list(table[0]) == list(rows[0])
    said = {row["name"]: row["ms_conditions"] for row in rows}
    assert {name for name, words in said.items() if words == CONDITIONS} == {"resnext50_32x4d"}
    assert [float(row["top1"]) for row in table] == [row["top1"] for row in rows]


def test_text_says_what_is_stated_not_measured_and_gained():
    found = points(["pycls"], Times())
    for form in ("table", "markdown"):
        text = FORMATS[form].write(answer(found, time_conditions(found, Times())))
        assert CONDITIONS in text
        assert "4.00 G stated" in text
        assert "not measured" in text
        assert "The gain shrinks with depth" in text
        assert NOT_ALIKE in text
    assert "MODEL_ZOO.md at 1caf15b" in FORMATS["markdown"].write(answer(found, ""))


def test_the_summary_counts_what_could_not_be_looked_up():
    found = points(["paper"])
    assert summary(found)[0] == f"{len(found)} published accuracies of 1 recipe."
    (first, *rest) = found
    unread = [first._replace(row=replace(first.row, checked="")), *rest]
    assert summary(unread)[0].endswith(" 1 could not be looked up again.")


def test_the_table_of_gains_marks_trainings_that_differ():
    rows = {row["Recipe"]: row for row in gain_table()}
    assert rows["pycls"] == {"Recipe": "pycls", "50": "+1.3", "101": "+0.7", "152": "+0.5"}
    assert rows["torchvision V1 *"]["50"] == "+1.49"
    assert rows["SENet (SE)"]["101"] == "+1.94"

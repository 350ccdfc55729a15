"""Tables hold the report's own numbers, whatever they are written as."""

import csv
import io
import json

import pandas as pd
import pytest

from explorer.analysis import tables
from explorer.analysis.compare import compare
from explorer.analysis.formats import text
from explorer.analysis.report import LEVELS, analyse
from resnext import GraphTracer, ResNeXtSpec, Stage
from resnext.layers import Conv2D, Dense, Flatten, Input

REPORT = analyse(ResNeXtSpec())


@pytest.mark.parametrize("by", LEVELS)
def test_frames_hold_every_row(by):
    frame = tables.frame(REPORT, by)
    assert list(frame["name"]) == [row.name for row in REPORT.by(by)]
    assert frame["macs"].sum() == 4_230_479_872
    assert frame["params"].sum() == 25_028_904
    assert frame["total_params"].sum() == 25_097_128
    assert frame["macs"].dtype == "Int64"


def test_json_is_the_contract():
    plain = json.loads(tables.to_json(REPORT))
    assert plain["name"] == "resnext50_32x4d"
    assert plain["input_shape"] == [224, 224, 3]
    assert plain["count"] == "torchvision"
    assert plain["totals"]["params"] == plain["totals"]["trainable_params"] == 25_028_904
    assert plain["totals"]["total_params"] == 25_097_128
    assert plain["totals"]["non_trainable_params"] == 68_224
    assert plain["totals"]["macs"] == 4_230_479_872
    assert plain["totals"]["flops"] == 8_460_959_744
    assert plain["totals"]["activations"] == 14_401_512
    row = plain["rows"][1]
    assert (row["name"], row["stage"], row["output_shape"]) == ("stage1", "stage1", [56, 56, 256])
    assert plain["uncounted"] == []


def test_csv_reads_back():
    rows = list(csv.DictReader(io.StringIO(tables.to_csv(REPORT, "layer"))))
    assert sum(int(row["macs"]) for row in rows) == 4_230_479_872
    assert rows[0]["name"] == "stem/conv"
    assert rows[0]["output_shape"] == "112×112×64"


def test_text_and_markdown_name_the_convention_and_the_totals():
    for written in (tables.to_text(REPORT), tables.to_markdown(REPORT)):
        assert "25,028,904" in written
        assert "moving statistics: 68,224." in written
        assert "25,097,128" not in written
        assert "4,230,479,872" in written
        assert "8,460,959,744" in written
        assert "as torchvision counts" in written


@pytest.mark.parametrize("by", LEVELS)
@pytest.mark.parametrize("name", ["resnext50_32x4d", 'a "quoted"\n"rows": [] name'])
def test_json_is_what_the_standard_encoder_writes(by, name):
    tracer = GraphTracer()
    x = tracer.add(Input("input", (4, 4, 2)), ())
    Dense("units", 3)(Flatten(f"stage1/{name}")(x))
    for report in (REPORT, analyse(tracer.graph(name))):
        plain = tables.as_dict(report, by)
        assert tables.to_json(report, by) == json.dumps(plain, indent=2, ensure_ascii=False)


def test_text_has_every_row_and_a_line_above_the_total():
    header, rows = ["net", "size"], [["a", "1"], ["bb", "22"], ["c", "3"], ["sum", "26"]]
    body = ["net  size", "─────────", "a       1", "bb     22", "c       3"]
    assert text(header, rows, words=1).split("\n") == [*body, "─────────", "sum    26"]
    assert text(header, rows, words=1, totals=False).split("\n") == [*body, "sum    26"]


def test_text_is_aligned():
    lines = tables.to_text(REPORT).splitlines()[2:11]
    assert len({len(line) for line in lines}) == 1


def test_a_name_cannot_break_out_of_markdown():
    tracer = GraphTracer()
    x = tracer.add(Input("input", (4, 4, 2)), ())
    Conv2D("a|<script>`x`\n|b", 3)(x)
    written = tables.to_markdown(analyse(tracer.graph("hostile")))
    assert "<script" not in written
    assert "a\\|&lt;script>\\`x\\` \\|b" in written


def test_numbers_beyond_64_bits():
    stages = (Stage(6, 65_536, 65_536), Stage(6, 65_536, 65_536))
    spec = ResNeXtSpec(groups=stages, cardinality=1, stem="cifar", input_shape=(4096, 4096, 3))
    report = analyse(spec)
    assert report.totals.macs > 2**63
    assert int(tables.frame(report, "block")["macs"].sum()) == report.totals.macs
    assert isinstance(tables.frame(report), pd.DataFrame)


def test_csv_is_what_pandas_writes():
    tracer = GraphTracer()
    x = tracer.add(Input("input", (4, 4, 2)), ())
    Dense("units", 3)(Flatten('a "quoted", name')(x))
    for report in (REPORT, analyse(tracer.graph("odd"))):
        for by in LEVELS:
            assert tables.to_csv(report, by) == tables.frame(report, by).to_csv(index=False)
    pair = compare(["resnext50_32x4d", "resnext29_8x64d"])
    assert pair.to_csv() == pair.frame().to_csv(index=False)

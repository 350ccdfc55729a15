"""The roofline against hand calculations, and what is said of it against its own figures."""

import csv

import pytest
from timed_networks import CEILINGS, made_up

from explorer.analysis.report import graph_of
from explorer.cost import explained
from explorer.cost.devices import FILE, devices
from explorer.cost.roofline import ARITHMETIC, TRAFFIC, Ceilings, bound, bound_ms, moved_bytes
from explorer.cost.settings import Settings
from explorer.cost.time_charts import bars, measured_roofline, roofline

GRAPH = graph_of("resnext50_32x4d")


def test_bytes_of_layers_by_hand():
    # 1x1, 64 to 128 channels at 56x56; grouped 3x3, 32 paths of 4; a sum reads two maps.
    assert moved_bytes(GRAPH["stage1/block1/conv1"], 2) == 4 * (2 * 56 * 56 * (64 + 128) + 64 * 128)
    assert moved_bytes(GRAPH["stage1/block1/conv2"], 1) == 4 * (56 * 56 * 256 + 9 * 4 * 128)
    assert moved_bytes(GRAPH["stage1/block1/add"], 1) == 4 * 56 * 56 * 3 * 256


def test_bounds_by_hand():
    # 128 x 36 multiply-adds at 56 x 56 positions.
    node = GRAPH["stage1/block1/conv2"]
    found = bound(node, 1, Ceilings("", 200e9, 20e9))
    assert found.macs == 56 * 56 * 128 * 36
    assert found.seconds == pytest.approx(moved_bytes(node, 1) / 20e9)
    assert found.by == TRAFFIC
    slow = bound(node, 1, Ceilings("", 20e9, 20e9))
    assert slow.seconds == pytest.approx(2 * found.macs / 20e9)
    assert slow.by == ARITHMETIC
    assert Ceilings("", 200e9, 20e9).ridge == 5


def test_behind_a_convolution_normalisation_and_activation_are_free():
    nodes = [n for n in GRAPH if n.name.startswith("stage1/block1/") and "shortcut" not in n.name]
    counted = [n for n in nodes if n.kind not in ("BatchNormalization", "ReLU")]
    assert len(counted) < len(nodes)
    assert bound_ms(nodes, 4, CEILINGS) == pytest.approx(
        sum(bound(n, 4, CEILINGS).ms for n in counted)
    )
    alone = GRAPH["stage1/block1/bn1"]
    assert bound_ms([alone], 4, CEILINGS) == bound(alone, 4, CEILINGS).ms > 0


def test_every_device_has_its_sources():
    found = devices()
    assert len(found) >= 12
    assert len({device.name for device in found}) == len(found)
    assert {device.kind for device in found} == {"processor", "graphics"}
    for device in found:
        assert 0.5 < device.ceilings.ridge < 100


@pytest.mark.parametrize("column", ["source", "read_at", "peak_gflops", "kind"])
def test_a_row_without_its_source_or_figure_is_refused(tmp_path, column):
    with FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows[3][column] = "0" if column == "peak_gflops" else ""
    path = tmp_path / "devices.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(ValueError, match=rows[3]["device"]):
        devices(path)


def test_shares_of_the_time_sum_to_all():
    text = explained.where_the_time_goes(made_up("resnext50_32x4d"))
    shares = [int(word) for word in text.replace("%", "").split() if word.isdigit()]
    assert 97 <= sum(shares) <= 103
    assert "grouped" in text
    assert "grouped" not in explained.where_the_time_goes(made_up("resnet50"))


def test_why_the_grouped_convolution_is_slow():
    # Every layer takes twice its bound here, so the slowest is the one that moves the most.
    said = " ".join(explained.why_grouped(made_up("resnext50_32x4d")))
    node = max((n for n in GRAPH if n.name.endswith("conv2")), key=lambda n: moved_bytes(n, 1))
    channels = node.input_shapes[0][-1] // 32
    assert f"**{node.name}**" in said
    assert f"32 paths of {channels} channels" in said
    found = bound(node, 1, CEILINGS)
    allowed = 2 * found.macs / found.seconds / CEILINGS.product
    assert f"{found.intensity:.1f} MACs a byte" in said
    assert f"at most {100 * allowed:.0f} %" in said
    assert f"Measured: {50 * allowed:.0f} % of" in said
    assert f"{9 * channels} numbers by a kernel with {channels} outputs" in said
    assert explained.why_grouped(made_up("resnet50")) == []


def test_ratios_name_who_measured():
    one, other = made_up("resnext50_32x4d"), made_up("resnet50", slowness=4.0)
    found = {ratio.label: ratio.value for ratio in explained.ratios(one, other)}
    assert found["pycls, V100"] == pytest.approx(78 / 53, rel=0.01)
    assert found["measured here"] == pytest.approx(found["by the bound"] / 2)
    assert found["measured here"] < 1 < found["by the bound"]
    assert "Another sign than here: by the bound" in explained.ratio_sentence(one, other)
    same = made_up("resnet50")
    assert explained.ratio_sentence(one, same).endswith("Another sign than here: timm, Core i9.")
    deep = made_up("resnext152_32x4d"), made_up("resnet152")  # the i9 did not time them
    assert explained.ratio_sentence(*deep).endswith("All have one sign.")
    assert explained.resnet_of("resnext50_32x4d", 50) == "resnet50"
    assert explained.resnet_of("resnet50", 50) == ""


def test_what_the_bound_gets_wrong_is_said():
    timing = made_up("resnext50_32x4d")
    assert "alike" in explained.order_of_stages(timing)
    assert explained.faster_than_bound(timing) == ""
    quick = made_up("resnext50_32x4d", slowness=0.5)
    assert "2.0 times" in explained.faster_than_bound(quick)
    slow = dict(timing.parts["stage"])
    slow["classifier"] = timing.whole
    parts = {**timing.parts, "stage": slow}
    text = explained.order_of_stages(type(timing)(timing.spec, Settings(), timing.conditions,
                                                  timing.whole, parts))  # fmt: skip
    assert "measured: classifier" in text
    assert "wrong about the order" in text


def test_charts_have_a_point_for_each_layer_that_multiplies():
    timing = made_up("resnext50_32x4d")
    figure = measured_roofline(timing)
    points = [one for one in figure.data if one.mode == "markers"]
    assert sum(len(one.x) for one in points) == sum(1 for n in GRAPH if n.multiply_adds)
    roof = figure.data[0]
    assert max(roof.y) == pytest.approx(CEILINGS.product / 1e9)
    for one in points:
        assert max(one.y) <= CEILINGS.product / 1e9 / 2 + 1e-6  # twice the bound
    there = devices()[0].ceilings
    elsewhere = roofline(explained.points_on(timing.spec, 1, there), there, measured=False)
    assert devices()[0].name in elsewhere.data[0].name
    for one in elsewhere.data[1:]:
        on_the_roof = [min(there.product, 2 * x * there.copy) / 1e9 for x in one.x]
        assert list(one.y) == pytest.approx(on_the_roof)
    assert list(bars(timing, "stage").data[0].x)[:2] == ["stem", "stage1"]
    assert len(bars(timing, "layer").data[0].x) <= 60
    assert len(bars(made_up("resnet50", Settings(4, True)), "stage").data) == 1

"""Networks side by side, and what is said to differ among them."""

import pytest
from map_pages import SPEC, card, state

from resnext import ResNeXtSpec, trace

pytestmark = pytest.mark.browser

# What is marked as different: place, network, how.
MARKED = """() => map.map.overlays.differing()
  .map(([part, mark]) => [part.id, map.map.nets.indexOf(part.net), mark])"""


def test_networks_side_by_side_with_differences_marked(open_map):
    other = ResNeXtSpec.from_name("resnext101_32x4d")
    page = open_map(SPEC, other)
    marks = page.evaluate("map.map.overlays.differences.marks.map((m) => [...m])")
    both = {"": "more", "stage3": "more"}  # a stage with other blocks, no other layer
    assert dict(marks[0]) == both
    assert dict(marks[1]) == both | {f"stage3/block{i}": "only" for i in range(7, 24)}
    assert page.evaluate(MARKED) == [["stage3", 0, "more"], ["stage3", 1, "more"]]
    page.evaluate("map.map.openLevel('blocks')")
    assert page.evaluate(MARKED) == [["stage3/block2+", 1, "more"]]
    page.evaluate("map.map.goTo(map.map.nets[0].find('stage3'))")
    text = page.locator(".netmap-card").inner_text()
    assert "Unlike resnext101_32x4d: 17 fewer blocks;" in text
    label = page.locator(".netmap-tree [role=treeitem]").get_attribute("aria-label")
    assert "more or fewer parts than in the other networks" in label
    page.evaluate("map.map.goTo(map.map.nets[1].find('stage3/block9/conv2'))")
    assert "Not in resnext50_32x4d." in page.locator(".netmap-card").inner_text()
    page = open_map(SPEC, SPEC)
    assert page.evaluate("map.map.overlays.differences.marks.map((m) => m.size)") == [0, 0]
    assert page.evaluate(MARKED) == []


def test_layers_that_differ_look_unlike_blocks_that_lack(open_map):
    """ResNet-50 beside ResNeXt-50: stem and classifier are alike, every block is not."""
    page = open_map(SPEC, ResNeXtSpec.from_name("resnet50"))
    expected = [[f"stage{i}", net, "differs"] for net in (0, 1) for i in (1, 2, 3, 4)]
    assert page.evaluate(MARKED) == expected
    layers = page.evaluate("[...map.map.overlays.differences.marks[0]].map(([id]) => id)")
    ours, theirs = trace(SPEC), trace(ResNeXtSpec.from_name("resnet50"))
    facts = [
        {n.name: (n.kind, n.input_shapes, n.output_shape, _params(n)) for n in graph}
        for graph in (ours, theirs)
    ]
    unlike = {name for name in facts[0] if facts[0][name] != facts[1][name]}
    assert {name for name in layers if name in facts[0]} == unlike


def _params(node):
    return tuple(weight.shape for weight in node.weights)


def test_a_selection_in_the_second_network(open_map):
    page = open_map(SPEC, ResNeXtSpec.from_name("resnet50"))
    page.evaluate("map.map.goTo(map.map.nets[1].find('stage1/block1/conv2'))")
    assert card(page)["kind"] == "Conv2D"
    assert state(page)["network"] == 1
    text = page.locator(".netmap-card").inner_text()
    assert "Unlike resnext50_32x4d: kind Conv2D, not GroupedConv2D;" in text
    assert "groups 1, not 32; filters 64, not 128; parameters 36,864, not 4,608." in text

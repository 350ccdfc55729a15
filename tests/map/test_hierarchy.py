"""From names to nested boxes, and from a wanted place to one that is there."""

import pytest

from explorer.analysis.report import graph_of
from explorer.map.data import map_data
from explorer.map.hierarchy import MOST_DEPTH, Box, boxes_of, nearest
from resnext import ResNeXtSpec, trace

GROUPED = trace(ResNeXtSpec.from_name("mini_resnext"))
PATHS = trace(ResNeXtSpec.from_name("mini_resnext", form="split"))


def chain(names):
    """A Keras model of one convolution after another."""
    layers = [("InputLayer", {"name": "in", "batch_shape": [None, 8, 8, 3]})]
    layers += [("Conv2D", {"name": name, "filters": 4, "kernel_size": [1, 1]}) for name in names]
    plain = [{"class_name": kind, "config": config} for kind, config in layers]
    return graph_of({"class_name": "Sequential", "config": {"name": "model", "layers": plain}})


def depth(box):
    return 1 + max((depth(child) for child in box.children if isinstance(child, Box)), default=0)


@pytest.mark.parametrize("deep", [MOST_DEPTH - 1, MOST_DEPTH, MOST_DEPTH + 1, 5000])
def test_names_of_any_depth_make_boxes_that_can_be_walked(deep):
    names = ["/".join(["a"] * deep + [last]) for last in ("x", "y", "z")]
    graph = chain(names)
    root = boxes_of(graph)
    assert depth(root) == 1 + min(deep, MOST_DEPTH)
    assert list(root.leaves()) == [0, 1, 2, 3]
    (network,) = map_data([graph])["networks"]
    (form,) = network["forms"].values()
    box, place = form["templates"][form["root"]], []
    while "children" in box:  # the last child of each, down to the last layer
        name, number, *_ = box["children"][-1]
        place.append(name.rstrip("+"))
        box = form["templates"][number]
    assert "/".join(place) == names[-1]


@pytest.mark.parametrize(
    ("graph", "asked", "found"),
    [
        (GROUPED, "stage1/block1/conv2", "stage1/block1/conv2"),
        (GROUPED, "stage1/block1", "stage1/block1"),
        (GROUPED, "stage1/block1/shortcut", "stage1/block1/shortcut"),
        (GROUPED, "stage1/block2+", "stage1/block2+"),
        (GROUPED, "stage1/block99+", "stage1"),
        (GROUPED, "stage1/block1/path3/conv2", "stage1/block1"),
        (PATHS, "stage1/block1/path3", "stage1/block1/path3"),
        (PATHS, "stage1/block1/path1+", "stage1/block1/path1+"),
        (GROUPED, "input", "input"),
        (GROUPED, "stage9/block7", ""),
        (GROUPED, "stage", ""),
        (GROUPED, "", ""),
        (GROUPED, "//", ""),
        (GROUPED, "stage1/" * 50_000, "stage1"),
    ],
)
def test_the_nearest_place(graph, asked, found):
    assert nearest(graph, asked) == found

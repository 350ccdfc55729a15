"""Receptive fields: the published sizes, and the pixels that really change an output."""

import numpy as np
import pytest

from explorer.analysis.receptive_field import border_at, borders
from explorer.lesson.receptive import field_of, scaled_position, stage_ends
from resnext import ResNeXtSpec, build_model, trace
from resnext.layer import PADDINGS


def sizes(name):
    graph = trace(ResNeXtSpec.from_name(name))
    return [field_of(graph, end, 0, 0).size[0] for end in stage_ends(graph)[1:]]


def test_the_published_sizes():
    assert sizes("resnext50_32x4d") == [35, 91, 267, 427]
    assert sizes("resnext29_8x64d") == [9, 19, 39]
    assert sizes("resnext101_32x4d")[-1] == 971
    assert sizes("resnext152_32x4d")[-1] == 1451


def test_the_field_leaves_the_cifar_image_behind():
    graph = trace(ResNeXtSpec.from_name("resnext29_8x64d"))
    first, *_, last = (
        field_of(graph, end, *scaled_position(graph, end, 0.5, 0.5)) for end in stage_ends(graph)
    )
    assert not first.leaves_image
    assert first.seen == 9
    assert first.rows == (15, 17)
    assert last.leaves_image
    assert last.size == (39, 39)
    assert last.share == 1.0


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("shape", [(224, 224, 3), (97, 130, 3)])
def test_borders_are_the_positions_whose_field_leaves_the_image(padding, shape):
    """The other road: walking back from each position to the image."""
    graph = trace(ResNeXtSpec(blocks=(1, 2, 1), cardinality=2, input_shape=shape, padding=padding))
    found = borders(graph)
    for name in ("stem/conv", "stem/pool", "stage1/block1/conv2", *stage_ends(graph)[1:]):
        height, width, _ = graph[name].output_shape
        for edge, count, along in zip(found[name], (height, width), ("rows", "columns")):
            spans = [getattr(field_of(graph, name, *place(along, i)), along) for i in range(count)]
            pixels = shape[along == "columns"]
            assert edge.first == sum(start < 0 for start, _ in spans), (name, along)
            assert edge.last == sum(end >= pixels for _, end in spans), (name, along)
            assert edge.length == count


def place(along, position):
    return (position, 0) if along == "rows" else (0, position)


def test_borders_by_hand():
    """7x7 at stride 2 on 224 pixels: "same" adds 2 before and 3 behind, symmetric 3 and 3."""
    same, symmetric = (
        border_at(trace(ResNeXtSpec(padding=padding)), "stem/conv") for padding in PADDINGS
    )
    assert (same.rows.first, same.rows.last) == (1, 2)  # windows from -2; to 224 and to 226
    assert (symmetric.rows.first, symmetric.rows.last) == (2, 1)  # from -3 and -1; to 225
    assert same.words == "first 1, last 2 of 112 rows and columns"
    graph = trace(ResNeXtSpec(input_shape=(96, 224, 3)))
    assert border_at(graph, "").words == "all 3 rows; all 7 columns"
    assert border_at(graph, "stage4") == border_at(graph, "")
    assert border_at(graph, "classifier") is None


@pytest.mark.slow
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 2), (2, 1)])
def test_only_the_pixels_of_the_field_change_the_output(row, column, padding):
    """By another road: where is the gradient of one position not zero?

    A max pool lets a gradient through at its largest value only, and a ReLU at positive ones; so
    many images are asked, and a pixel counts that changes the output of any of them.
    """
    import keras
    import tensorflow as tf

    spec = ResNeXtSpec(
        blocks=(1, 1),
        cardinality=2,
        width=4,
        input_shape=(19, 22, 3),
        stem="imagenet",
        classes=2,
        padding=padding,
    )
    keras.utils.set_random_seed(0)
    graph, model = trace(spec), build_model(spec)
    part = keras.Model(model.input, model.get_layer("stage2_block1_relu").output)
    images = tf.random.stateless_normal((64, 19, 22, 3), seed=(1, 2))
    with tf.GradientTape() as tape:
        tape.watch(images)
        output = tf.reduce_sum(part(images, training=False)[:, row, column])
    changed = (tape.gradient(output, images).numpy() != 0).any(axis=(0, 3))
    field = field_of(graph, "stage2/block1/relu", row, column)
    expected = np.zeros_like(changed)
    rows, columns = (slice(max(0, first), last + 1) for first, last in (field.rows, field.columns))
    expected[rows, columns] = True
    assert np.array_equal(changed, expected)
    assert field.seen == changed.sum()


def test_wrong_places_are_refused():
    graph = trace(ResNeXtSpec.from_name("mini_resnext"))
    with pytest.raises(ValueError, match="no layer 'stage9'"):
        field_of(graph, "stage9", 0, 0)
    with pytest.raises(ValueError, match="Received row 99"):
        field_of(graph, "stage1/block1/relu", 99, 0)
    with pytest.raises(ValueError, match="feature map"):
        field_of(graph, "classifier/dense", 0, 0)

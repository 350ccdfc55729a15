"""The drawings: well-formed, to scale, and with the numbers of what they draw."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from explorer.analysis.equal_cost import block_params
from explorer.analysis.palette import channel_colour, path_colour
from explorer.lesson.activation_grid import activation_grid
from explorer.lesson.block import STEPS, Block
from explorer.lesson.draw_block import draw_block
from explorer.lesson.draw_forms import draw_form
from explorer.lesson.drawings import block_at_scale, kernel_matrix, receptive_picture
from explorer.lesson.forms import figure_3
from explorer.lesson.receptive import field_of, stage_ends
from resnext import FORMS, ResNeXtSpec, trace

SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing):
    """The SVG of a drawing; fails if it is not well-formed."""
    style, svg = drawing.split("</style>", 1)
    assert style.startswith("<style>")
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    return root


def coloured(root, colours):
    return [r for r in root.iter(f"{SVG}rect") if r.get("fill") in colours]


@pytest.mark.parametrize(("cardinality", "width"), [(1, 64), (4, 24), (32, 4)])
def test_steps_add_up_to_the_block(cardinality, width):
    counts = Block(cardinality, width).counts()
    assert [count.step for count in counts] == list(STEPS)
    assert sum(count.weights for count in counts) == block_params(cardinality, width)
    assert sum(count.macs for count in counts) == block_params(cardinality, width) * 56 * 56
    assert counts[1].shape == (56, 56, width)
    assert counts[-1].shape == (56, 56, 256)


@pytest.mark.parametrize("step", STEPS)
def test_only_the_last_step_is_new_and_what_is_to_come_is_faint(step):
    root = parsed(draw_block(Block(8, 14), step, follow=3))
    groups = [g.get("class") for g in root if g.tag == f"{SVG}g"]
    place = STEPS.index(step)
    assert groups == [None] * place + ["new"] + ["ghost"] * (5 - place)


def test_a_channel_keeps_its_colour_and_place_from_end_to_end():
    root = parsed(draw_block(Block(32, 4), "Add"))
    stripes = next(g for g in root.iter(f"{SVG}g") if g.get("id") == "lesson-channels")
    assert [r.get("fill") for r in stripes] == [channel_colour(i, 256) for i in range(256)]
    assert len({channel_colour(i, 256) for i in range(0, 256, 2)}) == 128
    used = [u for u in root.iter(f"{SVG}use") if u.get("href") == "#lesson-channels"]
    assert len(used) == 3  # input, sum, output
    assert len({u.get("y") for u in used}) == 3


def test_every_path_has_its_own_colour():
    for cardinality in (1, 2, 32, 64):
        assert len({path_colour(i, cardinality) for i in range(cardinality)}) == cardinality


def test_the_kernel_is_drawn_to_scale():
    root = parsed(kernel_matrix(4, 24))
    blocks = coloured(root, {path_colour(i, 4) for i in range(4)})
    assert len(blocks) == 4
    frame = next(r for r in root.iter(f"{SVG}rect") if r.get("stroke") == "currentColor")
    side = float(frame.get("width"))
    assert all(float(b.get("width")) == pytest.approx(side / 4, abs=0.01) for b in blocks)
    filled = sum(float(b.get("width")) * float(b.get("height")) for b in blocks)
    assert filled / side**2 == pytest.approx(1 / 4, rel=1e-3)


def test_the_block_is_drawn_to_scale():
    words = "".join(t.text for t in parsed(block_at_scale(8, 14)).iter(f"{SVG}text"))
    assert "3×3: 8 × 14 = 112" in words
    wide, thin = (
        sum(float(r.get("width")) for r in parsed(block_at_scale(1, d)).iter(f"{SVG}rect")
            if r.get("opacity") == "1")
        for d in (64, 32)
    )  # fmt: skip
    assert wide / thin == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize("form", FORMS)
def test_forms_say_how_many_convolutions_they_have(form):
    graph = figure_3(form)
    count = {"aggregated": 96, "concatenated": 65, "grouped": 3, "split": 34}[form]
    root = parsed(draw_form(graph, form))
    assert f"{count} convolutions" in root.get("aria-label")
    words = {t.text for t in root.iter(f"{SVG}text")}
    # The rows of figure 3 as the paper writes them: channels in, filter size, channels out.
    rows = {
        "aggregated": {"256, 1×1, 4", "4, 3×3, 4", "4, 1×1, 256"},
        "concatenated": {"256, 1×1, 4", "4, 3×3, 4", "128, 1×1, 256"},
        "grouped": {"256, 1×1, 128", "128, 3×3, 128, 32 groups", "128, 1×1, 256"},
        "split": {"256, 1×1, 128", "4, 3×3, 4", "128, 1×1, 256"},
    }[form]
    assert rows <= words


def test_fields_are_drawn_over_the_image():
    graph = trace(ResNeXtSpec.from_name("resnext29_8x64d"))
    ends = stage_ends(graph)
    fields = [field_of(graph, end, 0, 0) for end in ends]
    image = np.zeros((32, 32, 3), np.uint8)
    root = parsed(receptive_picture(fields, image, ends, 0))
    frames = [float(r.get("width")) for r in root.iter(f"{SVG}rect") if r.get("fill-opacity")]
    assert frames[3] / frames[0] == pytest.approx(39 / 3, rel=1e-3)
    assert [t.text for t in root.iter(f"{SVG}text")] == list(ends)
    assert "39 by 39" in root.get("aria-label")


def test_activation_grid_show_every_path_and_fade_those_off():
    rng = np.random.default_rng(0)
    shown = activation_grid(rng.random((4, 4, 6, 2)), rng.random((2, 2, 6, 2)), frozenset({2, 5}))
    assert len(re.findall("<figure", shown)) == 6
    assert shown.count('class="off"') == 2
    assert shown.count("data:image/png;base64,") == 12

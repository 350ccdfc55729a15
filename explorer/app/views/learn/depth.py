"""Step 5: the receptive field of a chosen position, stage by stage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from explorer.app.components.widgets import segments, select, slider
from explorer.app.views.learn.parts import drawing, explain, facts, formula, table
from explorer.lesson.drawings import receptive_picture
from explorer.lesson.receptive import field_of, scaled_position, stage_ends
from explorer.lesson.samples import drawn
from resnext import ResNeXtSpec, trace

NETWORKS = ("mini_resnext", "resnext29_8x64d", "resnext50_32x4d", "resnext101_32x4d")
IMAGES = 10


def render() -> None:
    """The step."""
    explain(
        "A 3x3 convolution reads its own pixel and one around it; each further one reaches one "
        "pixel more. A stride of 2 doubles what every later convolution covers. Choose a position: "
        "stage by stage its *receptive field* grows, soon beyond a 32-pixel image, where it reads "
        "padding. 1x1 convolutions add nothing, and neither does the number of paths.",
        "table 1 gives the stages; the receptive fields are computed here from the graph",
    )
    left, right = st.columns([3, 2], gap="large")
    with right:
        name = select(st, "Network", NETWORKS, NETWORKS[1], "lesson_field_net")
        graph = trace(ResNeXtSpec.from_name(name))
        ends = stage_ends(graph)
        titles = [end.split("/")[0].replace("stage", "stage ") for end in ends]
        labels = {title: title.removeprefix("stage ") for title in titles}
        key = f"lesson_field_stage_{len(titles)}"
        upto = segments(st, "At the end of stage", labels, titles[-1], key)
        figures = st.container()
        across = slider(st, "Horizontal position, %", 0, 100, 50, "lesson_across")
        down = slider(st, "Vertical position, %", 0, 100, 50, "lesson_down")
        number = slider(st, "Image", 1, IMAGES, 1, "lesson_field_image")
    shown = titles.index(upto) + 1
    fields = [
        field_of(graph, end, *scaled_position(graph, end, across / 100, down / 100)) for end in ends
    ]
    height, width, channels = graph.input_shape
    image = pictures((height, width, channels))[number - 1]
    with left:
        drawing(receptive_picture(fields[:shown], image, titles[:shown], shown - 1))
        st.caption("The image is drawn by this program. Outside its frame is padding.")
    last = fields[shown - 1]
    with figures:
        facts(
            [
                ("Receptive field", f"{last.size[0]} × {last.size[1]} px", ""),
                ("Share of the image", f"{100 * last.share:.0f} %", f"{last.seen:,} pixels"),
                ("Reaches beyond the image", "yes" if last.leaves_image else "no", ""),
            ]
        )
    formula(r"r_{\ell} = r_{\ell-1} + (k_\ell - 1)\,\prod_{i<\ell} s_i")
    table(
        pd.DataFrame(
            {
                "End of": titles,
                "Position (row, column)": [str(field.position) for field in fields],
                "Receptive field, pixels": [field.size[0] for field in fields],
                "Rows of pixels": [f"{a} to {b}" for a, b in (f.rows for f in fields)],
                "Share of the image": [f"{100 * field.share:.0f} %" for field in fields],
            }
        ),
        "lesson_field_table",
    )


@st.cache_data(max_entries=4, show_spinner=False)
def pictures(shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A few of the built-in images at a network's size."""
    return drawn(IMAGES, shape)

"""Step 5: the receptive field of a chosen position, stage by stage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from explorer.lesson.drawings import receptive_picture
from explorer.lesson.receptive import field_of, scaled_position, stage_ends
from explorer.lesson.samples import drawn
from explorer.views.learn_parts import drawing, explain, facts, formula
from explorer.views.widgets import segments, select, slider
from resnext import ResNeXtSpec, trace

NETWORKS = ("mini_resnext", "resnext29_8x64d", "resnext50_32x4d", "resnext101_32x4d")
IMAGES = 10


def render() -> None:
    """The step."""
    explain(
        "A 3x3 convolution sees one pixel around its own; the next sees one around that; a "
        "stride of 2 doubles what every later window covers. Choose a position and let the "
        "stages grow its *receptive field*: soon it is larger than a 32-pixel image, and the "
        "rest is padding. 1x1 convolutions, and so the number of paths, add nothing.",
        "table 1 gives the stages; fields are computed here from the graph",
    )
    left, right = st.columns([3, 2], gap="large")
    with right:
        name = select(st, "Network", NETWORKS, NETWORKS[1], "lesson_field_net")
        graph = trace(ResNeXtSpec.from_name(name))
        ends = stage_ends(graph)
        titles = [end.split("/")[0].replace("stage", "stage ") for end in ends]
        key = f"lesson_field_stage_{len(titles)}"
        upto = segments(st, "Up to the end of", titles, titles[-1], key)
        across = slider(st, "Across, %", 0, 100, 50, "lesson_across")
        down = slider(st, "Down, %", 0, 100, 50, "lesson_down")
        number = slider(st, "Image", 1, IMAGES, 1, "lesson_field_image")
    shown = titles.index(upto) + 1
    fields = [
        field_of(graph, end, *scaled_position(graph, end, across / 100, down / 100)) for end in ends
    ]
    image = pictures(graph.input_shape)[number - 1]
    with left:
        drawing(receptive_picture(fields[:shown], image, titles[:shown], shown - 1))
        st.caption("The image is drawn by this program; beyond its frame lies padding.")
    last = fields[shown - 1]
    with right:
        facts(
            [
                ("Receptive field", f"{last.size[0]} × {last.size[1]} px", ""),
                ("Of the image", f"{last.share:.0%}", f"{last.seen:,} pixels"),
                ("Leaves the image", "yes" if last.leaves_image else "no", ""),
            ]
        )
    formula(r"r_{\ell} = r_{\ell-1} + (k_\ell - 1)\,\prod_{i<\ell} s_i")
    st.dataframe(
        pd.DataFrame(
            {
                "End of": titles,
                "Position (row, column)": [str(field.position) for field in fields],
                "Field, px": [field.size[0] for field in fields],
                "Rows of pixels": [f"{a} … {b}" for a, b in (f.rows for f in fields)],
                "Of the image": [f"{field.share:.0%}" for field in fields],
            }
        ),
        hide_index=True,
    )


@st.cache_data(max_entries=4, show_spinner=False)
def pictures(shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """A few of the built-in images at a network's size."""
    return drawn(IMAGES, shape)

"""Switching paths off: one by one, by lot, or by choice; the answer and the accuracy follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from explorer.lesson.ablation import Ablation, one_by_one, switch_off
from explorer.lesson.bars import path_bars
from explorer.lesson.process import ProcessError
from explorer.lesson.samples import Sample
from explorer.lesson.trained import Trained
from explorer.views.learn_parts import drawing, explain, facts
from explorer.views.widgets import number, segments, several, slider

WAYS = ("None", "One", "By lot", "By choice")
OFF = "lesson_off"


def switch_paths(
    network: Trained,
    block: str,
    image: NDArray[np.uint8],
    sample: Sample,
) -> frozenset[int]:
    """Choose paths to switch off, and show what the network then says; the chosen paths."""
    st.subheader("Switch paths off", anchor=False)
    explain(
        "A path that is off adds nothing to its block's sum. Alone, most of 32 paths are hardly "
        "missed; together they are. Try it at an early and at a late block."
    )
    way = segments(st, "Paths to switch off", WAYS, WAYS[0], "lesson_off_way")
    off, sets = _chosen(way, network.spec.cardinality)
    if way == "None":
        return frozenset()
    try:
        with st.spinner("Switching paths off, in a process of its own"):
            images = np.stack([image, *sample.images])
            found = ablation(network, block, sets, images, sample.labels)
    except (ProcessError, ValueError) as error:
        st.error(str(error))
        return frozenset()
    _show(found, off, sample.class_names or network.class_names)
    if way == "One":
        _show_each(found, off)
    if way == "By lot":
        _show_curve(found, len(off))
    return off


def _chosen(way: str, paths: int) -> tuple[frozenset[int], tuple[frozenset[int], ...]]:
    """The set to show, and all that are worth computing with it at once."""
    if way == "One":
        path = slider(st, "Path", 1, paths, 1, f"lesson_off_one_{paths}")
        return frozenset({path}), tuple(one_by_one(paths))
    if way == "By lot":
        left, right = st.columns([3, 1])
        few = min(4, paths)
        count = slider(left, "How many", 0, paths, few, f"lesson_off_many_{paths}")
        seed = number(right, "Lot", 0, 999, 0, "lesson_off_lot")
        order = tuple(at_random_in_order(paths, n, seed) for n in range(paths + 1))
        return order[count], order
    if way == "By choice":
        chosen = frozenset(several(st, "Off", range(1, paths + 1), f"{OFF}_{paths}"))
        return chosen, (frozenset(), chosen)
    return frozenset(), (frozenset(),)


def at_random_in_order(paths: int, count: int, seed: int) -> frozenset[int]:
    """The first so many of one shuffled order: each set holds the one before."""
    order = np.random.default_rng(seed).permutation(paths)
    return frozenset(int(i) + 1 for i in order[:count])


@st.cache_data(max_entries=40, show_spinner=False)
def ablation(
    network: Trained,
    block: str,
    sets: tuple[frozenset[int], ...],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64] | None,
) -> Ablation:
    """All sets, on the image (first) and the sample; kept."""
    known = None if labels is None else np.concatenate([[-1], labels])
    return switch_off(network, block, sets, images, known)


def scored(found: Ablation) -> bool:
    """Whether the labels of the sample were known."""
    return not np.isnan(found.accuracy).any()


def accuracy(found: Ablation) -> NDArray[np.float64]:
    """(sets,): on the sample alone; the image that was chosen came first and counted as wrong."""
    count = found.probabilities.shape[1]
    return found.accuracy * count / (count - 1)


def unchanged(found: Ablation) -> NDArray[np.float64]:
    """(sets,): share of the sample whose answer is that with all paths on."""
    answers = found.probabilities[:, 1:].argmax(axis=-1)
    same: NDArray[np.bool_] = answers == answers[found.off.index(frozenset())]
    return same.mean(axis=1)


def _show(found: Ablation, off: frozenset[int], classes: tuple[str, ...]) -> None:
    """The prediction of the image and the accuracy on the sample, whole and with paths off."""
    whole, place = found.off.index(frozenset()), found.off.index(off)
    chances = found.probabilities[[whole, place], 0]
    names = list(classes) or [str(i) for i in range(chances.shape[1])]
    answers = [names[row.argmax()] for row in chances]
    values = [
        ("Answer, all paths on", answers[0], f"{chances[0].max():.1%} sure"),
        ("Answer now", answers[1], f"{chances[1].max():.1%} sure"),
    ]
    images = found.probabilities.shape[1] - 1
    if scored(found):
        right = accuracy(found)
        values.append((f"Accuracy on {images} images", f"{right[place]:.1%}",
                       f"{right[whole]:.1%} with all paths on"))  # fmt: skip
    same = unchanged(found)[place]
    values.append(("Answers unchanged", f"{same:.1%}", f"Of the {images} images"))
    facts(values)
    frame = pd.DataFrame({"Class": names, "All paths on": chances[0], "Now": chances[1]}).set_index(
        "Class"
    )
    st.bar_chart(frame, horizontal=True, stack=False, height=320, x_label="", y_label="probability")


def _show_each(found: Ablation, off: frozenset[int]) -> None:
    """What each path is missed by, alone."""
    if scored(found):
        right = 100 * accuracy(found)
        change, number = right[1:] - right[0], "+.1f"
        words = f"Change of the accuracy ({right[0]:.1f} %) with this path alone off, in points"
    else:
        change, number = 100 * (1 - unchanged(found)[1:]), ".1f"
        words = "Answers that change with this path alone off, %"
    st.markdown(f"**{words}**")
    drawing(path_bars([float(value) for value in change], words, off, number))


def _show_curve(found: Ablation, now: int) -> None:
    """What the sample makes of ever more paths off; how many are off now is marked."""
    share, words = (
        (accuracy(found), "Accuracy on the sample")
        if scored(found)
        else (unchanged(found), "Answers unchanged")
    )
    st.markdown(f"**{words}**")
    counts = [len(paths) for paths in found.off]
    line = go.Scatter(x=counts, y=share, mode="lines+markers", cliponaxis=False)
    chart = go.Figure(line)
    chart.add_vline(now, line_dash="dot", line_color="gray")
    chart.update_layout(height=240, margin={"l": 8, "r": 12, "t": 12, "b": 8})
    chart.update_xaxes(title="paths off", range=[0, max(counts)])
    chart.update_yaxes(tickformat=".0%")
    st.plotly_chart(chart, key="lesson_off_curve", config={"displayModeBar": False})

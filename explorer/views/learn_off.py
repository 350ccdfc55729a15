"""Switching paths off: one by one, by lot, or by choice; the answer and the accuracy follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from explorer.lesson.ablation import Ablation, one_by_one, switch_off
from explorer.lesson.process import ProcessError
from explorer.lesson.trained import Trained
from explorer.views.learn_parts import explain, facts
from explorer.views.widgets import number, segments, several, slider

WAYS = ("None", "One", "By lot", "By choice")
OFF = "lesson_off"


def switch_paths(
    network: Trained,
    block: str,
    image: NDArray[np.uint8],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    note: str,
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
    known = None if note else labels
    try:
        with st.spinner("Switching paths off, in a process of its own"):
            found = ablation(network, block, sets, np.stack([image, *images]), known)
    except (ProcessError, ValueError) as error:
        st.error(str(error))
        return frozenset()
    _show(found, off, classes, len(images), note)
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


def _show(
    found: Ablation, off: frozenset[int], classes: tuple[str, ...], sample: int, note: str
) -> None:
    """The prediction of the image and the accuracy on the sample, whole and with paths off."""
    whole, place = found.off.index(frozenset()), found.off.index(off)
    chances = found.probabilities[[whole, place], 0]
    names = list(classes) or [str(i) for i in range(chances.shape[1])]
    answers = [names[row.argmax()] for row in chances]
    # The first image is the chosen one, which is not of the sample.
    scale = (sample + 1) / sample
    values = [
        ("Answer, all paths on", answers[0], f"{chances[0].max():.1%} sure"),
        ("Answer now", answers[1], f"{chances[1].max():.1%} sure"),
    ]
    if not note:
        before, now = scale * found.accuracy[whole], scale * found.accuracy[place]
        values += [
            (f"Accuracy on {sample} images", f"{now:.1%}", f"{before:.1%} with all paths on"),
        ]
    same = (found.unchanged[place] * (sample + 1) - (answers[0] == answers[1])) / sample
    values.append(("Answers unchanged", f"{same:.1%}", f"Of the {sample} images"))
    facts(values)
    frame = pd.DataFrame({"Class": names, "All paths on": chances[0], "Now": chances[1]}).set_index(
        "Class"
    )
    st.bar_chart(frame, horizontal=True, stack=False, height=320, x_label="", y_label="probability")
    if len(found.off) > 2:
        share = found.unchanged if note else scale * found.accuracy
        curve = pd.DataFrame(
            {
                "off": [len(s) if len(found.off[-1]) > 1 else i for i, s in enumerate(found.off)],
                "share": share,
            }
        )
        title = "Answers unchanged" if note else "Accuracy on the sample"
        label = "paths off" if len(found.off[-1]) > 1 else "which path is off (0: none)"
        st.caption(title)
        st.line_chart(curve, x="off", y="share", height=200, x_label=label, y_label="")

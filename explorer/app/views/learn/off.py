"""Switch paths off, one, at random or by choice, and show predictions and accuracy."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from explorer.app.components.jobs import ask
from explorer.app.components.widgets import number, segments, several, slider
from explorer.app.views.learn.parts import (
    LARGE_TYPE,
    chart,
    drawing,
    explain,
    facts,
    full_screen,
)
from explorer.charts.probability_chart import probability_figure
from explorer.formatting import numbers
from explorer.lesson.ablation import Ablation, one_by_one, switch_off
from explorer.lesson.path_bars import path_bars
from explorer.lesson.samples import Sample
from explorer.lesson.saved_models import Trained

WAYS = ("None", "One", "At random", "By choice")
OFF = "lesson_off"


def switch_paths(
    network: Trained,
    block: str,
    image: NDArray[np.uint8],
    sample: Sample,
) -> frozenset[int]:
    """Let a person switch paths off and show the effect; return the paths that are off."""
    st.subheader("Switch paths off", anchor=False)
    explain(
        "A path that is off adds nothing to the sum of its block. Removing one of 32 paths changes "
        "little; removing many changes a lot. Try an early and a late block."
    )
    way = segments(st, "Paths to switch off", WAYS, WAYS[0], "lesson_off_way")
    off, sets = _chosen(way, network.spec.cardinality)
    if way == "None":
        return frozenset()
    images = np.stack([image, *sample.images])
    known = None if sample.labels is None else np.concatenate([[-1], sample.labels])
    found = ask(
        "lesson_off_ask",
        "Switching paths off in a separate process",
        (network, block, sets, image.tobytes()),
        lambda asker: switch_off(network, block, sets, images, known, asker=asker),
    )
    if found is None:
        return frozenset()
    _show(found, off, sample.class_names or network.class_names)
    if way == "One":
        _show_each(found, off)
    if way == "At random":
        _show_curve(found, len(off))
    return off


def _chosen(way: str, paths: int) -> tuple[frozenset[int], tuple[frozenset[int], ...]]:
    """The set to show, and all sets to compute with it at once."""
    if way == "One":
        path = slider(st, "Path", 1, paths, 1, f"lesson_off_one_{paths}")
        return frozenset({path}), tuple(one_by_one(paths))
    if way == "At random":
        left, right = st.columns([3, 1])
        few = min(4, paths)
        count = slider(left, "Number of paths off", 0, paths, few, f"lesson_off_many_{paths}")
        seed = number(right, "Seed", 0, 999, 0, "lesson_off_lot",
                      help="Another seed switches off other paths.")  # fmt: skip
        order = tuple(first_in_random_order(paths, n, seed) for n in range(paths + 1))
        return order[count], order
    if way == "By choice":
        chosen = frozenset(several(st, "Paths off", range(1, paths + 1), f"{OFF}_{paths}"))
        return chosen, (frozenset(), chosen)
    return frozenset(), (frozenset(),)


def first_in_random_order(paths: int, count: int, seed: int) -> frozenset[int]:
    """The first ``count`` paths of a random order, so that larger sets contain smaller ones."""
    order = np.random.default_rng(seed).permutation(paths)
    return frozenset(int(i) + 1 for i in order[:count])


def scored(found: Ablation) -> bool:
    """Whether the labels of the sample were known."""
    return not np.isnan(found.accuracy).any()


def accuracy(found: Ablation) -> NDArray[np.float64]:
    """(sets,): accuracy on the sample, without the first image, whose label is unknown."""
    count = found.probabilities.shape[1]
    result: NDArray[np.float64] = found.accuracy * count / (count - 1)
    return result


def unchanged(found: Ablation) -> NDArray[np.float64]:
    """(sets,): share of the sample predicted as with all paths on."""
    answers = found.probabilities[:, 1:].argmax(axis=-1)
    same: NDArray[np.bool_] = answers == answers[found.off.index(frozenset())]
    share: NDArray[np.float64] = same.mean(axis=1)
    return share


def _show(found: Ablation, off: frozenset[int], classes: tuple[str, ...]) -> None:
    """Prediction of the image and accuracy on the sample, with all paths on and with paths off."""
    whole, place = found.off.index(frozenset()), found.off.index(off)
    probabilities = found.probabilities[[whole, place], 0]
    names = list(classes) or [str(i) for i in range(probabilities.shape[1])]
    answers = [names[row.argmax()] for row in probabilities]
    values = [
        (
            "Prediction, all paths on",
            answers[0],
            f"Probability {numbers.percent(probabilities[0].max())}",
        ),
        ("Prediction now", answers[1], f"Probability {numbers.percent(probabilities[1].max())}"),
    ]
    images = found.probabilities.shape[1] - 1
    if scored(found):
        right = accuracy(found)
        values.append((f"Accuracy on {images} images", numbers.percent(right[place]),
                       f"{numbers.percent(right[whole])} with all paths on"))  # fmt: skip
    same = unchanged(found)[place]
    values.append(("Unchanged predictions", numbers.percent(same), f"Of {images} images"))
    facts(values)
    series = {"All paths on": probabilities[0].tolist(), "Now": probabilities[1].tolist()}
    font = LARGE_TYPE if full_screen() else 13
    chart(probability_figure(names, series, font_size=font), "lesson_off_probabilities")


def _show_each(found: Ablation, off: frozenset[int]) -> None:
    """Change of accuracy, or of predictions, with only one path off, for each path."""
    if scored(found):
        right = 100 * accuracy(found)
        change, number = right[1:] - right[0], "+.1f"
        words = f"Change of accuracy ({right[0]:.1f} %) with only this path off, percentage points"
    else:
        change, number = 100 * (1 - unchanged(found)[1:]), ".1f"
        words = "Predictions that change with only this path off, %"
    st.markdown(f"**{words}**")
    drawing(path_bars([float(value) for value in change], words, off, number))


def _show_curve(found: Ablation, now: int) -> None:
    """Accuracy, or unchanged predictions, by the number of paths off, the current one marked."""
    share, words = (
        (accuracy(found), "Accuracy on the sample")
        if scored(found)
        else (unchanged(found), "Unchanged predictions")
    )
    st.markdown(f"**{words}**")
    counts = [len(paths) for paths in found.off]
    figure = go.Figure(go.Scatter(x=counts, y=share, mode="lines+markers", cliponaxis=False))
    figure.add_vline(now, line_dash="dot", line_color="gray")
    figure.update_layout(height=260, margin={"l": 8, "r": 12, "t": 12, "b": 8})
    figure.update_xaxes(title="Paths off", range=[0, max(counts)])
    figure.update_yaxes(tickformat="~%", rangemode="nonnegative")
    chart(figure, "lesson_off_curve")

"""Step 1: one block, drawn large, stepped through or played."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.analysis.published import TABLE_2
from explorer.app.components.widgets import move, segments, slider
from explorer.app.views.learn.parts import drawing, explain, facts, formula, full_screen
from explorer.lesson.block import STEPS, Block
from explorer.lesson.draw_block import draw_block

MOVE, BLOCK, PLAY = "lesson_move", "lesson_block", "_lesson_play"
SINCE, WANTED = "_lesson_play_since", "_lesson_play_next"
SECONDS = 2.0
BLOCKS = {f"{row.cardinality}x{row.width}d": (row.cardinality, row.width) for row in TABLE_2}

WORDS = {
    "Input": (
        "The input is a feature map with 256 channels at each of 56 × 56 positions. A plain "
        "bottleneck (1x64d) has one path; a ResNeXt block divides the work among several.",
        "figure 1; table 1, conv2",
    ),
    "Split": (
        "Each path reads **all** channels with a 1x1 convolution and computes only *d* weighted "
        "sums of them: a thin tensor. The funnel shows what the marked path reads.",
        "section 3.2 (splitting); figure 3a",
    ),
    "Transform": (
        "Each path transforms its thin tensor with a 3x3 convolution. It reads only its own *d* "
        "channels, which saves weights.",
        "section 3.3, equation 2",
    ),
    "Widen": (
        "A second 1x1 convolution brings each path back to 256 channels, so that the outputs of "
        "all paths have the same shape and can be added.",
        "figure 3a",
    ),
    "Merge": (
        "The outputs of the paths are added, position by position and channel by channel. The "
        "normalisation follows the sum.",
        "section 3.3, equation 2; section 4",
    ),
    "Add": (
        "The block's input is added (the shortcut), and a ReLU follows. The paths therefore learn "
        "a residual: the difference between output and input.",
        "section 3.3, equation 3; section 4",
    ),
}


def render() -> None:
    """The step."""
    if wanted := st.session_state.pop(WANTED, None):
        st.session_state[MOVE] = wanted
    choices, words, picture, figures = _places()
    with choices:
        full = full_screen()
        row = st.container(
            horizontal=not full, gap="small" if full else "medium", vertical_alignment="bottom"
        )
        with row:
            name = segments(
                st,
                "Block of stage 1",
                list(BLOCKS),
                "32x4d",
                BLOCK,
                help="The five blocks of table 2 of the paper, which cost about the same.",
            )
            block = Block(*BLOCKS[name])
            step = segments(st, "Step", STEPS, STEPS[0], MOVE)
            _controls(step)
    with words:
        follow = 1
        if block.cardinality > 1:
            key = f"lesson_follow_{block.cardinality}"
            follow = slider(st, "Follow path", 1, block.cardinality, 1, key)
        explain(*WORDS[step])
        _formula(step)
    with picture:
        drawing(draw_block(block, step, follow))
    with figures:
        _figures(block, step)
    if st.session_state.get(PLAY):
        _ticker()


def _places() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Where choices, words, drawing and figures go; on a phone, one below the other."""
    if full_screen():  # the drawing is as tall as the window
        left, right = st.columns([7, 5], gap="medium")
        choices, figures, words = (left.container() for _ in range(3))
        return choices, words, right, figures
    choices = st.container()
    words, drawing, figures = st.columns([4, 8, 3], gap="medium")
    return choices, words, drawing, figures


def _controls(step: str) -> None:
    """Back, play or pause, next."""
    playing = st.session_state.get(PLAY, False)
    with st.container(horizontal=True, width="content"):
        st.button("Back", key="lesson_move_back", icon=":material/skip_previous:",
                  on_click=move, args=(MOVE, STEPS, -1), disabled=step == STEPS[0])  # fmt: skip
        st.button("Pause" if playing else "Play", key="lesson_move_play", on_click=_toggle,
                  icon=":material/pause:" if playing else ":material/play_arrow:")  # fmt: skip
        st.button("Next", key="lesson_move_next", icon=":material/skip_next:",
                  on_click=move, args=(MOVE, STEPS, 1), disabled=step == STEPS[-1])  # fmt: skip


def _toggle() -> None:
    """Callback: play, from the start if at the end, or pause."""
    playing = not st.session_state.get(PLAY, False)
    st.session_state[PLAY] = playing
    st.session_state[SINCE] = time.monotonic()
    if playing and st.session_state.get(MOVE) == STEPS[-1]:
        st.session_state[MOVE] = STEPS[0]


@st.fragment(run_every=SECONDS)
def _ticker() -> None:
    """While playing, take the next step when it is due; stop at the end."""
    if not st.session_state.get(PLAY):
        return
    now = time.monotonic()
    if now - st.session_state[SINCE] < 0.8 * SECONDS:
        return
    st.session_state[SINCE] = now
    if st.session_state.get(MOVE) == STEPS[-1]:
        st.session_state[PLAY] = False
    else:
        st.session_state[WANTED] = STEPS[STEPS.index(st.session_state[MOVE]) + 1]
    st.rerun(scope="app")


def _figures(block: Block, step: str) -> None:
    """What this step adds, and the total so far, counted from the block's graph."""
    counts = block.counts()
    place = STEPS.index(step)
    here, so_far = counts[place], counts[: place + 1]
    shape = "Shape" if step not in ("Split", "Transform") else "Shape of one path"
    values = [(shape, "×".join(map(str, here.shape)), "")]
    if place > 0:  # before, nothing has been computed
        values += [
            ("Weights of this step", f"{here.weights:,}", "Weights of its convolutions"),
            ("Weights so far", f"{sum(count.weights for count in so_far):,}",
             "Weights of the convolutions up to this step"),
            ("MACs so far", f"{sum(count.macs for count in so_far) / 1e6:,.1f} M",
             "Multiply-adds of the convolutions, at 56 × 56 positions"),
        ]  # fmt: skip
    facts(values)


def _formula(step: str) -> None:
    """The paper's formula, if the step has one."""
    if step in ("Transform", "Merge"):
        formula(r"\mathcal{F}(x) = \sum_{i=1}^{C} \mathcal{T}_i(x)")
    if step == "Add":
        formula(r"y = \mathrm{ReLU}\Big(x + \sum_{i=1}^{C} \mathcal{T}_i(x)\Big)")

"""The network to take along: its code in a dialog, and an ONNX file from a separate process."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import streamlit as st

from explorer.app.components.jobs import follow, phase_progress, show_error, this_session
from explorer.app.components.widgets import download
from explorer.app.state.visitor import said
from explorer.export.code import TARGETS, TITLES, code
from explorer.export.job import Export, Exported, start_export
from explorer.formatting import numbers
from explorer.jobs.files import file_stamp
from explorer.jobs.worker_process import JobBug
from resnext import ResNeXtSpec
from resnext.errors import UserError

WORDS = {
    "starting": "Starting a process",
    "importing": "Importing TensorFlow",
    "building": "Building the model",
    "writing": "Writing the file",
}
NOTES = {
    "keras": "Layers have the names of this explorer's own model, so that weights fit.",
    "torch": "The output is class probabilities; for training, use `logits`.",
    "timm": "One call, which returns logits.",
    "torchvision": "One call, which returns logits.",
}


def copy_as_code(spec: ResNeXtSpec) -> None:
    """A button that opens the network as code."""
    if st.button("Copy as code", icon=":material/code:", key="code_open"):
        _code_dialog(spec)


@st.dialog("The network as code", width="large", icon=":material/code:")
def _code_dialog(spec: ResNeXtSpec) -> None:
    target = st.segmented_control(
        "For",
        list(TARGETS),
        default="keras",
        format_func=TITLES.__getitem__,
        key="code_target",
        label_visibility="collapsed",
        required=True,
    )
    try:
        text = code(spec, target)
    except UserError as error:
        st.info(said(error), icon=":material/block:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(NOTES[target], width="stretch")
        name = f"{spec.name}_{target}.py".replace(":", "-")
        download("Download", text, name, "text/x-python", key="code_file")
    st.code(text, language="python", height=480)


def onnx_section(spec: ResNeXtSpec) -> None:
    """Export of the network with new weights: options, button, progress and the file."""
    st.subheader("Export to ONNX", anchor=False)
    st.caption(
        "Writes the network with new weights for onnxruntime and other programs. Images are "
        "(batch, channels, height, width). To export a trained network, open its run on the "
        "page Train."
    )
    _onnx(spec, spec, spec.name)


def trained_onnx_section(model: Path, name: str) -> None:
    """Export of a trained network with its weights.

    Args:
        model: Its ``.keras`` file.
        name: What the ONNX file is called, without its ending.
    """
    st.subheader("Export to ONNX", anchor=False)
    st.caption(
        "Writes the trained network for onnxruntime and other programs. Images are "
        "(batch, channels, height, width)."
    )
    _onnx(model, (model, file_stamp(model)), name)


def _onnx(source: ResNeXtSpec | Path, stamp: Hashable, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pressed = st.button("Make the ONNX file", icon=":material/deployed_code:", key="onnx_start")
        folded = st.toggle(
            "Fold batch norms",
            key="onnx_fold",
            help="Merges each batch norm into the convolution before it. Same output, fewer nodes.",
        )
    export: Export | None = st.session_state.get("onnx")
    asked = (stamp, folded)
    if pressed:
        if export is not None:
            export.close()
        try:
            st.session_state["onnx"] = start_export(source, folded=folded, asker=this_session())
            st.session_state["onnx_asked"] = asked
        except (UserError, OSError) as error:
            st.error(f"The export could not be started: {said(error)}")
            return
        st.rerun()
    if export is not None and st.session_state["onnx_asked"] == asked:
        file = f"{name}{'-folded' if folded else ''}.onnx".replace(":", "-")
        follow(
            "onnx",
            export.job,
            lambda: phase_progress(export.phase, WORDS, export.job),
            lambda: _show_end(export, file),
        )


def _show_end(export: Export, file: str) -> None:
    try:
        result = export.wait()
    except (UserError, JobBug) as error:
        show_error(error)
        st.caption("Press the button to try again.")
    else:
        _show(result, file)


def _show(result: Exported, file: str) -> None:
    if not result.path.exists():
        st.info("The file is no longer there. Press the button to make it again.")
        return
    label = f"{file} ({numbers.size(result.size)})"
    download(label, result.path.read_bytes, file, "application/octet-stream", key="onnx_file")

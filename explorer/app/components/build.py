"""Build the Keras model in a separate process, and compare it with the table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from explorer.app.components.jobs import follow, phase_progress, show_error, this_session
from explorer.app.components.widgets import download
from explorer.app.state.visitor import said
from explorer.building.job import Agreement, Build, BuildResult, start_build
from explorer.formatting import numbers
from explorer.jobs.worker_process import JobBug
from resnext import ResNeXtSpec
from resnext.errors import UserError

WORDS = {
    "starting": "Starting a process",
    "importing": "Importing TensorFlow",
    "building": "Building the model in Keras",
    "comparing": "Comparing every layer",
    "saving": "Saving the model",
}


def build_section(spec: ResNeXtSpec) -> None:
    """Button, progress and result of building this network."""
    st.subheader("Build it in Keras", anchor=False)
    st.caption(
        "Builds the Keras model from the same description in a separate process and "
        "compares it with the table layer by layer. The file opens in any Keras 3."
    )
    build: Build | None = st.session_state.get("build")
    if st.button("Build the Keras model", icon=":material/construction:", key="build_start"):
        if build is not None:
            build.close()
        try:
            st.session_state["build"] = start_build(spec, this_session())
            st.session_state["build_spec"] = spec
        except (UserError, OSError) as error:
            st.error(f"The build could not be started: {said(error)}")
            return
        st.rerun()
    if build is not None and st.session_state["build_spec"] == spec:
        follow(
            "build",
            build.job,
            lambda: phase_progress(build.phase, WORDS, build.job),
            lambda: _show_end(build, spec),
        )


def _show_end(build: Build, spec: ResNeXtSpec) -> None:
    try:
        result = build.wait()
    except (UserError, JobBug) as error:
        show_error(error)
        st.caption("Press *Build the Keras model* to try again.")
    else:
        _show(result, spec)


def _show(result: BuildResult, spec: ResNeXtSpec) -> None:
    differing = [row for row in result.rows if not row.agrees]
    if differing:
        st.error(f"{len(differing)} of {len(result.rows)} layers differ from the table.")
    else:
        st.success(
            f"All {len(result.rows):,} layers agree in kind, output shape and weights. "
            f"`count_params()` returns {result.total_params:,}, including moving statistics. "
            f"Built in {result.build_seconds:.1f} s "
            f"({result.seconds:.1f} s including the import of TensorFlow).",
            icon=":material/verified:",
        )
    if result.model_path is not None and result.model_path.exists():
        path: Path = result.model_path
        label = f"{spec.name}.keras ({numbers.size(path.stat().st_size)})"
        download(label, path.read_bytes, f"{spec.name}.keras", "application/octet-stream")
    with st.expander("Layer by layer"):
        st.dataframe(_frame(result.rows), hide_index=True)
    with st.expander("model.summary()"):
        st.code(result.summary, language=None, height=420)


def _frame(rows: Sequence[Agreement]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "": ["✓" if row.agrees else "✗" for row in rows],
            "Layer": [row.name for row in rows],
            "Kind": [row.kind for row in rows],
            "Keras": [row.keras_kind for row in rows],
            "Output": [numbers.shape(row.output_shape) for row in rows],
            "Keras output": [numbers.shape(row.keras_output_shape) for row in rows],
            "Weights": [row.total_params for row in rows],
            "Keras weights": [row.keras_params for row in rows],
        }
    )

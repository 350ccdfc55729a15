"""Build: the Keras model made in a process of its own, and held against the table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from explorer import numbers
from explorer.building import PHASES, Agreement, BuildJob, BuildResult, new_folder, start_build
from explorer.views.address import plain
from resnext import ResNeXtSpec, SpecError

WORDS = {
    "starting": "A process starts",
    "importing": "TensorFlow is imported",
    "building": "Keras builds the model",
    "comparing": "Every layer is compared",
    "saving": "The model is saved",
}


def build_section(spec: ResNeXtSpec) -> None:
    """Button, progress and result of a build of this network."""
    st.subheader("Build it in Keras", anchor=False)
    st.caption(
        "Makes the Keras model through the same description, in a process of its own, and "
        "compares it with the table layer by layer."
    )
    job = st.session_state.get("build_job")
    mine = job is not None and st.session_state.get("build_spec") == spec
    if st.button("Build the Keras model", icon=":material/construction:", key="build"):
        if job is not None:
            job.discard()
            del st.session_state["build_job"]
        try:
            st.session_state["build_job"] = start_build(spec, new_folder())
            st.session_state["build_spec"] = spec
        except (SpecError, OSError) as error:
            st.error(f"It could not be started: {error}")
            return
        st.rerun()
    if mine and isinstance(job, BuildJob):
        going = job.poll() is None
        st.fragment(_watch, run_every=0.5 if going else None)(job, spec, going)


def _watch(job: BuildJob, spec: ResNeXtSpec, going: bool) -> None:
    result = job.poll()
    if result is None:
        step = PHASES.index(job.phase)
        st.progress((step + 0.5) / len(PHASES), text=f"{WORDS[job.phase]} … {job.elapsed:.0f} s")
        if st.button("Cancel", key="build_cancel"):
            job.discard()
            st.rerun()
    elif going:
        st.rerun()  # the polling ends
    else:
        _show(result, spec)


def _show(result: BuildResult, spec: ResNeXtSpec) -> None:
    if result.error:
        st.error(f"{plain(result.error).rstrip('.')}. Press Build to try again.")
        return
    differing = [row for row in result.rows if not row.agrees]
    if differing:
        st.error(f"{len(differing)} of {len(result.rows)} layers differ from the table.")
    else:
        st.success(
            f"All {len(result.rows):,} layers agree in kind, output shape and weights. "
            f"`count_params()` says {result.params:,}, moving statistics included. "
            f"Built in {result.build_seconds:.1f} s "
            f"({result.seconds:.1f} s with the import of TensorFlow).",
            icon=":material/verified:",
        )
    if result.model_path is not None and result.model_path.exists():
        path: Path = result.model_path
        st.download_button(
            f"{spec.name}.keras ({numbers.size(path.stat().st_size)})",
            path.read_bytes,
            f"{spec.name}.keras",
            "application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
        )
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
            "Weights": [row.params for row in rows],
            "Keras weights": [row.keras_params for row in rows],
        }
    )

"""Best under a budget: the networks of a grid within upper limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from explorer.analysis.conventions import DEFAULT
from explorer.app.components.charts import shared_chart
from explorer.app.components.jobs import follow, show_error, this_session
from explorer.app.components.widgets import downloads, select
from explorer.app.state import address, selection
from explorer.app.state.network import show_network
from explorer.app.state.url_params import to_query
from explorer.app.state.visitor import said
from explorer.cost.budget import Budget, read_bytes, read_ms, read_number
from explorer.cost.charts import AXES, scatter
from explorer.cost.grid import CHOICES, Grid
from explorer.cost.search import Candidate, Found
from explorer.cost.search_job import found_of, share_done, start_search
from explorer.cost.search_text import answer
from explorer.cost.settings import Settings
from explorer.jobs.job import Job
from explorer.jobs.worker_process import JobBug
from resnext import ResNeXtSpec
from resnext.errors import UserError

MOST_CHARACTERS = 200
MOST_ROWS = 1_000  # of the table; the files hold all
HEIGHT = 420
LIMITS: dict[str, tuple[str, str, str, Callable[[str], Any]]] = {
    # By field of the budget: label, what it is at first, example, reader
    "macs": ("MACs, at most", "4.3G", "4.3G", read_number),
    "params": ("Parameters, at most", "", "30M", read_number),
    "memory": ("Peak memory, at most", "", "2GiB", read_bytes),
    "ms": ("Milliseconds, at most", "", "50", read_ms),
}
CHOICE_LABELS = {
    "depth": "Depths",
    "cardinality": "Cardinalities",
    "width": "Widths",
    "resolution": "Resolutions",
}
GAINS = {"memory": "peak memory", "macs": "MACs", "params": "parameters", "ms": "time"}
_JOB, _ASKED, _FOUND = "_search_job", "_search_asked", "_search_found"


def search_section(settings: Settings) -> None:
    """The section.

    Args:
        settings: The step whose memory is limited and shown.
    """
    st.subheader("Best under a budget", anchor=False)
    st.caption(
        "Every combination of the grid is a network. Each limit is an upper limit; leave one empty "
        f"for no limit. A search takes the memory of the step chosen above: {settings.text}. "
        "Milliseconds are of inference on one image, for networks that were measured here."
    )
    asked = _form(settings)
    if asked is not None:
        _start(*asked, settings)
    if _JOB in st.session_state:
        job: Job = st.session_state[_JOB]
        follow(_JOB, job, lambda: _progress(job), lambda: _keep(job))
    if _FOUND in st.session_state:
        _results(st.session_state[_FOUND], settings)


def _form(settings: Settings) -> tuple[Grid, Budget] | None:
    """The grid and the budget when the button is pressed; a broken rule is shown."""
    with st.form("search", border=True):
        with st.container(horizontal=True):
            limits = {
                name: _text(f"most_{name}", label, first, example)
                for name, (label, first, example, _) in LIMITS.items()
            }
        with st.container(horizontal=True):
            choices = {
                name: _text(
                    f"grid_{name}",
                    label,
                    ",".join(map(str, CHOICES[name])),
                    "224,256" if name == "resolution" else "",
                )
                for name, label in CHOICE_LABELS.items()
            }
        pressed = st.form_submit_button("Find networks", type="primary", icon=":material/search:")
    if not pressed:
        return None
    try:
        budget = Budget(**{n: LIMITS[n][3](text) for n, text in limits.items() if text.strip()})
        written = {name: text.replace(" ", "") for name, text in choices.items()}
        return Grid.read([f"{n}={text}" for n, text in written.items() if text]), budget
    except UserError as error:
        st.error(said(error))
        return None


def _text(key: str, label: str, default: str, example: str) -> str:
    """A line of text that is in the address."""
    rule = f"text of at most {MOST_CHARACTERS} characters"
    address.restore(key, default, lambda text: text[:MOST_CHARACTERS], rule)
    st.text_input(
        label,
        st.session_state[key],
        key=key,
        placeholder=example and f"such as {example}",
        max_chars=MOST_CHARACTERS,
        width=210,
    )
    return str(address.chosen(key, default))


def _start(grid: Grid, budget: Budget, settings: Settings) -> None:
    if _JOB in st.session_state:
        st.session_state[_JOB].close()
    st.session_state.pop(_FOUND, None)
    try:
        st.session_state[_JOB] = start_search(grid, budget, settings, DEFAULT, this_session())
    except (UserError, OSError) as error:
        st.error(f"The search could not be started: {said(error)}")
        return
    st.session_state[_ASKED] = len(grid)


def _progress(job: Job) -> tuple[float, str]:
    share, count = share_done(job.phase), st.session_state[_ASKED]
    return share, f"{share * count:,.0f} of {count:,} networks"


def _keep(job: Job) -> None:
    try:
        st.session_state[_FOUND] = found_of(job.wait())
    except (UserError, JobBug) as error:
        show_error(error)


def _results(found: Found, settings: Settings) -> None:
    step = f"Memory below is that of the step that was searched with: {found.settings.text}."
    if found.settings != settings:
        step += f" Search again for that of {settings.text}."
    st.markdown(f"{address.plain(found.summary)} {step}")
    if not found.rows:
        st.info("No network is within the budget. Raise a limit, or add smaller choices.")
        return
    rows = found.rows[:MOST_ROWS]
    st.dataframe(
        _frame(rows, found.count),
        hide_index=True,
        height=min(HEIGHT, 38 + 35 * len(rows)),
        column_config=_columns(found.settings),
        placeholder="not measured",
        key="search_table",
        on_select=lambda: _open_row(rows),
        selection_mode="single-row",
    )
    st.caption(
        "Select a row or a point: the sidebar and every page then show that network."
        + (f" The table has the {MOST_ROWS:,} largest." if len(found.rows) > MOST_ROWS else "")
        + (f" {address.plain(found.times)}" if found.times else "")
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        selection.link("architecture", "See it on the map", ":material/account_tree:")
        downloads(answer(found), "networks", "search")
    _chart(found)


def _chart(found: Found) -> None:
    axes = {k: v for k, v in AXES.items() if all(getattr(r, k) is not None for r in found.rows)}
    with st.container(horizontal=True):
        cost = select(st, "Horizontal axis: cost", axes, "memory", "search_cost", width=200)
        gain = select(st, "Vertical axis: gain", axes, "macs", "search_gain", width=200)
    st.plotly_chart(
        shared_chart(scatter, found.rows, cost, gain, key=(found.rows, cost, gain)),
        key="search_scatter",
        on_select=_open_point,
        selection_mode="points",
    )
    st.caption(
        f"No network has more {GAINS[gain]} at the same or lower {GAINS[cost]} than one on the "
        "frontier. This says nothing about accuracy."
    )


def _frame(rows: tuple[Candidate, ...], count: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Network": [row.name for row in rows],
            "Image": [row.resolution for row in rows],
            "Parameters": [row.params for row in rows],
            "MACs": [row.macs for row in rows],
            "Peak memory": [row.memory / 2**20 for row in rows],
            "Time": [row.ms for row in rows],
            "Link": [_link(row) for row in rows],
        }
    )


def _columns(settings: Settings) -> dict[str, Any]:
    number = st.column_config.NumberColumn(format="localized")
    return {
        "Network": st.column_config.TextColumn(pinned=True),
        "Image": st.column_config.NumberColumn(format="%d", help="Rows and columns, in pixels."),
        "Parameters": number,
        "MACs": number,
        "Peak memory": st.column_config.NumberColumn(
            format="%.0f MiB", help=f"Of a step: {settings.text}."
        ),
        "Time": st.column_config.NumberColumn(
            format="%.1f ms", help="Of inference on one image, on this machine."
        ),
        "Link": st.column_config.LinkColumn(display_text="open", width="small"),
    }


def _spec(name: str, resolution: int) -> ResNeXtSpec:
    spec = ResNeXtSpec.from_name(name)
    return spec.replace(input_shape=(resolution, resolution, spec.input_shape[2]))


def _link(row: Candidate) -> str:
    query = to_query(_spec(row.name, row.resolution))
    return "architecture?" + "&".join(f"{key}={value}" for key, value in query.items())


def _open_row(rows: tuple[Candidate, ...]) -> None:
    picked = st.session_state["search_table"].selection.rows
    if picked:
        show_network(_spec(rows[picked[0]].name, rows[picked[0]].resolution))


def _open_point() -> None:
    points = st.session_state["search_scatter"].selection.points
    if points and "customdata" in points[0]:
        show_network(_spec(points[0]["customdata"][0], int(points[0]["customdata"][1])))

"""Verify: our figures next to those that others published or counted."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd
import streamlit as st

from explorer.analysis import verify
from explorer.app.components.widgets import downloads, page_title, segments
from explorer.app.state.address import plain
from explorer.app.state.timings import kept_timings
from explorer.cost import measured, measured_ratios
from explorer.formatting import numbers

VERDICTS = {"all": "All", "differs": "Differing", "rounded": "Rounded", "equal": "Equal"}
SHOWN = {"differs": verify.DIFFERS, "rounded": verify.ROUNDED, "equal": verify.EQUAL}
HEIGHT = 560  # pixels of the table


def render() -> None:
    """The page."""
    page_title("Do these figures agree with others?")
    checks = _checks()
    st.markdown(
        f"{verify.summary(checks)} The others come from programs that counted the same networks "
        "and from publications. Where figures differ, the reason is given if known."
    )
    shown = segments(st, "Show", VERDICTS, "all", "verdict", label_visibility="collapsed")
    rows = [check for check in checks if SHOWN.get(shown, check.verdict) == check.verdict]
    table = pd.DataFrame(
        [
            {
                **asdict(row),
                "theirs": verify.grouped(row.theirs),
                "difference": numbers.signed(row.difference),
            }
            for row in rows
        ]
    )
    verdict = ["verdict"] if shown == "all" else []
    table = table[
        ["network", "figure", "ours", "theirs", "difference", *verdict, "reason", "convention",
         "source"]
    ]  # fmt: skip
    st.dataframe(
        table,
        hide_index=True,
        height=min(HEIGHT, 38 + 35 * len(table)),
        column_config={
            "network": st.column_config.TextColumn("Network"),
            "figure": st.column_config.TextColumn("Figure", width=205),
            "ours": st.column_config.NumberColumn("Ours", format="localized"),
            "theirs": st.column_config.TextColumn("Theirs", alignment="right"),
            "difference": st.column_config.TextColumn("Difference", alignment="right"),
            "convention": st.column_config.TextColumn("Convention"),
            "verdict": st.column_config.TextColumn("Verdict"),
            "reason": st.column_config.TextColumn("Reason", width="large"),
            "source": st.column_config.TextColumn("Source", width="medium"),
        },
        key="verify_table",
    )
    with st.container(horizontal=True):
        downloads(verify.answer(checks), "figures", "verify")
    st.caption("The same table on the command line: `python -m explorer verify`.")
    _memory()
    _times()


def _memory() -> None:
    """Peaks of memory, predicted and measured."""
    st.subheader("Peak memory, predicted and measured", anchor=False)
    found = _steps()
    st.markdown(f"{measured.summary(found)} {measured.CONDITIONS}")
    _table(measured.rows(found), ["Predicted", "Measured", "Ratio"], "verify_memory")
    st.caption("On the command line: `python -m explorer verify --memory`.")


def _times() -> None:
    """Ratios of times, published and measured here."""
    st.subheader("Times, published and measured here", anchor=False)
    kept = kept_timings()
    found = measured_ratios.compared(kept)
    st.markdown(f"{measured_ratios.RULE} {plain(measured_ratios.summary(found))}")
    if times := measured_ratios.conditions(found, kept):
        st.caption(plain(times))
    _table(measured_ratios.rows(found), ["Published", "MACs", "Here"], "verify_times")
    st.caption("On the command line: `python -m explorer verify --time`.")


def _table(rows: list[dict[str, str]], figures: list[str], key: str) -> None:
    """All rows of a table; columns of figures are aligned to the right."""
    st.dataframe(
        pd.DataFrame(rows).rename(columns=lambda name: name[0].upper() + name[1:]),
        hide_index=True,
        height=38 + 35 * len(rows),
        column_config=dict.fromkeys(figures, st.column_config.TextColumn(alignment="right")),
        key=key,
    )


@st.cache_resource(show_spinner="Computing the memory of the steps")
def _steps() -> list[measured.Measured]:
    return measured.measured_steps()


@st.cache_resource(show_spinner="Comparing the figures")
def _checks() -> list[verify.Check]:
    return verify.verify()

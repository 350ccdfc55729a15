"""The ResNeXt explorer: ``streamlit run streamlit_app.py``."""

from pathlib import Path

import streamlit as st


def show() -> None:
    """One run of the page, for one session."""
    from explorer.app.components import landing
    from explorer.app.state import address, network
    from explorer.app.state.url_params import KEYS
    from explorer.app.views import (
        accuracy,
        architecture,
        compare,
        cost,
        learn,
        sweeps,
        tables,
        train,
        verify,
    )

    st.set_page_config(
        page_title="ResNeXt explorer",
        page_icon=str(Path(__file__).parent / "assets" / "icon.png"),
        layout="wide",
    )
    pages = [
        st.Page(
            architecture.render, title="Architecture", icon=":material/account_tree:", default=True
        ),  # at /, where `server.routes` leads from /architecture
        st.Page(tables.render, title="Tables", icon=":material/table:", url_path="tables"),
        st.Page(
            compare.render, title="Compare", icon=":material/compare_arrows:", url_path="compare"
        ),
        st.Page(cost.render, title="Cost", icon=":material/memory:", url_path="cost"),
        st.Page(
            accuracy.render, title="Accuracy", icon=":material/scatter_plot:", url_path="accuracy"
        ),
        st.Page(train.render, title="Train", icon=":material/show_chart:", url_path="train"),
        st.Page(
            sweeps.render, title="Sweeps", icon=":material/stacked_line_chart:", url_path="sweeps"
        ),
        st.Page(learn.render, title="Learn", icon=":material/school:", url_path="learn"),
        st.Page(verify.render, title="Verify", icon=":material/fact_check:", url_path="verify"),
    ]
    st.session_state["_pages"] = {one.url_path or "architecture": one for one in pages}
    page = st.navigation(pages, position="top")
    address.open_page(page.url_path, KEYS)
    error = network.take_over()
    if page == pages[0]:
        architecture.opening()  # before the sidebar, as a browser loads and draws what comes first
    elif page.url_path == "learn":
        learn.opening()
    network.sidebar(error, page.url_path)
    if page.url_path not in network.WITHOUT_NETWORK:
        with st.sidebar:
            landing.close_drawer()
    landing.readable()
    page.run()
    address.close_page()


if st.runtime.exists():
    show()
else:  # `streamlit run` imports this file for its server, which then runs it for each session
    from explorer.app import server

    server.import_pages()
    app = st.App(__file__, middleware=server.middleware(), routes=server.routes())

"""The ResNeXt explorer: ``streamlit run streamlit_app.py``."""

from pathlib import Path

import streamlit as st

from explorer.links import KEYS
from explorer.views import address, architecture, compare, learn, state, tables, train

st.set_page_config(
    page_title="ResNeXt explorer",
    page_icon=str(Path(__file__).parent / "assets" / "icon.png"),
    layout="wide",
)
pages = [
    st.Page(
        architecture.render,
        title="Architecture",
        icon=":material/account_tree:",
        url_path="architecture",
        default=True,
    ),
    st.Page(tables.render, title="Tables", icon=":material/table:", url_path="tables"),
    st.Page(compare.render, title="Compare", icon=":material/compare_arrows:", url_path="compare"),
    st.Page(train.render, title="Train", icon=":material/show_chart:", url_path="train"),
    st.Page(learn.render, title="Learn", icon=":material/school:", url_path="learn"),
]
st.session_state["_pages"] = {one.url_path: one for one in pages}
page = st.navigation(pages, position="top")
address.open_page(page.url_path, KEYS)
state.sidebar(page.url_path)
page.run()
address.close_page()

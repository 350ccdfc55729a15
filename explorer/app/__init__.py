"""The Streamlit app: the only place that imports Streamlit.

`views` are the pages, `state` is kept in the URL and the session, and several pages share
`components`. `server` is what happens before a page is shown: imports, and the cookies of a host.
"""

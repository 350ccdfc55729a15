"""Pages: they read state, call the library and draw. Only they know Streamlit."""

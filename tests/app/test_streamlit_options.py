"""What the app uses of Streamlit beyond its documented functions; an update may change it."""

import dataclasses
import inspect
import tomllib
from pathlib import Path

from streamlit import config
from streamlit.runtime import Runtime, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

CONFIG = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
)


def test_no_full_collection_after_every_run():
    assert CONFIG["runner"]["postScriptGC"] is False
    # An option of this name that nothing reads would be kept without a word.
    assert "runner.postScriptGC" in inspect.getsource(ScriptRunner)


def test_streamlit_knows_every_option_that_is_set():
    options = config.get_config_options()
    for section, values in CONFIG.items():
        for name, value in values.items():
            if not isinstance(value, dict):
                assert f"{section}.{name}" in options


def test_a_session_can_be_named_and_asked_whether_it_lives():
    """Builds and calculations end with the session that asked (`app/state/run_context.py`)."""
    assert "session_id" in {field.name for field in dataclasses.fields(ScriptRunContext)}
    assert callable(get_script_run_ctx)
    assert callable(get_instance)
    assert list(inspect.signature(Runtime.is_active_session).parameters) == ["self", "session_id"]


def test_a_run_says_whether_back_asked_for_it():
    """The address is followed then, and only then (`app/state/run_context.py`)."""
    fields = {field.name: field.default for field in dataclasses.fields(ScriptRunContext)}
    assert fields["is_history_navigation"] is False

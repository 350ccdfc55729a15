import os
import subprocess
import sys

import pytest

from resnext import runtime

NAMES = (
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
)


@pytest.fixture
def environment(monkeypatch):
    """A bare environment in a process that has not imported TensorFlow."""
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    clean = {name: value for name, value in os.environ.items() if name not in NAMES}
    monkeypatch.setattr(os, "environ", clean)
    return clean


def test_onednn_is_on_and_threads_are_left_alone(environment):
    assert runtime.configure_environment() is True
    assert environment["TF_ENABLE_ONEDNN_OPTS"] == "1"
    assert "OMP_NUM_THREADS" not in environment


def test_threads_are_limited(environment):
    assert runtime.configure_environment(threads=3) is True
    assert environment["TF_NUM_INTRAOP_THREADS"] == environment["OMP_NUM_THREADS"] == "3"
    assert environment["TF_NUM_INTEROP_THREADS"] == "2"


def test_what_is_set_is_kept(environment):
    environment["TF_ENABLE_ONEDNN_OPTS"] = "0"
    runtime.configure_environment()
    assert environment["TF_ENABLE_ONEDNN_OPTS"] == "0"


def test_after_tensorflow_it_does_nothing_and_says_so(environment, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", object())
    assert runtime.configure_environment(threads=1) is False
    assert not set(NAMES) & set(environment)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_threads_must_be_a_positive_whole_number(environment, threads):
    with pytest.raises(ValueError, match=f"Received {threads!r}"):
        runtime.configure_environment(threads)


@pytest.mark.slow
def test_it_does_not_import_tensorflow():
    code = (
        "import sys; from resnext.runtime import configure_environment; "
        "configure_environment(); sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

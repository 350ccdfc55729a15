"""How commands end: signals, closed outputs, and what is left afterwards."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from waiting import until

from explorer.jobs.processes import identity

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="reads /proc and sends signals"
    ),
]


def descendants(pid):
    """Of all threads, as any of them may start a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *descendants(child)]
    return found


def start(tmp_path, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "explorer", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path), **environment},
        start_new_session=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_a_calculation_and_leaves_nothing(number, tmp_path):
    """It comes to the command alone, not to its process group."""
    command = start(tmp_path, "equivalence", "resnext50_32x4d")
    (worker,) = until(lambda: descendants(command.pid))
    # In the middle of TensorFlow's import or later.
    until(lambda: "tensorflow" in Path(f"/proc/{worker}/maps").read_text())
    command.send_signal(number)
    out, err = command.communicate(timeout=240)
    assert command.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    assert (out, err) == ("", "")
    until(lambda: identity(worker) is None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_graphviz_ends_with_the_command(number, tmp_path):
    # Layers that each read all layers before them, which takes Graphviz minutes.
    entry = {"class_name": "InputLayer", "config": {"name": "0", "batch_shape": [None, 4, 4, 1]}}
    layers = [entry]
    for n in range(1, 62):
        calls = [[[str(source), 0, 0, {}] for source in range(n)]]
        layers.append({"class_name": "Add", "config": {"name": str(n)}, "inbound_nodes": calls})
    config = {"layers": layers, "input_layers": [["0", 0, 0]], "output_layers": [["61", 0, 0]]}
    model = tmp_path / "dense.keras"
    with zipfile.ZipFile(model, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": "Functional", "config": config}))
    arguments = ("--level", "full", "-o", str(tmp_path / "all.svg"))
    command = start(tmp_path, "graph", str(model), *arguments)

    def drawing():
        known = {pid: Path(f"/proc/{pid}/comm").read_text() for pid in descendants(command.pid)}
        return next((pid for pid, name in known.items() if name.strip() == "dot"), None)

    dot = until(drawing)
    command.send_signal(number)
    _, err = command.communicate(timeout=240)
    assert "Traceback" not in err
    until(lambda: identity(dot) is None)
    assert not (tmp_path / "all.svg").exists()


def run(shell):
    return subprocess.run(
        ["bash", "-c", f"{sys.executable} -m explorer {shell}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_an_output_that_is_closed_or_full_is_an_error_in_one_line(tmp_path):
    for shell in ("width --cardinality 32 >&-", "summary mini_resnext --format csv >&-", "-h >&-"):
        done = run(shell)
        assert done.returncode == 1
        assert (
            done.stderr
            == "python -m explorer: the output cannot be written: Bad file descriptor.\n"
        )
    done = run("width --cardinality 32 >/dev/full")
    assert done.returncode in (1, 2)
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_needs_no_output_does_without(tmp_path):
    file = tmp_path / "mini.dot"
    assert run(f"graph mini_resnext -o {file} >&-").returncode == 0
    assert file.read_text().startswith("digraph")
    done = run("width --cardinality 0 2>&-")
    assert (done.returncode, done.stdout) == (2, "")
    assert run("width --cardinality 32 <&-").stdout.startswith("32x4d")

"""Building the Keras model of a spec, in a process of its own.

The page starts a build and polls; TensorFlow is imported only where
``python -m explorer.build_worker FOLDER`` runs. Request, progress and result are JSON files in
the build's folder, written whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.report import analyse
from resnext import ResNeXtSpec, SpecError

SECONDS = 300.0
MAX_PARAMS = 300_000_000  # 1.2 GB of weights
PREFIX = "resnext-build-"
KEPT_SECONDS = 3600.0  # of a build whose page may be gone
PHASES = ("starting", "importing", "building", "comparing", "saving")


@dataclass(frozen=True)
class Agreement:
    """One layer in our graph and in the Keras model; None where one of them lacks it."""

    name: str
    kind: str | None
    keras_kind: str | None
    output_shape: tuple[int, ...] | None
    keras_output_shape: tuple[int, ...] | None
    params: int | None
    keras_params: int | None

    @property
    def agrees(self) -> bool:
        """Whether both have the layer, with one kind, output shape and parameter count."""
        ours = (self.kind, self.output_shape, self.params)
        return ours == (self.keras_kind, self.keras_output_shape, self.keras_params)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Agreement:
        """What the process wrote, in which shapes are lists."""
        values: dict[str, Any] = dict(plain)
        for name in ("output_shape", "keras_output_shape"):
            values[name] = None if values[name] is None else tuple(values[name])
        return cls(**values)


@dataclass(frozen=True)
class BuildResult:
    """What came of a build.

    Attributes:
        error: Why there is no model, a sentence; empty if there is one.
        rows: Our graph and the Keras model, layer by layer, in network order.
        summary: What ``model.summary()`` prints.
        params: What ``model.count_params()`` says.
        model_path: The ``.keras`` file.
        seconds: From the start of the process to its end, the import of Keras included.
        build_seconds: Of these, making the model.
    """

    error: str = ""
    rows: tuple[Agreement, ...] = ()
    summary: str = ""
    params: int = 0
    model_path: Path | None = None
    seconds: float = 0.0
    build_seconds: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether there is a model and every layer agrees."""
        return not self.error and bool(self.rows) and all(row.agrees for row in self.rows)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> BuildResult:
        """What the process wrote."""
        rows = tuple(Agreement.from_dict(row) for row in plain["rows"])
        path = plain["model_path"]
        return cls(**{**plain, "rows": rows, "model_path": Path(path) if path else None})


class BuildJob:
    """A build that is under way, or over. Make one with `start_build`."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.folder = folder
        self._process = process
        self._seconds = seconds
        self._started = time.monotonic()
        self._result: BuildResult | None = None

    @property
    def phase(self) -> str:
        """Where it stands: one of `PHASES`."""
        try:
            phase = json.loads((self.folder / "progress.json").read_text())["phase"]
        except (OSError, ValueError, KeyError):
            return PHASES[0]
        return phase if phase in PHASES else PHASES[0]

    @property
    def elapsed(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._started

    def poll(self) -> BuildResult | None:
        """The result, or None while the build goes on. Never waits."""
        if self._result is None:
            status = self._process.poll()
            if status is None and self.elapsed > self._seconds:
                self._end()
                self._result = BuildResult(error=too_long(self._seconds), seconds=self.elapsed)
            elif status is not None:
                self._result = self._read(status)
        return self._result

    def wait(self) -> BuildResult:
        """The result, when it is there."""
        while (result := self.poll()) is None:
            time.sleep(0.05)
        return result

    def cancel(self) -> None:
        """End the build now."""
        if self.poll() is None:
            self._end()
            self._result = BuildResult(error="The build was cancelled.", seconds=self.elapsed)

    def discard(self) -> None:
        """End the build and remove its files."""
        self.cancel()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def _read(self, status: int) -> BuildResult:
        try:
            return BuildResult.from_dict(json.loads((self.folder / "result.json").read_text()))
        except (OSError, ValueError, TypeError, KeyError):
            how = f"signal {-status}" if status < 0 else f"exit status {status}"
            error = f"The build's process ended without a result ({how})"
            if status > 0 and (line := self._last_words()):
                error = f"{error}: {line}"
            else:
                error = f"{error}; it was killed, or memory ran out."
            return BuildResult(error=error, seconds=self.elapsed)

    def _last_words(self) -> str:
        """The last line that the process printed, if it printed any."""
        try:
            lines = (self.folder / "log.txt").read_text("utf-8", "replace").split("\n")
        except OSError:
            return ""
        clean = ["".join(c if c.isprintable() else " " for c in line).strip() for line in lines]
        return next((line[:300] for line in reversed(clean) if line), "")


def new_folder(parent: str | Path | None = None) -> Path:
    """A new folder for a build; those that nobody has written to for an hour are removed.

    Args:
        parent: Where to make it; by default where the system keeps temporary files.
    """
    parent = Path(parent or tempfile.gettempdir())
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another process may remove it at the same time
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))


def start_build(spec: ResNeXtSpec, folder: str | Path, seconds: float = SECONDS) -> BuildJob:
    """Build the Keras model of a spec in a new process.

    Args:
        spec: What to build.
        folder: Where the build's files go; made if it is not there. One build a folder.
        seconds: The build is ended when it takes longer.

    Raises:
        SpecError: The network has too many weights for this.
        OSError: The folder cannot be written, or no process can be started.
    """
    params = analyse(spec).totals.trainable_params or 0
    if params > MAX_PARAMS:
        raise SpecError(
            f"A network to be built must have at most {MAX_PARAMS:,} parameters. "
            f"Received {params:,}."
        )
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("progress.json", "result.json"):
        (folder / name).unlink(missing_ok=True)
    write_json(folder / "request.json", {"spec": spec.to_dict(), "seconds": seconds})
    root = str(Path(__file__).parents[1])
    paths = [root, os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "COLUMNS": "100",
    }
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "explorer.build_worker", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    return BuildJob(folder, process, seconds)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file as a whole."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content, default=str))
    draft.replace(path)


def too_long(seconds: float) -> str:
    """What a build that took longer than this reports."""
    return f"The build was ended after {seconds:g} seconds; a smaller network takes less."

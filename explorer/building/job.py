"""Building the Keras model of a spec, in a worker process (see `explorer.jobs.queue`).

The page starts a build and polls; TensorFlow is imported only in `explorer.building.worker`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.jobs.job import Job
from explorer.jobs.questions import Question
from explorer.jobs.queue import NOBODY, Asker, JobQueue, shared_queue
from resnext import ResNeXtSpec, SpecError, trace
from resnext.checks import whole_number
from resnext.kinds import KERAS_KINDS

SECONDS = 300.0
MAX_PARAMS = 300_000_000  # 1.2 GB of weights
# Measured for networks of 0.5 to 300 million parameters; the second is for each parameter.
MEGABYTES, BYTES = 2_000, 16
PHASES = ("starting", "importing", "building", "comparing", "saving")


@dataclass(frozen=True)
class Agreement:
    """One layer in our graph and in the Keras model; None where one of them lacks it."""

    name: str
    kind: str | None
    keras_kind: str | None
    output_shape: tuple[int, ...] | None
    keras_output_shape: tuple[int, ...] | None
    total_params: int | None
    keras_params: int | None

    @property
    def agrees(self) -> bool:
        """Whether both have the layer, with one kind, output shape and parameter count."""
        kind = self.kind and KERAS_KINDS.get(self.kind, self.kind)
        ours = (kind, self.output_shape, self.total_params)
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
    """What came of a build. Its file is there until the build is closed.

    Attributes:
        rows: Our graph and the Keras model, layer by layer, in network order.
        summary: What ``model.summary()`` prints.
        total_params: What ``model.count_params()`` says.
        model_path: The ``.keras`` file.
        seconds: Of the whole, the import of Keras included if the process was new.
        build_seconds: Of these, making the model.
    """

    rows: tuple[Agreement, ...] = ()
    summary: str = ""
    total_params: int = 0
    model_path: Path | None = None
    seconds: float = 0.0
    build_seconds: float = 0.0

    @property
    def agrees(self) -> bool:
        """Whether every layer agrees."""
        return bool(self.rows) and all(row.agrees for row in self.rows)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> BuildResult:
        """What the process wrote."""
        rows = tuple(Agreement.from_dict(row) for row in plain["rows"])
        path = plain["model_path"]
        return cls(**{**plain, "rows": rows, "model_path": Path(path) if path else None})


class Build:
    """A build that waits, is under way, or is over. Make one with `start_build`."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @property
    def phase(self) -> str:
        """What it does now: one of `PHASES`."""
        return self.job.phase if self.job.phase in PHASES else PHASES[0]

    def poll(self) -> BuildResult | None:
        """The result, or None while there is none; see `Job.poll` for its errors."""
        answer = self.job.poll()
        return None if answer is None else BuildResult.from_dict(answer.values)

    def wait(self) -> BuildResult:
        """The result, when it is there; see `Job.poll` for its errors."""
        return BuildResult.from_dict(self.job.wait().values)

    def close(self) -> None:
        """End the build and remove its files, unless another session waits for the same one."""
        self.job.close()


def start_build(
    spec: ResNeXtSpec,
    asker: Asker = NOBODY,
    queue: JobQueue | None = None,
    seconds: float = SECONDS,
    seed: int = 0,
) -> Build:
    """Queue the build of a spec's Keras model.

    Args:
        spec: What to build.
        asker: Who waits for it; it ends when they are gone.
        queue: Where; by default with all other work of this program.
        seconds: The build is ended when it takes longer.
        seed: Of the weights; the same one gives the same weights.

    Raises:
        SpecError: The network has too many weights for this, or the seed breaks its rule.
        OSError: No temporary folder can be made.
    """
    params = sum(node.params for node in trace(spec))
    if params > MAX_PARAMS:
        raise SpecError(
            f"A network to be built must have at most {MAX_PARAMS:,} parameters. "
            f"Received {params:,}."
        )
    question = Question(
        "explorer.building.worker:compute",
        {"spec": spec.to_dict(), "seed": whole_number(seed, "the seed", 2**32 - 1, least=0)},
        seconds=seconds,
        megabytes=MEGABYTES + params * BYTES // 2**20,
        writes=True,
    )
    return Build((queue or shared_queue()).submit(question, asker))

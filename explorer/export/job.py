"""Exports to ONNX in a worker process (see `explorer.jobs.queue`).

The caller starts an export and polls; TensorFlow is imported only in `explorer.export.worker`.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from explorer.building.job import MAX_PARAMS
from explorer.foreign.keras_graph import graph_of_keras
from explorer.foreign.own_spec import spec_of_graph
from explorer.jobs.job import Job
from explorer.jobs.questions import Question
from explorer.jobs.queue import NOBODY, Asker, JobQueue, shared_queue
from resnext import FORMS, ResNeXtSpec, SpecError, trace
from resnext.checks import one_of, whole_number

SECONDS = 600.0
MAX_SEED = 2**32 - 1
# Weights in Keras, as arrays, folded in float64, and in the file.
MEGABYTES, BYTES = 2_500, 40
PHASES = ("starting", "importing", "building", "writing")


def timed_as_onnx() -> str:
    """What `explorer.cost.timing_job.start_timing` takes to time ONNX Runtime, too.

    Empty without ONNX or ONNX Runtime, neither of which is imported here.
    """
    installed = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))
    return "explorer.export.worker:built_as_onnx" if installed else ""


@dataclass(frozen=True)
class Exported:
    """An ONNX file. It is there until the export is closed.

    Attributes:
        path: The file.
        name: The network's name.
        size: Bytes of the file.
    """

    path: Path
    name: str
    size: int


class Export:
    """An export that waits, is under way, or is over. Make one with `start_export`."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @property
    def phase(self) -> str:
        """What it does now: one of `PHASES`."""
        return self.job.phase if self.job.phase in PHASES else PHASES[0]

    def wait(self) -> Exported:
        """The file, when it is there; see `Job.poll` for its errors."""
        values = self.job.wait().values
        return Exported(Path(values["path"]), values["name"], values["size"])

    def close(self) -> None:
        """End the export and remove its file, unless another session waits for the same one."""
        self.job.close()


def start_export(
    source: ResNeXtSpec | Path,
    *,
    form: str | None = None,
    folded: bool = False,
    seed: int = 0,
    asker: Asker = NOBODY,
    queue: JobQueue | None = None,
) -> Export:
    """Queue an export to ONNX.

    Args:
        source: A spec, whose model is built with the seed; or the ``.keras`` file of a network of
            ours.
        form: Another form than the source's.
        folded: Whether batch norms are folded into convolutions.
        seed: Of the weights of a spec's model.
        asker: Who waits for it; it ends when they are gone.
        queue: Where; by default with all other work of this program.

    Raises:
        InputError: The file holds no network of ours.
        SpecError: The network has too many weights for this, or the form or the seed is not valid.
        OSError: The file is not there, or no temporary folder can be made.
    """
    if form is not None:
        one_of(form, "form", FORMS, SpecError)
    whole_number(seed, "the seed", MAX_SEED, least=0)
    is_file = isinstance(source, Path)
    spec = spec_of_graph(graph_of_keras(source)) if isinstance(source, Path) else source
    if form is not None:
        spec = spec.replace(form=form)
    params = sum(node.params for node in trace(spec))
    if params > MAX_PARAMS:
        raise SpecError(
            f"A network to be exported must have at most {MAX_PARAMS:,} parameters. "
            f"Received {params:,}."
        )
    path = source.resolve() if isinstance(source, Path) else None
    question = Question(
        "explorer.export.worker:compute",
        {
            "spec": None if is_file else spec.to_dict(),
            "file": str(path) if path else None,
            "form": form,
            "folded": folded,
            "seed": 0 if is_file else seed,
        },
        seconds=SECONDS,
        megabytes=MEGABYTES + params * BYTES // 2**20,
        reads=(path,) if path else (),
        writes=True,
    )
    return Export((queue or shared_queue()).submit(question, asker))

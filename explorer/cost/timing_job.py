"""Timing networks on this machine, in a worker process that has the machine for itself.

The caller starts a measurement and polls; TensorFlow is imported only in
`explorer.cost.timing_run`.

How a part is timed. Each stage, block and layer is a compiled function (``tf.function``) with
Keras's own layers of the network in it, fed with random values of the right shape, and called
again and again. So a layer's time has one meaning on every machine and in every version, and is
that of the roofline: a layer that reads its input and writes its output. It is not the layer's
share of a whole step: there TensorFlow computes a convolution, its normalisation and its ReLU as
one operation, and a value may still be in the processor's cache when the next layer reads it.
The sums of layers, of blocks and of stages stand next to the whole network, so that the
difference is seen. A profiler's trace would sum to the whole, but it names fused operations after
one of their layers, and slows short ones.

What keeps the figures honest: everything is called before it is timed; all networks and parts
take turns, so that whatever else the machine does falls on all of them; a time is the median of
the turns, its spread the quartiles. Equal parts, as the later blocks of a stage are, also those
of two networks, are timed once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from explorer.analysis.report import graph_of
from explorer.cost.memory import memory
from explorer.cost.settings import Settings
from explorer.cost.timed import Timing
from explorer.jobs.job import Job
from explorer.jobs.questions import Answer, Question
from explorer.jobs.queue import NOBODY, Asker, JobQueue, machine_megabytes, shared_queue
from resnext import ResNeXtSpec
from resnext.checks import whole_number
from resnext.errors import InputError

ROUNDS = 9
MOST_ROUNDS = 100
MOST_NETWORKS = 8
MOST_BATCH = 1024
SECONDS = 3600.0
# TensorFlow with its compiled functions; the two arrays of the copy.
MEGABYTES = 3_500
ONNX_BYTES = 24  # of a weight: two arrays, in the model and in the file, and twice in ONNX Runtime


def start_timing(
    specs: Sequence[ResNeXtSpec],
    batches: Sequence[int] = (1,),
    *,
    train: bool = False,
    rounds: int = ROUNDS,
    onnx: str = "",
    asker: Asker = NOBODY,
    queue: JobQueue | None = None,
) -> Job:
    """Queue a measurement; `timings_of` reads its answer, and `share_done` its phases.

    Args:
        specs: The networks, which take turns.
        batches: Images in a step; one batch after the other.
        train: A training step, instead of inference.
        rounds: Turns of everything, if they do not take too long.
        onnx: ``package.module:function``, called as ``function(spec, model)`` with each Keras model
            that inference is timed of; it returns the bytes of an ONNX file, which is timed in ONNX
            Runtime, or None. Empty: no ONNX Runtime. It is `explorer.export.job.timed_as_onnx`.
        asker: Who waits for it; it ends when they are gone.
        queue: Where; by default with all other work of this program.

    Raises:
        InputError: A number is out of range, or the networks need more memory than there is.
        OSError: No temporary folder can be made.
    """
    if not 1 <= len(specs) <= MOST_NETWORKS:
        raise InputError(
            f"The networks to time must be 1 to {MOST_NETWORKS}. Received {len(specs)}."
        )
    batches = [whole_number(batch, "the batch", MOST_BATCH) for batch in batches]
    request = {
        "specs": [spec.to_dict() for spec in specs],
        "batches": batches,
        "train": train,
        "rounds": whole_number(rounds, "the rounds", MOST_ROUNDS),
        "onnx": "" if train else onnx,
    }
    question = Question(
        "explorer.cost.timing_run:compute",
        request,
        seconds=SECONDS,
        megabytes=megabytes(specs, max(batches), train, bool(request["onnx"])),
        alone=True,
    )
    return (queue or shared_queue()).submit(question, asker)


def megabytes(specs: Sequence[ResNeXtSpec], batch: int, train: bool, onnx: bool = False) -> int:
    """Memory that a measurement may take.

    Args:
        specs: The networks.
        batch: Images in a step.
        train: Whether it is a training step.
        onnx: Whether ONNX files are made and timed.

    Raises:
        InputError: The machine has less.
    """
    peaks, weights, values = 0, 0, set()
    for spec in specs:
        graph = graph_of(spec)
        peaks += memory(graph, Settings(batch, train)).peak_bytes
        weights += sum(node.total_params for node in graph)
        values |= {node.output_shape for node in graph}
    inputs = 4 * batch * sum(math.prod(shape) for shape in values)
    files = ONNX_BYTES * weights if onnx else 0
    # The parts hold about as much as the whole; ONNX Runtime has its own copy.
    needed = MEGABYTES + (3 * peaks + inputs + files) // 2**20
    most = machine_megabytes()
    if needed > most:
        raise InputError(
            f"A measurement with batch {batch} needs about {needed:,} MiB of memory; this machine "
            f"has {most:,} MiB. Choose a smaller batch, or fewer networks."
        )
    return needed


def timings_of(answer: Answer) -> list[Timing]:
    """What was measured: for each batch the networks in their order."""
    return [Timing.from_dict(plain) for plain in answer.values["timings"]]


def share_done(phase: str) -> tuple[float, str]:
    """From 0 to 1, and what is being done, by the phase of a job."""
    words, _, share = phase.partition("|")
    return (float(share) if share else 0.0), words or "starting"

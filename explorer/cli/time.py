"""``time``: how long networks and their parts take on this machine."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from explorer.analysis.report import LEVELS
from explorer.cli.errors import UsageError
from explorer.cli.networks import add_network_options, spec_of
from explorer.cli.parsers import add_command, add_format_option, print_answer

if TYPE_CHECKING:
    from explorer.jobs.job import Job

HELP = """\
Measures networks on this machine, in a separate process that uses all processors: the whole
network, and each stage, block and layer alone. Parts are warmed up and measured in turns; a time is
the median of the turns. A graphics card is used if TensorFlow sees one; that was not tried yet.
ONNX Runtime is a second column if it is installed. What was measured is kept with the machine's
name in RESNEXT_CACHE, for search --ms, verify --time and the pages.

examples:
  python -m explorer time resnext50_32x4d
  python -m explorer time resnet50 resnext50_32x4d --batch 1 32
  python -m explorer time mini_resnext --batch 128 --train --by layer
  python -m explorer time resnext50_32x4d resnext101_32x4d --format json

A training step is this program's own: float32, SGD with momentum. Its parts are forward and
backward passes without the optimizer. TF_NUM_INTRAOP_THREADS sets the number of threads.

JSON is an object with "rule", how parts are timed, and "timings", a list with an object for each
batch and network:
  name, spec, mode ("inference" or "training"), batch, precision, optimizer
  ms, low_ms, high_ms   of a step: median and quartiles of the turns
  fastest_ms            the fastest call
  turns_ms              the turns; turns of one call took place next to each other
  ms_per_image, images_per_second
  share_of_product      multiply-adds a second, of those of a large matrix product here
  onnxruntime           the same five figures of inference in ONNX Runtime, or null
  parts                 a list: level ("stage", "block" or "layer"), name, the same five figures,
                        bound_ms, the least time by the roofline (null in training), and of
                        layers macs_per_byte and bound_by ("arithmetic" or "traffic")
  sums_ms               by level the sum of its parts
  conditions            machine (name, processor, processors, system, vector), device, threads,
                        versions, date, other_programs_processors (kept busy meanwhile), call_ms (a
                        call that computes nothing; subtracted from the parts), product_flops and
                        copy_bytes_per_second (the machine's two ceilings), large_pages (whether
                        memory came in large pages, as in all processes of this program)
sums_ms and share_of_product rest on the fastest calls if other programs kept more than a tenth of
the processors busy, else on the medians.
CSV has the networks and their parts at the level of --by.
"""


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    words = "measure how long networks and their parts take on this machine"
    parser = add_command(commands, "time", words, HELP, run_time)
    parser.add_argument("names", metavar="NAME", nargs="+", help="a network, such as resnet50")
    parser.add_argument(
        "--batch",
        type=int,
        nargs="+",
        default=[1],
        metavar="N",
        help="images in a step (default 1)",
    )
    parser.add_argument("--train", action="store_true", help="a training step, not inference")
    parser.add_argument("--by", choices=LEVELS, default="stage", help="rows of the table and CSV")
    parser.add_argument(
        "--rounds", type=int, metavar="N", help="turns of everything, at most (default 9)"
    )
    add_format_option(parser)
    add_network_options(parser)


def run_time(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    from explorer.cost.timing_job import ROUNDS, start_timing, timings_of
    from explorer.cost.timing_text import answer as timings_answer
    from explorer.export.job import timed_as_onnx

    specs = [spec_of(name, arguments) for name in arguments.names]
    names = [spec.name for spec in specs]
    if len(set(specs)) < len(specs):
        raise UsageError(f"Each network must be named once. Received {', '.join(names)}.")
    # As sweeps give them: --batch 1 1 32 would measure one thing twice.
    batches = list(dict.fromkeys(arguments.batch))
    job = start_timing(
        specs,
        batches,
        train=arguments.train,
        rounds=ROUNDS if arguments.rounds is None else arguments.rounds,
        onnx=timed_as_onnx(),
    )
    try:
        answer = job.wait(_show if sys.stderr.isatty() else None)
    finally:
        job.close()
        _clear()
    print_answer(timings_answer(timings_of(answer), arguments.by), arguments.format)
    if not answer.values["kept"]:
        print("The times could not be kept: RESNEXT_CACHE cannot be written.", file=sys.stderr)
    return 0


def _show(job: Job) -> None:
    from explorer.cost.timing_job import share_done

    _bar(*share_done(job.phase))


def _bar(share: float, words: str) -> None:
    filled = round(30 * share)
    bar = "█" * filled + "░" * (30 - filled)
    print(f"\r\x1b[K{bar} {words}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)

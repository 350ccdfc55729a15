"""Contenders that are timed side by side, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Collection, Mapping
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from explorer.jobs.processes import TUNABLES, with_large_pages

Call = Callable[[], object]
Key = TypeVar("Key")
WARM = 3  # calls before the first round
SIDE = 2048  # of the matrices of the product


def product(precision: str) -> Call:
    """A product of two square matrices: what the machine does at most."""
    from resnext.runtime import configure_environment

    configure_environment()
    import tensorflow as tf

    matrix = tf.cast(tf.random.stateless_normal((SIDE, SIDE), (0, 1)), precision)
    multiply = tf.function(lambda x: tf.matmul(x, x), jit_compile=False)

    def call() -> object:
        # On a GPU a product has ended when some of it is here.
        return multiply(matrix)[0, 0].numpy()

    return call


def least_ms(multiply_adds: float, product_ms: float) -> float:
    """Milliseconds of so many multiply-adds at the rate of a `product` of so many milliseconds."""
    return multiply_adds / SIDE**3 * product_ms


def _serve(pipe: Connection, make: Callable[[], Call], seconds: float) -> None:
    """Make a contender, then call it for a round whenever asked, and send back its ms a call."""
    call = make()
    for _ in range(WARM):
        call()
    pipe.send("ready")
    while pipe.recv() == "round":
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            call()
            count += 1
        pipe.send(1000 * (time.perf_counter() - began) / count)


def race(
    field: Mapping[Key, Callable[[], Call]],
    rounds: int,
    seconds: float,
    small_pages: Collection[Key] = (),
) -> dict[Key, float]:
    """Return the median over the rounds of each contender's milliseconds a call.

    Args:
        field: What makes each contender, in its process; it can be pickled.
        rounds: How often each takes its turn.
        seconds: Of a turn.
        small_pages: Who gets no large memory pages, which all processes of this program ask for.
    """
    tunables = os.environ.get(TUNABLES, "")
    context = multiprocessing.get_context("spawn")
    lines: dict[Key, Any] = {}
    processes = []
    for key, make in field.items():
        # The C library reads it when a program starts.
        os.environ[TUNABLES] = tunables if key in small_pages else with_large_pages(tunables)
        line, far = context.Pipe()
        process = context.Process(target=_serve, args=(far, make, seconds), daemon=True)
        process.start()
        far.close()  # so that a contender that dies ends the wait
        line.recv()
        lines[key] = line
        processes.append(process)
    os.environ[TUNABLES] = tunables
    times: dict[Key, list[float]] = {key: [] for key in field}
    for _ in range(rounds):
        for key, line in lines.items():
            line.send("round")
            times[key].append(line.recv())
    for line, process in zip(lines.values(), processes):
        line.send("end")
        process.join()
    return {key: statistics.median(values) for key, values in times.items()}

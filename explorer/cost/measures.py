"""What steps of several networks take, as columns of a comparison: memory, and time if measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from explorer.analysis.measures import Measure
from explorer.analysis.report import graph_of
from explorer.cost.memory import GIB, RULE, Memory, memory
from explorer.cost.settings import Settings
from explorer.cost.timings import Timings, timings_here
from explorer.formatting import numbers
from resnext import ResNeXtSpec
from resnext.errors import InputError

ROOM = 16  # GiB of a usual card
INFERENCE, TRAINING = Settings(), Settings(32, train=True)
UNKNOWN = "not known"


def step_measures(sources: Sequence[Any], timings: Timings | None = None) -> list[Measure]:
    """Peak memory of inference and training, the largest batch, and the time of an image.

    Args:
        sources: Networks, each anything that `explorer.analysis.report.analyse` takes.
        timings: Where measured times come from; by default from this machine. There is a column
            of times if any of the networks was measured.
    """
    timings = timings or timings_here()
    graphs = [graph_of(source) for source in sources]
    inference = [_memory(graph, INFERENCE) for graph in graphs]
    training = [_memory(graph, TRAINING) for graph in graphs]
    times = tuple(_ms(source, timings) for source in sources)
    more, longer = ("more", "less"), ("longer", "shorter")
    return [
        _measure("Peak memory", INFERENCE.text, inference, lambda m: m.peak_bytes, _size, more),
        _measure("Peak memory", TRAINING.text, training, lambda m: m.peak_bytes, _size, more),
        _measure(
            "Largest training batch",
            f"in {ROOM} GiB, float32, SGD with momentum",
            training,
            lambda m: m.largest_batch(ROOM * GIB),
            lambda value: f"{value:,.0f}",
            ("larger", "smaller"),
        ),
        *(
            [
                Measure(
                    "Time of an image",
                    "inference, batch 1, measured here",
                    times,
                    lambda value: f"{value:.1f} ms",
                    longer,
                    missing="not measured",
                )
            ]
            if any(times)
            else []
        ),
    ]


def step_notes(sources: Sequence[Any], timings: Timings | None = None) -> list[str]:
    """How the figures of `step_measures` come about; of times if any of the networks has one."""
    specs = [spec for source in sources if (spec := _spec(source)) is not None]
    times = (timings or timings_here()).conditions(specs)
    return [f"Memory: {RULE}", *([times] if times else [])]


def _measure(
    title: str,
    basis: str,
    found: Sequence[Memory | None],
    value: Callable[[Memory], float],
    write: Callable[[float], str],
    words: tuple[str, str],
) -> Measure:
    values = tuple(None if one is None else value(one) for one in found)
    return Measure(title, basis, values, write, words, missing=UNKNOWN)


def _size(value: float) -> str:
    return numbers.size(int(value))


def _memory(graph: Any, settings: Settings) -> Memory | None:
    """None where a shape is not known, as in some files of others."""
    try:
        return memory(graph, settings)
    except InputError:
        return None


def _ms(source: Any, timings: Timings) -> float | None:
    spec = _spec(source)
    return None if spec is None else timings.ms(spec)


def _spec(source: Any) -> ResNeXtSpec | None:
    """The network; None of a model that was read from a file."""
    if isinstance(source, str) and not source.endswith((".keras", ".onnx")):
        return ResNeXtSpec.from_name(source)
    return source if isinstance(source, ResNeXtSpec) else None

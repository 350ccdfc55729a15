"""Times of networks for tests, made up so that every figure of theirs follows by hand."""

from explorer.analysis.report import LEVELS, graph_of
from explorer.cost.machine import this_machine
from explorer.cost.parts import parts
from explorer.cost.roofline import Ceilings, bound_ms
from explorer.cost.settings import Settings
from explorer.cost.timed import Conditions, Times, Timing
from resnext import ResNeXtSpec

CEILINGS = Ceilings("made up", 200e9, 20e9)
TURNS = (0.9, 1.0, 1.2)


def conditions(**changes):
    known = {
        "machine": this_machine(),
        "device": "CPU",
        "threads": 2,
        "versions": {"tensorflow": "2.21.0"},
        "date": "2026-01-02T03:04:05+00:00",
        "others": 0.1,
        "call_ms": 0.05,
        "product": CEILINGS.product,
        "copy": CEILINGS.copy,
    }
    return Conditions(**(known | changes))


def made_up(name, settings=None, slowness=2.0, onnx=None, spec=None, **changes):
    """A timing in which every part takes ``slowness`` times its bound, and so does the whole."""
    settings = settings or Settings()
    spec = spec or ResNeXtSpec.from_name(name)
    graph = graph_of(spec)
    found = {level: {} for level in LEVELS}
    for part in parts(graph):
        least = bound_ms(part.nodes, settings.batch, CEILINGS)
        found[part.level][part.place] = Times(tuple(slowness * least * turn for turn in TURNS))
    whole = sum(times.ms for times in found["stage"].values())
    return Timing(
        spec,
        settings,
        conditions(**changes),
        Times(tuple(whole * turn for turn in TURNS)),
        found,
        None if onnx is None else Times((onnx,)),
    )

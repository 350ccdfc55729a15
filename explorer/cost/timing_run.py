"""The work of a measurement: it imports TensorFlow. See `explorer.cost.timing_job`."""

from __future__ import annotations

import importlib.metadata
import math
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from explorer.analysis.report import LEVELS, graph_of
from explorer.cost import parts as network_parts
from explorer.cost.machine import this_machine
from explorer.cost.parts import Part, distinct
from explorer.cost.settings import Settings
from explorer.cost.timed import Conditions, Times, Timing
from explorer.cost.timings import keep, timings_here
from explorer.jobs.keras_process import import_keras
from explorer.jobs.processes import has_large_pages
from explorer.jobs.questions import Answer, Arrays, Progress, function_of
from explorer.training.engine.device import first_card, share_cards
from resnext import ResNeXtSpec, Shape, __version__
from resnext.layer import keras_name

Call = Callable[[], object]

TURN_SECONDS = 0.05  # of a part; a call that takes longer is its own turn
SHORT = 0.05  # a shorter call is made once before its turn, as others used the caches meanwhile
MOST_CALLS = 50  # in a turn
LEAST_ROUNDS = 3
SECONDS_EACH = 60.0  # of a network and a batch; then there are no more rounds than the least
PREPARING = 0.25  # share of the progress
# Sides of the matrices of the products, of which the fastest counts: a small one has a chance
# between the turns of other programs, a large one fills a machine.
SIDES = {"CPU": (512, 2048), "GPU": (8192,)}
CEILING_SECONDS = 0.25  # of a turn of the product and of the copy
COPIED = 2**28  # bytes, more than a cache holds


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Measure, keep, and answer with `explorer.cost.timed.Timing` as plain values."""
    progress("importing TensorFlow|0")
    import_keras()
    specs = [ResNeXtSpec.from_dict(plain) for plain in request["specs"]]
    device = _Device(request["train"])
    onnx = function_of(request["onnx"]) if request["onnx"] else None
    found: list[Timing] = []
    kept = True
    for number, batch in enumerate(request["batches"]):

        def told(words: str, share: float, number: int = number, batch: int = batch) -> None:
            whole = (number + share) / len(request["batches"])
            progress(f"batch {batch}: {words}|{whole:.3f}")

        settings = Settings(batch, request["train"])
        measured = _Measurement(device, specs, settings, onnx, told)
        # Kept at once, so that a later batch that is stopped does not cost this one.
        for timing in measured.run(request["rounds"]):
            kept &= keep(timing)
            found.append(timing)
    return Answer({"timings": [timing.as_dict() for timing in found], "kept": kept})


class _Device:
    """Where TensorFlow computes."""

    def __init__(self, train: bool) -> None:
        share_cards()
        self.threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS", "0")) or (os.cpu_count() or 1)
        if train:
            from explorer.training.engine.network import configure

            configure(self.threads)
        card = first_card()
        self.is_gpu = card is not None
        self.name = card.name if card else "CPU"

    def finished(self, call: Call) -> Call:
        """The call, which returns when its work is done."""
        if not self.is_gpu:
            return call
        import tensorflow as tf

        def waited() -> None:
            call()
            tf.test.experimental.sync_devices()

        return waited


@dataclass
class _Item:
    """Something that is timed.

    Attributes:
        call: Does it once.
        seconds: Of a turn, at least.
        turns: Median milliseconds of each turn.
        fastest: Milliseconds of the fastest call.
    """

    call: Call
    seconds: float = TURN_SECONDS
    turns: list[float] = field(default_factory=list)
    fastest: float = math.inf

    def warm(self) -> None:
        """Twice: the first call compiles."""
        self.call()
        self.call()

    def turn(self) -> None:
        """Call it for its seconds, at least once, and note the median."""
        taken: list[float] = []
        began = time.perf_counter()
        self.call()
        first = time.perf_counter() - began
        if first >= SHORT:
            taken.append(first)
        while len(taken) < MOST_CALLS and (not taken or sum(taken) < self.seconds):
            began = time.perf_counter()
            self.call()
            taken.append(time.perf_counter() - began)
        self.turns.append(1000 * statistics.median(taken))
        self.fastest = min(self.fastest, 1000 * min(taken))

    def times(self, less: float = 0.0) -> Times:
        """What was noted, less so many milliseconds of each call."""
        turns = tuple(max(turn - less, 0.0) for turn in self.turns)
        return Times(turns, max(self.fastest - less, 0.0))


class _Measurement:
    """One batch of all networks.

    Args:
        device: Where.
        specs: The networks.
        settings: The step.
        onnx: Gives a model's ONNX file; or None.
        told: Takes what is being done, and the share that is done.
    """

    def __init__(
        self,
        device: _Device,
        specs: Sequence[ResNeXtSpec],
        settings: Settings,
        onnx: Callable[[ResNeXtSpec, Any], bytes | None] | None,
        told: Callable[[str, float], None],
    ) -> None:
        self.device, self.specs, self.settings, self.told = device, specs, settings, told
        self._given: dict[Shape, Any] = {}
        self.parts = [network_parts.parts(graph_of(spec)) for spec in specs]
        first = distinct([part for some in self.parts for part in some])
        self.items: dict[Any, _Item] = {}
        steps = len(specs) + len(first)
        models = []
        for number, spec in enumerate(specs):
            told(f"building {spec.name}", PREPARING * number / steps)
            model, call = self._network(spec)
            models.append(model)
            self._add(("whole", spec), call)
            if onnx:
                told(f"writing {spec.name} for ONNX Runtime", PREPARING * number / steps)
                if file := onnx(spec, model):
                    self._add(("onnx", spec), self._onnx(file, spec))
        owner = {id(p): model for model, some in zip(models, self.parts) for p in some}
        for number, (key, part) in enumerate(first.items()):
            told(f"compiling {part.place}", PREPARING * (len(specs) + number) / steps)
            self._add(key, self._part(owner[id(part)], part))
        self._add("nothing", self._nothing())
        for side in self._sides:
            self._add(("product", side), self._product(side), CEILING_SECONDS)
        self._add("copy", self._copy(), CEILING_SECONDS)

    def run(self, rounds: int) -> list[Timing]:
        """Let all take turns, and give what came of it."""
        began, busy = time.monotonic(), _Busy()
        limit = SECONDS_EACH * len(self.specs)
        for number in range(rounds):
            if number >= LEAST_ROUNDS and time.monotonic() - began > limit:
                break
            for place, item in enumerate(self.items.values()):
                if not place % 10:
                    done = (number + place / len(self.items)) / rounds
                    spent = (time.monotonic() - began) / limit if number >= LEAST_ROUNDS else 0.0
                    share = PREPARING + (1 - PREPARING) * min(1.0, max(done, spent))
                    self.told(f"round {number + 1} of {rounds}", share)
                item.turn()
        conditions = self._conditions(busy.others())
        found = [self._timing(*pair, conditions) for pair in zip(self.specs, self.parts)]
        import keras

        keras.utils.clear_session()
        return found

    def _add(self, key: Any, call: Call, seconds: float = TURN_SECONDS) -> None:
        item = _Item(self.device.finished(call), seconds)
        item.warm()
        self.items[key] = item

    def _timing(self, spec: ResNeXtSpec, some: Iterable[Part], conditions: Conditions) -> Timing:
        found: dict[str, dict[str, Times]] = {level: {} for level in LEVELS}
        for part in some:
            # A call that computes nothing is no part's work.
            found[part.level][part.place] = self.items[part.key].times(conditions.call_ms)
        onnx = self.items.get(("onnx", spec))
        return Timing(
            spec,
            self.settings,
            conditions,
            self.items["whole", spec].times(),
            found,
            None if onnx is None else onnx.times(),
        )

    def _conditions(self, others: float) -> Conditions:
        names = ["tensorflow", "keras", "numpy"]
        names += ["onnxruntime"] if any(key[0] == "onnx" for key in self.items) else []
        libraries = {name: importlib.metadata.version(name) for name in names}
        rates = [2 * side**3 / (self.items["product", side].fastest / 1000) for side in self._sides]
        moved = 2 * COPIED  # read and written
        product, copy = timings_here().ceilings(self.device.name, self.device.threads)
        return Conditions(
            machine=this_machine(),
            device=self.device.name,
            threads=self.device.threads,
            versions={"resnext-explorer": __version__, "python": _python(), **libraries},
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            others=others,
            call_ms=self.items["nothing"].fastest,
            product=max(product, *rates),
            copy=max(copy, moved / (self.items["copy"].fastest / 1000)),
            large_pages=has_large_pages(),
        )

    def _values(self, shape: Shape) -> Any:
        """Random values of a batch, the same for all parts that read this shape."""
        import tensorflow as tf

        if shape not in self._given:
            self._given[shape] = tf.random.stateless_normal((self.settings.batch, *shape), (0, 1))
        return self._given[shape]

    def _network(self, spec: ResNeXtSpec) -> tuple[Any, Call]:
        """The model, and one step of it: inference, or this program's own training step."""
        import tensorflow as tf

        from resnext import build_model

        batch = self.settings.batch
        if not self.settings.train:
            model = build_model(spec)
            step = tf.function(
                lambda x: model(x, training=False), autograph=False, jit_compile=False
            )
            given = self._values(spec.input_shape)
            return model, lambda: step(given)
        from explorer.training.engine.network import Network
        from explorer.training.engine.recipe import Recipe

        network = Network(spec, Recipe(batch_size=batch, precision="float32"), batch)
        rng = np.random.default_rng(0)
        images = rng.integers(0, 256, (batch, *spec.input_shape)).astype(np.uint8)
        labels = rng.integers(0, spec.classes, batch)
        return network.model, lambda: network.step(images, labels, 0.01, 0)

    def _part(self, model: Any, part: Part) -> Call:
        """The forward pass of a part; in training also its backward pass, without the optimizer."""
        import keras
        import tensorflow as tf

        from_outside = [self._output(model, name) for name in part.inputs]
        cut = keras.Model(from_outside, self._output(model, part.nodes[-1].name))
        given = [self._values(shape) for shape in part.inputs.values()]
        if not self.settings.train:
            step = tf.function(
                lambda *x: cut(list(x), training=False), autograph=False, jit_compile=False
            )
            return lambda: step(*given)
        weights = [variable.value for variable in cut.trainable_variables]
        # Nothing needs the gradient of the images.
        watched = [x for x, name in zip(given, part.inputs) if name != model.layers[0].name]
        behind = self._values(part.nodes[-1].output_shape)

        def both(*x: Any) -> Any:
            with tf.GradientTape() as tape:
                wanted = list(x) if watched else []
                tape.watch(wanted)
                y = cut(list(x), training=True)
            return tape.gradient(y, [*wanted, *weights], output_gradients=behind)

        step = tf.function(both, autograph=False, jit_compile=False)
        return lambda: step(*given)

    @staticmethod
    def _output(model: Any, place: str) -> Any:
        return model.get_layer(keras_name(place)).output

    def _onnx(self, file: bytes, spec: ResNeXtSpec) -> Call:
        """Inference in ONNX Runtime, with as many threads."""
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.device.threads
        wanted = ["CUDAExecutionProvider"] if self.device.is_gpu else []
        offered = onnxruntime.get_available_providers()
        session = onnxruntime.InferenceSession(
            file,
            options,
            providers=[one for one in [*wanted, "CPUExecutionProvider"] if one in offered],
        )
        images = np.moveaxis(self._values(spec.input_shape).numpy(), -1, 1)
        given = {session.get_inputs()[0].name: np.ascontiguousarray(images)}
        return lambda: session.run(None, given)

    def _nothing(self) -> Call:
        import tensorflow as tf

        given = tf.zeros(())
        step = tf.function(lambda x: x, autograph=False, jit_compile=False)
        return lambda: step(given)

    @property
    def _sides(self) -> tuple[int, ...]:
        return SIDES["GPU" if self.device.is_gpu else "CPU"]

    def _product(self, side: int) -> Call:
        """A product of two square matrices in float32, as TensorFlow computes it."""
        import tensorflow as tf

        matrix = tf.random.stateless_normal((side, side), (0, 1))
        step = tf.function(lambda x: tf.matmul(x, x), autograph=False, jit_compile=False)
        return lambda: step(matrix)

    def _copy(self) -> Call:
        """An array copied into another one, by all threads."""
        import tensorflow as tf

        if self.device.is_gpu:
            source = tf.ones(COPIED // 4)
            step = tf.function(lambda x: -x, autograph=False, jit_compile=False)
            return lambda: step(source)
        read, written = np.ones(COPIED // 4, np.float32), np.zeros(COPIED // 4, np.float32)
        threads = self.device.threads
        pool = ThreadPoolExecutor(threads)
        pairs = list(zip(np.array_split(read, threads), np.array_split(written, threads)))
        return lambda: list(pool.map(lambda pair: np.copyto(pair[1], pair[0]), pairs))


class _Busy:
    """What other programs use of the processors, from when it is made."""

    def __init__(self) -> None:
        self._began, self._all, self._own = time.monotonic(), _all_seconds(), time.process_time()

    def others(self) -> float:
        """Processors, on average."""
        seconds = max(time.monotonic() - self._began, 1e-3)
        own = time.process_time() - self._own
        return max(0.0, (_all_seconds() - self._all - own) / seconds)


def _all_seconds() -> float:
    """Seconds of all processors that were not idle."""
    import psutil  # type: ignore[import-untyped]

    times = psutil.cpu_times()._asdict()
    # Guests' time is in user's already.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return float(sum(value for name, value in times.items() if name not in idle))


def _python() -> str:
    import platform

    return platform.python_version()

"""Exports in a worker process: of a name by its seed, of a file of ours in any form."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from sources import CASES, images

from explorer.analysis.report import analyse
from explorer.building.job import start_build
from explorer.export.job import start_export
from explorer.foreign.keras_graph import graph_of_keras
from explorer.foreign.own_spec import spec_of_graph
from explorer.jobs.queue import JobQueue
from resnext import FORMS, ResNeXtSpec, SpecError, trace
from resnext.errors import InputError

MINI = CASES["mini-grouped-same"]


@pytest.fixture(scope="module")
def queue():
    queue = JobQueue(1, 8_000)
    yield queue
    queue.close()


def exported(source, queue, **options):
    """The ONNX model of an export, and its file's report."""
    export = start_export(source, queue=queue, **options)
    try:
        result = export.wait()
        assert result.size == result.path.stat().st_size
        return onnx.load(result.path), analyse(result.path)
    finally:
        export.close()
        assert not result.path.exists()


def weights_of(model):
    return {w.name: numpy_helper.to_array(w) for w in model.graph.initializer}


@pytest.fixture(scope="module")
def built(queue, tmp_path_factory):
    """A ``.keras`` file of ours, of seed 0."""
    build = start_build(MINI, queue=queue)
    path = tmp_path_factory.mktemp("built") / "net.keras"
    path.write_bytes(build.wait().model_path.read_bytes())
    build.close()
    return path


@pytest.mark.slow
def test_a_seed_gives_its_weights(queue):
    first, report = exported(MINI, queue)
    again, _ = exported(MINI.replace(), queue)
    other, _ = exported(MINI, queue, seed=7)
    assert report == analyse(MINI)
    kernel = "stage1/block1/conv2/kernel"
    np.testing.assert_array_equal(weights_of(first)[kernel], weights_of(again)[kernel])
    assert np.abs(weights_of(first)[kernel] - weights_of(other)[kernel]).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_file_keeps_its_weights_in_any_form(queue, built, form):
    pytest.importorskip("onnxruntime")
    from sources import run_onnx

    plain, _ = exported(built, queue)
    model, report = exported(built, queue, form=form, folded=form == "split")
    notes = {note.key: note.value for note in model.metadata_props}
    assert ResNeXtSpec.from_dict(json.loads(notes["resnext.spec"])) == MINI.replace(form=form)
    if form != "split":
        assert report == analyse(MINI.replace(form=form))
    given = images(MINI)
    np.testing.assert_allclose(run_onnx(model, given), run_onnx(plain, given), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    ["squeeze-split-symmetric", "stages-aggregated-symmetric", "flatten-concatenated-same"],
)
def test_the_spec_is_found_in_a_file_of_ours(queue, case):
    """Slices and zeros are layers of other kinds there."""
    build = start_build(CASES[case], queue=queue)
    assert spec_of_graph(graph_of_keras(build.wait().model_path)) == CASES[case]
    build.close()


@pytest.mark.slow
def test_a_file_that_is_damaged_inside_is_refused(queue, built, tmp_path):
    import zipfile

    path = tmp_path / "damaged.keras"
    with zipfile.ZipFile(built) as whole, zipfile.ZipFile(path, "w") as part:
        part.writestr("config.json", whole.read("config.json"))
    export = start_export(path, queue=queue)
    with pytest.raises(InputError, match=r"damaged\.keras cannot be loaded"):
        export.wait()
    export.close()


@pytest.mark.parametrize("case", CASES)
def test_the_spec_is_found_in_the_layers(case):
    """All that the layers show: one path has no form, and without a top there are no classes."""
    spec = CASES[case]
    shown = spec.replace(
        form="grouped" if spec.cardinality == 1 else spec.form,
        classes=spec.classes if spec.include_top else 1000,
    )
    assert spec_of_graph(trace(spec)) == shown


def test_other_networks_are_not_ours(tmp_path):
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "theirs",
            "layers": [
                {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [1, 8, 8, 3]}},
                {
                    "class_name": "Conv2D",
                    "config": {"name": "stem_conv", "filters": 4, "kernel_size": 3},
                },
            ],
        },
    }
    with pytest.raises(InputError, match="must hold a network that this program built"):
        spec_of_graph(graph_of_keras(config))


def test_a_changed_layer_is_not_ours():
    graph = trace(MINI)
    nodes = tuple(node for node in graph if node.name != "stage1/block2/bn2")
    with pytest.raises(InputError, match="Its layers are not those of mini_resnext"):
        spec_of_graph(type(graph)("x", nodes))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"seed": 2**32}, "4,294,967,295"),
        ({"form": "folded"}, "form must be one of"),
    ],
)
def test_options_have_rules(options, words):
    with pytest.raises(SpecError, match=words):
        start_export(MINI, **options)


def test_a_network_that_would_fill_the_memory_is_not_begun():
    with pytest.raises(SpecError, match="at most 300,000,000 parameters"):
        start_export(ResNeXtSpec(width=64))


@pytest.mark.slow
def test_the_caller_imports_no_tensorflow():
    code = (
        "import json, sys; from explorer.export.job import start_export; from resnext import *;"
        "export = start_export(ResNeXtSpec.from_name('mini_resnext')); export.close();"
        "print(json.dumps(sorted({'keras', 'tensorflow'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []

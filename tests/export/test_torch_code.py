"""Generated PyTorch files against torchvision, timm and ONNX; skipped where PyTorch is missing."""

import ast

import numpy as np
import pytest
from sources import CASES, SOME, images, random_weights, run_onnx

from explorer.export.code import code
from explorer.export.onnx_model import onnx_model
from explorer.export.torch_weights import to_torch
from resnext import ResNeXtSpec, trace

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
pytestmark = pytest.mark.slow


def run(text):
    """The names that a source defines."""
    names = {"__name__": "generated"}
    exec(compile(text, "generated", "exec"), names)
    return names


def model_of(spec, weights):
    """The model of the printed file, with these weights."""
    graph = trace(spec)
    model = run(code(spec, "torch"))["build_model"]()
    state = {key: torch.tensor(np.array(v)) for key, v in to_torch(weights, graph).items()}
    model.load_state_dict(state)
    return model.eval()


@pytest.mark.parametrize("case", SOME)
def test_the_output_is_that_of_the_onnx_file(case):
    """Two ways to write the network that share no code but the order of the weights."""
    pytest.importorskip("onnxruntime")
    spec = CASES[case]
    weights = random_weights(trace(spec))
    given = images(spec).transpose(0, 3, 1, 2)
    with torch.no_grad():
        got = model_of(spec, weights)(torch.tensor(np.ascontiguousarray(given))).numpy()
    expected = run_onnx(onnx_model(spec, weights), images(spec))
    assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-5
    assert expected.std(axis=0).max() > 1e-4


@pytest.mark.parametrize(
    ("library", "name"),
    [
        ("torchvision", "resnext50_32x4d"),
        ("torchvision", "resnet50"),
        ("torchvision", "resnext26_2x8d"),
        ("timm", "resnext50_32x4d"),
        ("timm", "resnet26"),
        ("timm", "seresnext50_32x4d"),
        ("timm", "seresnext26_2x40d"),
    ],
)
def test_the_file_is_the_library_s_network(library, name):
    """The same keys, and with symmetric padding the same logits from the same weights."""
    pytest.importorskip(library)
    spec = ResNeXtSpec.from_name(
        name.replace("resnet26", "resnext26_1x64d"),
        input_shape=(97, 64, 3),
        classes=10,
        padding="symmetric",
    )
    theirs = run(code(spec, library))["model"].eval()
    ours = run(code(spec, "torch"))["build_model"]().eval()
    ours.load_state_dict(theirs.state_dict())
    given = torch.randn(2, 3, 97, 64)
    with torch.no_grad():
        expected, got = theirs(given), ours.logits(given)
    assert float((got - expected).abs().max() / expected.abs().max()) < 1e-6


def test_the_network_s_padding_matters():
    """The check above would see a wrong rule: the two give different outputs."""
    pair = [CASES[f"imagenet-grouped-{padding}"] for padding in ("same", "symmetric")]
    weights = random_weights(trace(pair[0]))
    given = torch.tensor(np.ascontiguousarray(images(pair[0]).transpose(0, 3, 1, 2)))
    with torch.no_grad():
        one, other = (model_of(spec, weights)(given) for spec in pair)
    assert float((one - other).abs().max()) > 1e-4


def test_it_trains():
    spec = CASES["squeeze-grouped-same"]
    model = run(code(spec, "torch"))["build_model"]().train()
    given = torch.tensor(np.ascontiguousarray(images(spec, 8).transpose(0, 3, 1, 2)))
    labels = torch.arange(8) % spec.classes
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    losses = []
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(model.logits(given), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_the_file_s_shapes_in_comments_are_true():
    """Each stage's comment, next to what the stage gives."""
    spec = CASES["imagenet-grouped-same"]
    text = code(spec, "torch")
    model = run(text)["build_model"]().eval()
    found = {}
    for number, stage in enumerate((model.layer1, model.layer2), start=1):
        stage.register_forward_hook(
            lambda module, given, output, number=number: found.update({number: output.shape})
        )
    model(torch.zeros(1, 2, 34, 47))
    assert f"x = self.layer1(x)  # (n, {', '.join(map(str, found[1][1:]))})" in text
    assert f"the last feature map, (n, {', '.join(map(str, found[2][1:]))})" in text
    assert ast.parse(text)

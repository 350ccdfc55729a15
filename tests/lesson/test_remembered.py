"""What the lesson remembers of a trained network is forgotten when its file is written again."""

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.app.components import image_input
from explorer.jobs.worker_process import JobError
from explorer.lesson import ablation, activations, equivalence
from explorer.lesson.saved_models import Trained
from explorer.training.data.cache import source_stamp
from resnext import ResNeXtSpec

SPEC = ResNeXtSpec.from_name("mini_resnext")
IMAGE = np.zeros((32, 32, 3), np.uint8)


def write(path, text):
    """As a run that is resumed does: another file in its place, here of equal size and time."""
    draft = path.with_name("draft")
    draft.write_text(text)
    os.utime(draft, ns=(1, 1))
    draft.replace(path)
    return Trained(path, SPEC, "a network")


@pytest.mark.parametrize(
    "ask",
    [
        lambda net: equivalence.measure(SPEC, model=net.path),
        lambda net: activations.look_inside(net, "stage1/block1", IMAGE),
        lambda net: ablation.switch_off(net, "stage1/block1", [{1}], IMAGE[None]),
    ],
    ids=["forms", "inside", "off"],
)
def test_a_network_that_was_trained_on_is_another_question(ask, tmp_path, monkeypatch):
    keys = []

    def record(question, asker):
        keys.append(question.key())
        raise JobError("only asked")

    for module in (equivalence, activations):  # `ablation` asks through `activations`
        monkeypatch.setattr(module, "answer", record)
    path = tmp_path / "model.keras"
    for text in ("before", "", "after!"):
        network = write(path, text) if text else Trained(path, SPEC, "the same file")
        with pytest.raises(JobError):
            ask(network)
    assert keys[0] == keys[1] != keys[2]


def test_images_that_were_replaced_are_read_anew(tmp_path, monkeypatch):
    path = tmp_path / "images.zip"
    monkeypatch.setattr(image_input, "sample_of", lambda source, *_: Path(source).read_text())
    seen = []
    for text in ("before", "after!"):
        write(path, text)
        seen.append(image_input._sample(str(path), source_stamp(str(path)), (32, 32, 3)))
    assert seen == ["before", "after!"]

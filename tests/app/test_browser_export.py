"""The network to take along, in a real browser: its code, and an ONNX file."""

import pytest

from explorer.analysis.report import analyse
from explorer.export.code import code
from resnext import ResNeXtSpec

pytestmark = pytest.mark.browser


def test_the_code_in_the_dialog_is_the_network_s(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/architecture?network=resnext29_8x64d&form=split")
    page.get_by_role("button", name="Copy as code").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("import keras", exact=False).first).to_be_visible()
    dialog.get_by_role("radio", name="PyTorch").click()
    expect(dialog.get_by_text("import torch", exact=False).first).to_be_visible()
    spec = ResNeXtSpec.from_name("resnext29_8x64d", form="split")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Download").click()
    assert started.value.suggested_filename == "resnext29_8x64d_torch.py"
    with open(started.value.path()) as file:
        assert file.read() == code(spec, "torch")
    dialog.get_by_role("radio", name="timm").click()
    expect(dialog.get_by_text("No call of timm makes this network", exact=False)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_an_onnx_file_is_made_and_read(app, page, tmp_path):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/architecture?network=mini_resnext")
    page.get_by_role("button", name="Make the ONNX file").click()
    file = page.get_by_role("button", name="mini_resnext.onnx")
    expect(file).to_be_visible(timeout=240_000)
    with page.expect_download() as started:
        file.click()
    path = tmp_path / "net.onnx"
    started.value.save_as(path)
    assert analyse(path) == analyse(ResNeXtSpec.from_name("mini_resnext"))
    page.get_by_text("Fold batch norms").click()
    expect(file).to_have_count(0)  # the other choice has no file yet

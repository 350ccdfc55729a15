"""Archives through the real control, in a real browser; markup in names stays text."""

import io
import re
import zipfile

import pytest
from PIL import Image

pytestmark = pytest.mark.browser
MARKUP = "<img src=x onerror=window.marked=1>"


def png(shade=100, side=8):
    file = io.BytesIO()
    Image.new("RGB", (side, side), (shade, 0, 0)).save(file, "png")
    return file.getvalue()


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for label, shade in ((MARKUP, 200), ("cat", 100)):
            for row in range(10):
                packed.writestr(f"train/{label}/{row}.png", png(shade + row))
    return file.getvalue()


def upload(page, name, data, kind="application/zip"):
    field = page.locator("input[type=file]").first
    field.set_input_files({"name": name, "mimeType": kind, "buffer": data})


def unmarked(page):
    assert page.evaluate("window.marked") is None
    assert page.locator("img[src=x]").count() == 0


def test_an_archive_is_read_or_refused_in_a_sentence(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/train")
    page.get_by_label("Images", exact=True).first.click()
    page.get_by_role("option", name=re.compile("upload", re.I)).click()
    upload(page, f"{MARKUP}.zip", archive())
    expect(page.get_by_text(re.compile(r"20 images, 2 classes\."))).to_be_visible()
    unmarked(page)
    upload(page, "broken.zip", b"PK but no archive")
    refused = page.get_by_test_id("stAlert").filter(has_text="must be CIFAR-10's official archive")
    expect(refused).to_be_visible()
    assert "Traceback" not in page.locator("body").inner_text()
    unmarked(page)

"""The modules as one text: complete, in order, and still JavaScript."""

import re
import shutil
import subprocess
from importlib.resources import files

import pytest

from explorer.map import bundle

NODE = shutil.which("node")


def modules():
    found = {path.name for path in (files("explorer.map") / "static").iterdir()}
    return sorted(name for name in found if name.endswith(".js"))


def test_every_module_is_used_once():
    text = bundle.component_script()
    for name in modules():
        if name != "streamlit.js":
            assert text.count(f"const ${name.removesuffix('.js')} = (() => {{") == 1, name


def test_no_import_is_left():
    for text in (bundle.script(), bundle.component_script()):
        assert not re.search(r"^\s*import\b[^(]*from", text, re.MULTILINE)
        assert not re.search(r"\bimport\(", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def test_nothing_is_loaded_from_elsewhere():
    text = bundle.component_script() + bundle.asset("style.css")
    urls = set(re.findall(r"https?://[^\s\"'`)]+", text))
    assert urls <= {"http://www.w3.org/2000/svg"}


def test_the_component_has_the_default_export_and_the_page_has_none():
    assert len(re.findall(r"^export default function", bundle.component_script(), re.M)) == 1
    assert not re.search(r"^export\b", bundle.script(), re.MULTILINE)


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize("make", [bundle.script, bundle.component_script])
def test_it_parses(make, tmp_path):
    path = tmp_path / "map.mjs"
    path.write_text(make(), encoding="utf-8")
    result = subprocess.run([NODE, "--check", path], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def _with(monkeypatch, **texts):
    bundle.script.cache_clear()
    monkeypatch.setattr(bundle, "asset", lambda name: texts[name.removesuffix(".js")])


@pytest.fixture(autouse=True)
def _forget():
    yield
    bundle.script.cache_clear()


def test_private_names_do_not_clash_and_renamed_imports_work(monkeypatch, tmp_path):
    _with(
        monkeypatch,
        app='import { twice as double } from "./b.js";\nconst k = 20;\n'
        "export const got = double(k) + 2;\n",
        b="const k = 2;\nexport function twice(x) {\n  return k * x;\n}\n",
    )
    text = bundle.script()
    if NODE is None:
        pytest.skip("node is not installed")
    path = tmp_path / "x.mjs"
    path.write_text(text + "console.log(got);", encoding="utf-8")
    assert subprocess.check_output([NODE, path], text=True).strip() == "42"


def test_a_circle_is_refused(monkeypatch):
    line = 'import {{ x }} from "./{}.js";\nexport const x = 1;\n'
    _with(monkeypatch, app=line.format("b"), b=line.format("app"))
    with pytest.raises(ValueError, match=r"circle.*app.*b.*app"):
        bundle.script()


def test_another_form_of_import_is_refused(monkeypatch):
    _with(monkeypatch, app='import * as all from "./b.js";\n', b="")
    with pytest.raises(ValueError, match=r"form above.*import \* as all"):
        bundle.script()

"""The modules as one text: complete, in order, and still JavaScript."""

import re
import shutil
import subprocess
from functools import partial
from importlib.resources import files

import pytest

from explorer.map import bundle

HOSTS = ("streamlit", "anywidget")
NODE = shutil.which("node")


def modules():
    frontend = files("explorer.map") / "frontend"
    return sorted(str(path.relative_to(frontend)) for path in frontend.rglob("*.js"))


@pytest.mark.parametrize("entry", HOSTS)
def test_every_module_is_used_once(entry):
    text = bundle.module_script(entry)
    for name in modules():
        if name.removesuffix(".js") not in HOSTS:
            constant = "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
            assert text.count(f"const {constant} = (() => {{") == 1, name


def test_no_import_is_left():
    for text in (bundle.script(), *map(bundle.module_script, HOSTS)):
        assert not re.search(r"^\s*import\b[^(]*from", text, re.MULTILINE)
        assert not re.search(r"\bimport\(", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def test_nothing_is_loaded_from_elsewhere():
    text = "".join(map(bundle.module_script, HOSTS)) + bundle.asset("style.css")
    urls = set(re.findall(r"https?://[^\s\"'`)]+", text))
    assert urls <= {"http://www.w3.org/2000/svg"}


def test_the_component_has_the_default_export_and_the_page_has_none():
    for entry in HOSTS:
        assert len(re.findall(r"^export default ", bundle.module_script(entry), re.M)) == 1
    assert not re.search(r"^export\b", bundle.script(), re.MULTILINE)


@pytest.mark.skipif(NODE is None, reason="node is not installed")
@pytest.mark.parametrize(
    "make", [bundle.script, *(partial(bundle.module_script, entry) for entry in HOSTS)]
)
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
        mount='import { twice as double } from "./b.js";\nconst k = 20;\n'
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
    _with(monkeypatch, mount=line.format("b"), b=line.format("mount"))
    with pytest.raises(ValueError, match=r"circle.*mount.*b.*mount"):
        bundle.script()


def test_another_form_of_import_is_refused(monkeypatch):
    _with(monkeypatch, mount='import * as all from "./b.js";\n', b="")
    with pytest.raises(ValueError, match=r"form above.*import \* as all"):
        bundle.script()

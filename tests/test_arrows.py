"""The import arrows: streamlit_app -> views -> analysis, drawing, training -> resnext."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"tensorflow", "keras", "torch", "jax"}
# Imported only when a model is built, or in a run's own process.
BUILDERS = {
    "resnext/keras_builder.py",
    "resnext/keras_layers.py",
    "resnext/grouped_conv.py",
    "resnext/batch_norm.py",
    "explorer/training/network.py",
    "explorer/training/tensorboard.py",
}


def imports(path, top_level_only=False):
    """Top-level packages (first two parts for our own) that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def heads(names, parts=1):
    return {".".join(name.split(".")[:parts]) for name in names}


def files(folder):
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, folder
    return found


@pytest.mark.parametrize("path", files("resnext"), ids=lambda path: path.name)
def test_the_core_knows_nothing_of_the_explorer(path):
    assert not heads(imports(path)) & {"explorer", "streamlit", "pandas", "plotly", "pydot"}


@pytest.mark.parametrize("path", files("explorer"), ids=lambda path: path.name)
def test_only_views_know_streamlit(path):
    inside = "views" in path.relative_to(ROOT).parts
    if not inside:
        assert "streamlit" not in heads(imports(path))
        assert "explorer.views" not in heads(imports(path), 2)


@pytest.mark.parametrize(
    "path",
    [*files("resnext"), *files("explorer")],
    ids=lambda path: path.name,
)
def test_nothing_heavy_is_imported_at_the_top_except_by_builders(path):
    if path.relative_to(ROOT).as_posix() not in BUILDERS:
        assert not heads(imports(path, top_level_only=True)) & HEAVY


def test_the_entry_script_is_a_frame():
    names = imports(ROOT / "streamlit_app.py")
    assert not heads(names) & (HEAVY | {"pandas", "plotly", "pydot"})
    assert heads(names, 2) & {"explorer.views"}

"""The packages keep to the table of tests/rooms.py: arrows point down, and nothing is a circle."""

import ast
import re

from rooms import (
    FLOORS,
    ROOMS,
    ROOT,
    arrows,
    circles,
    drawing,
    imports,
    modules,
    room_of,
    statements,
    tree,
    written,
)

HEAVY = {"tensorflow", "keras", "torch", "jax"}
# Modules that run only where a model is built, trained or run.
BUILDERS = {
    "resnext.keras.builder",
    "resnext.keras.layers",
    "resnext.keras.grouped_conv",
    "resnext.keras.batch_norm",
    "explorer.training.engine.network",
    "explorer.training.engine.tensorboard",
}


def top_level(path):
    """First parts of what a file imports when it is imported."""
    for node in tree(path).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module.split(".")[0]


def anywhere(path):
    """First parts of all that a file imports."""
    for node in statements(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        else:
            yield node.module.split(".")[0]


def test_every_module_is_in_a_room_and_every_room_has_modules():
    inside = {room_of(module) for module in modules()}
    assert inside - {None} == set(ROOMS)


def test_arrows_point_down():
    wrong = [
        f"{here} (floor {ROOMS[here]}) must not import {there} (floor {ROOMS[there]}): {why[0]}"
        for (here, there), why in arrows().items()
        if ROOMS[there] >= ROOMS[here]
    ]
    assert not wrong, "\n".join(wrong)


def test_there_is_no_circle():
    assert circles() == []


def test_the_house_stays_small():
    assert len(ROOMS) <= 21  # 18, and export, cost and sweeps
    assert len(FLOORS) <= 7


def test_every_package_says_in_three_sentences_what_belongs_there():
    for module, path in modules().items():
        if path.name == "__init__.py":
            words = ast.get_docstring(tree(path)) or ""
            sentences = re.findall(r"\S\w\S*[.:;]`*(?=\s|$)", words)
            assert len(sentences) >= 3, f"{module} says too little: {words}"


def test_the_drawing_in_the_docs_is_this_table():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert drawing() in page, "run: python tests/rooms.py --write"
    assert written(page) == page


def test_the_package_itself_holds_no_loose_modules():
    loose = {path.name for path in (ROOT / "explorer").glob("*.py")}
    assert loose == {"__init__.py", "__main__.py"}


def test_the_core_knows_nothing_of_the_explorer():
    foreign = {"explorer", "streamlit", "pandas", "plotly", "pydot"}
    for module, path in modules().items():
        if module.startswith("resnext"):
            assert not foreign & set(anywhere(path)), module


def test_only_the_app_imports_streamlit():
    for module, path in modules().items():
        if not module.startswith("explorer.app"):
            assert "streamlit" not in set(anywhere(path)), module


def test_nothing_heavy_is_imported_at_the_top_except_by_builders():
    for module, path in modules().items():
        if module not in BUILDERS:
            assert not HEAVY & set(top_level(path)), module


def test_no_private_name_is_imported_across_packages():
    known = modules()
    for module, path in known.items():
        for node in statements(path):
            if isinstance(node, ast.ImportFrom) and node.module in known:
                same = node.module.rpartition(".")[0] == module.rpartition(".")[0]
                private = [a.name for a in node.names if a.name.startswith("_")]
                public = [name for name in private if name.startswith("__")]
                assert same or private == public, f"{module} imports {private} of {node.module}"


def test_the_entry_script_is_a_frame():
    names = set(anywhere(ROOT / "streamlit_app.py"))
    assert not names & (HEAVY | {"pandas", "plotly", "pydot"})


def test_imports_inside_functions_are_arrows_too(tmp_path):
    path = tmp_path / "late.py"
    path.write_text("def f():\n    from explorer.jobs import text\n    return text\n")
    known = {**modules(), "late": path}
    assert list(imports("late", known)) == ["explorer.jobs.text"]


def test_a_page_reads_runs_as_its_visitor_only():
    """On a host what a visitor may see is decided in one place."""
    whole = {"RunStore", "default_runs", "start", "start_all", "resume", "save_upload", "store"}
    for module, path in modules().items():
        if not module.startswith("explorer.app") or module.endswith(".visitor"):
            continue
        allowed = {"default_runs"} if module == "explorer.app.server" else set()
        for node in statements(path):
            if isinstance(node, ast.ImportFrom) and "explorer.training" in (node.module or ""):
                assert not {a.name for a in node.names} & (whole - allowed), module
